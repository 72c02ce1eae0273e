"""Carriers: what they are called and where a parcel is followed.

The addresses are those of the carriers' own public tracking pages.
"""

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from django.utils.translation import get_language


@dataclass(frozen=True)
class Carrier:
    """Somebody who carries parcels."""

    name_ja: str
    name_en: str
    # "{number}" is the tracking number, "{language}" ja or en.
    tracking: str = ""
    # Days a parcel is kept after a failed attempt, before it goes back to the sender.
    keeps_days: int = 7

    @property
    def name(self) -> str:
        """The name in the language of the moment."""
        return self.name_ja if _language() == "ja" else self.name_en

    def url(self, number: str) -> str:
        """Return the page on which parcel ``number`` is followed, or ""."""
        if not self.tracking or not number:
            return ""
        return self.tracking.format(number=quote(number, safe=""), language=_language())


YAMATO = Carrier(
    "ヤマト運輸",
    "Yamato Transport",
    "https://jizen.kuronekoyamato.co.jp/jizen/servlet/crjz.b.NQ0010?id={number}",
)
SAGAWA = Carrier(
    "佐川急便",
    "Sagawa Express",
    "https://k2k.sagawa-exp.co.jp/p/web/okurijosearch.do?okurijoNo={number}",
)
JAPAN_POST = Carrier(
    "日本郵便",
    "Japan Post",
    "https://trackings.post.japanpost.jp/services/srv/search/direct"
    "?reqCodeNo1={number}&searchKind=S002&locale={language}",
)

# What the names and tracking pages that shops send contain, in lower case.
_KNOWN = (
    (("yamato", "kuroneko", "ta-q-bin", "ヤマト", "クロネコ"), YAMATO),
    (("sagawa", "佐川"), SAGAWA),
    (
        ("japan post", "japanpost", "jp post", "yu-pack", "yupack", "日本郵便", "ゆうパック"),
        JAPAN_POST,
    ),
)


def find(name: str, tracking_url: str = "") -> Carrier | None:
    """Return the carrier the shop means by ``name``, else by the host it links to.

    A carrier nobody knows keeps the name the shop gave it; None without any name.
    """
    host = urlsplit(tracking_url).hostname or ""
    for said in (name.strip().lower(), host):
        for words, carrier in _KNOWN:
            if any(word in said for word in words):
                return carrier
    return Carrier(name.strip(), name.strip()) if name.strip() else None


def _language() -> str:
    return "ja" if (get_language() or "ja").startswith("ja") else "en"
