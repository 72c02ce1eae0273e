"""What editors write, and what is kept beside it."""

from cms.models.faq import FAQIndexPage, FAQPage, RelatedAction, RelatedFAQ
from cms.models.home import HomePage
from cms.models.products import ProductFAQ, ProductImage, ProductIndexPage, ProductPage
from cms.models.snippets import Synonym, Topic
from cms.models.votes import HelpfulVote, IndexVersion

__all__ = [
    "FAQIndexPage",
    "FAQPage",
    "HelpfulVote",
    "HomePage",
    "IndexVersion",
    "ProductFAQ",
    "ProductImage",
    "ProductIndexPage",
    "ProductPage",
    "RelatedAction",
    "RelatedFAQ",
    "Synonym",
    "Topic",
]
