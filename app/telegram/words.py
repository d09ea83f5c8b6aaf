"""What the bot says, by language. To add one, add its `Words` to `WORDS`; the test names what is missing.

Customers' and merchants' names are put into `{…}`; nothing else is. Commands are as Telegram shows them: a tap
on one sends it.
"""

from collections.abc import Iterable, Mapping

from app.telegram.bot_words import Words
from app.telegram.words_drafts import FRENCH, GERMAN, PORTUGUESE, SPANISH

ENGLISH = Words(
    nameless="the seller of your membership",
    linked=(
        "Done! Payment reminders from {merchant} now come to this chat.\n\n"
        "You hear from us only when a payment needs you. Card details are changed only on whop.com, after "
        "you sign in: never send them here.\n\n"
        "/status shows what is linked\n/stop ends reminders in this chat"
    ),
    linked_but_off=(
        "This chat is linked to {merchant}, but you have switched their reminders off, so nothing will come.\n\n"
        "To switch them on again:\n{preferences}"
    ),
    linked_but_ended=(
        "This chat is linked to {merchant}, but their reminders to you have ended. There is nothing to do."
    ),
    how_to_link=(
        "Hello! I bring reminders when a payment for your membership does not go through.\n\n"
        "To link this chat, open a link in any of our e-mails, press “Choose how you are reminded” at the end of "
        "the page, and then Telegram. It leads you "
        "back here."
    ),
    old_link=(
        "This link has been used or is older than an hour.\n\n"
        "Please open a link in any of our e-mails, press “Choose how you are reminded” at the end of the page, "
        "and then Telegram: that makes a fresh one."
    ),
    stopped=(
        "Done. No more reminders come to this chat. Your membership is not changed by this.\n\n"
        "If a payment does not go through, you may still get an e-mail about it. To stop those as well:\n"
        "{preferences}"
    ),
    nothing_linked="Nothing is linked to this chat, so no reminders come here.",
    status="Linked to this chat:\n{lines}\n\n/stop ends reminders in this chat",
    status_open=(
        "• {merchant}: a payment is open. The button in our newest reminder leads to it; you will also find it "
        "on whop.com under Memberships."
    ),
    status_clear="• {merchant}: no payment is open",
    more="• and {count} more",
    other=(
        "I only bring payment reminders and nobody reads what is written here. With a question, please write "
        "to the seller of your membership on whop.com.\n\n"
        "/status shows what is linked\n/stop ends reminders in this chat"
    ),
)
RUSSIAN = Words(
    nameless="продавца вашей подписки",
    linked=(
        "Готово! Напоминания об оплате от {merchant} теперь приходят в этот чат.\n\n"
        "Мы пишем, только если с платежом нужна ваша помощь. Данные карты меняют только на whop.com, после "
        "входа: никогда не присылайте их сюда.\n\n"
        "/status — что подключено\n/stop — больше не напоминать в этом чате"
    ),
    linked_but_off=(
        "Этот чат подключён к {merchant}, но напоминания от них вы отключили, поэтому сюда ничего не придёт.\n\n"
        "Включить снова:\n{preferences}"
    ),
    linked_but_ended=(
        "Этот чат подключён к {merchant}, но напоминаний от них больше не будет. Делать ничего не нужно."
    ),
    how_to_link=(
        "Здравствуйте! Я напоминаю, если оплата вашей подписки не прошла.\n\n"
        "Чтобы подключить этот чат, откройте ссылку из любого нашего письма, нажмите внизу страницы «Выбрать, как "
        "напоминать», а там Telegram. Вы вернётесь сюда."
    ),
    old_link=(
        "Эта ссылка уже использована или ей больше часа.\n\n"
        "Откройте, пожалуйста, ссылку из любого нашего письма, нажмите внизу страницы «Выбрать, как напоминать», "
        "а там Telegram: появится новая."
    ),
    stopped=(
        "Готово. Напоминаний в этом чате больше не будет. На вашу подписку это не влияет.\n\n"
        "Если платёж не пройдёт, вам всё ещё может прийти письмо. Отключить и письма:\n{preferences}"
    ),
    nothing_linked="К этому чату ничего не подключено, поэтому напоминания сюда не приходят.",
    status="К этому чату подключено:\n{lines}\n\n/stop — больше не напоминать в этом чате",
    status_open=(
        "• {merchant}: есть неоплаченный платёж. К нему ведёт кнопка в последнем напоминании; он есть и на "
        "whop.com в разделе Memberships."
    ),
    status_clear="• {merchant}: неоплаченных платежей нет",
    more="• и ещё {count}",
    other=(
        "Я только напоминаю об оплате, и сообщения здесь никто не читает. С вопросами, пожалуйста, напишите "
        "продавцу вашей подписки на whop.com.\n\n"
        "/status — что подключено\n/stop — больше не напоминать в этом чате"
    ),
)
WORDS: Mapping[str, Words] = {
    "en": ENGLISH,
    "ru": RUSSIAN,
    "es": SPANISH,
    "pt": PORTUGUESE,
    "fr": FRENCH,
    "de": GERMAN,
}


def words_in(wishes: Iterable[str | None]) -> Words:
    """Those of the first language that we have; English where we have none of them."""
    for wish in wishes:
        language = (wish or "").replace("_", "-").partition("-")[0].lower()
        if language in WORDS:
            return WORDS[language]
    return ENGLISH
