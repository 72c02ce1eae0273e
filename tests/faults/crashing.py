"""A process that dies between the commit of a fact and its announcement (run by the test)."""

import os
import sys

import django


def main(customer: int) -> None:
    """Record something for the customer in a transaction, and die as soon as it is committed."""
    django.setup()
    from django.db import transaction

    from portal.customers import timeline
    from portal.customers.models import Customer

    timeline.announce = lambda _pk: os._exit(9)  # instead of telling anybody
    with transaction.atomic():
        timeline.record("customer.signed_in", customer=Customer.objects.get(pk=customer))
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
