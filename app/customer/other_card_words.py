"""What customers read about charging another saved card: the consent itself, what it means, and the way back.

The consent is recorded with the version and the language of these words. Whoever changes `ask` or `terms` of any
language raises `VERSION`: a test compares them with what was agreed to.
"""

from collections.abc import Mapping
from dataclasses import dataclass

VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherCardWords:
    title: str
    ask: str
    terms: tuple[str, ...]
    allow: str
    agreed: str
    withdraw: str
    planned: str
    used: str
    undo: str
    undo_hint: str
    undoing: str
    undone: str
    not_undone: str
    """Whop refused it, or its answer was lost."""
    would_charge: str
    expired: str
    done: Mapping[str, str]
    """What was just done: card_allowed, card_withdrawn, card_undo."""


WORDS: Mapping[str, OtherCardWords] = {
    "en": OtherCardWords(
        title="If a renewal does not go through",
        ask="If a renewal with {merchant} does not go through, it may be charged to another card that I have saved "
        "at Whop.",
        terms=(
            "At most once for a payment, a day or more after an attempt that failed. It counts for payments that are "
            "open now, too.",
            "The card then pays for later renewals as well.",
            "You are told at once which card it was, and you can put the former card back.",
            "You can take this back here at any time. Cards stay with Whop; none is entered here.",
        ),
        allow="I agree",
        agreed="You agreed to this on {date}.",
        withdraw="Take it back",
        planned="Such a charge is planned for {date}, unless the payment goes through before.",
        used="As you had agreed, your card {card} was chosen for this membership on {date}.",
        undo="Put the former card back",
        undo_hint="Later renewals are charged to your card {card} again, and your consent ends. Nothing is charged now.",
        undoing="The former card is being put back. It is done in a minute or two.",
        undone="The former card is back. Nothing was charged.",
        not_undone="Whop did not confirm that the former card is back. Please choose the card on Whop yourself.",
        would_charge="While a payment of this membership is open, the former card cannot be put back from here: Whop "
        "would charge it at once. On Whop you can choose any card yourself.",
        expired="The former card has expired. On Whop you can choose another one yourself.",
        done={
            "card_allowed": "Thank you. Your consent is noted.",
            "card_withdrawn": "Your consent is taken back. No other card is charged.",
            "card_undo": "The former card is being put back, and your consent has ended.",
        },
    ),
    "ru": OtherCardWords(
        title="Если продление не пройдёт",
        ask="Если продление у продавца {merchant} не пройдёт, его можно оплатить с другой карты, которую я сохранил(а) "
        "на Whop.",
        terms=(
            "Не больше одного раза за платёж и не раньше чем через день после неудачной попытки. Это относится и к "
            "платежам, которые открыты сейчас.",
            "С этой карты затем оплачиваются и следующие продления.",
            "Вам сразу сообщат, какая это карта, и прежнюю карту можно вернуть.",
            "Согласие можно отозвать здесь в любой момент. Карты остаются у Whop; здесь их не вводят.",
        ),
        allow="Согласен / согласна",
        agreed="Вы согласились на это {date}.",
        withdraw="Отозвать согласие",
        planned="Такое списание намечено на {date}, если платёж не пройдёт раньше.",
        used="С вашего согласия {date} для этой подписки выбрана карта {card}.",
        undo="Вернуть прежнюю карту",
        undo_hint="Следующие продления снова будут оплачиваться с карты {card}, а ваше согласие прекратится. "
        "Сейчас ничего не списывается.",
        undoing="Прежняя карта возвращается. Это займёт минуту-две.",
        undone="Прежняя карта возвращена. Ничего не списано.",
        not_undone="Whop не подтвердил, что прежняя карта возвращена. Пожалуйста, выберите карту на Whop самостоятельно.",
        would_charge="Пока платёж по этой подписке открыт, прежнюю карту отсюда вернуть нельзя: Whop сразу списал бы с "
        "неё деньги. На Whop можно самостоятельно выбрать любую карту.",
        expired="Срок действия прежней карты истёк. На Whop можно самостоятельно выбрать другую.",
        done={
            "card_allowed": "Спасибо. Ваше согласие записано.",
            "card_withdrawn": "Согласие отозвано. С другой карты ничего не спишется.",
            "card_undo": "Прежняя карта возвращается, ваше согласие прекращено.",
        },
    ),
    "es": OtherCardWords(
        title="Si una renovación no se completa",
        ask="Si una renovación con {merchant} no se completa, se puede cobrar a otra tarjeta que tengo guardada en Whop.",
        terms=(
            "Como máximo una vez por pago, y un día o más después de un intento fallido. Vale también para los pagos "
            "que están abiertos ahora.",
            "Esa tarjeta paga después también las siguientes renovaciones.",
            "Se te dice enseguida qué tarjeta fue, y puedes volver a la anterior.",
            "Puedes retirarlo aquí en cualquier momento. Las tarjetas se quedan en Whop; aquí no se introduce ninguna.",
        ),
        allow="Estoy de acuerdo",
        agreed="Diste tu acuerdo el {date}.",
        withdraw="Retirar el acuerdo",
        planned="Está previsto un cobro así para el {date}, si el pago no se completa antes.",
        used="Como habías acordado, el {date} se eligió tu tarjeta {card} para esta membresía.",
        undo="Volver a la tarjeta anterior",
        undo_hint="Las siguientes renovaciones se cobran de nuevo a tu tarjeta {card}, y tu acuerdo termina. "
        "Ahora no se cobra nada.",
        undoing="Se está volviendo a la tarjeta anterior. Tarda uno o dos minutos.",
        undone="La tarjeta anterior está de vuelta. No se cobró nada.",
        not_undone="Whop no confirmó la vuelta a la tarjeta anterior. Elige la tarjeta en Whop, por favor.",
        would_charge="Mientras haya un pago abierto de esta membresía, desde aquí no se puede volver a la tarjeta "
        "anterior: Whop le cobraría enseguida. En Whop puedes elegir cualquier tarjeta.",
        expired="La tarjeta anterior ha caducado. En Whop puedes elegir otra.",
        done={
            "card_allowed": "Gracias. Tu acuerdo queda anotado.",
            "card_withdrawn": "Tu acuerdo queda retirado. No se cobra a ninguna otra tarjeta.",
            "card_undo": "Se está volviendo a la tarjeta anterior, y tu acuerdo ha terminado.",
        },
    ),
    "pt": OtherCardWords(
        title="Se uma renovação não for concluída",
        ask="Se uma renovação com {merchant} não for concluída, ela pode ser cobrada em outro cartão que salvei na Whop.",
        terms=(
            "No máximo uma vez por pagamento, e um dia ou mais depois de uma tentativa sem sucesso. Vale também para "
            "pagamentos que estão em aberto agora.",
            "Esse cartão paga depois também as próximas renovações.",
            "Você fica sabendo na hora qual cartão foi, e pode voltar ao anterior.",
            "Você pode retirar isso aqui a qualquer momento. Os cartões ficam na Whop; nenhum é digitado aqui.",
        ),
        allow="Concordo",
        agreed="Você concordou com isso em {date}.",
        withdraw="Retirar",
        planned="Uma cobrança assim está prevista para {date}, se o pagamento não for concluído antes.",
        used="Como você tinha concordado, seu cartão {card} foi escolhido para esta assinatura em {date}.",
        undo="Voltar ao cartão anterior",
        undo_hint="As próximas renovações voltam a ser cobradas no seu cartão {card}, e seu acordo termina. "
        "Agora nada é cobrado.",
        undoing="O cartão anterior está sendo recolocado. Leva um ou dois minutos.",
        undone="O cartão anterior está de volta. Nada foi cobrado.",
        not_undone="A Whop não confirmou a volta ao cartão anterior. Escolha o cartão na Whop, por favor.",
        would_charge="Enquanto houver um pagamento em aberto desta assinatura, daqui não se volta ao cartão anterior: "
        "a Whop cobraria nele. Na Whop você pode escolher qualquer cartão.",
        expired="O cartão anterior venceu. Na Whop você pode escolher outro.",
        done={
            "card_allowed": "Obrigado. Seu acordo está anotado.",
            "card_withdrawn": "Seu acordo foi retirado. Nenhum outro cartão é cobrado.",
            "card_undo": "O cartão anterior está sendo recolocado, e seu acordo terminou.",
        },
    ),
    "fr": OtherCardWords(
        title="Si un renouvellement ne passe pas",
        ask="Si un renouvellement chez {merchant} ne passe pas, il peut être prélevé sur une autre carte que j’ai "
        "enregistrée chez Whop.",
        terms=(
            "Au plus une fois par paiement, un jour ou plus après une tentative échouée. Cela vaut aussi pour les "
            "paiements ouverts en ce moment.",
            "Cette carte paie ensuite aussi les renouvellements suivants.",
            "Vous apprenez tout de suite quelle carte c’était, et pouvez remettre l’ancienne.",
            "Vous pouvez retirer cet accord ici à tout moment. Les cartes restent chez Whop ; aucune n’est saisie ici.",
        ),
        allow="Je suis d’accord",
        agreed="Vous avez donné votre accord le {date}.",
        withdraw="Retirer l’accord",
        planned="Un tel prélèvement est prévu le {date}, sauf si le paiement passe avant.",
        used="Comme convenu, votre carte {card} a été choisie pour cet abonnement le {date}.",
        undo="Remettre l’ancienne carte",
        undo_hint="Les renouvellements suivants sont de nouveau prélevés sur votre carte {card}, et votre accord prend fin. "
        "Rien n’est prélevé maintenant.",
        undoing="L’ancienne carte est en train d’être remise. Cela prend une ou deux minutes.",
        undone="L’ancienne carte est remise. Rien n’a été prélevé.",
        not_undone="Whop n’a pas confirmé que l’ancienne carte est remise. Veuillez choisir la carte sur Whop vous-même.",
        would_charge="Tant qu’un paiement de cet abonnement est ouvert, l’ancienne carte ne peut pas être remise d’ici : "
        "Whop la débiterait aussitôt. Sur Whop, vous pouvez choisir n’importe quelle carte.",
        expired="L’ancienne carte a expiré. Sur Whop, vous pouvez en choisir une autre.",
        done={
            "card_allowed": "Merci. Votre accord est noté.",
            "card_withdrawn": "Votre accord est retiré. Aucune autre carte n’est débitée.",
            "card_undo": "L’ancienne carte est en train d’être remise, et votre accord a pris fin.",
        },
    ),
    "de": OtherCardWords(
        title="Wenn eine Verlängerung nicht durchgeht",
        ask="Wenn eine Verlängerung bei {merchant} nicht durchgeht, darf eine andere Karte belastet werden, die ich bei "
        "Whop gespeichert habe.",
        terms=(
            "Höchstens einmal je Zahlung, einen Tag oder länger nach einem Versuch, der nicht gelang. Es gilt auch für "
            "Zahlungen, die jetzt offen sind.",
            "Diese Karte bezahlt danach auch die nächsten Verlängerungen.",
            "Sie erfahren gleich, welche Karte es war, und können die frühere wieder nehmen.",
            "Sie können das hier jederzeit zurücknehmen. Karten bleiben bei Whop; hier wird keine eingegeben.",
        ),
        allow="Ich stimme zu",
        agreed="Sie haben dem am {date} zugestimmt.",
        withdraw="Zurücknehmen",
        planned="Eine solche Abbuchung ist für den {date} vorgesehen, falls die Zahlung nicht vorher durchgeht.",
        used="Wie vereinbart wurde am {date} Ihre Karte {card} für diese Mitgliedschaft gewählt.",
        undo="Frühere Karte wieder nehmen",
        undo_hint="Die nächsten Verlängerungen bezahlt wieder Ihre Karte {card}, und Ihre Zustimmung endet. "
        "Jetzt wird nichts abgebucht.",
        undoing="Die frühere Karte wird wieder eingesetzt. Es dauert ein bis zwei Minuten.",
        undone="Die frühere Karte gilt wieder. Es wurde nichts abgebucht.",
        not_undone="Whop hat nicht bestätigt, dass die frühere Karte wieder gilt. Bitte wählen Sie die Karte selbst auf Whop.",
        would_charge="Solange eine Zahlung dieser Mitgliedschaft offen ist, lässt sich die frühere Karte von hier aus nicht "
        "wieder nehmen: Whop würde sie gleich belasten. Auf Whop können Sie selbst jede Karte wählen.",
        expired="Die frühere Karte ist abgelaufen. Auf Whop können Sie selbst eine andere wählen.",
        done={
            "card_allowed": "Danke. Ihre Zustimmung ist vermerkt.",
            "card_withdrawn": "Ihre Zustimmung ist zurückgenommen. Keine andere Karte wird belastet.",
            "card_undo": "Die frühere Karte wird wieder eingesetzt, und Ihre Zustimmung ist beendet.",
        },
    ),
}
