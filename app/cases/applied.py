"""What became of a fact: the answer of everything that applies one."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a fact. `reason` says why it had no effect; None where it had one."""

    merchant_id: int | None
    case_id: int | None = None
    reason: str | None = None
