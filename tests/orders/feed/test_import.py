"""`manage.py import_orders`, as its contract says."""

import csv
import io
import json

import pytest
from django.core.management import call_command
from django.utils import timezone, translation

from orders.feed.csv import COLUMNS
from orders.models import Adjustment, Order, OrderEvent, OrderLine
from portal.customers.models import Customer, Touchpoint
from tests.orders import make_csv
from tests.orders.conftest import body

pytestmark = pytest.mark.django_db

GOOD = {
    "order_number": "C-1",
    "placed_at": "2026-11-01T10:00:00",
    "email": "buyer@customers.example",
    "name": "佐藤 花子",
    "currency": "JPY",
    "status": "shipped",
    "sku": "TEA",
    "title": "煎茶",
    "quantity": "2",
    "unit_price": "1280",
    "shipping": "600",
    "promised_at": "2026-11-05",
    "paid_at": "2026-11-01T10:05:00+09:00",
    "shipped_at": "2026-11-02T16:00:00Z",
    "delivered_at": "",
    "carrier": "ヤマト運輸",
    "tracking_number": "445915102258",
}


@pytest.fixture
def run(tmp_path, capfd):
    """Writes rows to a file, imports it and returns (counts, what was said on stderr)."""

    def import_(*rows, encoding="utf-8", text=None, name="orders.csv", **options):
        file = tmp_path / name
        if text is None:
            out = io.StringIO()
            writer = csv.DictWriter(out, COLUMNS)
            writer.writeheader()
            writer.writerows(GOOD | row for row in rows)
            text = out.getvalue()
        file.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        stdout = io.StringIO()
        call_command("import_orders", file, stdout=stdout, **options)
        return json.loads(stdout.getvalue().splitlines()[-1]), capfd.readouterr().err

    return import_


def counts(outcome):
    return {key: value for key, value in outcome[0].items() if value and key != "seconds"}


def everything():
    models = (Order, OrderLine, OrderEvent, Adjustment, Customer, Touchpoint)
    return [list(model.objects.order_by("pk").values()) for model in models]


def test_a_row_is_an_order_line(run):
    second = {
        "sku": "CUP",
        "title": "湯呑み",
        "quantity": "1",
        "unit_price": "1650",
        "shipping": "",
    }
    outcome = run({}, second)
    assert counts(outcome) == {"orders": 1, "created": 1}
    order = Order.objects.get()
    assert (order.number, order.status, order.total) == ("C-1", "shipped", 2 * 1280 + 1650 + 600)
    assert [row.shop_id for row in order.lines.all()] == ["TEA#1", "CUP#1"]
    assert timezone.localtime(order.placed_at).isoformat() == "2026-11-01T10:00:00+09:00"
    assert timezone.localtime(order.promised_at).isoformat() == "2026-11-05T23:59:00+09:00"
    shipped = order.events.get(type="shipped")
    assert shipped.occurred_at.isoformat() == "2026-11-02T16:00:00+00:00"
    assert (shipped.carrier, shipped.tracking_number) == ("ヤマト運輸", "445915102258")


def test_the_same_sku_twice_is_two_lines(run):
    run({"quantity": "1"}, {"quantity": "3", "shipping": ""})
    assert list(OrderLine.objects.values_list("shop_id", "original")) == [
        ("TEA#1", 1),
        ("TEA#2", 3),
    ]


def test_running_it_again_changes_nothing(run):
    rows = [{}, {"sku": "CUP"}, {"order_number": "C-2", "status": "cancelled"}]
    run(*rows)
    before = everything()
    assert counts(run(*rows)) == {"orders": 2, "unchanged": 2}
    assert everything() == before


def test_a_changed_file_updates_what_changed(run):
    run({"status": "preparing", "shipped_at": ""}, {"order_number": "C-2"})
    assert counts(run({}, {"order_number": "C-2"})) == {"orders": 2, "updated": 1, "unchanged": 1}
    assert Order.objects.get(number="C-1").status == "shipped"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_any_usual_encoding_is_read(run, encoding):
    run({}, encoding=encoding)
    assert Customer.objects.get().name == "佐藤 花子"


