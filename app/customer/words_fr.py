"""The customer's pages in French, a draft."""

from app.customer.words import ConnectWords, Ended, PreferenceWords, Told, Words
from app.recovery.decline import DeclineClass

_FAILED = "Le paiement pour {product} n’a pas abouti"
_OTHER_CARD = "Choisissez-y un autre moyen de paiement, ou gardez celui que vous avez."

FRENCH = Words(
    language="fr",
    name="Français",
    declines={
        DeclineClass.FUNDS: Told(
            _FAILED,
            "Cette fois, votre banque n’a pas laissé passer le paiement. Cela arrive souvent et s’arrange facilement.",
            _OTHER_CARD,
        ),
        DeclineClass.ISSUER: Told(
            _FAILED,
            "Votre banque a refusé le paiement sans donner de raison. L’approuver dans l’application de la banque, "
            "ou utiliser une autre carte, suffit généralement.",
            _OTHER_CARD,
        ),
        DeclineClass.TECHNICAL: Told(
            _FAILED,
            "Quelque chose entre Whop et votre banque n’a pas fonctionné à ce moment-là. Ni vous ni votre carte n’y "
            "êtes pour rien, et le plus souvent cela s’arrange tout seul.",
            _OTHER_CARD,
        ),
        DeclineClass.CARD_DATA: Told(
            "La carte pour {product} est à mettre à jour",
            "Les données enregistrées de la carte ne correspondent plus à celles de votre banque. "
            "Saisir les données actuelles prend moins d’une minute.",
            "Saisissez-y les données de votre carte actuelle.",
        ),
        DeclineClass.AUTHENTICATION: Told(
            "Votre banque vous demande de confirmer le paiement pour {product}",
            "Votre carte n’a aucun problème. Pour ce paiement, la banque souhaite votre accord, "
            "dans son application ou par un code.",
            "Confirmez le paiement comme votre banque le demande.",
        ),
        DeclineClass.FRAUD: Told(
            _FAILED,
            "Cette carte n’a pas pu être débitée. Merci d’utiliser une autre carte ou un autre moyen de paiement.",
            "Ajoutez-y une autre carte ou un autre moyen de paiement.",
        ),
        DeclineClass.ACCOUNT_GONE: Told(
            _FAILED,
            "La carte ou le compte enregistré ne peut pas servir pour ce paiement. "
            "Une autre carte, ou un portefeuille comme Apple Pay, convient.",
            "Ajoutez-y une autre carte ou un autre moyen de paiement.",
        ),
        DeclineClass.CUSTOMER_STOPPED: Told(
            "Un paiement pour {product} a été arrêté",
            "Votre banque a indiqué à Whop que vous avez arrêté ce paiement. Si c’était voulu, il n’y a rien à payer "
            "ici\xa0; vous pouvez aussi résilier l’abonnement sur Whop pour qu’aucun autre débit ne soit tenté. "
            "Si ce n’était pas voulu, vous pouvez arranger cela sur Whop.",
            "Résiliez-y l’abonnement, ou choisissez comment vous souhaitez payer.",
        ),
        DeclineClass.SENSITIVE: Told(_FAILED, "Le compte enregistré n’a pas pu être débité.", _OTHER_CARD),
        DeclineClass.NOT_A_FAILURE: Told(_FAILED, "Le paiement n’a pas été mené à son terme.", _OTHER_CARD),
        DeclineClass.UNKNOWN: Told(
            _FAILED,
            "Votre banque a refusé le paiement. L’approuver dans l’application de la banque, "
            "ou utiliser une autre carte, suffit généralement.",
            _OTHER_CARD,
        ),
    },
    endings={
        "paid": Ended(
            "Tout est réglé, merci", "Le paiement pour {product} est arrivé. Il n’y a plus rien à faire."
        ),
        "clearing": Ended(
            "Le paiement est en route",
            "Votre banque traite encore le paiement pour {product}. Il n’y a rien à faire pour l’instant\xa0; "
            "merci de ne pas payer une seconde fois.",
        ),
        "under_review": Ended(
            "Whop examine la question",
            "Vous avez posé une question à Whop au sujet de {product}. "
            "D’ici la réponse, il n’y a rien à payer ici.",
        ),
        "canceled": Ended(
            "Votre abonnement se termine",
            "Vous avez résilié {product}. Nous ne demanderons plus ce paiement, et il n’y a rien à faire.",
        ),
        "ended": Ended(
            "Votre abonnement est terminé",
            "{product} est terminé et ce paiement n’est plus demandé. Il n’y a rien à faire.",
        ),
        "voided": Ended(
            "Ce paiement a été annulé", "Le débit pour {product} a été retiré. Vous n’avez rien à régler."
        ),
        "refunded": Ended(
            "Ce paiement a été remboursé",
            "L’argent pour {product} a été rendu. Votre banque peut mettre quelques jours à l’afficher.",
        ),
        "disputed": Ended(
            "Ce paiement est entre les mains de votre banque",
            "Vous avez contesté le débit pour {product} auprès de votre banque. D’ici sa décision, "
            "il n’y a rien à faire ici.",
        ),
        "over": Ended(
            "Nous ne demandons plus ce paiement",
            "Les rappels au sujet du paiement pour {product} sont terminés. "
            "Whop vous montre où en est votre abonnement.",
        ),
    },
    card_expired="La carte se terminant par {last4} a expiré en {month}. "
    "En saisir une actuelle prend moins d’une minute.",
    something="votre abonnement",
    seller="votre vendeur",
    merchant="Vendeur",
    product="Abonnement",
    amount="Montant",
    card="Carte",
    card_ending="{brand} se terminant par {last4}",
    failed_on="Tentative de paiement",
    next_try="Whop réessaiera le",
    details="Le paiement",
    confirm="Confirmer auprès de votre banque",
    go_on="Continuer sur Whop",
    open_whop="Ouvrir Whop",
    others_title="Aussi en attente chez {merchant}",
    others_link="Voir ce paiement",
    next_title="La suite",
    step_sign_in="Whop s’ouvre et vous demande de vous connecter, "
    "car personne d’autre que vous ne peut changer votre moyen de paiement.",
    step_last="Whop tente ensuite le paiement. Vous n’avez pas besoin de revenir ici.",
    step_last_stopped="Si vous vouliez l’arrêter et ne faites rien de plus, c’est très bien aussi.",
    safe_title="Est-ce authentique\xa0?",
    safe_card="{merchant} vend des abonnements sur Whop, et Whop encaisse les paiements. Cette page ne fait "
    "qu’expliquer et vous y conduire\xa0: elle ne demande jamais de numéro de carte, de mot de passe ni de code. "
    "Les données de la carte se saisissent sur whop.com et nulle part ailleurs.",
    safe_yourself="Vous préférez ne pas utiliser le bouton\xa0? Ouvrez Whop vous-même\xa0:",
    on_behalf="Page affichée au nom de {merchant}.",
    stop_reminders="Ne plus recevoir de rappels",
    stop_title="Ne plus recevoir de rappels de {merchant}\xa0?",
    stop_lead="Vous recevez quelques rappels quand le paiement d’un abonnement n’aboutit pas. "
    "Un geste suffit pour les arrêter définitivement.",
    stops_title="Ce qui s’arrête",
    stops="Les rappels de {merchant} au sujet de paiements qui n’ont pas abouti.",
    stays_title="Ce qui ne change pas",
    stays=(
        "Votre abonnement et ses paiements\xa0: arrêter les rappels ne résilie rien.",
        "Les e-mails que Whop envoie de lui-même, comme les reçus.",
    ),
    stop_button="Arrêter les rappels",
    back="Retour au paiement",
    stopped_title="Les rappels sont arrêtés",
    stopped_lead="Vous ne recevrez plus de rappels de {merchant} au sujet de paiements qui n’ont pas abouti.",
    preferences=PreferenceWords(
        go="Choisir comment recevoir les rappels",
        safe="{merchant} vend des abonnements sur Whop. Cette page ne concerne que les rappels\xa0: rien n’y est "
        "payé, et elle ne demande jamais de numéro de carte, de mot de passe ni de code.",
        manage="Les abonnements et les cartes se gèrent sur la page de Whop et nulle part ailleurs\xa0:",
        title="Vos rappels de {merchant}",
        lead="Vous recevez quelques rappels quand le paiement d’un abonnement n’aboutit pas. Ici, vous choisissez "
        "comment ils vous parviennent, ou vous les arrêtez.",
        done={
            "saved": "Enregistré. Les rappels en tiennent compte dès maintenant.",
            "linked": "Le compte est associé.",
            "unlinked": "Le compte est dissocié et n’est plus conservé ici.",
            "case_stopped": "Vous ne recevrez plus de rappels au sujet de ce paiement.",
            "allowed": "Les rappels sont de nouveau permis.",
            "known": "Merci. Vous êtes connecté à Whop, et cette page est la vôtre.",
        },
        off_title="Personne ne vous écrit en ce moment",
        off_lead="Les rappels de {merchant} sont terminés. Il n’y a rien à faire.",
        allow="Permettre de nouveau les rappels",
        allow_lead="Les rappels ne reviennent que si vous appuyez vous-même ici.",
        where_title="Où les rappels vous parviennent",
        where_lead="Chaque rappel arrive à un seul endroit.",
        email="E-mail",
        since="associé le {date}",
        link="Recevoir les rappels sur {channel}",
        unlink="Dissocier {channel}",
        leads_to={
            "telegram": "Telegram s’ouvre avec notre bot, et vous appuyez sur Démarrer. Le bot apprend votre nom Telegram et "
            "peut vous écrire jusqu’à ce que vous le dissociiez.",
            "discord": "discord.com s’ouvre et demande si nous pouvons voir qui vous êtes\xa0: votre nom là-bas et rien "
            "d’autre. Vous pouvez le dissocier ici à tout moment.",
        },
        how_title="Comment vous voulez être prévenu",
        channel="D’abord par",
        any_channel="Ce qui vous parvient le mieux",
        language="Langue",
        any_language="Comme {merchant} écrit",
        save="Enregistrer",
        offers_title="Offres pour revenir",
        offers="Signalez-moi une offre de {merchant} pour revenir si mon abonnement prend fin",
        offers_hint="Un message, quelques jours plus tard. Vous pouvez retirer cette demande ici à tout moment.",
        open_title="Paiements en attente",
        see_payment="Voir ce paiement",
        stop_payment="Arrêter les rappels pour ce paiement",
        stored_title="Ce qui est conservé à votre sujet",
        stored_lead="Ceci est conservé ici pour {merchant}, et aucun autre vendeur ne le voit.",
        stored_more="De chaque prélèvement refusé, le motif de la banque est conservé, et de chaque message, son texte et"
        " l’adresse où il est allé. Aucun numéro de carte complet n’est ici\xa0: Whop ne les communique pas.",
        name="Nom",
        country="Pays",
        zone="Fuseau horaire",
        accounts="Comptes associés",
        known_since="Connu depuis",
        none="rien",
        payments="Paiements",
        messages="Rappels envoyés",
        newest="Les {count} plus récents sont affichés.",
        date="Date",
        by="Par",
        subject="Objet",
    ),
    connect=ConnectWords(
        title="Les rappels de {merchant} là où vous les lisez",
        lead="Si un paiement de votre abonnement chez {merchant} échoue un jour, un rappel peut arriver sur "
        "{channels}, là où vous le verrez. Un e-mail passe facilement inaperçu.",
        who="Whop vous demande de vous connecter et nous dit qui vous êtes\xa0: votre nom, rien de plus. Votre "
        "mot de passe reste chez Whop, et rien n’est débité ni modifié.",
        only="Les rappels ne concernent que les paiements à {merchant}. Un geste suffit pour les arrêter.",
        sign_in="Se connecter avec Whop",
        not_here="La connexion avec Whop n’est pas configurée ici. Le lien «\xa0{link}\xa0» sur la page de n’importe "
        "quel rappel mène au même endroit.",
        nothing_to_link="Pour l’instant, les rappels arrivent seulement par e-mail\xa0; il n’y a donc encore rien à associer."
        " Vous pouvez tout de même choisir votre langue.",
        troubles={
            "denied": "Vous avez refusé chez Whop, rien n’a donc été conservé. Vous pouvez réessayer quand vous voulez.",
            "state": "Cette connexion n’a pas commencé dans ce navigateur, ou il y a trop longtemps. Appuyez de nouveau "
            "sur le bouton.",
            "code": "L’autorisation de Whop avait expiré. Appuyez de nouveau sur le bouton.",
            "away": "Whop ne répond pas en ce moment, rien n’a donc été conservé. Réessayez dans un instant.",
            "untrusted": "La réponse de Whop n’était pas fiable, rien n’a donc été conservé. Réessayez plus tard.",
        },
        failed_title="{channel} n’est pas associé",
        failures={
            "denied": "Vous avez refusé chez {channel}, rien n’a donc été conservé.",
            "expired": "Le passage vers {channel} vaut une fois et pendant une heure. Recommencez depuis votre propre page.",
            "away": "{channel} ne répond pas comme il le devrait, rien n’a donc été conservé. Réessayez dans un instant.",
        },
    ),
    unknown_title="Ce lien n’est pas complet",
    unknown_lead="Une partie de l’adresse semble manquer. Ouvrez de nouveau le lien du message, ou ouvrez Whop "
    "vous-même\xa0: vos abonnements et vos paiements y sont toujours visibles.",
    unknown_unsubscribe="Une partie de l’adresse semble manquer, rien n’a donc été modifié. "
    "Ouvrez de nouveau le lien à la fin du message.",
)
