"""When a CSV file and the feed tell of the same thing: the history says it once.

A file has no ids of what happened and of lines. What it tells is the same fact as one of the feed
of the same kind, unless both name a tracking number and these differ; its line is the feed's of the
same sku and occurrence. Rows of both are kept, since they only ever agree on where an order is; the
touchpoint is one, with the feed's time and details, whichever came first.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from django.contrib.contenttypes.models import ContentType

from orders import facts
from orders.feed.snapshot import FROM_FILE
from orders.models import Adjustment, Order, OrderEvent, OrderLine
from portal.customers import timeline
from portal.customers.models import Touchpoint
from portal.customers.timeline import Fact

if TYPE_CHECKING:
    from orders.taking import Plan


class LineLike(Protocol):
    """An order line, stored or just read from a snapshot."""

    @property
    def shop_id(self) -> str: ...

    @property
    def sku(self) -> str: ...


def once(plans: Sequence["Plan"], happened: list[Fact], *, tell: bool) -> list[Fact]:
    """Return those of ``happened`` that the history does not know from the other source.

    What a file told before is completed by what the feed says of it (one query and one update).
    """
    said = {fact.about.pk for fact in happened if fact.about}
    orders = [plan.order for plan in plans if not plan.is_new and plan.order.pk in said]
    known = {order.pk: list(_rows(order)) for order in orders}
    fed = {fact.about.pk for fact in happened if fact.about and not _is_filed(fact)}
    told = _told_by_files(
        [pk for pk in fed if any(_is_of_file(row.shop_id) for row in known.get(pk, ()))]
    )
    new, better = [], []
    for fact in happened:
        place = (fact.about.pk if fact.about else 0, fact.kind)
        if _is_filed(fact):
            if not any(_is_fed_as(fact, row) for row in known.get(place[0], ())):
                new.append(fact)
        elif place in told and _may_be_one(fact.data, told[place].data):
            better.append((told.pop(place), replace(fact, tell=tell and fact.tell)))
        else:
            new.append(fact)
    timeline.complete_many(better)
    return new


def _rows(order: Order) -> Iterator[OrderEvent | Adjustment]:
    yield from order.events.all()
    yield from order.adjustments.all()


def _is_filed(fact: Fact) -> bool:
    return _is_of_file(fact.data.get("event", ""))


def _is_of_file(shop_id: str) -> bool:
    return shop_id.startswith(FROM_FILE)


def _is_fed_as(fact: Fact, row: OrderEvent | Adjustment) -> bool:
    """Tell whether a row of the feed is what a file tells of now."""
    if _is_of_file(row.shop_id) or facts.kind_of(row) != fact.kind:
        return False
    return _may_be_one(fact.data, {"tracking_number": getattr(row, "tracking_number", "")})


def _may_be_one(one: dict[str, Any], other: dict[str, Any]) -> bool:
    numbers = [data.get("tracking_number", "") for data in (one, other)]
    return not all(numbers) or numbers[0] == numbers[1]


def _told_by_files(order_ids: list[int]) -> dict[tuple[int, str], Touchpoint]:
    """Return what stands in the history from files only: one of a kind for an order."""
    if not order_ids:
        return {}
    rows = Touchpoint.objects.filter(
        about_type=ContentType.objects.get_for_model(Order),
        about_id__in=order_ids,
        data__event__startswith=FROM_FILE,
    )
    return {(row.about_id or 0, row.kind): row for row in rows}


def take_ids(lines: Sequence[OrderLine], known: Iterable[LineLike]) -> bool:
    """Give ``lines`` from a file the ids that ``known`` lines of the same thing have.

    Returns whether that changed any.
    """
    ids = {place: line.shop_id for place, line in _placed(known)}
    changed = False
    for (sku, n), line in list(_placed(lines)):
        known_as = ids.get((sku, n), line.shop_id)
        if line.shop_id == f"{sku}#{n}" and line.shop_id != known_as:
            line.shop_id = known_as
            changed = True
    return changed


def _placed(lines: Iterable[LineLike]) -> Iterator[tuple[tuple[str, int], Any]]:
    """Yield each line with its sku and which time that sku occurs."""
    seen: dict[str, int] = {}
    for line in lines:
        seen[line.sku] = seen.get(line.sku, 0) + 1
        yield (line.sku, seen[line.sku]), line
