"""Taking snapshots of orders into our rows: set-based, newest wins, everything united.

A batch is split into rounds in which each order occurs once; a round is one transaction with a
fixed number of queries, however many orders it has. The feed is a batch of one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from orders import cancellations, facts, sameness
from orders.feed import snapshot as outside
from orders.feed.snapshot import Rejected, Snapshot
from orders.models import Adjustment, Order, OrderEvent, OrderLine
from orders.status import derive
from portal.customers import services as customers
from portal.customers import timeline
from portal.customers.models import Customer

CREATED, UPDATED, UNCHANGED = "created", "updated", "unchanged"
Outcome = str | Rejected

_AT_ONCE = 250
# Two who bring the same new order at the same time: the one who loses reads again what won.
_TRIES = 3

# What of an order goes when its customer is erased (orders.privacy).
ERASED = ("destination", "permalink_url")
# What the newest snapshot says of the order itself.
_SAID = (
    "currency",
    "total",
    "totals",
    "expectations",
    "destination",
    "permalink_url",
)
# Kept when a newer snapshot does not say it again.
_KEPT = ("placed_at", "promised_at")
_WRITTEN = ("number", "shop_id", "status", "snapshot_at", *_SAID, *_KEPT)


@dataclass
class Plan:
    """What one snapshot changes."""

    snapshot: Snapshot
    order: Order
    is_new: bool
    newest: bool
    changed: bool = False
    events: list[OrderEvent] = field(default_factory=list)
    corrected: list[OrderEvent] = field(default_factory=list)
    adjustments: list[Adjustment] = field(default_factory=list)
    lines: list[OrderLine] | None = None
    """The lines to write instead of those there are; None leaves them."""
    promised_before: Any = None

    @property
    def outcome(self) -> str:
        """What is counted."""
        if self.is_new:
            return CREATED
        news = self.changed or self.events or self.corrected or self.adjustments
        return UPDATED if news or self.lines is not None else UNCHANGED


def take(batch: Sequence[Snapshot], *, tell: bool) -> list[Outcome]:
    """Take every snapshot of ``batch``; return what became of each, in the same order."""
    outcomes: list[Outcome] = [UNCHANGED] * len(batch)
    for numbers in _rounds(batch):
        taken = _take_safely([batch[n] for n in numbers], tell=tell)
        for n, outcome in zip(numbers, taken, strict=True):
            outcomes[n] = outcome
    return outcomes


def _rounds(batch: Sequence[Snapshot]) -> Iterable[list[int]]:
    """Split into rounds in which no id and no number occurs twice, in the order of arrival."""
    round_: list[int] = []
    seen: set[tuple[str, str | None]] = set()
    for n, snapshot in enumerate(batch):
        keys = {("number", snapshot.number), ("id", snapshot.shop_id or snapshot.number)}
        if keys & seen or len(round_) >= _AT_ONCE:
            yield round_
            round_, seen = [], set()
        round_.append(n)
        seen |= keys
    if round_:
        yield round_


def _take_safely(snapshots: list[Snapshot], *, tell: bool) -> list[Outcome]:
    for left in reversed(range(_TRIES)):
        try:
            with transaction.atomic():
                return _take_round(snapshots, tell=tell)
        except IntegrityError:
            if not left:
                raise
    raise AssertionError("unreachable")


def _take_round(snapshots: list[Snapshot], *, tell: bool) -> list[Outcome]:
    known = _Known(snapshots)
    plans: list[Plan | Rejected] = []
    for snapshot in snapshots:
        try:
            plans.append(_plan(snapshot, known))
        except Rejected as rejected:
            plans.append(rejected)
    good = [plan for plan in plans if isinstance(plan, Plan)]
    _give_customers([plan for plan in good if plan.is_new])
    _write(good)
    happened = sameness.once(good, [fact for plan in good for fact in facts.of(plan)], tell=tell)
    happened += cancellations.settle([plan.order for plan in good if plan.outcome != UNCHANGED])
    timeline.record_many(replace(fact, tell=tell and fact.tell) for fact in happened)
    return [plan.outcome if isinstance(plan, Plan) else plan for plan in plans]


class _Known:
    """The orders there are already, locked, with all that hangs on them (five queries)."""

    def __init__(self, snapshots: list[Snapshot]) -> None:
        ids = [snapshot.shop_id for snapshot in snapshots if snapshot.shop_id]
        wanted = models.Q(shop_id__in=ids) | models.Q(
            number__in=[snapshot.number for snapshot in snapshots]
        )
        # Locked in one order everywhere, so that two batches never wait for each other.
        found = Order.objects.filter(wanted).order_by("pk").select_related("customer")
        rows = list(found.select_for_update(of=("self",)).whole())
        self.by_id = {order.shop_id: order for order in rows if order.shop_id}
        self.by_number = {order.number: order for order in rows}

    def order(self, snapshot: Snapshot) -> Order | None:
        """Return the order of a snapshot, None if it is new.

        Raises Rejected if its number is another order's.
        """
        named = self.by_number.get(snapshot.number)
        if snapshot.shop_id is None:
            return named
        order = self.by_id.get(snapshot.shop_id)
        if order is None and named is not None and named.shop_id is None:
            return named  # known from a CSV file: from now on by the shop's id too
        is_label = snapshot.number != snapshot.shop_id
        if named is not None and named is not order and (order is None or is_label):
            raise Rejected(("/label", "is the number of another order"))
        return order


def _plan(snapshot: Snapshot, known: _Known) -> Plan:
    order = known.order(snapshot)
    if order is None:
        return _plan_new(snapshot)
    plan = Plan(snapshot, order, is_new=False, newest=snapshot.at >= order.snapshot_at)
    plan.promised_before = order.promised_at
    _unite(plan, {e.shop_id: e for e in order.events.all()}, order.adjustments.all())
    if plan.newest:
        _renew(plan)
    elif snapshot.shop_id is not None:
        _name(plan)
    lines = plan.lines if plan.lines is not None else list(order.lines.all())
    events = [*order.events.all(), *plan.events]
    status = derive(lines, events, [*order.adjustments.all(), *plan.adjustments])
    plan.changed |= order.status != status
    order.status = status
    return plan


def _plan_new(snapshot: Snapshot) -> Plan:
    if not snapshot.buyer.email:
        raise Rejected(("/buyer/email", "is required when the order is new"))
    order = Order(number=snapshot.number, shop_id=snapshot.shop_id, snapshot_at=snapshot.at)
    for name in (*_SAID, *_KEPT):
        setattr(order, name, getattr(snapshot, name))
    order.placed_at = order.placed_at or timezone.now()
    plan = Plan(snapshot, order, is_new=True, newest=True)
    _unite(plan, {}, ())
    plan.lines = _lines(snapshot, order)
    order.status = derive(plan.lines, plan.events, plan.adjustments)
    return plan


def _unite(plan: Plan, events: dict[str, OrderEvent], adjustments: Iterable[Adjustment]) -> None:
    """Add the events and adjustments that are new; correct, if newest, those that are not."""
    # An id that a snapshot has twice is its first: it must not be corrected to and fro.
    firsts: dict[str, outside.Event] = {}
    for each in plan.snapshot.events:
        firsts.setdefault(each.shop_id, each)
    for said in firsts.values():
        there = events.get(said.shop_id)
        if there is None:
            events[said.shop_id] = OrderEvent(order=plan.order, **_values(said))
            plan.events.append(events[said.shop_id])
        elif there.pk and plan.newest and _differs(there, said):
            _set(there, said)
            plan.corrected.append(there)
    seen = {(row.shop_id, row.status) for row in adjustments}
    for change in plan.snapshot.adjustments:
        if (change.shop_id, change.status) not in seen:
            seen.add((change.shop_id, change.status))
            plan.adjustments.append(Adjustment(order=plan.order, **_values(change)))


def _renew(plan: Plan) -> None:
    """Take over what the newest snapshot says of the order and its lines."""
    order, snapshot = plan.order, plan.snapshot
    said = {name: getattr(snapshot, name) for name in _SAID}
    said |= {name: value for name in _KEPT if (value := getattr(snapshot, name)) is not None}
    if snapshot.shop_id is not None:
        said["shop_id"] = snapshot.shop_id
        if snapshot.number != snapshot.shop_id:
            said["number"] = snapshot.number
    else:
        # A CSV file knows nothing of these, which is not the same as their being gone.
        for name in ("expectations", "destination", "permalink_url"):
            del said[name]
    if order.customer_id and not order.customer.is_active:
        # Erased at the person's wish: where it goes does not come back with the next snapshot.
        for name in ERASED:
            said.pop(name, None)
    plan.changed = any(getattr(order, name) != value for name, value in said.items())
    for name, value in said.items():
        setattr(order, name, value)
    lines = _lines(snapshot, order)
    if snapshot.shop_id is None:
        sameness.take_ids(lines, order.lines.all())
    if [_comparable(line) for line in lines] != [_comparable(line) for line in order.lines.all()]:
        plan.lines = lines
    order.snapshot_at = snapshot.at


def _name(plan: Plan) -> None:
    """Give an order and lines known from a file the ids they have in an older snapshot."""
    if plan.order.shop_id is None:
        plan.order.shop_id = plan.snapshot.shop_id
        plan.changed = True
    lines = [
        OrderLine(order=plan.order, **{name: getattr(line, name) for name in _LINE_FIELDS})
        for line in plan.order.lines.all()
    ]
    if sameness.take_ids(lines, plan.snapshot.lines):
        plan.lines = lines


def _lines(snapshot: Snapshot, order: Order) -> list[OrderLine]:
    return [
        OrderLine(order=order, position=n, **_values(line)) for n, line in enumerate(snapshot.lines)
    ]


_LINE_FIELDS = ("position", *(each.name for each in fields(outside.Line)))
_EVENT_FIELDS = tuple(each.name for each in fields(outside.Event) if each.name != "shop_id")


def _comparable(line: OrderLine) -> tuple[Any, ...]:
    return tuple(getattr(line, name) for name in _LINE_FIELDS)


def _values(said: Any) -> dict[str, Any]:
    return {each.name: getattr(said, each.name) for each in fields(said)}


def _differs(row: OrderEvent, said: outside.Event) -> bool:
    return any(getattr(row, name) != getattr(said, name) for name in _EVENT_FIELDS)


def _set(row: OrderEvent, said: outside.Event) -> None:
    for name in _EVENT_FIELDS:
        setattr(row, name, getattr(said, name))


def _give_customers(plans: list[Plan]) -> None:
    """Give new orders to whoever their e-mail belongs to; a later one never moves an order."""
    buyers = {plan.snapshot.buyer.email: plan.snapshot.buyer for plan in plans}
    if not buyers:
        return
    people: dict[str, Customer] = customers.known_many(
        {
            email: {"name": buyer.name, "phone": buyer.phone, "language": buyer.language}
            for email, buyer in buyers.items()
        }
    )
    for plan in plans:
        plan.order.customer = people[plan.snapshot.buyer.email]


def _write(plans: list[Plan]) -> None:
    Order.objects.bulk_create([plan.order for plan in plans if plan.is_new])
    changed = [plan for plan in plans if not plan.is_new]
    # An upsert writes hundreds of rows with one statement; bulk_update would take a CASE a field.
    Order.objects.bulk_create(
        [
            plan.order
            for plan in changed
            if plan.changed or (plan.newest and plan.snapshot.dated) or plan.outcome == UPDATED
        ],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=_WRITTEN,
    )
    renewed = [plan.order.pk for plan in changed if plan.lines is not None]
    OrderLine.objects.filter(order__in=renewed).delete()
    _insert(OrderLine, [line for plan in plans for line in plan.lines or ()])
    _insert(OrderEvent, [event for plan in plans for event in plan.events])
    _insert(Adjustment, [row for plan in plans for row in plan.adjustments])
    corrected = [event for plan in plans for event in plan.corrected]
    if corrected:
        OrderEvent.objects.bulk_update(corrected, _EVENT_FIELDS)


def _insert(model: type[models.Model], rows: list[Any]) -> None:
    for row in rows:
        # The order had no key when the row was made.
        row.order = row.order
    model._default_manager.bulk_create(rows)
