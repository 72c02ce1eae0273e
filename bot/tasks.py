"""What beat does for the chat."""

from celery import shared_task

from bot import dialogue, handoff


@shared_task
def answer_unanswered() -> int:
    """Answer what was heard and, because of a crash, not answered; return how many."""
    return dialogue.answer_unanswered()


@shared_task
def close_idle() -> int:
    """End the bot's chats that were left without a word long ago; return how many."""
    return handoff.close_idle()
