"""The default texts in Russian. Said by the merchant; calm, short, and only of what is known."""

from . import ru_lines as say
from .texts import Line, Phrases, Wording

PHRASES = Phrases(
    greeting=("Здравствуйте, {customer_name}!", "Здравствуйте!"),
    unsubscribe="Больше не напоминать",
    labels={
        "product": "Подписка",
        "amount": "Сумма",
        "card": "Карта",
        "failed_on": "Попытка списания",
    },
    seller="магазин на Whop",
    card_ending="последние цифры {last4}",
    branded_card_ending="{brand}, последние цифры {last4}",
    confirm_page="страницу подтверждения",
    other_payments={
        "one": "ещё {count} платёж, который не прошёл",
        "few": "ещё {count} платежа, которые не прошли",
        "many": "ещё {count} платежей, которые не прошли",
        "other": "ещё {count} платежа, которые не прошли",
    },
    day="d MMMM",
    moment="{day}, {hour} {zone}",
    city_zone="(время: {city})",
)

_PAY = "Выбрать способ оплаты"
_UPDATE = "Обновить данные карты"
_ADD = "Добавить другую карту"
_CONFIRM = ("Открыть {confirm_page}", "Перейти на Whop")


def _reminder(subject: Line, preview: Line, *paragraphs: Line, button: Line) -> Wording:
    return Wording(subject, preview, (*paragraphs, say.ALSO_OPEN), button, say.CLOSING, say.FOOTER)


def _last(*advice: Line, button: Line) -> Wording:
    paragraphs = (say.NOT_YET, *advice, say.ENDING, say.NO_MORE)
    return _reminder(say.LAST_REMINDER, say.LAST_PREVIEW, *paragraphs, button=button)


