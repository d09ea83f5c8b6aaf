"""One place for names that must come out the same every time: they are what makes a repeat harmless."""


def wording_key(angle: str, position: str) -> str:
    return f"{angle}.{position}"


def mail_name(case_token: str, step_position: int) -> str:
    """The stable part of a reminder's Message-ID: one for a step, whoever sends it and how often."""
    return f"{case_token}.{step_position}"


def customer_identity(*, user_id: str | None, member_id: str | None, payment_id: str | None) -> str | None:
    """Whop's user id where there is one, else the member's, else the payment that alone names a person."""
    return user_id or member_id or payment_id
