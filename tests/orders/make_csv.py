"""Makes a CSV of orders as the import takes it, with the odd and the bad rows real files have.

`python -m tests.orders.make_csv 5000 > orders.csv`
"""

import csv
import random
import sys
from datetime import datetime, timedelta
from typing import TextIO

from orders.feed.csv import COLUMNS

NOW = datetime(2026, 11, 20, 12, 0)
PRODUCTS = [
    ("HT-SEN-100", "煎茶 100g", 1280),
    ("HT-YUN-150", "湯呑み", 1650),
    ("HT-KYU-280", "急須 280ml", 6800),
    ("HT-HOJ-100", "ほうじ茶 100g", 980),
]
STATUSES = ["received", "preparing", "shipped", "delivered", "delivered", "delivered", "cancelled"]
NAMES = ["佐藤 花子", "鈴木 太郎", "Emma Clarke", "=HYPERLINK(1)", "<script>alert(1)</script>"]
# What is wrong, and the columns of the order's first row that make it so.
BAD = {
    "no e-mail": {"email": ""},
    "no e-mail address": {"email": "hanako.example.com"},
    "no quantity": {"quantity": "two"},
    "no amount": {"unit_price": "1,280円"},
    "part of a yen": {"unit_price": "12.5"},
    "no status": {"status": "lost"},
    "no time": {"placed_at": "20 Nov 2026"},
    "no currency": {"currency": "yen"},
    "no sku": {"sku": ""},
}


def rows_of(number: int, chance: random.Random) -> list[dict[str, str]]:
    """Return the rows of one good order."""
    placed = NOW - timedelta(minutes=30 * (number % 10_000))
    status = chance.choice(STATUSES)
    shipped = placed + timedelta(days=1)
    order = {
        "order_number": f"C-{number:06}",
        "placed_at": placed.isoformat(),
        "email": f"buyer{number % 3000}@customers.example",
        "name": NAMES[number % len(NAMES)],
        "currency": "JPY",
        "status": status,
        "promised_at": (placed + timedelta(days=4)).date().isoformat(),
        "paid_at": placed.isoformat(),
        "shipped_at": shipped.isoformat() if status in ("shipped", "delivered") else "",
        "delivered_at": "",
        "carrier": "ヤマト運輸" if status in ("shipped", "delivered") else "",
        "tracking_number": f"{number:012}" if status in ("shipped", "delivered") else "",
    }
    if status == "delivered" and number % 2:
        order["delivered_at"] = (shipped + timedelta(days=2)).isoformat() + "+09:00"
    lines = [chance.choice(PRODUCTS) for _ in range(chance.randint(1, 4))]
    if number % 10 == 0:
        lines.append(lines[0])  # the same sku twice: two lines
    return [
        order
        | {
            "sku": sku,
            "title": title,
            "quantity": str(chance.randint(1, 3)),
            "unit_price": str(price),
            "shipping": "600" if n == 0 else "",
        }
        for n, (sku, title, price) in enumerate(lines)
    ]


def write(file: TextIO, orders: int, *, seed: int = 1) -> int:
    """Write ``orders`` good orders and, between them, one of each bad kind; return how many bad."""
    chance = random.Random(seed)
    writer = csv.DictWriter(file, COLUMNS)
    writer.writeheader()
    bad = list(BAD.items())
    for number in range(1, orders + 1):
        writer.writerows(rows_of(number, chance))
        if number % 10 == 5 and bad:
            _why, wrong = bad.pop()
            rows = rows_of(900_000 + number, chance)
            writer.writerows([rows[0] | wrong, *rows[1:]])
    rows = rows_of(999_999, chance)
    writer.writerows([*rows, rows[0] | {"status": "lost"}])
    writer.writerow(dict.fromkeys(COLUMNS, "") | {"sku": "X"})
    return len(BAD) - len(bad) + 2


if __name__ == "__main__":
    write(sys.stdout, int(sys.argv[1]))
