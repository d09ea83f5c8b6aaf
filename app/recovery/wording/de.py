"""The default texts in German, a draft. It says "Sie". Names stand where no ending could be needed."""

from .draft import Lines, laid_out
from .texts import Phrases

PHRASES = Phrases(
    greeting=("Guten Tag {customer_name},", "Guten Tag,"),
    unsubscribe="Keine Erinnerungen mehr",
    labels={
        "product": "Mitgliedschaft",
        "amount": "Betrag",
        "card": "Karte",
        "failed_on": "Abbuchung versucht am",
    },
    seller="einem Anbieter auf Whop",
    card_ending="Endziffern {last4}",
    branded_card_ending="{brand}, Endziffern {last4}",
    confirm_page="die Bestätigungsseite",
    other_payments={
        "one": "{count} weitere offene Zahlung",
        "other": "{count} weitere offene Zahlungen",
    },
    day="d. MMMM",
    moment="{day}, {hour} {zone}",
    city_zone="(Ortszeit {city})",
)

LINES = Lines(
    pay="Zahlungsart wählen",
    update="Zahlungsdaten aktualisieren",
    add="Andere Karte hinzufügen",
    confirm_button=("Weiter auf {confirm_page}", "Weiter zu Whop"),
    open_membership="Mitgliedschaft öffnen",
    closing=(
        "Oder öffnen Sie Whop selbst: Melden Sie sich auf whop.com an und öffnen Sie Memberships.",
        "Wir fragen nie in einer Nachricht nach Kartendaten. "
        "Eine Karte wird nur auf whop.com geändert, nachdem Sie sich angemeldet haben.",
    ),
    why=(
        "Sie erhalten diese Nachricht, weil Sie bei {merchant} eine Mitgliedschaft „{product}“ haben. "
        "Zahlungen laufen über whop.com.",
        "Sie erhalten diese Nachricht, weil Sie bei {merchant} eine Mitgliedschaft haben. "
        "Zahlungen laufen über whop.com.",
    ),
    can_stop="Sie können diese Erinnerungen jederzeit abbestellen; Ihre Mitgliedschaft kündigt das nicht.",
    subject=(
        "Ihre Zahlung für „{product}“ hat nicht geklappt",
        "Ihre Zahlung bei {merchant} hat nicht geklappt",
    ),
    reminder=("Erinnerung: Ihre Zahlung für „{product}“", "Erinnerung: Ihre Zahlung bei {merchant}"),
    last_reminder=(
        "Letzte Erinnerung: Ihre Zahlung für „{product}“",
        "Letzte Erinnerung: Ihre Zahlung bei {merchant}",
    ),
    last_preview=(
        "Bezahlen können Sie bis zum {cutoff}.",
        "Was Sie tun können und was geschieht, wenn Sie nichts tun.",
    ),
    a_minute="Auf Whop dauert es etwa eine Minute.",
    not_through=(
        "Ihre Zahlung von {amount} für „{product}“ bei {merchant} hat am {failed_on} nicht geklappt.",
        "Ihre Zahlung für „{product}“ bei {merchant} hat am {failed_on} nicht geklappt.",
        "Ihre Zahlung von {amount} bei {merchant} hat am {failed_on} nicht geklappt.",
        "Ihre Zahlung bei {merchant} hat am {failed_on} nicht geklappt.",
    ),
    not_yet=(
        "Ihre Zahlung von {amount} für „{product}“ bei {merchant} hat noch nicht geklappt.",
        "Ihre Zahlung für „{product}“ bei {merchant} hat noch nicht geklappt.",
        "Ihre Zahlung von {amount} bei {merchant} hat noch nicht geklappt.",
        "Ihre Zahlung bei {merchant} hat noch nicht geklappt.",
    ),
    next_try=(
        "Whop versucht es am {next_attempt} noch einmal mit Ihrer Karte ({card}).",
        "Whop versucht es am {next_attempt} noch einmal.",
    ),
    wait_or_pay=(
        "Whop versucht es am {next_attempt} noch einmal mit Ihrer Karte ({card}); vielleicht müssen Sie also gar "
        "nichts tun. Wenn Ihnen eine andere Karte lieber ist, können Sie sie auf Whop wählen; "
        "das dauert etwa eine Minute.",
        "Whop versucht es am {next_attempt} noch einmal; vielleicht müssen Sie also gar nichts tun. "
        "Wenn Ihnen eine andere Karte lieber ist, können Sie sie auf Whop wählen; das dauert etwa eine Minute.",
        "Sie können auf Whop mit derselben oder mit einer anderen Karte bezahlen. Das dauert etwa eine Minute.",
    ),
    ending=(
        "Ist sie bis zum {cutoff} nicht bezahlt, endet dann Ihre Mitgliedschaft und mit ihr Ihr Zugang "
        "zu „{product}“.",
        "Ist sie bis zum {cutoff} nicht bezahlt, endet dann Ihre Mitgliedschaft und mit ihr Ihr Zugang.",
        "Bleibt sie unbezahlt, kann Ihre Mitgliedschaft enden und mit ihr Ihr Zugang zu „{product}“.",
        "Bleibt sie unbezahlt, kann Ihre Mitgliedschaft enden und mit ihr Ihr Zugang.",
    ),
    no_more="Das ist unsere letzte Erinnerung an diese Zahlung. Wenn Sie die Mitgliedschaft nicht behalten "
    "möchten, können Sie sie auf whop.com unter Memberships kündigen.",
    also_open="Außerdem haben Sie {other_payments} bei {merchant}. "
    "Alles finden Sie auf whop.com unter Memberships.",
    approve="Oft genügt es, die Zahlung in der App Ihrer Bank freizugeben oder die Bank zu bitten, sie zuzulassen. "
    "Dort kann sie unter Whop oder unter {merchant} stehen. Auch eine andere Karte hilft.",
    card_problem=(
        "Ihre hinterlegte Karte ({card}) war bis {expired} gültig.",
        "Die hinterlegten Daten Ihrer Karte ({card}) stimmen nicht mehr mit denen Ihrer Bank überein. "
        "Nummer, Ablaufdatum oder Adresse können sich geändert haben.",
        "Die hinterlegten Zahlungsdaten stimmen nicht mehr mit denen Ihrer Bank überein.",
    ),
    confirm=(
        "Melden Sie sich an, öffnen Sie {confirm_page} auf Whop und beantworten Sie dort die Frage Ihrer Bank. "
        "Meist genügt ein Fingertipp in der App der Bank.",
        "Melden Sie sich bei Whop an, öffnen Sie die Mitgliedschaft und bezahlen Sie noch einmal. Wenn die Bank "
        "nachfragt, bestätigen Sie die Zahlung, meist mit einem Fingertipp in ihrer App. "
        "Auch eine andere Karte hilft.",
    ),
    could_not_charge=(
        "Wir konnten Ihre Karte ({card}) nicht belasten. Bitte fügen Sie auf Whop eine andere Karte hinzu; "
        "das dauert etwa eine Minute.",
        "Wir konnten die hinterlegte Karte nicht belasten. Bitte fügen Sie auf Whop eine andere hinzu; "
        "das dauert etwa eine Minute.",
    ),
    cannot_pay=(
        "Mit Ihrer Karte ({card}) lässt sich diese Mitgliedschaft nicht bezahlen: "
        "Manche Arten von Karten und Konten werden nicht angenommen.",
        "Mit der hinterlegten Karte oder dem Konto lässt sich diese Mitgliedschaft nicht bezahlen: "
        "Manche Arten werden nicht angenommen.",
    ),
    other_kind="Eine andere Karte geht, ebenso eine digitale Geldbörse, wenn Whop Ihnen eine anbietet. "
    "Das dauert etwa eine Minute.",
    funds_preview=(
        "Whop versucht es am {next_attempt} noch einmal.",
        "Dieselbe oder eine andere Karte ist möglich.",
    ),
    funds_last="Sie können auf Whop mit derselben oder mit einer anderen Karte bezahlen.",
    issuer_subject=(
        "Ihre Bank hat die Zahlung für „{product}“ abgelehnt",
        "Ihre Bank hat die Zahlung bei {merchant} abgelehnt",
    ),
    issuer_first_preview="Meist hilft es, sie in der App der Bank freizugeben, oder eine andere Karte.",
    issuer_second_preview="Ihre Bank hat sie bisher nicht zugelassen. Das hilft meist.",
    issuer_first="Ihre Bank hat sie abgelehnt und keinen Grund genannt.",
    issuer_second="Ihre Bank hat sie bisher nicht zugelassen.",
    technical_first_preview="Es sieht nach einer technischen Störung zwischen den Zahlungssystemen aus.",
    technical_second_preview="Die technische Störung scheint noch da zu sein; eine andere Karte kann helfen.",
    technical_first="Es sieht nach einer technischen Störung zwischen den Zahlungssystemen aus; "
    "an Ihnen oder Ihrer Karte liegt es nicht.",
    technical_second="Die technische Störung zwischen den Zahlungssystemen scheint noch da zu sein. "
    "Mit einer anderen Karte klappt es vielleicht eher.",
    technical_last="Bitte versuchen Sie es auf Whop, wenn möglich mit einer anderen Karte.",
    card_subject=(
        "Ihre Karte für „{product}“ war bis {expired} gültig",
        "Ihre Karte bei {merchant} war bis {expired} gültig",
        "Bitte aktualisieren Sie die Zahlungsdaten für „{product}“",
        "Bitte aktualisieren Sie die Zahlungsdaten bei {merchant}",
    ),
    card_reminder=(
        "Erinnerung: Ihre Karte für „{product}“ war bis {expired} gültig",
        "Erinnerung: Ihre Karte bei {merchant} war bis {expired} gültig",
        "Erinnerung: Ihre Zahlungsdaten für „{product}“",
        "Erinnerung: Ihre Zahlungsdaten bei {merchant}",
    ),
    card_first="Bitte geben Sie auf Whop Ihre aktuelle Karte ein. Das dauert etwa eine Minute.",
    card_second="Sobald Ihre aktuelle Karte auf Whop steht, kann die Zahlung klappen.",
    card_last="Bitte geben Sie auf Whop Ihre aktuelle Karte ein.",
    confirm_subject=(
        "Ihre Bank bittet Sie, die Zahlung für „{product}“ zu bestätigen",
        "Ihre Bank bittet Sie, die Zahlung bei {merchant} zu bestätigen",
    ),
    confirm_reminder=(
        "Erinnerung: Bitte bestätigen Sie die Zahlung für „{product}“",
        "Erinnerung: Bitte bestätigen Sie die Zahlung bei {merchant}",
    ),
    confirm_preview="Meist genügt ein Fingertipp in der App der Bank.",
    confirm_first="Ihre Bank möchte, dass Sie sie selbst bestätigen. Das ist eine gewöhnliche Prüfung, "
    "und nur Sie können antworten.",
    confirm_second="Ihre Bank möchte weiterhin, dass Sie sie selbst bestätigen.",
    other_card_subject=(
        "Bitte fügen Sie eine andere Karte für „{product}“ hinzu",
        "Bitte fügen Sie eine andere Karte bei {merchant} hinzu",
    ),
    other_card_reminder=(
        "Erinnerung: eine andere Karte für „{product}“",
        "Erinnerung: eine andere Karte bei {merchant}",
    ),
    card_type_subject=(
        "Bitte wählen Sie eine andere Zahlungsart für „{product}“",
        "Bitte wählen Sie eine andere Zahlungsart bei {merchant}",
    ),
    card_type_reminder=(
        "Erinnerung: eine andere Zahlungsart für „{product}“",
        "Erinnerung: eine andere Zahlungsart bei {merchant}",
    ),
    card_type_preview="Eine andere Karte oder eine digitale Geldbörse geht.",
    stopped_subject=("Zu Ihrer Zahlung für „{product}“", "Zu Ihrer Zahlung bei {merchant}"),
    stopped_preview="Wenn Sie sie stoppen wollten, ist nichts zu tun.",
    stopped_first=(
        "Ihre Bank hat uns mitgeteilt, dass Sie am {failed_on} Ihre Zahlung von {amount} für „{product}“ "
        "bei {merchant} gestoppt haben.",
        "Ihre Bank hat uns mitgeteilt, dass Sie am {failed_on} Ihre Zahlung für „{product}“ bei {merchant} "
        "gestoppt haben.",
        "Ihre Bank hat uns mitgeteilt, dass Sie am {failed_on} Ihre Zahlung von {amount} bei {merchant} "
        "gestoppt haben.",
        "Ihre Bank hat uns mitgeteilt, dass Sie am {failed_on} Ihre Zahlung bei {merchant} gestoppt haben.",
    ),
    stopped_meant="Wenn das Ihre Absicht war, ist nichts zu tun. Damit sicher nichts mehr abgebucht wird, kündigen "
    "Sie die Mitgliedschaft: Melden Sie sich auf whop.com an, öffnen Sie Memberships, "
    "wählen Sie diese aus und kündigen Sie sie.",
    stopped_not_meant="Wenn es nicht Ihre Absicht war, melden Sie sich bei Whop an und wählen Sie, wie Sie bezahlen möchten.",
    stopped_no_more="Wir erinnern Sie an diese Zahlung nicht noch einmal.",
    winback_subject=("Sie können zu „{product}“ zurückkommen", "Sie können zu {merchant} zurückkommen"),
    winback_preview="Ihre Mitgliedschaft ist beendet. Wenn Sie möchten, können Sie wieder beitreten.",
    winback_ended=(
        "Ihre Mitgliedschaft „{product}“ bei {merchant} ist beendet, weil eine Zahlung nicht durchging.",
        "Ihre Mitgliedschaft bei {merchant} ist beendet, weil eine Zahlung nicht durchging.",
    ),
    winback_again="Wenn Sie zurückkommen möchten, können Sie auf Whop wieder beitreten. Wenn nicht, ist nichts zu tun.",
    winback_code="Geben Sie dort den Code {promo_code} ein: Das ist das Angebot von {merchant} für die Rückkehr.",
    winback_only="Das ist die einzige Nachricht darüber.",
    winback_button="So kommen Sie zurück",
    winback_why="Sie erhalten diese Nachricht, weil Sie {merchant} gebeten haben, Ihnen Angebote zur Rückkehr zu nennen. "
    "Sie können das jederzeit zurücknehmen.",
)

WORDINGS = laid_out(LINES)
