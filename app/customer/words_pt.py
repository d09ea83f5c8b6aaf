"""The customer's pages in Portuguese, a draft."""

from app.customer.words import ConnectWords, Ended, PreferenceWords, Told, Words
from app.recovery.decline import DeclineClass

_FAILED = "O pagamento de {product} não foi concluído"
_OTHER_CARD = "Escolha lá outra forma de pagamento ou mantenha a que você tem."

PORTUGUESE = Words(
    language="pt",
    name="Português",
    declines={
        DeclineClass.FUNDS: Told(
            _FAILED,
            "Desta vez seu banco não deixou a cobrança passar. Acontece com frequência e é fácil de resolver.",
            _OTHER_CARD,
        ),
        DeclineClass.ISSUER: Told(
            _FAILED,
            "Seu banco recusou a cobrança e não informou o motivo. Em geral, resolve aprovar no aplicativo "
            "do banco ou usar outro cartão.",
            _OTHER_CARD,
        ),
        DeclineClass.TECHNICAL: Told(
            _FAILED,
            "Algo entre a Whop e seu banco não funcionou naquele momento. Não tem a ver com você nem com seu cartão, "
            "e quase sempre se resolve sozinho.",
            _OTHER_CARD,
        ),
        DeclineClass.CARD_DATA: Told(
            "É preciso atualizar o cartão de {product}",
            "Os dados cadastrados do cartão já não são iguais aos do seu banco. "
            "Informar os atuais leva menos de um minuto.",
            "Informe lá os dados do seu cartão atual.",
        ),
        DeclineClass.AUTHENTICATION: Told(
            "Seu banco pede que você confirme o pagamento de {product}",
            "Não há nada de errado com seu cartão. Para esta cobrança, o banco quer a sua confirmação, "
            "no aplicativo dele ou por um código.",
            "Confirme o pagamento do jeito que o banco pedir.",
        ),
        DeclineClass.FRAUD: Told(
            _FAILED,
            "Não foi possível cobrar neste cartão. Por favor, use outro cartão ou outra forma de pagamento.",
            "Adicione lá outro cartão ou outra forma de pagamento.",
        ),
        DeclineClass.ACCOUNT_GONE: Told(
            _FAILED,
            "O cartão ou a conta no cadastro não pode ser usado neste pagamento. "
            "Serve outro cartão ou uma carteira como o Apple Pay.",
            "Adicione lá outro cartão ou outra forma de pagamento.",
        ),
        DeclineClass.CUSTOMER_STOPPED: Told(
            "Um pagamento de {product} foi interrompido",
            "Seu banco informou à Whop que você interrompeu este pagamento. Se era isso que você queria, não há nada "
            "a pagar aqui; você também pode cancelar a assinatura na Whop para que não haja novas cobranças. "
            "Se não era isso, você pode resolver na Whop.",
            "Cancele lá a assinatura ou escolha como quer pagar.",
        ),
        DeclineClass.SENSITIVE: Told(_FAILED, "Não foi possível cobrar na conta cadastrada.", _OTHER_CARD),
        DeclineClass.NOT_A_FAILURE: Told(_FAILED, "A cobrança não foi concluída.", _OTHER_CARD),
        DeclineClass.UNKNOWN: Told(
            _FAILED,
            "Seu banco recusou a cobrança. Em geral, resolve aprovar no aplicativo do banco "
            "ou usar outro cartão.",
            _OTHER_CARD,
        ),
    },
    endings={
        "paid": Ended("Tudo pago, obrigado", "O pagamento de {product} chegou. Não há mais nada a fazer."),
        "clearing": Ended(
            "O pagamento está a caminho",
            "Seu banco ainda está processando o pagamento de {product}. Não há nada a fazer agora; "
            "por favor, não pague de novo.",
        ),
        "under_review": Ended(
            "A Whop está analisando",
            "Você fez uma consulta à Whop sobre {product}. Até a resposta, não há nada a pagar aqui.",
        ),
        "canceled": Ended(
            "Sua assinatura está terminando",
            "Você cancelou {product}. Não vamos mais pedir este pagamento, e não há nada a fazer.",
        ),
        "ended": Ended(
            "Sua assinatura terminou",
            "{product} terminou e este pagamento já não é pedido. Não há nada a fazer.",
        ),
        "voided": Ended(
            "Este pagamento foi anulado",
            "A cobrança de {product} foi retirada. Você não precisa pagar nada por ela.",
        ),
        "refunded": Ended(
            "Este pagamento foi reembolsado",
            "O dinheiro de {product} foi devolvido. Seu banco pode levar alguns dias para mostrá-lo.",
        ),
        "disputed": Ended(
            "Este pagamento está com seu banco",
            "Você contestou a cobrança de {product} no seu banco. Até a decisão, não há nada a fazer aqui.",
        ),
        "over": Ended(
            "Não pedimos mais este pagamento",
            "Os lembretes sobre o pagamento de {product} terminaram. A Whop mostra como está sua assinatura.",
        ),
    },
    card_expired="O cartão com final {last4} venceu em {month}. Informar um atual leva menos de um minuto.",
    something="sua assinatura",
    seller="seu vendedor",
    merchant="Vendedor",
    product="Assinatura",
    amount="Valor",
    card="Cartão",
    card_ending="{brand} com final {last4}",
    failed_on="Tentativa de cobrança",
    next_try="A Whop tenta de novo em",
    details="O pagamento",
    confirm="Confirmar com seu banco",
    go_on="Continuar na Whop",
    open_whop="Abrir a Whop",
    others_title="Também em aberto com {merchant}",
    others_link="Ver este pagamento",
    next_title="O que acontece depois",
    step_sign_in="A Whop abre e pede que você entre, porque só você pode mudar como paga.",
    step_last="Depois, a Whop tenta a cobrança. Você não precisa voltar aqui.",
    step_last_stopped="Se você quis interromper e não fizer mais nada, tudo bem também.",
    safe_title="Isto é verdadeiro?",
    safe_card="{merchant} vende assinaturas na Whop, e a Whop recebe os pagamentos. "
    "Esta página só explica e leva você até lá: nunca pede número de cartão, senha ou código. "
    "Os dados do cartão são informados em whop.com e em nenhum outro lugar.",
    safe_yourself="Prefere não usar o botão? Abra a Whop por conta própria:",
    on_behalf="Página mostrada em nome de {merchant}.",
    stop_reminders="Não receber mais lembretes",
    stop_title="Deixar de receber lembretes de {merchant}?",
    stop_lead="Você recebe alguns lembretes quando o pagamento de uma assinatura não é concluído. "
    "Com um toque, eles param de vez.",
    stops_title="O que para",
    stops="Os lembretes de {merchant} sobre pagamentos não concluídos.",
    stays_title="O que continua igual",
    stays=(
        "Sua assinatura e os pagamentos dela: parar os lembretes não cancela nada.",
        "Os e-mails que a Whop envia por conta própria, como recibos.",
    ),
    stop_button="Parar os lembretes",
    back="Voltar ao pagamento",
    stopped_title="Os lembretes pararam",
    stopped_lead="Você não receberá mais lembretes de {merchant} sobre pagamentos não concluídos.",
    preferences=PreferenceWords(
        go="Escolher como receber lembretes",
        safe="{merchant} vende assinaturas na Whop. Esta página trata só de lembretes: nada é pago aqui, e ela "
        "nunca pede número de cartão, senha ou código.",
        manage="Assinaturas e cartões são gerenciados na página da própria Whop e em nenhum outro lugar:",
        title="Seus lembretes de {merchant}",
        lead="Você recebe alguns lembretes quando o pagamento de uma assinatura não é concluído. Aqui você escolhe"
        " como eles chegam, ou os interrompe.",
        done={
            "saved": "Salvo. Os lembretes seguem isso a partir de agora.",
            "linked": "A conta está vinculada.",
            "unlinked": "A conta foi desvinculada e não fica mais guardada aqui.",
            "case_stopped": "Você não receberá mais lembretes sobre este pagamento.",
            "allowed": "Os lembretes estão permitidos de novo.",
            "known": "Obrigado. Você entrou na Whop, e esta página é sua.",
        },
        off_title="No momento ninguém escreve para você",
        off_lead="Os lembretes de {merchant} terminaram. Não há nada a fazer.",
        allow="Permitir lembretes de novo",
        allow_lead="Os lembretes só voltam se você mesmo apertar aqui.",
        where_title="Onde os lembretes chegam",
        where_lead="Cada lembrete chega a um só lugar.",
        email="E-mail",
        since="vinculada em {date}",
        link="Receber lembretes no {channel}",
        unlink="Desvincular {channel}",
        leads_to={
            "telegram": "O Telegram abre com nosso bot, e você aperta Iniciar. O bot fica sabendo seu nome no Telegram e pode"
            " escrever para você até que o desvincule.",
            "discord": "O discord.com abre e pergunta se podemos ver quem você é: seu nome lá e nada mais. Você pode "
            "desvincular aqui a qualquer momento.",
        },
        how_title="Como você quer ser lembrado",
        channel="Primeiro por",
        any_channel="O que chegar melhor a você",
        language="Idioma",
        any_language="Como {merchant} escreve",
        save="Salvar",
        offers_title="Ofertas para voltar",
        offers="Avisem-me de uma oferta de {merchant} para voltar se minha assinatura terminar",
        offers_hint="Uma mensagem, alguns dias depois. Você pode retirar isso aqui quando quiser.",
        open_title="Pagamentos em aberto",
        see_payment="Ver este pagamento",
        stop_payment="Parar os lembretes deste pagamento",
        stored_title="O que está guardado sobre você",
        stored_lead="Isto fica guardado aqui para {merchant}, e nenhum outro vendedor o vê.",
        stored_more="De cada cobrança recusada fica guardado o motivo do banco, e de cada mensagem o texto e o endereço "
        "para onde foi. Números completos de cartão nunca estão aqui: a Whop não os entrega.",
        name="Nome",
        country="País",
        zone="Fuso horário",
        accounts="Contas vinculadas",
        known_since="Conhecido desde",
        none="nada",
        payments="Pagamentos",
        messages="Lembretes enviados",
        newest="São mostrados os {count} mais recentes.",
        date="Data",
        by="Por",
        subject="Assunto",
    ),
    connect=ConnectWords(
        title="Lembretes de {merchant} onde você os lê",
        lead="Se um pagamento da sua assinatura com {merchant} falhar, um lembrete pode chegar em {channels}, "
        "onde você o verá. Um e-mail passa despercebido com facilidade.",
        who="A Whop pede que você entre e nos diz quem você é: seu nome, nada mais. Sua senha fica na Whop, e "
        "nada é cobrado nem alterado.",
        only="Os lembretes só tratam de pagamentos a {merchant}. Você pode interrompê-los com um toque.",
        sign_in="Entrar com a Whop",
        not_here="Entrar com a Whop não está configurado aqui. O link “{link}” na página de qualquer lembrete leva ao "
        "mesmo lugar.",
        nothing_to_link="Por enquanto os lembretes chegam só por e-mail, então ainda não há nada para vincular. Você pode "
        "escolher seu idioma mesmo assim.",
        troubles={
            "denied": "Você disse não na Whop, então nada foi guardado. Pode tentar de novo quando quiser.",
            "state": "Este acesso não começou neste navegador, ou começou há muito tempo. Aperte o botão de novo.",
            "code": "A permissão da Whop tinha expirado. Aperte o botão de novo.",
            "away": "A Whop não responde agora, então nada foi guardado. Tente de novo em um momento.",
            "untrusted": "Não foi possível confiar na resposta da Whop, então nada foi guardado. Tente mais tarde.",
        },
        failed_title="{channel} não está vinculado",
        failures={
            "denied": "Você disse não no {channel}, então nada foi guardado.",
            "expired": "O caminho para {channel} vale uma vez e por uma hora. Comece de novo na sua própria página.",
            "away": "{channel} não responde como deveria agora, então nada foi guardado. Tente de novo em um momento.",
        },
    ),
    unknown_title="Este link não está completo",
    unknown_lead="Parece que falta uma parte do endereço. Abra de novo o link da mensagem ou abra a Whop por conta própria: "
    "ela sempre mostra suas assinaturas e pagamentos.",
    unknown_unsubscribe="Parece que falta uma parte do endereço, por isso nada foi alterado. "
    "Abra de novo o link no fim da mensagem.",
)
