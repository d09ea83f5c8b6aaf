"""SQLAlchemy tables, one file a noun. No decisions here."""

from .alert import Alert, AlertDelivery, ChannelFault
from .base import Base
from .broken_rule import BrokenRule
from .case import Attempt, Case, Payment, Visit
from .comparison import Backfill, Comparison
from .customer import Customer, Membership, Suppression
from .endpoint import Endpoint, EndpointDelivery, EndpointTry
from .erasure import ErasedName, Erasure, RetentionMark
from .experiment import Experiment, Exposure
from .inbox import InboxRow
from .install import Install
from .learning import ChosenArm, Learned
from .linking import LinkCode, LinkedAccount
from .merchant import Merchant, MerchantUser, User, WhopGrant
from .method_switch import MethodSwitch
from .note import Note
from .policy import Policy
from .proof import Proof
from .record import Audit, Chore, SessionRow
from .retry import Retry
from .saved_view import SavedView
from .step import Delivery, Step
from .tally import TALLIES, CaseTally, DrawnTally, MessageTally, RecoveryTally, Tally
from .telegram import TelegramUpdate
from .token import ApiToken
from .wording import SavedWording

__all__ = [
    "TALLIES",
    "Alert",
    "AlertDelivery",
    "ApiToken",
    "Attempt",
    "Audit",
    "Backfill",
    "Base",
    "BrokenRule",
    "Case",
    "CaseTally",
    "ChannelFault",
    "Chore",
    "ChosenArm",
    "Comparison",
    "Customer",
    "Delivery",
    "DrawnTally",
    "Endpoint",
    "EndpointDelivery",
    "EndpointTry",
    "ErasedName",
    "Erasure",
    "Experiment",
    "Exposure",
    "InboxRow",
    "Install",
    "Learned",
    "LinkCode",
    "LinkedAccount",
    "Membership",
    "Merchant",
    "MerchantUser",
    "MessageTally",
    "MethodSwitch",
    "Note",
    "Payment",
    "Policy",
    "Proof",
    "RecoveryTally",
    "RetentionMark",
    "Retry",
    "SavedView",
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
