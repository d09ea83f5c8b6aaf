"""The default texts in French, a draft. It says "vous", as services do to people they do not know."""

from .draft import Lines, laid_out
from .texts import Phrases

PHRASES = Phrases(
    greeting=("Bonjour {customer_name},", "Bonjour,"),
    unsubscribe="Ne plus recevoir de rappels",
    labels={
        "product": "Abonnement",
        "amount": "Montant",
        "card": "Carte",
        "failed_on": "Tentative de paiement",
    },
    seller="un vendeur sur Whop",
    card_ending="se terminant par {last4}",
    branded_card_ending="{brand} se terminant par {last4}",
    confirm_page="la page de confirmation",
    other_payments={
        "one": "{count} autre paiement en attente",
        "many": "{count} d’autres paiements en attente",
        "other": "{count} autres paiements en attente",
    },
    day="d MMMM",
    moment="{day}, {hour} {zone}",
    city_zone="(heure locale, {city})",
)

LINES = Lines(
    pay="Choisir comment payer",
    update="Mettre à jour le paiement",
    add="Ajouter une autre carte",
    confirm_button=("Ouvrir {confirm_page}", "Continuer sur Whop"),
    open_membership="Ouvrir votre abonnement",
    closing=(
        "Vous pouvez aussi ouvrir Whop vous-même\xa0: connectez-vous sur whop.com et ouvrez Memberships.",
        "Nous ne demandons jamais les données de la carte par message. "
        "La carte se change uniquement sur whop.com, après connexion.",
    ),
    why=(
        "Vous recevez ce message parce que vous avez un abonnement à «\xa0{product}\xa0» chez {merchant}. "
        "Les paiements passent par whop.com.",
        "Vous recevez ce message parce que vous avez un abonnement chez {merchant}. "
        "Les paiements passent par whop.com.",
    ),
    can_stop="Vous pouvez arrêter ces rappels à tout moment\xa0; cela ne résilie pas votre abonnement.",
    subject=(
        "Votre paiement pour «\xa0{product}\xa0» n’a pas abouti",
        "Votre paiement chez {merchant} n’a pas abouti",
    ),
    reminder=(
        "Rappel\xa0: votre paiement pour «\xa0{product}\xa0»",
        "Rappel\xa0: votre paiement chez {merchant}",
    ),
    last_reminder=(
        "Dernier rappel\xa0: votre paiement pour «\xa0{product}\xa0»",
        "Dernier rappel\xa0: votre paiement chez {merchant}",
    ),
    last_preview=(
        "Il peut être réglé jusqu’au {cutoff}.",
        "Ce que vous pouvez faire, et ce qui se passe si vous ne faites rien.",
    ),
    a_minute="Sur Whop, cela prend environ une minute.",
    not_through=(
        "Votre paiement de {amount} pour «\xa0{product}\xa0» chez {merchant} n’a pas abouti le {failed_on}.",
        "Votre paiement pour «\xa0{product}\xa0» chez {merchant} n’a pas abouti le {failed_on}.",
        "Votre paiement de {amount} chez {merchant} n’a pas abouti le {failed_on}.",
        "Votre paiement chez {merchant} n’a pas abouti le {failed_on}.",
    ),
    not_yet=(
        "Votre paiement de {amount} pour «\xa0{product}\xa0» chez {merchant} n’a pas encore abouti.",
        "Votre paiement pour «\xa0{product}\xa0» chez {merchant} n’a pas encore abouti.",
        "Votre paiement de {amount} chez {merchant} n’a pas encore abouti.",
        "Votre paiement chez {merchant} n’a pas encore abouti.",
    ),
    next_try=(
        "Whop réessaiera avec votre carte ({card}) le {next_attempt}.",
        "Whop réessaiera le {next_attempt}.",
    ),
    wait_or_pay=(
        "Whop réessaiera avec votre carte ({card}) le {next_attempt}\xa0; vous n’aurez peut-être rien à faire. "
        "Si vous préférez une autre carte, vous pouvez la choisir sur Whop, en une minute environ.",
        "Whop réessaiera le {next_attempt}\xa0; vous n’aurez peut-être rien à faire. "
        "Si vous préférez une autre carte, vous pouvez la choisir sur Whop, en une minute environ.",
        "Vous pouvez payer sur Whop avec la même carte ou avec une autre, en une minute environ.",
    ),
    ending=(
        "S’il n’est pas réglé d’ici le {cutoff}, votre abonnement prendra fin à ce moment-là, "
        "et votre accès à «\xa0{product}\xa0» aussi.",
        "S’il n’est pas réglé d’ici le {cutoff}, votre abonnement prendra fin à ce moment-là, "
        "et votre accès aussi.",
        "S’il n’est pas réglé, votre abonnement pourra prendre fin, et votre accès à «\xa0{product}\xa0» aussi.",
        "S’il n’est pas réglé, votre abonnement pourra prendre fin, et votre accès aussi.",
    ),
    no_more="C’est notre dernier rappel au sujet de ce paiement. Si vous préférez ne pas garder l’abonnement, "
    "vous pouvez le résilier sur whop.com, dans Memberships.",
    also_open="Vous avez aussi {other_payments} chez {merchant}. Tout se trouve sur whop.com, dans Memberships.",
    approve="Il suffit souvent d’approuver le paiement dans l’application de votre banque, ou de demander à la "
    "banque de l’autoriser. Il peut y figurer sous le nom de Whop ou de {merchant}. "
    "Une autre carte convient aussi.",
    card_problem=(
        "Votre carte enregistrée ({card}) a expiré en {expired}.",
        "Les données enregistrées pour votre carte ({card}) ne correspondent plus à celles de votre banque. "
        "Le numéro, la date d’expiration ou l’adresse ont peut-être changé.",
        "Les données de paiement enregistrées ne correspondent plus à celles de votre banque.",
    ),
    confirm=(
        "Connectez-vous, ouvrez {confirm_page} sur Whop et répondez-y à la question de votre banque. "
        "Il suffit généralement d’un geste dans l’application de la banque.",
        "Connectez-vous à Whop, ouvrez l’abonnement et payez à nouveau. Si votre banque le demande, confirmez le "
        "paiement, généralement d’un geste dans son application. Une autre carte convient aussi.",
    ),
    could_not_charge=(
        "Nous n’avons pas pu débiter votre carte ({card}). Merci d’ajouter une autre carte sur Whop\xa0; "
        "cela prend environ une minute.",
        "Nous n’avons pas pu débiter la carte enregistrée. Merci d’en ajouter une autre sur Whop\xa0; "
        "cela prend environ une minute.",
    ),
    cannot_pay=(
        "Votre carte ({card}) ne peut pas servir pour cet abonnement\xa0: "
        "certains types de cartes et de comptes ne sont pas acceptés.",
        "La carte ou le compte enregistré ne peut pas servir pour cet abonnement\xa0: "
        "certains types ne sont pas acceptés.",
    ),
    other_kind="Une autre carte convient, et un portefeuille numérique aussi si Whop vous en propose un. "
    "Cela prend environ une minute.",
    funds_preview=(
        "Whop réessaiera le {next_attempt}.",
        "Vous pouvez utiliser la même carte ou une autre.",
    ),
    funds_last="Vous pouvez payer sur Whop avec la même carte ou avec une autre.",
    issuer_subject=(
        "Votre banque a refusé le paiement pour «\xa0{product}\xa0»",
        "Votre banque a refusé le paiement chez {merchant}",
    ),
    issuer_first_preview="L’approuver dans l’application de la banque, ou une autre carte, aide généralement.",
    issuer_second_preview="Votre banque ne l’a pas laissé passer jusqu’ici. Voici ce qui aide généralement.",
    issuer_first="Votre banque l’a refusé sans donner de raison.",
    issuer_second="Votre banque ne l’a pas laissé passer jusqu’ici.",
    technical_first_preview="Il semble s’agir d’un problème technique entre les systèmes de paiement.",
    technical_second_preview="Le problème technique semble persister\xa0; une autre carte peut fonctionner.",
    technical_first="Il semble s’agir d’un problème technique entre les systèmes de paiement\xa0; "
    "ni vous ni votre carte n’y êtes pour rien.",
    technical_second="Le problème technique entre les systèmes de paiement semble persister. "
    "Une autre carte fonctionnera peut-être mieux.",
    technical_last="Merci d’essayer sur Whop, avec une autre carte si vous le pouvez.",
    card_subject=(
        "Votre carte pour «\xa0{product}\xa0» a expiré en {expired}",
        "Votre carte chez {merchant} a expiré en {expired}",
        "Mettez à jour le paiement pour «\xa0{product}\xa0»",
        "Mettez à jour le paiement chez {merchant}",
    ),
    card_reminder=(
        "Rappel\xa0: votre carte pour «\xa0{product}\xa0» a expiré en {expired}",
        "Rappel\xa0: votre carte chez {merchant} a expiré en {expired}",
        "Rappel\xa0: vos données de paiement pour «\xa0{product}\xa0»",
        "Rappel\xa0: vos données de paiement chez {merchant}",
    ),
    card_first="Merci de saisir votre carte actuelle sur Whop. Cela prend environ une minute.",
    card_second="Dès que votre carte actuelle sera sur Whop, le paiement pourra aboutir.",
    card_last="Merci de saisir votre carte actuelle sur Whop.",
    confirm_subject=(
        "Votre banque vous demande de confirmer le paiement pour «\xa0{product}\xa0»",
        "Votre banque vous demande de confirmer le paiement chez {merchant}",
    ),
    confirm_reminder=(
        "Rappel\xa0: confirmez le paiement pour «\xa0{product}\xa0»",
        "Rappel\xa0: confirmez le paiement chez {merchant}",
    ),
    confirm_preview="Un geste dans l’application de la banque suffit généralement.",
    confirm_first="Votre banque souhaite que vous le confirmiez vous-même. C’est un contrôle ordinaire, "
    "et personne d’autre ne peut y répondre.",
    confirm_second="Votre banque souhaite toujours que vous le confirmiez vous-même.",
    other_card_subject=(
        "Ajoutez une autre carte pour «\xa0{product}\xa0»",
        "Ajoutez une autre carte chez {merchant}",
    ),
    other_card_reminder=(
        "Rappel\xa0: ajoutez une autre carte pour «\xa0{product}\xa0»",
        "Rappel\xa0: ajoutez une autre carte chez {merchant}",
    ),
    card_type_subject=(
        "Choisissez un autre moyen de payer «\xa0{product}\xa0»",
        "Choisissez un autre moyen de payer chez {merchant}",
    ),
    card_type_reminder=(
        "Rappel\xa0: choisissez un autre moyen de payer «\xa0{product}\xa0»",
        "Rappel\xa0: choisissez un autre moyen de payer chez {merchant}",
    ),
    card_type_preview="Une autre carte ou un portefeuille numérique convient.",
    stopped_subject=(
        "Au sujet de votre paiement pour «\xa0{product}\xa0»",
        "Au sujet de votre paiement chez {merchant}",
    ),
    stopped_preview="Si vous vouliez l’arrêter, il n’y a rien à faire.",
    stopped_first=(
        "Votre banque nous a indiqué que vous avez arrêté, le {failed_on}, votre paiement de {amount} pour "
        "«\xa0{product}\xa0» chez {merchant}.",
        "Votre banque nous a indiqué que vous avez arrêté, le {failed_on}, votre paiement pour "
        "«\xa0{product}\xa0» chez {merchant}.",
        "Votre banque nous a indiqué que vous avez arrêté, le {failed_on}, votre paiement de {amount} "
        "chez {merchant}.",
        "Votre banque nous a indiqué que vous avez arrêté, le {failed_on}, votre paiement chez {merchant}.",
    ),
    stopped_meant="Si c’était voulu, il n’y a rien à faire. Pour que plus rien ne soit débité, résiliez "
    "l’abonnement\xa0: connectez-vous sur whop.com, ouvrez Memberships, choisissez celui-ci et résiliez-le.",
    stopped_not_meant="Si ce n’était pas voulu, connectez-vous à Whop et choisissez comment vous souhaitez payer.",
    stopped_no_more="Nous ne vous rappellerons plus ce paiement.",
    winback_subject=("Vous pouvez revenir à «\xa0{product}\xa0»", "Vous pouvez revenir chez {merchant}"),
    winback_preview="Votre abonnement a pris fin. Si vous le souhaitez, vous pouvez vous réabonner.",
    winback_ended=(
        "Votre abonnement «\xa0{product}\xa0» chez {merchant} a pris fin, car un paiement n’a pas abouti.",
        "Votre abonnement chez {merchant} a pris fin, car un paiement n’a pas abouti.",
    ),
    winback_again="Si vous souhaitez revenir, vous pouvez vous réabonner sur Whop. Sinon, il n’y a rien à faire.",
    winback_code="Saisissez-y le code {promo_code}\xa0: c’est l’offre de {merchant} pour votre retour.",
    winback_only="C’est le seul message à ce sujet.",
    winback_button="Voir comment revenir",
    winback_why="Vous recevez ce message parce que vous avez demandé à {merchant} de vous signaler des offres pour revenir. "
    "Vous pouvez retirer cette demande à tout moment.",
)

WORDINGS = laid_out(LINES)
