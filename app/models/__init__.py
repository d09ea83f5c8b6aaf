"""SQLAlchemy tables, one file a noun. No decisions here."""

from .alert import Alert, AlertDelivery, ChannelFault
from .base import Base
from .case import Attempt, Case, Payment, Visit
from .comparison import Backfill, Comparison
from .customer import Customer, Membership, Suppression
from .experiment import Experiment, Exposure
from .inbox import InboxRow
from .learning import ChosenArm, Learned
from .linking import LinkCode, LinkedAccount
from .merchant import Merchant, MerchantUser, User, WhopGrant
from .note import Note
from .policy import Policy
from .record import Audit, Chore, SessionRow
from .retry import Retry
from .step import Delivery, Step
from .tally import TALLIES, CaseTally, DrawnTally, MessageTally, RecoveryTally, Tally
from .telegram import TelegramUpdate
from .wording import SavedWording

__all__ = [
    "TALLIES",
    "Alert",
    "AlertDelivery",
    "Attempt",
    "Audit",
    "Backfill",
    "Base",
    "Case",
    "CaseTally",
    "ChannelFault",
    "Chore",
    "ChosenArm",
    "Comparison",
    "Customer",
    "Delivery",
    "DrawnTally",
    "Experiment",
    "Exposure",
    "InboxRow",
    "Learned",
    "LinkCode",
    "LinkedAccount",
    "Membership",
    "Merchant",
    "MerchantUser",
    "MessageTally",
    "Note",
    "Payment",
    "Policy",
    "RecoveryTally",
    "Retry",
    "SavedWording",
    "SessionRow",
    "Step",
    "Suppression",
    "Tally",
    "TelegramUpdate",
    "User",
    "Visit",
    "WhopGrant",
]
