"""The default texts in Portuguese, a draft. It says "você" and writes as in Brazil, where most readers are."""

from .draft import Lines, laid_out
from .texts import Phrases

PHRASES = Phrases(
    greeting=("Olá, {customer_name}.", "Olá."),
    unsubscribe="Não receber mais lembretes",
    labels={
        "product": "Assinatura",
        "amount": "Valor",
        "card": "Cartão",
        "failed_on": "Tentativa de cobrança",
    },
    seller="um vendedor na Whop",
    card_ending="com final {last4}",
    branded_card_ending="{brand} com final {last4}",
    confirm_page="a página de confirmação",
    other_payments={
        "one": "mais {count} pagamento em aberto",
        "many": "mais {count} de pagamentos em aberto",
        "other": "mais {count} pagamentos em aberto",
    },
    day="d 'de' MMMM",
    moment="{day}, {hour} {zone}",
    city_zone="(horário de {city})",
)

LINES = Lines(
    pay="Escolher como pagar",
    update="Atualizar os dados de pagamento",
    add="Adicionar outro cartão",
    confirm_button=("Abrir {confirm_page}", "Continuar na Whop"),
    open_membership="Abrir sua assinatura",
    closing=(
        "Ou abra a Whop por conta própria: entre em whop.com e vá até Memberships.",
        "Nunca pedimos os dados do cartão por mensagem. "
        "O cartão só é trocado em whop.com, depois que você entra na sua conta.",
    ),
    why=(
        "Você recebeu esta mensagem porque tem uma assinatura de “{product}” com {merchant}. "
        "Os pagamentos são feitos por whop.com.",
        "Você recebeu esta mensagem porque tem uma assinatura com {merchant}. "
        "Os pagamentos são feitos por whop.com.",
    ),
    can_stop="Você pode deixar de receber estes lembretes quando quiser; isso não cancela sua assinatura.",
    subject=(
        "O pagamento de “{product}” não foi concluído",
        "Seu pagamento para {merchant} não foi concluído",
    ),
    reminder=("Lembrete: seu pagamento de “{product}”", "Lembrete: seu pagamento para {merchant}"),
    last_reminder=(
        "Último lembrete: seu pagamento de “{product}”",
        "Último lembrete: seu pagamento para {merchant}",
    ),
    last_preview=(
        "Pode ser pago até {cutoff}.",
        "O que você pode fazer e o que acontece se não fizer nada.",
    ),
    a_minute="Na Whop leva cerca de um minuto.",
    not_through=(
        "Seu pagamento de {amount} por “{product}”, de {merchant}, não foi concluído em {failed_on}.",
        "Seu pagamento por “{product}”, de {merchant}, não foi concluído em {failed_on}.",
        "Seu pagamento de {amount} para {merchant} não foi concluído em {failed_on}.",
        "Seu pagamento para {merchant} não foi concluído em {failed_on}.",
    ),
    not_yet=(
        "Seu pagamento de {amount} por “{product}”, de {merchant}, ainda não foi concluído.",
        "Seu pagamento por “{product}”, de {merchant}, ainda não foi concluído.",
        "Seu pagamento de {amount} para {merchant} ainda não foi concluído.",
        "Seu pagamento para {merchant} ainda não foi concluído.",
    ),
    next_try=(
        "A Whop vai tentar de novo com seu cartão ({card}) em {next_attempt}.",
        "A Whop vai tentar de novo em {next_attempt}.",
    ),
    wait_or_pay=(
        "A Whop vai tentar de novo com seu cartão ({card}) em {next_attempt}, então talvez você não precise "
        "fazer nada. Se preferir outro cartão, pode escolhê-lo na Whop; leva cerca de um minuto.",
        "A Whop vai tentar de novo em {next_attempt}, então talvez você não precise fazer nada. "
        "Se preferir outro cartão, pode escolhê-lo na Whop; leva cerca de um minuto.",
        "Você pode pagar na Whop com o mesmo cartão ou com outro. Leva cerca de um minuto.",
    ),
    ending=(
        "Se não for pago até {cutoff}, sua assinatura termina nesse momento e, com ela, "
        "seu acesso a “{product}”.",
        "Se não for pago até {cutoff}, sua assinatura termina nesse momento e, com ela, seu acesso.",
        "Se continuar sem pagamento, sua assinatura pode terminar e, com ela, seu acesso a “{product}”.",
        "Se continuar sem pagamento, sua assinatura pode terminar e, com ela, seu acesso.",
    ),
    no_more="Este é nosso último lembrete sobre este pagamento. Se preferir não manter a assinatura, "
    "você pode cancelá-la em whop.com, em Memberships.",
    also_open="Você também tem {other_payments} com {merchant}. Tudo está em whop.com, em Memberships.",
    approve="Muitas vezes basta aprovar o pagamento no aplicativo do banco ou pedir ao banco que o autorize. "
    "Lá ele pode aparecer como Whop ou como {merchant}. Outro cartão também serve.",
    card_problem=(
        "Seu cartão cadastrado ({card}) venceu em {expired}.",
        "Os dados cadastrados do seu cartão ({card}) já não são iguais aos do seu banco. "
        "O número, a validade ou o endereço podem ter mudado.",
        "Os dados de pagamento cadastrados já não são iguais aos do seu banco.",
    ),
    confirm=(
        "Entre na sua conta, abra {confirm_page} da Whop e responda ali à pergunta do seu banco. "
        "Em geral, basta um toque no aplicativo do banco.",
        "Entre na Whop, abra a assinatura e pague de novo. Se o banco perguntar, confirme o pagamento; "
        "em geral, basta um toque no aplicativo dele. Outro cartão também serve.",
    ),
    could_not_charge=(
        "Não conseguimos fazer a cobrança no seu cartão ({card}). Por favor, adicione outro cartão na Whop; "
        "leva cerca de um minuto.",
        "Não conseguimos fazer a cobrança no cartão cadastrado. Por favor, adicione outro na Whop; "
        "leva cerca de um minuto.",
    ),
    cannot_pay=(
        "Seu cartão ({card}) não pode ser usado nesta assinatura: alguns tipos de cartão e conta não são aceitos.",
        "O cartão ou a conta que está no cadastro não pode ser usado nesta assinatura: "
        "alguns tipos não são aceitos.",
    ),
    other_kind="Outro cartão serve, e também uma carteira digital, se a Whop oferecer. Leva cerca de um minuto.",
    funds_preview=(
        "A Whop vai tentar de novo em {next_attempt}.",
        "Você pode usar o mesmo cartão ou outro.",
    ),
    funds_last="Você pode pagar na Whop com o mesmo cartão ou com outro.",
    issuer_subject=(
        "Seu banco recusou o pagamento de “{product}”",
        "Seu banco recusou o pagamento para {merchant}",
    ),
    issuer_first_preview="Em geral, ajuda aprovar no aplicativo do banco ou usar outro cartão.",
    issuer_second_preview="Seu banco ainda não liberou o pagamento. Veja o que costuma ajudar.",
    issuer_first="Seu banco recusou e não informou o motivo.",
    issuer_second="Seu banco ainda não liberou o pagamento.",
    technical_first_preview="Parece um problema técnico entre os sistemas de pagamento.",
    technical_second_preview="O problema técnico parece continuar; outro cartão pode funcionar.",
    technical_first="Parece um problema técnico entre os sistemas de pagamento; "
    "não tem a ver com você nem com seu cartão.",
    technical_second="O problema técnico entre os sistemas de pagamento parece continuar. "
    "Outro cartão pode funcionar melhor.",
    technical_last="Por favor, tente pagar na Whop, com outro cartão se puder.",
    card_subject=(
        "Seu cartão para “{product}” venceu em {expired}",
        "Seu cartão para {merchant} venceu em {expired}",
        "Atualize seus dados de pagamento de “{product}”",
        "Atualize seus dados de pagamento para {merchant}",
    ),
    card_reminder=(
        "Lembrete: seu cartão para “{product}” venceu em {expired}",
        "Lembrete: seu cartão para {merchant} venceu em {expired}",
        "Lembrete: seus dados de pagamento de “{product}”",
        "Lembrete: seus dados de pagamento para {merchant}",
    ),
    card_first="Por favor, informe seu cartão atual na Whop. Leva cerca de um minuto.",
    card_second="Quando seu cartão atual estiver na Whop, o pagamento poderá ser concluído.",
    card_last="Por favor, informe seu cartão atual na Whop.",
    confirm_subject=(
        "Seu banco quer que você confirme o pagamento de “{product}”",
        "Seu banco quer que você confirme o pagamento para {merchant}",
    ),
    confirm_reminder=(
        "Lembrete: confirme o pagamento de “{product}”",
        "Lembrete: confirme o pagamento para {merchant}",
    ),
    confirm_preview="Em geral, basta um toque no aplicativo do banco.",
    confirm_first="Seu banco quer que você o confirme pessoalmente. É uma verificação comum, e só você pode responder.",
    confirm_second="Seu banco ainda espera que você o confirme pessoalmente.",
    other_card_subject=("Adicione outro cartão para “{product}”", "Adicione outro cartão para {merchant}"),
    other_card_reminder=(
        "Lembrete: adicione outro cartão para “{product}”",
        "Lembrete: adicione outro cartão para {merchant}",
    ),
    card_type_subject=(
        "Escolha outra forma de pagar “{product}”",
        "Escolha outra forma de pagar para {merchant}",
    ),
    card_type_reminder=(
        "Lembrete: escolha outra forma de pagar “{product}”",
        "Lembrete: escolha outra forma de pagar para {merchant}",
    ),
    card_type_preview="Serve outro cartão ou uma carteira digital.",
    stopped_subject=("Sobre seu pagamento de “{product}”", "Sobre seu pagamento para {merchant}"),
    stopped_preview="Se você quis interrompê-lo, não há nada a fazer.",
    stopped_first=(
        "Seu banco nos informou que, em {failed_on}, você interrompeu o pagamento de {amount} por “{product}”, "
        "de {merchant}.",
        "Seu banco nos informou que, em {failed_on}, você interrompeu o pagamento por “{product}”, de {merchant}.",
        "Seu banco nos informou que, em {failed_on}, você interrompeu o pagamento de {amount} para {merchant}.",
        "Seu banco nos informou que, em {failed_on}, você interrompeu o pagamento para {merchant}.",
    ),
    stopped_meant="Se era isso que você queria, não há nada a fazer. Para que nada mais seja cobrado, "
    "cancele a assinatura: entre em whop.com, abra Memberships, escolha esta e cancele.",
    stopped_not_meant="Se não era isso que você queria, entre na Whop e escolha como prefere pagar.",
    stopped_no_more="Não vamos lembrar você deste pagamento de novo.",
    winback_subject=("Você pode voltar para “{product}”", "Você pode voltar para {merchant}"),
    winback_preview="Sua assinatura terminou. Se quiser, você pode assinar de novo.",
    winback_ended=(
        "Sua assinatura de “{product}”, de {merchant}, terminou porque um pagamento não foi concluído.",
        "Sua assinatura com {merchant} terminou porque um pagamento não foi concluído.",
    ),
    winback_again="Se quiser voltar, você pode assinar de novo na Whop. Se não quiser, não há nada a fazer.",
    winback_code="Digite lá o código {promo_code}: é a oferta de {merchant} para quem volta.",
    winback_only="Esta é a única mensagem sobre isso.",
    winback_button="Ver como voltar",
    winback_why="Você recebe esta mensagem porque pediu a {merchant} que avisasse sobre ofertas para voltar. "
    "Você pode retirar esse pedido quando quiser.",
)

WORDINGS = laid_out(LINES)
