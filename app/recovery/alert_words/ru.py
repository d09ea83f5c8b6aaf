"""Alerts in Russian: calm, exact, and without anything that the merchant cannot use."""

from app.recovery.alerts import AlertKind
from app.recovery.decline import DeclineClass
from app.recovery.machine import CaseReason

from .texts import AlertPhrases, AlertText

_CASE = "Открыть дело"
_BILL = ("product", "amount", "reason", "failed_at", "next_attempt")

PHRASES = AlertPhrases(
    texts={
        AlertKind.LARGE_FAILURE: AlertText(
            ("Не прошёл платёж {amount}: {product}", "Не прошёл платёж {amount}"),
            (
                (
                    "Не прошло продление на {amount} за {product}. Причина: {reason}.",
                    "Не прошло продление на {amount}. Причина: {reason}.",
                ),
                (
                    "Whop попробует снова {next_attempt}. Напоминания идут по вашему плану, "
                    "время указано в деле.",
                    "Напоминания идут по вашему плану, время указано в деле.",
                ),
            ),
            _CASE,
            _BILL,
        ),
        AlertKind.SENSITIVE: AlertText(
            ("Банк сообщает о смерти владельца счёта: {product}", "Банк сообщает о смерти владельца счёта"),
            (
                (
                    "Банк одного из ваших участников сообщает, что владелец счёта умер. "
                    "Мы никому ничего не отправили и не отправим.{untold}",
                    "Банк одного из ваших участников сообщает, что владелец счёта умер. "
                    "Всё запланированное отменено, больше никому ничего не отправляется.",
                ),
                "Что делать с подпиской, решаете вы, и торопиться не нужно. Её можно завершить на Whop "
                "или оставить как есть, пока вам не напишут.",
            ),
            _CASE,
            ("product", "amount", "failed_at"),
        ),
        AlertKind.LARGE_LOSS: AlertText(
            ("Потерян платёж {amount}: {product}", "Потерян платёж {amount}"),
            (
                (
                    "Продление на {amount} за {product} потеряно: {loss}.",
                    "Продление на {amount} потеряно: {loss}.",
                ),
                "Больше об этом платеже ничего не отправляется. Если деньги всё же придут, дело "
                "будет считаться восстановленным.",
            ),
            _CASE,
            _BILL[:4],
        ),
        AlertKind.SPIKE: AlertText(
            "Неудачных продлений за час: {failures}",
            (
                (
                    "За последний час не прошло продлений: {failures}. Обычно их не больше {usual}.",
                    "За последний час не прошло продлений: {failures}. Обычно их почти не бывает.",
                ),
                "Когда их так много сразу, причина чаще всего одна: платёжная система, один банк или "
                "изменение продукта либо цены. Её видно по причинам в списке. Напоминания идут по плану.",
            ),
            "Открыть дела",
        ),
        AlertKind.CHANNEL_DOWN: AlertText(
            "Напоминания не уходят ({channel}) с {since}",
            (
                (
                    "Напоминания ({channel}) не уходят с {since}: {cause}.",
                    "Напоминания ({channel}) не уходят с {since}.",
                ),
                "Они ждут и уйдут, когда канал заработает; опоздавшие на двое суток уже не отправляются. "
                "Что исправить, видно в настройках, в разделе «Каналы».",
            ),
            "Открыть настройки",
        ),
        AlertKind.EVENTS_AMISS: AlertText(
            "Событие от Whop не удалось использовать",
            (
                "По крайней мере одно событие, которое Whop прислал сегодня, не удалось использовать, "
                "поэтому здесь может не хватать отказа или платежа. Оно сохранено вместе с причиной "
                "в списке событий.",
                "Об этом сообщается не чаще раза в день.",
            ),
            "Открыть события",
        ),
        AlertKind.WEBHOOK_DOWN: AlertText(
            "События от Whop не приходят с {since}",
            (
                "События от Whop не приходят с {since}: {cause}.",
                "Отказы и оплаты продлений по-прежнему находятся: каждые четверть часа они сверяются "
                "с записями самого Whop. Возвраты, споры и жалобы так не находятся.",
                "Проверьте вебхук в настройках разработчика Whop. Как только он заработает, у Whop будет "
                "запрошено всё пропущенное.",
            ),
            "Открыть события",
        ),
        AlertKind.DIGEST: AlertText(
            ("{news}", "{need}"),
            ("С {since}: {news}.", "{needs}"),
            "Открыть обзор",
            ("recovered", "opened", "lost", "at_risk"),
        ),
    },
    test=AlertText(
        "Проверочное сообщение AutoChargeSaver",
        ("Это проверочное сообщение, которое вы попросили. Оповещения сюда доходят.",),
        "Открыть настройки",
    ),
    labels={
        "product": "Продукт",
        "amount": "Сумма",
        "reason": "Причина",
        "failed_at": "Первый отказ",
        "next_attempt": "Whop попробует снова",
        "recovered": "Возвращено",
        "opened": "Новые отказы",
        "lost": "Потеряно",
        "at_risk": "Сейчас под угрозой",
    },
    classes={
        DeclineClass.FUNDS: "средства или лимиты",
        DeclineClass.ISSUER: "отказ банка",
        DeclineClass.TECHNICAL: "технический сбой",
        DeclineClass.CARD_DATA: "устаревшие данные карты",
        DeclineClass.AUTHENTICATION: "банк просит подтверждения",
        DeclineClass.FRAUD: "карта заблокирована",
        DeclineClass.ACCOUNT_GONE: "картой или счётом нельзя платить",
        DeclineClass.CUSTOMER_STOPPED: "остановлено покупателем",
        DeclineClass.SENSITIVE: "деликатный случай",
        DeclineClass.NOT_A_FAILURE: "не отказ",
        DeclineClass.UNKNOWN: "причина неизвестна",
    },
    losses={
        CaseReason.CUSTOMER_CANCELED: "покупатель отменил подписку",
        CaseReason.MEMBERSHIP_ENDED: "подписка закончилась",
        CaseReason.WINDOW_ENDED: "четырнадцать дней прошли без оплаты",
        CaseReason.UNCOLLECTIBLE: "Whop признал его безнадёжным",
        CaseReason.DISPUTED: "покупатель оспорил платёж через банк",
    },
    channels={
        "email": "электронная почта",
        "telegram": "Telegram",
        "discord": "Discord",
        "whop_chat": "чат Whop",
    },
    causes={
        "smtp_unreachable": "почтовый сервер не отвечает",
        "smtp_timeout": "почтовый сервер не отвечает вовремя",
        "smtp_hung_up": "почтовый сервер обрывает соединение",
        "smtp_garbage": "отвечает не почтовый сервер",
        "smtp_no_starttls": "почтовый сервер не предлагает шифрование",
        "smtp_no_tls": "почтовый сервер не предлагает шифрование",
        "smtp_bad_certificate": "сертификат почтового сервера недействителен",
        "smtp_auth_refused": "почтовый сервер не принимает вход",
        "smtp_auth_unsupported": "почтовый сервер не предлагает подходящий способ входа",
        "mostly_refused": "большинство сообщений за последний час отклонено",
        "webhook_disabled": "вебхук выключен на стороне Whop",
        "webhook_failing": "Whop не может доставить их по этому адресу",
    },
    news={
        "recovered": "возвращено {count} ({money})",
        "opened": "новых отказов {count} ({money})",
        "lost": "потеряно {count} ({money})",
    },
    needs={
        "sensitive": "Ждут вашего решения, банк сообщил о смерти владельца счёта: {count}.",
        "unknown_reason": "Новые отказы с пока неизвестной причиной: {count}.",
        "unreached": "Напоминания, отклонённые окончательно: {count}. Может помочь другой адрес.",
        "paused": "Случаи, которые вы приостановили: {count}.",
    },
    footer="Об аккаунте {merchant}. О чём, когда и куда сообщать, задаётся в настройках.",
    moment="MMMd",
)
