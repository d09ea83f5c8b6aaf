"""Policies in words: why a case falls under one, what is wrong with a written one, what a version changed."""

from collections.abc import Collection, Mapping

from flask_babel import LazyString, gettext
from flask_babel import lazy_gettext as _

from app.cases.policies import Draft, Version
from app.dashboard import channel_words, sentences
from app.dashboard.show import Show
from app.models import Policy
from app.recovery.campaign import HOUR, Campaign, positions_of
from app.recovery.campaign_json import Fault, Wrong
from app.recovery.decline import DeclineClass
from app.recovery.money import Money
from app.recovery.segments import Condition, Matches
from app.recovery.segments import Fault as SegmentFault

CONDITIONS: Mapping[Condition, LazyString] = {
    Condition.PLANS: _("its plan"),
    Condition.PRICE: _("its price"),
    Condition.TENURE: _("how long the customer has been a member"),
    Condition.COUNTRIES: _("the customer's country"),
    Condition.FIRST_RENEWAL: _("it is the first renewal"),
}

CHANGES: Mapping[str, LazyString] = {
    "name": _("the name"),
    "matches": _("which cases it is for"),
    "campaign": _("the messages"),
    "position": _("the place in the order"),
    "active": _("on or off"),
}

FAULTS: Mapping[Fault, LazyString] = {
    Fault.NOT_AN_OBJECT: _("This cannot be read."),
    Fault.NOT_A_NUMBER: _("Write a whole number from %(least)s to %(most)s."),
    Fault.NOT_A_TIME: _("Write a time from %(first)s to %(last)s, such as 21:00."),
    Fault.NOT_YES_OR_NO: _("Choose yes or no."),
    Fault.OUT_OF_RANGE: _("Write something from %(least)s to %(most)s."),
    Fault.NO_SUCH_FIELD: _("There is no such field."),
    Fault.NOT_AFTER_THE_ONE_BEFORE: _("It must come after the one before, which is at %(hours)s h."),
    Fault.TOO_CLOSE: _("At least %(hours)s hours must lie between two messages."),
    Fault.MORE_THAN_THE_LIMIT: _("Your limit is %(most)s messages for one payment: leave one out."),
    Fault.NOT_A_LIST: _("Send a list of channels, or null for all of them."),
    Fault.NONE_CHOSEN: _("Tick at least one channel: without one, no message could go out."),
    Fault.TOO_MANY: _("Choose at most %(most)s."),
    Fault.NO_SUCH_CHANNEL: _("Name channels as the list has them, such as email."),
    Fault.TWICE: _("Name each channel once."),
}

SEGMENT_FAULTS: Mapping[SegmentFault, LazyString] = {
    SegmentFault.NO_CURRENCY: _("Write the currency as three letters, such as EUR."),
    SegmentFault.UPSIDE_DOWN: _("The first must not be above the second."),
}


def told(wrong: Wrong) -> str:
    detail = dict(wrong.detail)
    if wrong.fault is Fault.OUT_OF_RANGE and "first" in detail:
        detail = {"least": detail["first"], "most": detail["last"]}
    return str(FAULTS[wrong.fault]) % detail


def described(matches: Matches, show: Show) -> list[str]:
    """Which cases it is for, one condition a line."""
    return [_described(condition, matches, show) for condition in matches.conditions] or [
        str(gettext("Every case that no policy before it takes"))
    ]


def _described(condition: Condition, matches: Matches, show: Show) -> str:
    match condition:
        case Condition.PLANS:
            return str(gettext("Plan: %(plans)s", plans=", ".join(matches.plans)))
        case Condition.PRICE:
            return str(gettext("Price: %(price)s", price=_price(matches, show)))
        case Condition.TENURE:
            return str(gettext("Days as a member: %(days)s", days=_span(matches.min_days, matches.max_days)))
        case Condition.COUNTRIES:
            return str(gettext("Country: %(countries)s", countries=", ".join(matches.countries)))
        case Condition.FIRST_RENEWAL:
            return str(gettext("First renewal only"))


def _price(matches: Matches, show: Show) -> str:
    currency = matches.currency or ""
    ends = [
        None if minor is None else show.money(Money(currency, minor))
        for minor in (matches.min_minor, matches.max_minor)
    ]
    return currency.upper() if ends == [None, None] else _span(*ends)


def _span(least: object, most: object) -> str:
    if most is None:
        return str(gettext("from %(least)s", least=least))
    if least is None:
        return str(gettext("up to %(most)s", most=most))
    return str(gettext("%(least)s to %(most)s", least=least, most=most))


def why_matched(policy: Policy | None) -> str:
    """Why a case falls under the policy that it has; it was chosen when the case opened."""
    if policy is None:
        return str(gettext("No policy of yours fitted when the case opened."))
    conditions = Matches.of(policy.matches).conditions
    if not conditions:
        return str(gettext("It is for every case that no policy before it takes."))
    named = ", ".join(str(CONDITIONS[condition]) for condition in conditions)
    return str(gettext("It fits by: %(conditions)s.", conditions=named))


def differences(version: Version, show: Show, *, here: Collection[str]) -> list[str]:
    """What the version changed, one thing a line: before and after. `here`: the channels that are set up."""
    if version.before is None:
        return []
    before, after = draft_before(version.before), version.draft
    found = []
    if before.name != after.name:
        found.append(_from_to(gettext("Name"), before.name, after.name))
    if before.matches != after.matches:
        found.append(
            _from_to(
                gettext("Cases"),
                "; ".join(described(before.matches, show)),
                "; ".join(described(after.matches, show)),
            )
        )
    found += _of_campaign(before.campaign, after.campaign)
    if before.campaign.channels != after.campaign.channels:
        named = (channel_words.listed(one.campaign.channels, here) for one in (before, after))
        found.append(_from_to(gettext("Channels"), *named))
    return found


def draft_before(policy: Policy) -> Draft:
    return Version(policy, (), None).draft


def _of_campaign(before: Campaign, after: Campaign) -> list[str]:
    none = str(gettext("not sent"))
    found = []
    for name in DeclineClass:
        old, new = (
            {offset.position: f"{int(offset.after / HOUR)} h" for offset in one.offsets[name]}
            for one in (before, after)
        )
        found += [
            _from_to(
                f"{sentences.CLASS_TITLES[name]}, {sentences.POSITIONS[position]}",
                old.get(position, none),
                new.get(position, none),
            )
            for position in positions_of(name)
            if old.get(position) != new.get(position)
        ]
    limits = (
        (gettext("Messages"), before.messages, after.messages),
        (gettext("Hours between two messages"), int(before.gap / HOUR), int(after.gap / HOUR)),
        (gettext("Quiet from"), f"{before.quiet_from:%H:%M}", f"{after.quiet_from:%H:%M}"),
        (gettext("Quiet until"), f"{before.quiet_until:%H:%M}", f"{after.quiet_until:%H:%M}"),
        (
            gettext("E-mail keeps the quiet hours too"),
            _yes(before.quiet_email),
            _yes(after.quiet_email),
        ),
    )
    return [*found, *(_from_to(title, old, new) for title, old, new in limits if old != new)]


def _yes(value: bool) -> str:
    return str(gettext("yes") if value else gettext("no"))


def _from_to(title: str, before: object, after: object) -> str:
    return str(gettext("%(title)s: %(before)s → %(after)s", title=title, before=before, after=after))
