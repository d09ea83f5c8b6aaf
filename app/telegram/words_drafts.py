"""What the bot says in Spanish, Portuguese, French and German: drafts."""

from app.telegram.bot_words import Words

SPANISH = Words(
    nameless="el vendedor de tu suscripción",
    linked=(
        "¡Listo! Los recordatorios de pago de {merchant} llegan ahora a este chat.\n\n"
        "Solo te escribimos cuando un pago te necesita. Los datos de la tarjeta se cambian solo en whop.com, "
        "después de iniciar sesión: nunca los envíes aquí.\n\n"
        "/status muestra qué está vinculado\n/stop termina los recordatorios en este chat"
    ),
    linked_but_off=(
        "Este chat está vinculado a {merchant}, pero has desactivado sus recordatorios, así que no llegará nada.\n\n"
        "Para activarlos de nuevo:\n{preferences}"
    ),
    linked_but_ended=(
        "Este chat está vinculado a {merchant}, pero sus recordatorios para ti han terminado. "
        "No tienes que hacer nada."
    ),
    how_to_link=(
        "¡Hola! Traigo recordatorios cuando no se completa el pago de tu suscripción.\n\n"
        "Para vincular este chat, abre un enlace de cualquiera de nuestros correos, pulsa «Elegir cómo recibir "
        "recordatorios» al final de la página y luego Telegram. Te traerá de vuelta aquí."
    ),
    old_link=(
        "Este enlace ya se ha usado o tiene más de una hora.\n\n"
        "Abre un enlace de cualquiera de nuestros correos, pulsa «Elegir cómo recibir recordatorios» al final de la "
        "página y luego Telegram: así se crea uno nuevo."
    ),
    stopped=(
        "Listo. A este chat no llegarán más recordatorios. Tu suscripción no cambia por ello.\n\n"
        "Si un pago no se completa, aún puede llegarte un correo. Para dejar también los correos:\n{preferences}"
    ),
    nothing_linked="No hay nada vinculado a este chat, así que aquí no llegan recordatorios.",
    status="Vinculado a este chat:\n{lines}\n\n/stop termina los recordatorios en este chat",
    status_open=(
        "• {merchant}: hay un pago pendiente. El botón del último recordatorio lleva a él; también está en "
        "whop.com, en Memberships."
    ),
    status_clear="• {merchant}: no hay ningún pago pendiente",
    more="• y {count} más",
    other=(
        "Solo traigo recordatorios de pago y nadie lee lo que se escribe aquí. Si tienes una pregunta, escribe al "
        "vendedor de tu suscripción en whop.com.\n\n"
        "/status muestra qué está vinculado\n/stop termina los recordatorios en este chat"
    ),
)
PORTUGUESE = Words(
    nameless="quem vende sua assinatura",
    linked=(
        "Pronto! Os lembretes de pagamento de {merchant} agora chegam a este chat.\n\n"
        "Só escrevemos quando um pagamento precisa de você. Os dados do cartão são alterados apenas em whop.com, "
        "depois de entrar: nunca os envie aqui.\n\n"
        "/status mostra o que está vinculado\n/stop encerra os lembretes neste chat"
    ),
    linked_but_off=(
        "Este chat está vinculado a {merchant}, mas você desativou os lembretes, então nada vai chegar.\n\n"
        "Para ativá-los de novo:\n{preferences}"
    ),
    linked_but_ended=(
        "Este chat está vinculado a {merchant}, mas os lembretes para você terminaram. Não há nada a fazer."
    ),
    how_to_link=(
        "Olá! Eu trago lembretes quando o pagamento da sua assinatura não é concluído.\n\n"
        "Para vincular este chat, abra um link de qualquer um dos nossos e-mails, toque em “Escolher como receber "
        "lembretes” no fim da página e depois em Telegram. Você volta para cá."
    ),
    old_link=(
        "Este link já foi usado ou tem mais de uma hora.\n\n"
        "Abra um link de qualquer um dos nossos e-mails, toque em “Escolher como receber lembretes” no fim da página "
        "e depois em Telegram: assim é criado um novo."
    ),
    stopped=(
        "Pronto. Nenhum lembrete chega mais a este chat. Sua assinatura não muda por isso.\n\n"
        "Se um pagamento não for concluído, você ainda pode receber um e-mail. Para parar também os e-mails:\n{preferences}"
    ),
    nothing_linked="Não há nada vinculado a este chat, por isso nenhum lembrete chega aqui.",
    status="Vinculado a este chat:\n{lines}\n\n/stop encerra os lembretes neste chat",
    status_open=(
        "• {merchant}: há um pagamento em aberto. O botão do lembrete mais recente leva até ele; ele também está em "
        "whop.com, em Memberships."
    ),
    status_clear="• {merchant}: nenhum pagamento em aberto",
    more="• e mais {count}",
    other=(
        "Eu só trago lembretes de pagamento, e ninguém lê o que é escrito aqui. Em caso de dúvida, escreva para quem "
        "vende sua assinatura em whop.com.\n\n"
        "/status mostra o que está vinculado\n/stop encerra os lembretes neste chat"
    ),
)
FRENCH = Words(
    nameless="le vendeur de votre abonnement",
    linked=(
        "C’est fait\xa0! Les rappels de paiement de {merchant} arrivent maintenant dans cette conversation.\n\n"
        "Nous ne vous écrivons que si un paiement a besoin de vous. Les données de carte se modifient uniquement sur "
        "whop.com, après connexion\xa0: ne les envoyez jamais ici.\n\n"
        "/status montre ce qui est associé\n/stop arrête les rappels dans cette conversation"
    ),
    linked_but_off=(
        "Cette conversation est associée à {merchant}, mais vous avez désactivé ces rappels\xa0: rien n’arrivera.\n\n"
        "Pour les réactiver\xa0:\n{preferences}"
    ),
    linked_but_ended=(
        "Cette conversation est associée à {merchant}, mais les rappels qui vous étaient destinés sont terminés. "
        "Il n’y a rien à faire."
    ),
    how_to_link=(
        "Bonjour\xa0! J’apporte un rappel quand le paiement de votre abonnement n’aboutit pas.\n\n"
        "Pour associer cette conversation, ouvrez un lien de l’un de nos e-mails, appuyez sur «\xa0Choisir comment "
        "recevoir les rappels\xa0» en bas de la page, puis sur Telegram. Vous revenez ici."
    ),
    old_link=(
        "Ce lien a déjà servi ou date de plus d’une heure.\n\n"
        "Ouvrez un lien de l’un de nos e-mails, appuyez sur «\xa0Choisir comment recevoir les rappels\xa0» en bas de "
        "la page, puis sur Telegram\xa0: un nouveau est créé."
    ),
    stopped=(
        "C’est fait. Plus aucun rappel n’arrive dans cette conversation. Votre abonnement n’en est pas modifié.\n\n"
        "Si un paiement n’aboutit pas, vous pouvez encore recevoir un e-mail. Pour arrêter aussi les e-mails\xa0:\n{preferences}"
    ),
    nothing_linked="Rien n’est associé à cette conversation, aucun rappel n’arrive donc ici.",
    status="Associé à cette conversation\xa0:\n{lines}\n\n/stop arrête les rappels dans cette conversation",
    status_open=(
        "• {merchant}\xa0: un paiement est en attente. Le bouton du dernier rappel y mène\xa0; il se trouve aussi sur "
        "whop.com, sous Memberships."
    ),
    status_clear="• {merchant}\xa0: aucun paiement en attente",
    more="• et {count} de plus",
    other=(
        "J’apporte seulement des rappels de paiement et personne ne lit ce qui est écrit ici. Pour toute question, écrivez "
        "au vendeur de votre abonnement sur whop.com.\n\n"
        "/status montre ce qui est associé\n/stop arrête les rappels dans cette conversation"
    ),
)
GERMAN = Words(
    nameless="dem Anbieter Ihrer Mitgliedschaft",
    linked=(
        "Fertig! Zahlungserinnerungen von {merchant} kommen jetzt in diesen Chat.\n\n"
        "Sie hören nur von uns, wenn eine Zahlung Sie braucht. Kartendaten werden nur auf whop.com geändert, nachdem Sie "
        "sich angemeldet haben: Senden Sie sie nie hierher.\n\n"
        "/status zeigt, was verknüpft ist\n/stop beendet Erinnerungen in diesem Chat"
    ),
    linked_but_off=(
        "Dieser Chat ist mit {merchant} verknüpft, aber Sie haben die Erinnerungen abbestellt. Es kommt also nichts.\n\n"
        "Um sie wieder zu erlauben:\n{preferences}"
    ),
    linked_but_ended=(
        "Dieser Chat ist mit {merchant} verknüpft, aber die Erinnerungen an Sie sind zu Ende. Es ist nichts zu tun."
    ),
    how_to_link=(
        "Hallo! Ich bringe Erinnerungen, wenn eine Zahlung für Ihre Mitgliedschaft nicht klappt.\n\n"
        "Um diesen Chat zu verknüpfen, öffnen Sie einen Link aus einer unserer E-Mails, drücken Sie am Ende der Seite auf "
        "„Wählen, wie Sie erinnert werden“ und dann auf Telegram. Das führt Sie hierher zurück."
    ),
    old_link=(
        "Dieser Link wurde schon benutzt oder ist älter als eine Stunde.\n\n"
        "Bitte öffnen Sie einen Link aus einer unserer E-Mails, drücken Sie am Ende der Seite auf „Wählen, wie Sie "
        "erinnert werden“ und dann auf Telegram: Dort entsteht ein neuer."
    ),
    stopped=(
        "Fertig. In diesen Chat kommen keine Erinnerungen mehr. An Ihrer Mitgliedschaft ändert das nichts.\n\n"
        "Wenn eine Zahlung nicht klappt, können Sie noch eine E-Mail erhalten. Um auch diese abzubestellen:\n{preferences}"
    ),
    nothing_linked="Mit diesem Chat ist nichts verknüpft, deshalb kommen hier keine Erinnerungen an.",
    status="Mit diesem Chat verknüpft:\n{lines}\n\n/stop beendet Erinnerungen in diesem Chat",
    status_open=(
        "• {merchant}: Eine Zahlung ist offen. Der Knopf in der neuesten Erinnerung führt zu ihr; Sie finden sie auch auf "
        "whop.com unter Memberships."
    ),
    status_clear="• {merchant}: keine Zahlung ist offen",
    more="• und {count} weitere",
    other=(
        "Ich bringe nur Zahlungserinnerungen, und niemand liest, was hier geschrieben wird. Mit Fragen wenden Sie sich bitte "
        "auf whop.com an den Anbieter Ihrer Mitgliedschaft.\n\n"
        "/status zeigt, was verknüpft ist\n/stop beendet Erinnerungen in diesem Chat"
    ),
)