WORDINGS: dict[str, Wording] = {
    "funds.first": _reminder(
        say.SUBJECT,
        ("Whop повторит попытку: {next_attempt}.", "Подойдёт та же карта или другая."),
        say.NOT_THROUGH,
        say.WAIT_OR_PAY,
        button=_PAY,
    ),
    "funds.second": _reminder(
        say.REMINDER,
        ("Whop повторит попытку: {next_attempt}.", "Подойдёт та же карта или другая."),
        say.NOT_YET,
        say.WAIT_OR_PAY,
        button=_PAY,
    ),
    "funds.last": _last("Оплатить можно на Whop той же картой или другой.", button=_PAY),
    "issuer.first": _reminder(
        ("Банк отклонил платёж за «{product}»", "Банк отклонил платёж за подписку: {merchant}"),
        "Обычно помогает подтверждение в приложении банка или другая карта.",
        say.NOT_THROUGH,
        "Его отклонил ваш банк; причину он не назвал.",
        say.APPROVE,
        say.NEXT_TRY,
        button=_PAY,
    ),
    "issuer.second": _reminder(
        say.REMINDER,
        "Банк пока не пропускает платёж. Вот что обычно помогает.",
        say.NOT_YET,
        "Ваш банк пока его не пропускает.",
        say.APPROVE,
        say.NEXT_TRY,
        button=_PAY,
    ),
    "issuer.last": _last(say.APPROVE, button=_PAY),
    "technical.first": _reminder(
        say.SUBJECT,
        "Похоже на технический сбой между платёжными системами.",
        say.NOT_THROUGH,
        "Похоже, это технический сбой между платёжными системами: дело не в вас и не в вашей карте.",
        say.WAIT_OR_PAY,
        button=_PAY,
    ),
    "technical.second": _reminder(
        say.REMINDER,
        "Технический сбой, похоже, ещё не устранён; может помочь другая карта.",
        say.NOT_YET,
        "Технический сбой между платёжными системами, похоже, ещё не устранён. Может помочь другая карта.",
        say.NEXT_TRY,
        button=_PAY,
    ),
    "technical.last": _last("Попробуйте, пожалуйста, оплатить на Whop, лучше другой картой.", button=_PAY),
    "card.first": _reminder(
        (
            "Карта для «{product}» действовала до {expired}",
            "Карта для подписки ({merchant}) действовала до {expired}",
            "Обновите платёжные данные для «{product}»",
            "Обновите платёжные данные для подписки: {merchant}",
        ),
        say.A_MINUTE,
        say.NOT_THROUGH,
        say.CARD_PROBLEM,
        "Укажите, пожалуйста, действующую карту на Whop. Это займёт около минуты.",
        button=_UPDATE,
    ),
    "card.second": _reminder(
        (
            "Напоминание: карта для «{product}» действовала до {expired}",
            "Напоминание: карта действовала до {expired} ({merchant})",
            "Напоминание: обновите платёжные данные для «{product}»",
            "Напоминание: обновите платёжные данные ({merchant})",
        ),
        say.A_MINUTE,
        say.NOT_YET,
        say.CARD_PROBLEM,
        "Когда на Whop будет действующая карта, платёж сможет пройти.",
        button=_UPDATE,
    ),
    "card.last": _last(say.CARD_PROBLEM, "Укажите, пожалуйста, действующую карту на Whop.", button=_UPDATE),
    "confirm.first": _reminder(
        (
            "Банк просит вас подтвердить платёж за «{product}»",
            "Банк просит вас подтвердить платёж за подписку: {merchant}",
        ),
        "Обычно хватает одного нажатия в приложении банка.",
        say.NOT_THROUGH,
        "Банк просит вас подтвердить его лично. Это обычная проверка, и ответить на неё можете только вы.",
        say.CONFIRM,
        button=_CONFIRM,
    ),
    "confirm.second": _reminder(
        (
            "Напоминание: подтвердите платёж за «{product}»",
            "Напоминание: подтвердите платёж ({merchant})",
        ),
        "Обычно хватает одного нажатия в приложении банка.",
        say.NOT_YET,
        "Банк по-прежнему просит вас подтвердить его лично.",
        say.CONFIRM,
        button=_CONFIRM,
    ),
    "confirm.last": _last("Банк по-прежнему просит вас подтвердить его лично.", say.CONFIRM, button=_CONFIRM),
    "other_card.first": _reminder(
        ("Добавьте другую карту для «{product}»", "Добавьте другую карту для подписки: {merchant}"),
        say.A_MINUTE,
        say.NOT_THROUGH,
        say.COULD_NOT_CHARGE,
        button=_ADD,
    ),
    "other_card.second": _reminder(
        (
            "Напоминание: добавьте другую карту для «{product}»",
            "Напоминание: добавьте другую карту ({merchant})",
        ),
        say.A_MINUTE,
        say.NOT_YET,
        say.COULD_NOT_CHARGE,
        button=_ADD,
    ),
    "other_card.last": _last(say.COULD_NOT_CHARGE, button=_ADD),
    "card_type.first": _reminder(
        (
            "Выберите другой способ оплаты для «{product}»",
            "Выберите другой способ оплаты подписки: {merchant}",
        ),
        "Подойдёт другая карта или кошелёк.",
        say.NOT_THROUGH,
        say.CANNOT_PAY,
        say.OTHER_KIND,
        button=_PAY,
    ),
    "card_type.second": _reminder(
        (
            "Напоминание: выберите другой способ оплаты для «{product}»",
            "Напоминание: выберите другой способ оплаты ({merchant})",
        ),
        "Подойдёт другая карта или кошелёк.",
        say.NOT_YET,
        say.CANNOT_PAY,
        say.OTHER_KIND,
        button=_PAY,
    ),
    "card_type.last": _last(say.CANNOT_PAY, say.OTHER_KIND, button=_PAY),
    "stopped.note": Wording(
        subject=("О вашем платеже за «{product}»", "О вашем платеже за подписку: {merchant}"),
        preview="Если вы остановили его намеренно, делать ничего не нужно.",
        paragraphs=(
            (
                "Банк сообщил нам, что {failed_on} вы остановили платёж {amount} за подписку «{product}» "
                "(продавец: {merchant}).",
                "Банк сообщил нам, что {failed_on} вы остановили платёж за подписку «{product}» "
                "(продавец: {merchant}).",
                "Банк сообщил нам, что {failed_on} вы остановили платёж {amount} за подписку "
                "(продавец: {merchant}).",
                "Банк сообщил нам, что {failed_on} вы остановили платёж за подписку (продавец: {merchant}).",
            ),
            "Если вы сделали это намеренно, делать ничего не нужно. Чтобы списаний точно больше не было, "
            "отмените подписку: войдите на whop.com, откройте раздел Memberships, выберите её и отмените.",
            "Если это вышло случайно, войдите на Whop и выберите, как вам удобнее оплатить.",
            "Больше мы об этом платеже не напомним.",
            say.ALSO_OPEN,
        ),
        button="Открыть подписку",
        closing=say.CLOSING,
        footer=say.WHY,
    ),
    "winback.offer": Wording(
        subject=("Можно вернуться: подписка «{product}»", "Можно вернуться: {merchant}"),
        preview="Подписка закончилась. Если хотите, её можно оформить снова.",
        paragraphs=(
            (
                "Ваша подписка «{product}» (продавец: {merchant}) закончилась, потому что не прошёл платёж.",
                "Ваша подписка (продавец: {merchant}) закончилась, потому что не прошёл платёж.",
            ),
            "Если хотите вернуться, оформите её снова на Whop. Если нет, делать ничего не нужно.",
            "Введите там код {promo_code}: это предложение для тех, кто возвращается (продавец: {merchant}).",
            "Больше сообщений об этом не будет.",
        ),
        button="Как вернуться",
        closing=say.CLOSING,
        footer=(
            "Вы получили это сообщение, потому что попросили рассказать о предложениях вернуться "
            "(продавец: {merchant}). Это согласие можно отозвать в любой момент.",
        ),
        details=(),
    ),
}
