"""The customer's pages in Spanish, a draft."""

from app.customer.words import ConnectWords, Ended, PreferenceWords, Told, Words
from app.recovery.decline import DeclineClass

_FAILED = "No se pudo completar el pago de {product}"
_OTHER_CARD = "Elige allí otra forma de pago o conserva la que tienes."

SPANISH = Words(
    language="es",
    name="Español",
    declines={
        DeclineClass.FUNDS: Told(
            _FAILED,
            "Esta vez tu banco no dejó pasar el cobro. Ocurre a menudo y tiene fácil arreglo.",
            _OTHER_CARD,
        ),
        DeclineClass.ISSUER: Told(
            _FAILED,
            "Tu banco rechazó el cobro y no dio ningún motivo. Suele resolverse aprobándolo en la aplicación "
            "del banco o usando otra tarjeta.",
            _OTHER_CARD,
        ),
        DeclineClass.TECHNICAL: Told(
            _FAILED,
            "Algo entre Whop y tu banco no funcionó en ese momento. No tiene que ver contigo ni con tu tarjeta, "
            "y casi siempre se resuelve solo.",
            _OTHER_CARD,
        ),
        DeclineClass.CARD_DATA: Told(
            "Hay que actualizar la tarjeta de {product}",
            "Los datos guardados de la tarjeta ya no coinciden con los de tu banco. "
            "Introducir los actuales lleva menos de un minuto.",
            "Introduce allí los datos de tu tarjeta actual.",
        ),
        DeclineClass.AUTHENTICATION: Told(
            "Tu banco te pide que confirmes el pago de {product}",
            "Tu tarjeta está bien. Para este cobro tu banco quiere oírlo de ti, en su aplicación o con un código.",
            "Confirma el pago como te lo pida el banco.",
        ),
        DeclineClass.FRAUD: Told(
            _FAILED,
            "No se pudo cobrar en esta tarjeta. Usa, por favor, otra tarjeta u otra forma de pago.",
            "Añade allí otra tarjeta u otra forma de pago.",
        ),
        DeclineClass.ACCOUNT_GONE: Told(
            _FAILED,
            "La tarjeta o la cuenta guardada no sirve para este pago. "
            "Sirve otra tarjeta o una billetera como Apple Pay.",
            "Añade allí otra tarjeta u otra forma de pago.",
        ),
        DeclineClass.CUSTOMER_STOPPED: Told(
            "Se detuvo un pago de {product}",
            "Tu banco informó a Whop de que detuviste este pago. Si era lo que querías, aquí no hay nada que pagar; "
            "también puedes cancelar la suscripción en Whop para que no se intenten más cobros. "
            "Si no era lo que querías, puedes arreglarlo en Whop.",
            "Cancela allí la suscripción o elige cómo quieres pagar.",
        ),
        DeclineClass.SENSITIVE: Told(_FAILED, "No se pudo cobrar en la cuenta guardada.", _OTHER_CARD),
        DeclineClass.NOT_A_FAILURE: Told(_FAILED, "El cobro no se completó.", _OTHER_CARD),
        DeclineClass.UNKNOWN: Told(
            _FAILED,
            "Tu banco rechazó el cobro. Suele resolverse aprobándolo en la aplicación del banco "
            "o usando otra tarjeta.",
            _OTHER_CARD,
        ),
    },
    endings={
        "paid": Ended("Todo pagado, gracias", "El pago de {product} ha llegado. No queda nada por hacer."),
        "clearing": Ended(
            "El pago está en camino",
            "Tu banco todavía está procesando el pago de {product}. Ahora no hay nada que hacer; "
            "por favor, no pagues otra vez.",
        ),
        "under_review": Ended(
            "Whop lo está revisando",
            "Hiciste una consulta a Whop sobre {product}. Hasta que se resuelva, aquí no hay nada que pagar.",
        ),
        "canceled": Ended(
            "Tu suscripción está terminando",
            "Cancelaste {product}. No volveremos a pedir este pago y no hay nada que hacer.",
        ),
        "ended": Ended(
            "Tu suscripción ha terminado",
            "{product} ha terminado y este pago ya no se pide. No hay nada que hacer.",
        ),
        "voided": Ended(
            "Este pago se anuló", "El cobro de {product} se retiró. No tienes que pagar nada por él."
        ),
        "refunded": Ended(
            "Este pago se reembolsó",
            "El dinero de {product} se devolvió. Tu banco puede tardar unos días en mostrarlo.",
        ),
        "disputed": Ended(
            "Tu banco se ocupa de este pago",
            "Reclamaste el cobro de {product} a tu banco. Hasta que se resuelva, aquí no hay nada que hacer.",
        ),
        "over": Ended(
            "Ya no pedimos este pago",
            "Los recordatorios del pago de {product} han terminado. Whop te muestra cómo está tu suscripción.",
        ),
    },
    card_expired="La tarjeta terminada en {last4} venció en {month}. "
    "Introducir una actual lleva menos de un minuto.",
    something="tu suscripción",
    seller="tu vendedor",
    merchant="Vendedor",
    product="Suscripción",
    amount="Importe",
    card="Tarjeta",
    card_ending="{brand} terminada en {last4}",
    failed_on="Intento de cobro",
    next_try="Whop lo intentará de nuevo",
    details="El pago",
    confirm="Confirmar con tu banco",
    go_on="Continuar en Whop",
    open_whop="Abrir Whop",
    others_title="También pendiente con {merchant}",
    others_link="Ver este pago",
    next_title="Qué pasa después",
    step_sign_in="Se abre Whop y te pide iniciar sesión, porque solo tú puedes cambiar cómo pagas.",
    step_last="Después Whop intenta el cobro. No hace falta que vuelvas aquí.",
    step_last_stopped="Si querías detenerlo y no haces nada más, también está bien.",
    safe_title="¿Es auténtico?",
    safe_card="{merchant} vende suscripciones en Whop, y Whop recibe los pagos. "
    "Esta página solo explica y te lleva allí: nunca pide un número de tarjeta, una contraseña ni un código. "
    "Los datos de la tarjeta se introducen en whop.com y en ningún otro sitio.",
    safe_yourself="¿Prefieres no usar el botón? Abre Whop por tu cuenta:",
    on_behalf="Página mostrada en nombre de {merchant}.",
    stop_reminders="No recibir más recordatorios",
    stop_title="¿Dejar de recibir recordatorios de {merchant}?",
    stop_lead="Recibes unos pocos recordatorios cuando no se completa el pago de una suscripción. "
    "Con un toque dejas de recibirlos para siempre.",
    stops_title="Qué termina",
    stops="Los recordatorios de {merchant} sobre pagos no completados.",
    stays_title="Qué sigue igual",
    stays=(
        "Tu suscripción y sus pagos: dejar los recordatorios no cancela nada.",
        "Los correos que Whop envía por su cuenta, como los recibos.",
    ),
    stop_button="Dejar los recordatorios",
    back="Volver al pago",
    stopped_title="Ya no recibirás recordatorios",
    stopped_lead="No recibirás más recordatorios de {merchant} sobre pagos no completados.",
    preferences=PreferenceWords(
        go="Elegir cómo recibir recordatorios",
        safe="{merchant} vende suscripciones en Whop. Esta página trata solo de recordatorios: aquí no se paga "
        "nada, y nunca pide un número de tarjeta, una contraseña ni un código.",
        manage="Las suscripciones y las tarjetas se gestionan en la página de Whop y en ningún otro sitio:",
        title="Tus recordatorios de {merchant}",
        lead="Recibes unos pocos recordatorios cuando no se completa el pago de una suscripción. Aquí eliges cómo "
        "te llegan o los detienes.",
        done={
            "saved": "Guardado. Los recordatorios lo siguen desde ahora.",
            "linked": "La cuenta está vinculada.",
            "unlinked": "La cuenta se ha desvinculado y ya no se guarda aquí.",
            "case_stopped": "No recibirás más recordatorios sobre este pago.",
            "allowed": "Los recordatorios vuelven a estar permitidos.",
            "known": "Gracias. Has iniciado sesión en Whop, y esta página es tuya.",
        },
        off_title="Ahora mismo nadie te escribe",
        off_lead="Los recordatorios de {merchant} han terminado. No tienes que hacer nada.",
        allow="Volver a permitir los recordatorios",
        allow_lead="Los recordatorios solo vuelven si tú pulsas aquí.",
        where_title="Dónde te llegan los recordatorios",
        where_lead="Cada recordatorio llega a un solo sitio.",
        email="Correo electrónico",
        since="vinculada el {date}",
        link="Recibir recordatorios en {channel}",
        unlink="Desvincular {channel}",
        leads_to={
            "telegram": "Se abre Telegram con nuestro bot y pulsas Iniciar. El bot conoce tu nombre de Telegram y puede "
            "escribirte hasta que lo desvincules.",
            "discord": "Se abre discord.com y pregunta si podemos ver quién eres: tu nombre allí y nada más. Puedes "
            "desvincularlo aquí en cualquier momento.",
        },
        how_title="Cómo quieres que te avisemos",
        channel="Primero por",
        any_channel="Lo que mejor te llegue",
        language="Idioma",
        any_language="Como escribe {merchant}",
        save="Guardar",
        offers_title="Ofertas para volver",
        offers="Avisadme de una oferta de {merchant} para volver si mi suscripción termina",
        offers_hint="Un mensaje, unos días después. Puedes retirarlo aquí en cualquier momento.",
        open_title="Pagos pendientes",
        see_payment="Ver este pago",
        stop_payment="No recibir recordatorios de este pago",
        stored_title="Qué se guarda sobre ti",
        stored_lead="Esto se guarda aquí para {merchant}; ningún otro vendedor lo ve.",
        stored_more="De cada cobro fallido se guarda el motivo del banco, y de cada mensaje su texto y la dirección a la "
        "que fue. Aquí nunca hay números de tarjeta completos: Whop no los entrega.",
        name="Nombre",
        country="País",
        zone="Zona horaria",
        accounts="Cuentas vinculadas",
        known_since="Conocido desde",
        none="nada",
        payments="Pagos",
        messages="Recordatorios enviados",
        newest="Se muestran los {count} más recientes.",
        date="Fecha",
        by="Por",
        subject="Asunto",
    ),
    connect=ConnectWords(
        title="Recordatorios de {merchant} donde los lees",
        lead="Si alguna vez falla un pago de tu suscripción con {merchant}, un recordatorio puede llegarte en "
        "{channels}, donde lo verás. Un correo se pasa por alto fácilmente.",
        who="Whop te pide iniciar sesión y nos dice quién eres: tu nombre, nada más. Tu contraseña se queda en "
        "Whop, y no se cobra ni se cambia nada.",
        only="Los recordatorios solo tratan de pagos a {merchant}. Puedes detenerlos con un toque.",
        sign_in="Iniciar sesión con Whop",
        not_here="Aquí no está configurado el inicio de sesión con Whop. El enlace «{link}» en la página de cualquier "
        "recordatorio lleva al mismo sitio.",
        nothing_to_link="Por ahora los recordatorios llegan solo por correo, así que aún no hay nada que vincular. Puedes "
        "elegir tu idioma igualmente.",
        troubles={
            "denied": "Dijiste que no en Whop, así que no se guardó nada. Puedes intentarlo de nuevo cuando quieras.",
            "state": "Este inicio de sesión no empezó en este navegador, o hace demasiado tiempo. Pulsa el botón otra vez.",
            "code": "El permiso de Whop había caducado. Pulsa el botón otra vez.",
            "away": "Whop no responde ahora mismo, así que no se guardó nada. Inténtalo de nuevo en un momento.",
            "untrusted": "No se pudo confiar en la respuesta de Whop, así que no se guardó nada. Inténtalo más tarde.",
        },
        failed_title="{channel} no está vinculado",
        failures={
            "denied": "Dijiste que no en {channel}, así que no se guardó nada.",
            "expired": "El paso a {channel} vale una vez y durante una hora. Empieza de nuevo desde tu propia página.",
            "away": "{channel} no responde como debería ahora mismo, así que no se guardó nada. Inténtalo de nuevo en un "
            "momento.",
        },
    ),
    unknown_title="Este enlace no está completo",
    unknown_lead="Parece que falta una parte de la dirección. Abre otra vez el enlace del mensaje o abre Whop "
    "por tu cuenta: siempre muestra tus suscripciones y pagos.",
    unknown_unsubscribe="Parece que falta una parte de la dirección, así que no se cambió nada. "
    "Abre otra vez el enlace del final del mensaje.",
)
