"""What is done with customers: getting to know them and proving who they are."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from portal.customers import addresses, timeline
from portal.customers.models import Customer, Identity, Touchpoint


def known(email: str, **fields: object) -> Customer:
    """Return the customer with this e-mail, made with ``fields`` when new.

    An unproven address proves nothing: whoever only typed it sees nothing of the customer.
    """
    folded = addresses.fold_email(email)
    customer = Customer.objects.filter(email=folded).first()
    if customer:
        return customer
    blank = Customer(email=folded, **fields)
    blank.set_unusable_password()
    # Two who are first at the same time are no error: one insert is ignored, both read the row.
    Customer.objects.bulk_create([blank], ignore_conflicts=True)
    return Customer.objects.get(email=folded)


@transaction.atomic
def prove(customer: Customer, *, kind: str, value: str) -> Identity:
    """Write down that ``customer`` has shown to own an address, now.

    Raises IntegrityError if the address is proven to be another customer's.
    """
    identity, _ = Identity.objects.update_or_create(
        kind=kind, value=value, customer=customer, defaults={"verified_at": timezone.now()}
    )
    return identity


@transaction.atomic
def adopt_visitor(customer: Customer, *, visitor: str) -> None:
    """Give ``customer`` what the visitor key did before it was proven to be theirs."""
    rows = Touchpoint.objects.filter(visitor=visitor, customer=None)
    rows.update(customer=customer)
    timeline.record("customer.proven", customer=customer, visitor=visitor, channel="chat")


def sweep_unproven(*, older_than: timedelta = timedelta(days=1)) -> int:
    """Delete people who typed an address, never proved it and left no trace; return how many."""
    strangers = Customer.objects.filter(
        date_joined__lt=timezone.now() - older_than,
        is_staff=False,
        last_login=None,
        groups=None,
        identities=None,
        touchpoints=None,
    )
    count, _ = strangers.delete()
    return count