@pytest.mark.parametrize("status", ["received", "preparing", "shipped", "delivered", "cancelled"])
def test_the_status_wins_over_the_times(run, status):
    run({"status": status, "delivered_at": "2026-11-03T10:00:00"})
    assert Order.objects.get().status == status


def test_a_missing_time_stays_unknown(run):
    run({"status": "delivered", "shipped_at": ""})
    assert OrderEvent.objects.get(type="delivered").occurred_at is None
    assert OrderEvent.objects.get(type="shipped").occurred_at is None


def test_prices_are_in_major_units(run):
    run({"currency": "USD", "unit_price": "19.80", "quantity": "2", "shipping": "5"})
    assert Order.objects.get().total == 2 * 1980 + 500


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ({"email": ""}, "email"),
        ({"email": "hanako"}, "email"),
        ({"quantity": "0"}, "quantity"),
        ({"quantity": "1.5"}, "quantity"),
        ({"quantity": "9" * 20}, "quantity"),
        ({"unit_price": "12.5"}, "unit_price"),
        ({"unit_price": "-1"}, "unit_price"),
        ({"unit_price": "NaN"}, "unit_price"),
        ({"unit_price": "1e999"}, "unit_price"),
        ({"shipping": "free"}, "shipping"),
        ({"placed_at": ""}, "placed_at"),
        ({"placed_at": "11/01/2026"}, "placed_at"),
        ({"shipped_at": "0001-01-01T00:00:00+14:00"}, "shipped_at"),
        ({"status": "lost"}, "status"),
        ({"currency": "yen"}, "currency"),
        ({"sku": ""}, "sku"),
        ({"order_number": "C 1"}, "order_number"),
        ({"carrier": "x" * 200}, "carrier"),
        ({"title": "a\x00b"}, "title"),
    ],
)
def test_a_bad_row_leaves_its_whole_order_out_and_all_others_go_in(run, row, column):
    bad = {"order_number": "C-9", "sku": "X"} | row
    good_line = bad | {key: GOOD[key] for key in ("sku", *row)}
    good_line["order_number"] = bad["order_number"]
    outcome = run({}, bad, good_line, {"order_number": "C-2"})
    assert counts(outcome) == {"orders": 3, "created": 2, "rejected": 1}
    assert sorted(Order.objects.values_list("number", flat=True)) == ["C-1", "C-2"]
    complaints = [line for line in outcome[1].splitlines() if line.startswith("line 3:")]
    assert column in complaints[0]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ja", "line 2: quantity: 1 以上の整数ではありません"),
        ("en", "line 2: quantity: is no whole"),
    ],
)
def test_why_is_said_in_both_languages_and_never_logged(run, language, text):
    with translation.override(language):
        outcome = run({"quantity": "two-secret"})
    assert counts(outcome) == {"orders": 1, "rejected": 1}
    assert text in outcome[1]
    assert "two-secret" not in outcome[1]
    assert not Order.objects.exists()
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("email", "other@customers.example"),
        ("status", "delivered"),
        ("currency", "USD"),
        ("placed_at", "2026-11-02T10:00:00"),
        ("tracking_number", "1"),
    ],
)
def test_a_contradiction_rejects_the_order(run, column, value):
    outcome = run({}, {column: value})
    assert counts(outcome) == {"orders": 1, "rejected": 1}
    assert "line 3: " in outcome[1]
    assert column in outcome[1]


def test_the_same_thing_written_otherwise_is_no_contradiction(run):
    other = {"placed_at": "2026-11-01T01:00:00Z", "email": "Buyer@Customers.example"}
    assert counts(run({}, other, {"paid_at": "", "carrier": ""})) == {"orders": 1, "created": 1}


def test_rows_of_an_order_that_do_not_stand_together_reject_it(run):
    outcome = run({}, {"order_number": "C-2"}, {})
    assert counts(outcome) == {"orders": 2, "created": 1, "rejected": 1}
    assert Order.objects.get().number == "C-2"


