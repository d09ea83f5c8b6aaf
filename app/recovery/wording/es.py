"""The default texts in Spanish, a draft. It says "tú", as subscription services do in Spain and Latin America."""

from .draft import Lines, laid_out
from .texts import Phrases

PHRASES = Phrases(
    greeting=("Hola, {customer_name}:", "Hola:"),
    unsubscribe="No recibir más recordatorios",
    labels={
        "product": "Suscripción",
        "amount": "Importe",
        "card": "Tarjeta",
        "failed_on": "Intento de cobro",
    },
    seller="un vendedor en Whop",
    card_ending="terminada en {last4}",
    branded_card_ending="{brand} terminada en {last4}",
    confirm_page="la página de confirmación",
    other_payments={
        "one": "{count} pago más pendiente",
        "many": "{count} de pagos más pendientes",
        "other": "{count} pagos más pendientes",
    },
    day="d 'de' MMMM",
    moment="{day}, {hour} {zone}",
    city_zone="(hora de {city})",
)

LINES = Lines(
    pay="Elegir cómo pagar",
    update="Actualizar los datos de pago",
    add="Añadir otra tarjeta",
    confirm_button=("Abrir {confirm_page}", "Continuar en Whop"),
    open_membership="Abrir tu suscripción",
    closing=(
        "O abre Whop por tu cuenta: inicia sesión en whop.com y entra en Memberships.",
        "Nunca pedimos los datos de la tarjeta por correo. "
        "La tarjeta solo se cambia en whop.com, después de iniciar sesión.",
    ),
    why=(
        "Recibes este mensaje porque tienes una suscripción a «{product}» de {merchant}. "
        "Los pagos se hacen a través de whop.com.",
        "Recibes este mensaje porque tienes una suscripción de {merchant}. "
        "Los pagos se hacen a través de whop.com.",
    ),
    can_stop="Puedes dejar de recibir estos recordatorios cuando quieras; eso no cancela tu suscripción.",
    subject=("No se pudo completar el pago de «{product}»", "No se pudo completar tu pago a {merchant}"),
    reminder=("Recordatorio: tu pago de «{product}»", "Recordatorio: tu pago a {merchant}"),
    last_reminder=(
        "Último recordatorio: tu pago de «{product}»",
        "Último recordatorio: tu pago a {merchant}",
    ),
    last_preview=("Se puede pagar hasta el {cutoff}.", "Qué puedes hacer y qué pasa si no haces nada."),
    a_minute="En Whop se tarda alrededor de un minuto.",
    not_through=(
        "Tu pago de {amount} por «{product}» de {merchant} no se pudo completar el {failed_on}.",
        "Tu pago por «{product}» de {merchant} no se pudo completar el {failed_on}.",
        "Tu pago de {amount} a {merchant} no se pudo completar el {failed_on}.",
        "Tu pago a {merchant} no se pudo completar el {failed_on}.",
    ),
    not_yet=(
        "Tu pago de {amount} por «{product}» de {merchant} todavía no se ha completado.",
        "Tu pago por «{product}» de {merchant} todavía no se ha completado.",
        "Tu pago de {amount} a {merchant} todavía no se ha completado.",
        "Tu pago a {merchant} todavía no se ha completado.",
    ),
    next_try=(
        "Whop volverá a intentar el cobro con tu tarjeta ({card}) el {next_attempt}.",
        "Whop volverá a intentar el cobro el {next_attempt}.",
    ),
    wait_or_pay=(
        "Whop volverá a intentar el cobro con tu tarjeta ({card}) el {next_attempt}, así que quizá no tengas "
        "que hacer nada. Si prefieres otra tarjeta, puedes elegirla en Whop; se tarda alrededor de un minuto.",
        "Whop volverá a intentar el cobro el {next_attempt}, así que quizá no tengas que hacer nada. "
        "Si prefieres otra tarjeta, puedes elegirla en Whop; se tarda alrededor de un minuto.",
        "Puedes pagar en Whop con la misma tarjeta o con otra. Se tarda alrededor de un minuto.",
    ),
    ending=(
        "Si no se paga antes del {cutoff}, tu suscripción terminará entonces y, con ella, "
        "tu acceso a «{product}».",
        "Si no se paga antes del {cutoff}, tu suscripción terminará entonces y, con ella, tu acceso.",
        "Si sigue sin pagarse, tu suscripción podría terminar y, con ella, tu acceso a «{product}».",
        "Si sigue sin pagarse, tu suscripción podría terminar y, con ella, tu acceso.",
    ),
    no_more="Este es nuestro último recordatorio sobre este pago. Si prefieres no seguir con la suscripción, "
    "puedes cancelarla en whop.com, en Memberships.",
    also_open="Además, tienes {other_payments} con {merchant}. Lo encontrarás todo en whop.com, en Memberships.",
    approve="Muchas veces basta con aprobar el pago en la aplicación de tu banco o con pedirle que lo permita. "
    "Allí puede aparecer como Whop o como {merchant}. También sirve otra tarjeta.",
    card_problem=(
        "Tu tarjeta guardada ({card}) venció en {expired}.",
        "Los datos guardados de tu tarjeta ({card}) ya no coinciden con los de tu banco. "
        "Puede que hayan cambiado el número, la fecha de vencimiento o la dirección.",
        "Los datos de pago guardados ya no coinciden con los de tu banco.",
    ),
    confirm=(
        "Inicia sesión en {confirm_page} de Whop y responde allí a la pregunta de tu banco. "
        "Suele bastar un toque en la aplicación del banco.",
        "Inicia sesión en Whop, abre la suscripción y vuelve a pagar. Si el banco te lo pide, confirma el pago; "
        "suele bastar un toque en su aplicación. También sirve otra tarjeta.",
    ),
    could_not_charge=(
        "No pudimos hacer el cobro en tu tarjeta ({card}). Añade otra tarjeta en Whop, por favor; "
        "se tarda alrededor de un minuto.",
        "No pudimos hacer el cobro en la tarjeta guardada. Añade otra en Whop, por favor; "
        "se tarda alrededor de un minuto.",
    ),
    cannot_pay=(
        "Tu tarjeta ({card}) no sirve para esta suscripción: algunos tipos de tarjetas y cuentas no se aceptan.",
        "La tarjeta o cuenta guardada no sirve para esta suscripción: algunos tipos no se aceptan.",
    ),
    other_kind="Sirve otra tarjeta y también una billetera digital si Whop te lo ofrece. "
    "Se tarda alrededor de un minuto.",
    funds_preview=("Whop lo intentará de nuevo el {next_attempt}.", "Puedes usar la misma tarjeta u otra."),
    funds_last="Puedes pagar en Whop con la misma tarjeta o con otra.",
    issuer_subject=("Tu banco rechazó el pago de «{product}»", "Tu banco rechazó el pago a {merchant}"),
    issuer_first_preview="Suele ayudar aprobarlo en la aplicación del banco o usar otra tarjeta.",
    issuer_second_preview="Tu banco no lo ha dejado pasar por ahora. Esto es lo que suele ayudar.",
    issuer_first="Tu banco lo rechazó y no dio ningún motivo.",
    issuer_second="Tu banco no lo ha dejado pasar por ahora.",
    technical_first_preview="Parece un problema técnico entre los sistemas de pago.",
    technical_second_preview="El problema técnico parece seguir ahí; otra tarjeta puede funcionar.",
    technical_first="Parece un problema técnico entre los sistemas de pago; no tiene que ver contigo ni con tu tarjeta.",
    technical_second="El problema técnico entre los sistemas de pago parece seguir ahí. "
    "Puede que otra tarjeta funcione mejor.",
    technical_last="Prueba a pagar en Whop, por favor, con otra tarjeta si puedes.",
    card_subject=(
        "Tu tarjeta para «{product}» venció en {expired}",
        "Tu tarjeta para {merchant} venció en {expired}",
        "Actualiza tus datos de pago de «{product}»",
        "Actualiza tus datos de pago de {merchant}",
    ),
    card_reminder=(
        "Recordatorio: tu tarjeta para «{product}» venció en {expired}",
        "Recordatorio: tu tarjeta para {merchant} venció en {expired}",
        "Recordatorio: tus datos de pago de «{product}»",
        "Recordatorio: tus datos de pago de {merchant}",
    ),
    card_first="Introduce tu tarjeta actual en Whop, por favor. Se tarda alrededor de un minuto.",
    card_second="Cuando tu tarjeta actual esté en Whop, el pago podrá completarse.",
    card_last="Introduce tu tarjeta actual en Whop, por favor.",
    confirm_subject=(
        "Tu banco quiere que confirmes el pago de «{product}»",
        "Tu banco quiere que confirmes el pago a {merchant}",
    ),
    confirm_reminder=(
        "Recordatorio: confirma el pago de «{product}»",
        "Recordatorio: confirma el pago a {merchant}",
    ),
    confirm_preview="Suele bastar un toque en la aplicación del banco.",
    confirm_first="Tu banco quiere que lo confirmes en persona. Es una comprobación habitual y solo tú puedes responder.",
    confirm_second="Tu banco sigue esperando que lo confirmes en persona.",
    other_card_subject=("Añade otra tarjeta para «{product}»", "Añade otra tarjeta para {merchant}"),
    other_card_reminder=(
        "Recordatorio: añade otra tarjeta para «{product}»",
        "Recordatorio: añade otra tarjeta para {merchant}",
    ),
    card_type_subject=("Elige otra forma de pagar «{product}»", "Elige otra forma de pagar a {merchant}"),
    card_type_reminder=(
        "Recordatorio: elige otra forma de pagar «{product}»",
        "Recordatorio: elige otra forma de pagar a {merchant}",
    ),
    card_type_preview="Sirve otra tarjeta o una billetera digital.",
    stopped_subject=("Sobre tu pago de «{product}»", "Sobre tu pago a {merchant}"),
    stopped_preview="Si querías detenerlo, no hay nada que hacer.",
    stopped_first=(
        "Tu banco nos informó de que el {failed_on} detuviste el pago de {amount} por «{product}» de {merchant}.",
        "Tu banco nos informó de que el {failed_on} detuviste el pago por «{product}» de {merchant}.",
        "Tu banco nos informó de que el {failed_on} detuviste el pago de {amount} a {merchant}.",
        "Tu banco nos informó de que el {failed_on} detuviste el pago a {merchant}.",
    ),
    stopped_meant="Si era lo que querías, no hay nada que hacer. Para que no se cobre nada más, "
    "cancela la suscripción: inicia sesión en whop.com, abre Memberships, elige esta y cancélala.",
    stopped_not_meant="Si no era lo que querías, inicia sesión en Whop y elige cómo quieres pagar.",
    stopped_no_more="No te recordaremos este pago de nuevo.",
    winback_subject=("Puedes volver a «{product}»", "Puedes volver con {merchant}"),
    winback_preview="Tu suscripción ha terminado. Si quieres, puedes unirte de nuevo.",
    winback_ended=(
        "Tu suscripción a «{product}» de {merchant} ha terminado porque un pago no se completó.",
        "Tu suscripción con {merchant} ha terminado porque un pago no se completó.",
    ),
    winback_again="Si quieres volver, puedes unirte de nuevo en Whop. Si no, no hay nada que hacer.",
    winback_code="Escribe allí el código {promo_code}: es la oferta de {merchant} para quien vuelve.",
    winback_only="Este es el único mensaje sobre ello.",
    winback_button="Ver cómo volver",
    winback_why="Recibes este mensaje porque pediste a {merchant} que te avisara de ofertas para volver. "
    "Puedes retirarlo en cualquier momento.",
)

WORDINGS = laid_out(LINES)
