"""What beat does for the chat."""

from celery import shared_task

from bot import dialogue


@shared_task
def answer_unanswered() -> int:
    """Answer what was heard and, because of a crash, not answered; return how many."""
    return dialogue.answer_unanswered()
