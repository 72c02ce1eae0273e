"""What the bot does: rasa_sdk actions that call the other rooms' services.

In process they run inside the turn's transaction; the same classes are served to a Rasa of one's
own by `python -m rasa_sdk --actions bot.actions`, which knows no Django: it is set up here then.
"""

import os

import django
from django.apps import apps

if not apps.ready:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()

from bot.actions.cancel_order import (
    AskEmailProven,
    AskOrderNumber,
    CancelOrder,
    ValidateCancelOrderForm,
)
from bot.actions.fallback import DefaultFallback, OutOfScope
from bot.actions.faq import AnswerFaq, ReturnOrder
from bot.actions.hand_over import HandOver
from bot.actions.order_status import OrderStatus
from bot.actions.session import SessionStart

ACTIONS = (
    SessionStart,
    OrderStatus,
    ValidateCancelOrderForm,
    AskEmailProven,
    AskOrderNumber,
    CancelOrder,
    ReturnOrder,
    AnswerFaq,
    HandOver,
    DefaultFallback,
    OutOfScope,
)
