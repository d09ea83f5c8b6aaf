"""The customer's pages in German, a draft."""

from app.customer.words import ConnectWords, Ended, PreferenceWords, Told, Words
from app.recovery.decline import DeclineClass

_FAILED = "Die Zahlung für {product} hat nicht geklappt"
_OTHER_CARD = "Wählen Sie dort eine andere Zahlungsart, oder behalten Sie die bisherige."

GERMAN = Words(
    language="de",
    name="Deutsch",
    declines={
        DeclineClass.FUNDS: Told(
            _FAILED,
            "Ihre Bank hat die Abbuchung diesmal nicht zugelassen. Das kommt oft vor und ist leicht behoben.",
            _OTHER_CARD,
        ),
        DeclineClass.ISSUER: Told(
            _FAILED,
            "Ihre Bank hat die Abbuchung abgelehnt und keinen Grund genannt. Meist hilft es, sie in der App der Bank "
            "freizugeben oder eine andere Karte zu verwenden.",
            _OTHER_CARD,
        ),
        DeclineClass.TECHNICAL: Told(
            _FAILED,
            "Zwischen Whop und Ihrer Bank hat in diesem Moment etwas nicht funktioniert. An Ihnen oder Ihrer Karte "
            "liegt es nicht, und meist erledigt es sich von selbst.",
            _OTHER_CARD,
        ),
        DeclineClass.CARD_DATA: Told(
            "Die Karte für {product} muss aktualisiert werden",
            "Die hinterlegten Kartendaten stimmen nicht mehr mit denen Ihrer Bank überein. "
            "Die aktuellen einzugeben dauert weniger als eine Minute.",
            "Geben Sie dort die Daten Ihrer aktuellen Karte ein.",
        ),
        DeclineClass.AUTHENTICATION: Told(
            "Ihre Bank bittet Sie, die Zahlung für {product} zu bestätigen",
            "Mit Ihrer Karte ist alles in Ordnung. Für diese Abbuchung möchte Ihre Bank es von Ihnen selbst hören, "
            "in ihrer App oder durch einen Code.",
            "Bestätigen Sie die Zahlung so, wie Ihre Bank es verlangt.",
        ),
        DeclineClass.FRAUD: Told(
            _FAILED,
            "Diese Karte ließ sich nicht belasten. Bitte verwenden Sie eine andere Karte oder eine andere Zahlungsart.",
            "Fügen Sie dort eine andere Karte oder eine andere Zahlungsart hinzu.",
        ),
        DeclineClass.ACCOUNT_GONE: Told(
            _FAILED,
            "Die hinterlegte Karte oder das Konto eignet sich nicht für diese Zahlung. "
            "Eine andere Karte oder eine Geldbörse wie Apple Pay geht.",
            "Fügen Sie dort eine andere Karte oder eine andere Zahlungsart hinzu.",
        ),
        DeclineClass.CUSTOMER_STOPPED: Told(
            "Eine Zahlung für {product} wurde gestoppt",
            "Ihre Bank hat Whop mitgeteilt, dass Sie diese Zahlung gestoppt haben. Wenn das Ihre Absicht war, ist "
            "hier nichts zu bezahlen; Sie können die Mitgliedschaft auf Whop auch kündigen, damit keine weitere "
            "Abbuchung versucht wird. Wenn nicht, können Sie es auf Whop in Ordnung bringen.",
            "Kündigen Sie dort die Mitgliedschaft, oder wählen Sie, wie Sie bezahlen möchten.",
        ),
        DeclineClass.SENSITIVE: Told(_FAILED, "Das hinterlegte Konto ließ sich nicht belasten.", _OTHER_CARD),
        DeclineClass.NOT_A_FAILURE: Told(_FAILED, "Die Abbuchung wurde nicht abgeschlossen.", _OTHER_CARD),
        DeclineClass.UNKNOWN: Told(
            _FAILED,
            "Ihre Bank hat die Abbuchung abgelehnt. Meist hilft es, sie in der App der Bank freizugeben "
            "oder eine andere Karte zu verwenden.",
            _OTHER_CARD,
        ),
    },
    endings={
        "paid": Ended(
            "Alles bezahlt, vielen Dank",
            "Die Zahlung für {product} ist angekommen. Es ist nichts mehr zu tun.",
        ),
        "clearing": Ended(
            "Die Zahlung ist unterwegs",
            "Ihre Bank bearbeitet die Zahlung für {product} noch. Im Moment ist nichts zu tun; "
            "bitte bezahlen Sie nicht ein zweites Mal.",
        ),
        "under_review": Ended(
            "Whop prüft das",
            "Sie haben sich wegen {product} an Whop gewandt. Bis das geklärt ist, ist hier nichts zu bezahlen.",
        ),
        "canceled": Ended(
            "Ihre Mitgliedschaft läuft aus",
            "Sie haben {product} gekündigt. Wir bitten nicht mehr um diese Zahlung, und es ist nichts zu tun.",
        ),
        "ended": Ended(
            "Ihre Mitgliedschaft ist beendet",
            "{product} ist beendet, und um diese Zahlung wird nicht mehr gebeten. Es ist nichts zu tun.",
        ),
        "voided": Ended(
            "Diese Zahlung wurde zurückgezogen",
            "Die Abbuchung für {product} wurde zurückgezogen. Sie haben dafür nichts zu bezahlen.",
        ),
        "refunded": Ended(
            "Diese Zahlung wurde erstattet",
            "Das Geld für {product} wurde zurückgezahlt. "
            "Bis es bei Ihrer Bank erscheint, können einige Tage vergehen.",
        ),
        "disputed": Ended(
            "Diese Zahlung liegt bei Ihrer Bank",
            "Sie haben die Abbuchung für {product} bei Ihrer Bank beanstandet. Bis das geklärt ist, "
            "ist hier nichts zu tun.",
        ),
        "over": Ended(
            "Wir bitten nicht mehr um diese Zahlung",
            "Die Erinnerungen an die Zahlung für {product} sind zu Ende. "
            "Wie es um Ihre Mitgliedschaft steht, zeigt Ihnen Whop.",
        ),
    },
    card_expired="Die Karte mit den Endziffern {last4} war bis {month} gültig. "
    "Eine aktuelle einzugeben dauert weniger als eine Minute.",
    something="Ihre Mitgliedschaft",
    seller="Ihr Anbieter",
    merchant="Anbieter",
    product="Mitgliedschaft",
    amount="Betrag",
    card="Karte",
    card_ending="{brand}, Endziffern {last4}",
    failed_on="Abbuchung versucht am",
    next_try="Whop versucht es wieder am",
    details="Die Zahlung",
    confirm="Bei der Bank bestätigen",
    go_on="Weiter zu Whop",
    open_whop="Whop öffnen",
    others_title="Auch noch offen: {merchant}",
    others_link="Diese Zahlung ansehen",
    next_title="Wie es weitergeht",
    step_sign_in="Whop öffnet sich und bittet Sie, sich anzumelden, denn nur Sie dürfen ändern, wie Sie bezahlen.",
    step_last="Danach versucht Whop die Abbuchung. Hierher müssen Sie nicht zurückkommen.",
    step_last_stopped="Wenn Sie sie stoppen wollten und nichts weiter tun, ist das auch in Ordnung.",
    safe_title="Ist das echt?",
    safe_card="{merchant} verkauft Mitgliedschaften auf Whop, und Whop nimmt die Zahlungen entgegen. "
    "Diese Seite erklärt nur und führt Sie dorthin: Sie fragt nie nach Kartennummer, Passwort oder Code. "
    "Kartendaten werden auf whop.com eingegeben und nirgends sonst.",
    safe_yourself="Möchten Sie den Knopf lieber nicht benutzen? Öffnen Sie Whop selbst:",
    on_behalf="Angezeigt im Auftrag von {merchant}.",
    stop_reminders="Keine Erinnerungen mehr",
    stop_title="Erinnerungen von {merchant} abbestellen?",
    stop_lead="Sie erhalten einige Erinnerungen, wenn eine Zahlung für eine Mitgliedschaft nicht klappt. "
    "Ein Fingertipp bestellt sie endgültig ab.",
    stops_title="Was aufhört",
    stops="Erinnerungen von {merchant} an Zahlungen, die nicht geklappt haben.",
    stays_title="Was bleibt, wie es ist",
    stays=(
        "Ihre Mitgliedschaft und ihre Zahlungen: Das Abbestellen kündigt nichts.",
        "E-Mails, die Whop selbst verschickt, etwa Belege.",
    ),
    stop_button="Erinnerungen abbestellen",
    back="Zurück zur Zahlung",
    stopped_title="Die Erinnerungen sind abbestellt",
    stopped_lead="Sie erhalten von {merchant} keine Erinnerungen mehr an Zahlungen, die nicht geklappt haben.",
    preferences=PreferenceWords(
        go="Wählen, wie Sie erinnert werden",
        safe="{merchant} verkauft Mitgliedschaften auf Whop. Auf dieser Seite geht es nur um Erinnerungen: Hier "
        "wird nichts bezahlt, und sie fragt nie nach Kartennummer, Passwort oder Code.",
        manage="Mitgliedschaften und Karten werden auf Whops eigener Seite verwaltet und nirgends sonst:",
        title="Ihre Erinnerungen von {merchant}",
        lead="Sie erhalten einige Erinnerungen, wenn eine Zahlung für eine Mitgliedschaft nicht klappt. Hier "
        "wählen Sie, wie sie Sie erreichen, oder bestellen sie ab.",
        done={
            "saved": "Gespeichert. Ab jetzt richten sich die Erinnerungen danach.",
            "linked": "Das Konto ist verknüpft.",
            "unlinked": "Die Verknüpfung ist gelöst und hier nicht mehr gespeichert.",
            "case_stopped": "Sie erhalten zu dieser Zahlung keine Erinnerungen mehr.",
            "allowed": "Erinnerungen sind wieder erlaubt.",
            "known": "Danke. Sie sind bei Whop angemeldet, und diese Seite gehört Ihnen.",
        },
        off_title="Im Moment schreibt Ihnen niemand",
        off_lead="Die Erinnerungen von {merchant} sind zu Ende. Es ist nichts zu tun.",
        allow="Erinnerungen wieder erlauben",
        allow_lead="Erinnerungen kommen nur wieder, wenn Sie selbst hier drücken.",
        where_title="Wo Erinnerungen Sie erreichen",
        where_lead="Jede Erinnerung kommt nur an einem Ort an.",
        email="E-Mail",
        since="verknüpft am {date}",
        link="Erinnerungen in {channel} erhalten",
        unlink="Verknüpfung mit {channel} lösen",
        leads_to={
            "telegram": "Telegram öffnet sich mit unserem Bot, und Sie drücken auf Starten. Der Bot erfährt Ihren Telegram-"
            "Namen und kann Ihnen schreiben, bis Sie die Verknüpfung lösen.",
            "discord": "discord.com öffnet sich und fragt, ob wir sehen dürfen, wer Sie sind: Ihren Namen dort und sonst "
            "nichts. Sie können die Verknüpfung hier jederzeit lösen.",
        },
        how_title="Wie Sie erinnert werden möchten",
        channel="Zuerst per",
        any_channel="Was Sie am besten erreicht",
        language="Sprache",
        any_language="Wie {merchant} schreibt",
        save="Speichern",
        offers_title="Angebote zur Rückkehr",
        offers="Nennt mir ein Angebot von {merchant} zur Rückkehr, wenn meine Mitgliedschaft endet",
        offers_hint="Eine Nachricht, einige Tage später. Sie können das hier jederzeit zurücknehmen.",
        open_title="Offene Zahlungen",
        see_payment="Diese Zahlung ansehen",
        stop_payment="Keine Erinnerungen mehr zu dieser Zahlung",
        stored_title="Was über Sie gespeichert ist",
        stored_lead="Das ist hier für {merchant} gespeichert, und kein anderer Anbieter sieht es.",
        stored_more="Von jeder fehlgeschlagenen Abbuchung wird der Grund der Bank gespeichert, von jeder Nachricht ihr "
        "Text und die Adresse, an die sie ging. Vollständige Kartennummern gibt es hier nie: Whop gibt sie "
        "nicht heraus.",
        name="Name",
        country="Land",
        zone="Zeitzone",
        accounts="Verknüpfte Konten",
        known_since="Bekannt seit",
        none="nichts",
        payments="Zahlungen",
        messages="Gesendete Erinnerungen",
        newest="Die neuesten {count} werden gezeigt.",
        date="Datum",
        by="Per",
        subject="Betreff",
    ),
    connect=ConnectWords(
        title="Erinnerungen von {merchant} dort, wo Sie sie lesen",
        lead="Falls eine Zahlung für Ihre Mitgliedschaft bei {merchant} einmal nicht klappt, kann eine Erinnerung in "
        "{channels} ankommen, wo Sie sie sehen. Eine E-Mail wird leicht übersehen.",
        who="Whop bittet Sie, sich anzumelden, und sagt uns, wer Sie sind: Ihren Namen, mehr nicht. Ihr Passwort "
        "bleibt bei Whop, und nichts wird abgebucht oder geändert.",
        only="Die Erinnerungen betreffen nur Zahlungen an {merchant}. Ein Fingertipp bestellt sie ab.",
        sign_in="Mit Whop anmelden",
        not_here="Die Anmeldung mit Whop ist hier nicht eingerichtet. Der Link „{link}“ auf der Seite jeder Erinnerung"
        " führt zum selben Ort.",
        nothing_to_link="Vorerst kommen Erinnerungen nur per E-Mail, es gibt also noch nichts zu verknüpfen. Ihre Sprache "
        "können Sie trotzdem wählen.",
        troubles={
            "denied": "Sie haben bei Whop abgelehnt, daher wurde nichts gespeichert. Sie können es jederzeit noch einmal "
            "versuchen.",
            "state": "Diese Anmeldung wurde nicht in diesem Browser begonnen, oder es ist zu lange her. Bitte drücken Sie "
            "noch einmal auf den Knopf.",
            "code": "Die Erlaubnis von Whop war abgelaufen. Bitte drücken Sie noch einmal auf den Knopf.",
            "away": "Whop antwortet gerade nicht, daher wurde nichts gespeichert. Bitte versuchen Sie es gleich noch "
            "einmal.",
            "untrusted": "Der Antwort von Whop war nicht zu trauen, daher wurde nichts gespeichert. Bitte versuchen Sie es "
            "später noch einmal.",
        },
        failed_title="{channel} ist nicht verknüpft",
        failures={
            "denied": "Sie haben bei {channel} abgelehnt, daher wurde nichts gespeichert.",
            "expired": "Der Weg zu {channel} gilt einmal und eine Stunde lang. Bitte beginnen Sie noch einmal auf Ihrer "
            "eigenen Seite.",
            "away": "{channel} antwortet gerade nicht, wie es sollte, daher wurde nichts gespeichert. Bitte versuchen Sie"
            " es gleich noch einmal.",
        },
    ),
    unknown_title="Dieser Link ist nicht vollständig",
    unknown_lead="Ein Teil der Adresse scheint zu fehlen. Bitte öffnen Sie den Link aus der Nachricht noch einmal, "
    "oder öffnen Sie Whop selbst: Dort sehen Sie immer Ihre Mitgliedschaften und Zahlungen.",
    unknown_unsubscribe="Ein Teil der Adresse scheint zu fehlen, deshalb wurde nichts geändert. "
    "Bitte öffnen Sie den Link am Ende der Nachricht noch einmal.",
)
