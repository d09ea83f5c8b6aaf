"""SQLAlchemy tables, one file a noun. No decisions here."""

from .base import Base
from .case import Attempt, Case, Payment, Visit
from .customer import Customer, Membership, Suppression
from .inbox import InboxRow
from .merchant import Merchant, MerchantUser, User
from .record import Audit, Chore, SessionRow
from .step import Delivery, Step

__all__ = [
    "Attempt",
    "Audit",
    "Base",
    "Case",
    "Chore",
    "Customer",
    "Delivery",
    "InboxRow",
    "Membership",
    "Merchant",
    "MerchantUser",
    "Payment",
    "SessionRow",
    "Step",
    "Suppression",
    "User",
    "Visit",
]
