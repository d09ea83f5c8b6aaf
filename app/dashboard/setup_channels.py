"""The lines of the set-up page about channels: switched on or not, tested when, and what is missing."""

from flask_babel import gettext as _

from app.dashboard import alert_words, setup_words
from app.dashboard.setup_line import Line, Standing
from app.dashboard.show import Show
from app.delivery.channels import has_settings
from app.models import ChannelFault, Proof
from app.services import services
from app.settings import Settings

CHANNELS = ("email", "telegram", "discord", "whop_chat")


def channel_line(name: str, proof: Proof | None, fault: ChannelFault | None, showing: Show) -> Line:
    settings = services().settings
    switch = alert_words.SWITCHES[name]
    on, known = bool(getattr(settings, switch.lower())), has_settings(name, settings)
    standing = _standing(proof, fault, on=on, known=known)
    told = setup_words.channel(name, proof, on=on, known=known, at_hand=_real_mail(name, settings))
    if on and fault is not None:
        since, cause = showing.moment(fault.since), alert_words.fault(fault.reason)
        told = _("Since %(since)s: %(cause)s.", since=since, cause=cause)
    set_up = standing in (Standing.BROKEN, Standing.OPTIONAL)
    return Line(
        name=name,
        title=str(setup_words.CHANNEL_TITLES[name]),
        standing=standing,
        needed=name == "email" and on,
        told=told,
        proof=setup_words.tested(proof, showing),
        steps=(str(setup_words.CHANNEL_STEPS[name]),) if set_up else (),
        variables=setup_words.CHANNEL_VARIABLES[name] if set_up else (),
        test=str(setup_words.CHANNEL_TESTS[name]) if known else None,
    )


def _standing(proof: Proof | None, fault: ChannelFault | None, *, on: bool, known: bool) -> Standing:
    if not on:
        return Standing.OPTIONAL
    if fault is not None or not known or (proof is not None and not proof.ok):
        return Standing.BROKEN
    return Standing.TODO if proof is None else Standing.WORKS


def _real_mail(name: str, settings: Settings) -> bool:
    return name != "email" or bool(settings.smtp_host)
