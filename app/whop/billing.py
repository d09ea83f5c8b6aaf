"""Invoices that a merchant sent by hand, and cards that a customer saved in a setup-mode checkout."""

from app.recovery.facts import CardSetupChanged, InvoiceChanged
from app.whop import fields
from app.whop.customers import customer_of
from app.whop.envelope import Envelope, Unusable


def read_invoice(event: Envelope) -> InvoiceChanged | Unusable:
    invoice_id = fields.identifier(event.data.get("id"))
    if invoice_id is None:
        return Unusable("no_invoice_id")
    return InvoiceChanged(
        merchant=event.merchant,
        at=event.at,
        invoice_id=invoice_id,
        status=fields.word(event.data.get("status")),
    )


def read_card_setup(event: Envelope) -> CardSetupChanged | Unusable:
    """Only the status `succeeded` means saved (whop-sdk `types/setup_intent.py`)."""
    setup_id = fields.identifier(event.data.get("id"))
    if setup_id is None:
        return Unusable("no_setup_id")
    return CardSetupChanged(
        merchant=event.merchant,
        at=event.at,
        setup_id=setup_id,
        payment_method_id=fields.reference(event.data, "payment_method"),
        customer=customer_of(event.data),
        succeeded=event.data.get("status") == "succeeded",
    )