def test_a_row_with_too_few_columns_and_one_without_a_number(run):
    head = ",".join(COLUMNS)
    good = ",".join(GOOD[name] for name in COLUMNS)
    outcome = run(text=f"{head}\nC-7,oops\n{good}\n\n,x{',' * 15}\n")
    assert counts(outcome) == {"orders": 3, "created": 1, "rejected": 2}
    assert "line 2:" in outcome[1]
    assert "line 5:" in outcome[1]


def test_a_row_that_cannot_be_read_leaves_its_whole_order_out(run):
    outcome = run(
        {"order_number": "C-2"},
        {"order_number": "C-2", "sku": "CUP", "title": "x" * 200_000},
        {"order_number": "C-2", "sku": "POT"},
        {},
    )
    assert counts(outcome) == {"orders": 2, "created": 1, "rejected": 1}
    assert "line 3: " in outcome[1]
    assert Order.objects.get().number == "C-1"


def test_a_column_that_is_there_twice_is_exit_2(run, capfd):
    head = ",".join((*COLUMNS, "sku"))
    with pytest.raises(SystemExit) as exit_:
        run(text=f"{head}\n{','.join(GOOD[name] for name in COLUMNS)},CUP\n")
    assert exit_.value.code == 2
    assert "sku" in capfd.readouterr().err
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("language", "said"), [("ja", "文字として扱えない"), ("en", "has characters that are no text")]
)
def test_what_is_no_text_is_said_in_the_language(run, language, said):
    with translation.override(language):
        outcome = run({"title": "a\0b"}, {"order_number": "C-2"})
    assert counts(outcome) == {"orders": 2, "created": 1, "rejected": 1}
    assert f"line 2: title: {said}" in outcome[1]


def test_html_and_formulas_are_only_text(run):
    run({"title": "<script>alert(1)</script>", "name": '=HYPERLINK("http://x","y")'})
    assert OrderLine.objects.get().title == "<script>alert(1)</script>"
    assert Customer.objects.get().name.startswith("=HYPERLINK")


@pytest.mark.parametrize(
    "text", [b"", b"a,b\n1,2\n", b"\x80\xff\xfe\xa0\xfd", ",".join(COLUMNS[:-1]).encode()]
)
def test_a_file_that_cannot_be_read_is_exit_2(run, text, capfd):
    with pytest.raises(SystemExit) as exit_:
        run(text=text)
    assert exit_.value.code == 2
    assert not Order.objects.exists()


def test_a_missing_file_is_exit_2(tmp_path):
    with pytest.raises(SystemExit) as exit_:
        call_command("import_orders", tmp_path / "none.csv")
    assert exit_.value.code == 2


def test_nobody_is_told_unless_asked_to(run):
    now = timezone.now().isoformat()
    run({"placed_at": now})
    assert not Touchpoint.objects.filter(announced_at=None).exists()
    run({"order_number": "C-2", "placed_at": now}, tell=True)
    told = Touchpoint.objects.filter(announced_at=None)
    # What happened weeks ago is history even then.
    assert [row.kind for row in told] == ["order.placed"]


def test_ucp_snapshots_come_one_a_line(run):
    lines = [json.dumps(body("H-1")), "", json.dumps(body("H-2", buyer={})), "{"]
    outcome = run(text="\n".join(lines), name="orders.ndjson")
    assert counts(outcome) == {"orders": 3, "created": 1, "rejected": 2}
    assert "line 3: /buyer/email" in outcome[1]
    assert "line 4:" in outcome[1]
    again = run(text="\n".join(lines), name="orders.ndjson", format="ucp")
    assert counts(again) == {"orders": 3, "unchanged": 1, "rejected": 2}


def test_five_hundred_orders_with_odd_and_bad_rows(run):
    out = io.StringIO()
    bad = make_csv.write(out, 500)
    outcome = run(text=out.getvalue())
    assert counts(outcome) == {"orders": 500 + bad, "created": 500, "rejected": bad}
    assert counts(run(text=out.getvalue())) == {
        "orders": 500 + bad,
        "unchanged": 500,
        "rejected": bad,
    }
