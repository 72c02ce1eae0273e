"""Pages the tests of this room read."""

import pytest

from cms import services
from cms.answers import current
from cms.setup import lay_out


@pytest.fixture(autouse=True)
def fresh_index():
    """No index outlives the database it was built from."""
    current.forget()
    yield
    current.forget()


@pytest.fixture
def pages(db):
    """The first pages, also where an earlier test has emptied the database."""
    lay_out()


def _faq(language, slug, topic, question, answer, *alternates, **more):
    return services.publish_faq(
        language=language,
        slug=slug,
        topic=topic,
        question=question,
        short_answer=answer,
        alternates=alternates,
        **more,
    ).page


@pytest.fixture
def shipping_ja(pages):
    """What shipping costs, in Japanese."""
    return _faq(
        "ja",
        "shipping-fee",
        "配送・送料",
        "送料はいくらですか？",
        "送料は全国一律600円です。",
        "送料無料になるのはいくらからですか",
        body="離島へも同じ料金です。",
        actions=["track_order"],
    )


@pytest.fixture
def shipping_en(pages):
    """What shipping costs, in English."""
    return _faq(
        "en",
        "shipping-fee",
        "Delivery",
        "How much is shipping?",
        "Shipping is a flat 600 yen.",
        "What does postage cost?",
    )


@pytest.fixture
def returns_ja(pages):
    """What may be returned, in Japanese."""
    return _faq(
        "ja",
        "return-conditions",
        "返品・交換",
        "返品できる条件を教えてください",
        "未開封の商品は到着後8日以内なら返品できます。",
        "ご注文商品の返品方法",
    )


@pytest.fixture
def returns_en(pages):
    """What may be returned, in English."""
    return _faq(
        "en",
        "return-conditions",
        "Returns",
        "What can I return, and until when?",
        "Anything unopened, within 8 days of delivery.",
        "Can I send something back?",
    )


@pytest.fixture
def faqs(shipping_ja, returns_ja, shipping_en, returns_en):
    """Two questions in each language."""
    return [shipping_ja, returns_ja, shipping_en, returns_en]
