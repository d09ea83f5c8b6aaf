"""The notice that another saved card was used, in every language: what was done, and how it is taken back.

The lines about taking it back stand in the closing, which no merchant's own text replaces.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from .texts import Line, Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    charged_subject: Line
    charged_preview: Line
    charged: Line
    charged_later: Line
    charged_button: Line
    charged_back: Line
    declined_subject: Line
    declined_preview: Line
    declined: Line
    declined_later: Line
    declined_button: Line
    declined_back: Line


def laid_out(said: Said, *, like: Wording) -> dict[str, Wording]:
    """`like`: a reminder of the language, whose closing and reason for writing they share."""
    return {
        "switched.charged": Wording(
            subject=said.charged_subject,
            preview=said.charged_preview,
            paragraphs=(said.charged, said.charged_later),
            button=said.charged_button,
            closing=(said.charged_back, *like.closing),
            footer=like.footer[:1],
        ),
        "switched.declined": Wording(
            subject=said.declined_subject,
            preview=said.declined_preview,
            paragraphs=(said.declined, said.declined_later),
            button=said.declined_button,
            closing=(said.declined_back, *like.closing),
            footer=like.footer[:1],
        ),
    }


SAID: Mapping[str, Said] = {
    "en": Said(
        charged_subject=(
            "Your payment for {product} went through with another card",
            "Your payment to {merchant} went through with another card",
        ),
        charged_preview="You had agreed to this. There is nothing to do.",
        charged=(
            "Your payment of {amount} for {product} at {merchant} did not go through on {failed_on}. "
            "As you had agreed, your card ({card}) was charged for it, and it is paid now.",
            "Your payment for {product} at {merchant} did not go through on {failed_on}. "
            "As you had agreed, your card ({card}) was charged for it, and it is paid now.",
            "Your payment to {merchant} did not go through on {failed_on}. "
            "As you had agreed, your card ({card}) was charged for it, and it is paid now.",
            "Your payment to {merchant} did not go through on {failed_on}. "
            "As you had agreed, another card of yours was charged for it, and it is paid now.",
        ),
        charged_later="This card also pays for later renewals from now on.",
        charged_button="See the payment",
        charged_back="Would you rather have the former card back? Open that page and press “Put the former card back”. "
        "Nothing is charged by it.",
        declined_subject=(
            "Another card was tried for {product}",
            "Another card was tried for your payment to {merchant}",
        ),
        declined_preview="You had agreed to this. The payment is still open.",
        declined=(
            "As you had agreed, your card ({card}) was tried for your payment of {amount} for {product} "
            "at {merchant}. It has not gone through yet.",
            "As you had agreed, your card ({card}) was tried for your payment for {product} at {merchant}. "
            "It has not gone through yet.",
            "As you had agreed, your card ({card}) was tried for your payment to {merchant}. "
            "It has not gone through yet.",
            "As you had agreed, another card of yours was tried for your payment to {merchant}. "
            "It has not gone through yet.",
        ),
        declined_later="This card is now the one for your membership. You can pay on Whop with it or with another one.",
        declined_button="Choose how to pay",
        declined_back="While the payment is open, the former card cannot be put back from here, because Whop would "
        "charge it. On Whop you can choose any card yourself.",
    ),
    "ru": Said(
        charged_subject=(
            "Платёж за «{product}» прошёл с другой карты",
            "Платёж прошёл с другой карты (продавец: {merchant})",
        ),
        charged_preview="Вы на это согласились. Делать ничего не нужно.",
        charged=(
            "Платёж на {amount} за «{product}» (продавец: {merchant}) не прошёл {failed_on}. "
            "С вашего согласия он списан с вашей карты ({card}) и теперь оплачен.",
            "Платёж за «{product}» (продавец: {merchant}) не прошёл {failed_on}. "
            "С вашего согласия он списан с вашей карты ({card}) и теперь оплачен.",
            "Ваш платёж (продавец: {merchant}) не прошёл {failed_on}. "
            "С вашего согласия он списан с вашей карты ({card}) и теперь оплачен.",
            "Ваш платёж (продавец: {merchant}) не прошёл {failed_on}. "
            "С вашего согласия он списан с другой вашей карты и теперь оплачен.",
        ),
        charged_later="С этой карты теперь оплачиваются и следующие продления.",
        charged_button="Посмотреть платёж",
        charged_back="Хотите вернуть прежнюю карту? Откройте эту страницу и нажмите «Вернуть прежнюю карту». "
        "При этом ничего не списывается.",
        declined_subject=(
            "Попробовали другую карту: {product}",
            "Попробовали другую карту (продавец: {merchant})",
        ),
        declined_preview="Вы на это согласились. Платёж ещё не прошёл.",
        declined=(
            "С вашего согласия мы попробовали провести платёж на {amount} за «{product}» (продавец: {merchant}) "
            "с вашей карты ({card}). Пока он не прошёл.",
            "С вашего согласия мы попробовали провести платёж за «{product}» (продавец: {merchant}) "
            "с вашей карты ({card}). Пока он не прошёл.",
            "С вашего согласия мы попробовали провести ваш платёж (продавец: {merchant}) "
            "с вашей карты ({card}). Пока он не прошёл.",
            "С вашего согласия мы попробовали провести ваш платёж (продавец: {merchant}) "
            "с другой вашей карты. Пока он не прошёл.",
        ),
        declined_later="Теперь подписка привязана к этой карте. На Whop можно оплатить ею или другой картой.",
        declined_button="Выбрать способ оплаты",
        declined_back="Пока платёж не прошёл, прежнюю карту отсюда вернуть нельзя: Whop списал бы с неё деньги. "
        "На Whop можно самостоятельно выбрать любую карту.",
    ),
    "es": Said(
        charged_subject=(
            "Tu pago de {product} se hizo con otra tarjeta",
            "Tu pago a {merchant} se hizo con otra tarjeta",
        ),
        charged_preview="Habías dado tu acuerdo. No hay nada que hacer.",
        charged=(
            "Tu pago de {amount} por {product} a {merchant} no se completó el {failed_on}. "
            "Como habías acordado, se cobró a tu tarjeta ({card}) y ya está pagado.",
            "Tu pago de {product} a {merchant} no se completó el {failed_on}. "
            "Como habías acordado, se cobró a tu tarjeta ({card}) y ya está pagado.",
            "Tu pago a {merchant} no se completó el {failed_on}. "
            "Como habías acordado, se cobró a tu tarjeta ({card}) y ya está pagado.",
            "Tu pago a {merchant} no se completó el {failed_on}. "
            "Como habías acordado, se cobró a otra de tus tarjetas y ya está pagado.",
        ),
        charged_later="A partir de ahora esta tarjeta paga también las próximas renovaciones.",
        charged_button="Ver el pago",
        charged_back="¿Prefieres la tarjeta anterior? Abre esa página y pulsa «Volver a la tarjeta anterior». "
        "Con ello no se cobra nada.",
        declined_subject=(
            "Se probó otra tarjeta para {product}",
            "Se probó otra tarjeta para tu pago a {merchant}",
        ),
        declined_preview="Habías dado tu acuerdo. El pago sigue abierto.",
        declined=(
            "Como habías acordado, se probó tu tarjeta ({card}) para tu pago de {amount} por {product} a {merchant}. "
            "Todavía no se ha completado.",
            "Como habías acordado, se probó tu tarjeta ({card}) para tu pago de {product} a {merchant}. "
            "Todavía no se ha completado.",
            "Como habías acordado, se probó tu tarjeta ({card}) para tu pago a {merchant}. "
            "Todavía no se ha completado.",
            "Como habías acordado, se probó otra de tus tarjetas para tu pago a {merchant}. "
            "Todavía no se ha completado.",
        ),
        declined_later="Esta es ahora la tarjeta de tu membresía. En Whop puedes pagar con ella o con otra.",
        declined_button="Elegir cómo pagar",
        declined_back="Mientras el pago siga abierto, desde aquí no se puede volver a la tarjeta anterior, porque Whop "
        "le cobraría. En Whop puedes elegir cualquier tarjeta.",
    ),
    "pt": Said(
        charged_subject=(
            "Seu pagamento de {product} foi feito com outro cartão",
            "Seu pagamento a {merchant} foi feito com outro cartão",
        ),
        charged_preview="Você tinha concordado com isso. Não há nada a fazer.",
        charged=(
            "Seu pagamento de {amount} por {product} a {merchant} não foi concluído em {failed_on}. "
            "Como você tinha concordado, ele foi cobrado no seu cartão ({card}) e agora está pago.",
            "Seu pagamento de {product} a {merchant} não foi concluído em {failed_on}. "
            "Como você tinha concordado, ele foi cobrado no seu cartão ({card}) e agora está pago.",
            "Seu pagamento a {merchant} não foi concluído em {failed_on}. "
            "Como você tinha concordado, ele foi cobrado no seu cartão ({card}) e agora está pago.",
            "Seu pagamento a {merchant} não foi concluído em {failed_on}. "
            "Como você tinha concordado, ele foi cobrado em outro cartão seu e agora está pago.",
        ),
        charged_later="A partir de agora este cartão paga também as próximas renovações.",
        charged_button="Ver o pagamento",
        charged_back="Prefere o cartão anterior? Abra essa página e toque em “Voltar ao cartão anterior”. "
        "Nada é cobrado com isso.",
        declined_subject=(
            "Outro cartão foi tentado para {product}",
            "Outro cartão foi tentado para seu pagamento a {merchant}",
        ),
        declined_preview="Você tinha concordado com isso. O pagamento continua em aberto.",
        declined=(
            "Como você tinha concordado, seu cartão ({card}) foi tentado para seu pagamento de {amount} por {product} "
            "a {merchant}. Ele ainda não foi concluído.",
            "Como você tinha concordado, seu cartão ({card}) foi tentado para seu pagamento de {product} a {merchant}. "
            "Ele ainda não foi concluído.",
            "Como você tinha concordado, seu cartão ({card}) foi tentado para seu pagamento a {merchant}. "
            "Ele ainda não foi concluído.",
            "Como você tinha concordado, outro cartão seu foi tentado para seu pagamento a {merchant}. "
            "Ele ainda não foi concluído.",
        ),
        declined_later="Este é agora o cartão da sua assinatura. Na Whop você pode pagar com ele ou com outro.",
        declined_button="Escolher como pagar",
        declined_back="Enquanto o pagamento estiver em aberto, daqui não se volta ao cartão anterior, porque a Whop "
        "cobraria nele. Na Whop você pode escolher qualquer cartão.",
    ),
    "fr": Said(
        charged_subject=(
            "Votre paiement pour {product} est passé avec une autre carte",
            "Votre paiement à {merchant} est passé avec une autre carte",
        ),
        charged_preview="Vous aviez donné votre accord. Il n’y a rien à faire.",
        charged=(
            "Votre paiement de {amount} pour {product} à {merchant} n’est pas passé le {failed_on}. "
            "Comme convenu, il a été prélevé sur votre carte ({card}) et il est réglé.",
            "Votre paiement pour {product} à {merchant} n’est pas passé le {failed_on}. "
            "Comme convenu, il a été prélevé sur votre carte ({card}) et il est réglé.",
            "Votre paiement à {merchant} n’est pas passé le {failed_on}. "
            "Comme convenu, il a été prélevé sur votre carte ({card}) et il est réglé.",
            "Votre paiement à {merchant} n’est pas passé le {failed_on}. "
            "Comme convenu, il a été prélevé sur une autre de vos cartes et il est réglé.",
        ),
        charged_later="Cette carte paie désormais aussi les prochains renouvellements.",
        charged_button="Voir le paiement",
        charged_back="Vous préférez l’ancienne carte ? Ouvrez cette page et choisissez « Remettre l’ancienne carte ». "
        "Rien n’est prélevé pour cela.",
        declined_subject=(
            "Une autre carte a été essayée pour {product}",
            "Une autre carte a été essayée pour votre paiement à {merchant}",
        ),
        declined_preview="Vous aviez donné votre accord. Le paiement reste ouvert.",
        declined=(
            "Comme convenu, votre carte ({card}) a été essayée pour votre paiement de {amount} pour {product} "
            "à {merchant}. Il n’est pas encore passé.",
            "Comme convenu, votre carte ({card}) a été essayée pour votre paiement pour {product} à {merchant}. "
            "Il n’est pas encore passé.",
            "Comme convenu, votre carte ({card}) a été essayée pour votre paiement à {merchant}. "
            "Il n’est pas encore passé.",
            "Comme convenu, une autre de vos cartes a été essayée pour votre paiement à {merchant}. "
            "Il n’est pas encore passé.",
        ),
        declined_later="C’est maintenant la carte de votre abonnement. Sur Whop, vous pouvez payer avec elle ou avec une autre.",
        declined_button="Choisir comment payer",
        declined_back="Tant que le paiement est ouvert, l’ancienne carte ne peut pas être remise d’ici, car Whop "
        "la débiterait. Sur Whop, vous pouvez choisir n’importe quelle carte.",
    ),
    "de": Said(
        charged_subject=(
            "Ihre Zahlung für {product} ist mit einer anderen Karte erfolgt",
            "Ihre Zahlung an {merchant} ist mit einer anderen Karte erfolgt",
        ),
        charged_preview="Sie hatten zugestimmt. Es ist nichts zu tun.",
        charged=(
            "Ihre Zahlung von {amount} für {product} an {merchant} ist am {failed_on} nicht durchgegangen. "
            "Wie vereinbart wurde Ihre Karte ({card}) belastet, und nun ist sie bezahlt.",
            "Ihre Zahlung für {product} an {merchant} ist am {failed_on} nicht durchgegangen. "
            "Wie vereinbart wurde Ihre Karte ({card}) belastet, und nun ist sie bezahlt.",
            "Ihre Zahlung an {merchant} ist am {failed_on} nicht durchgegangen. "
            "Wie vereinbart wurde Ihre Karte ({card}) belastet, und nun ist sie bezahlt.",
            "Ihre Zahlung an {merchant} ist am {failed_on} nicht durchgegangen. "
            "Wie vereinbart wurde eine andere Karte von Ihnen belastet, und nun ist sie bezahlt.",
        ),
        charged_later="Diese Karte bezahlt von nun an auch die nächsten Verlängerungen.",
        charged_button="Zahlung ansehen",
        charged_back="Möchten Sie lieber die frühere Karte? Öffnen Sie diese Seite und drücken Sie "
        "„Frühere Karte wieder nehmen“. Dabei wird nichts abgebucht.",
        declined_subject=(
            "Für {product} wurde eine andere Karte versucht",
            "Für Ihre Zahlung an {merchant} wurde eine andere Karte versucht",
        ),
        declined_preview="Sie hatten zugestimmt. Die Zahlung ist noch offen.",
        declined=(
            "Wie vereinbart wurde Ihre Karte ({card}) für Ihre Zahlung von {amount} für {product} an {merchant} "
            "versucht. Sie ist noch nicht durchgegangen.",
            "Wie vereinbart wurde Ihre Karte ({card}) für Ihre Zahlung für {product} an {merchant} versucht. "
            "Sie ist noch nicht durchgegangen.",
            "Wie vereinbart wurde Ihre Karte ({card}) für Ihre Zahlung an {merchant} versucht. "
            "Sie ist noch nicht durchgegangen.",
            "Wie vereinbart wurde eine andere Karte von Ihnen für Ihre Zahlung an {merchant} versucht. "
            "Sie ist noch nicht durchgegangen.",
        ),
        declined_later="Diese Karte gilt nun für Ihre Mitgliedschaft. Auf Whop können Sie mit ihr oder einer anderen bezahlen.",
        declined_button="Zahlungsart wählen",
        declined_back="Solange die Zahlung offen ist, lässt sich die frühere Karte von hier aus nicht wieder einsetzen, "
        "denn Whop würde sie belasten. Auf Whop können Sie selbst jede Karte wählen.",
    ),
}
