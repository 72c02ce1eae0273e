"""What the chat says to customers besides messages: the one place of its words, by key.

The scripts get them as JSON in the language of the page; `{name}` is filled in by the script.
"""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

WORDS = {
    # The window
    "open": pgettext_lazy("chat", "Ask us"),
    "close": _("Close the chat"),
    "unread": pgettext_lazy("chat", "new messages"),
    "log": pgettext_lazy("chat", "Messages"),
    "with_bot": _("An assistant (a bot) answers at once"),
    "with_queue": _("Waiting for a person"),
    "with_agent": _("A person is with you"),
    "with_agent_named": _("{name} is with you"),
    "with_closed": _("This chat has ended"),
    "line_down": _(
        "The connection is interrupted. What you write is kept and sent as soon as it is back."
    ),
    "connecting": _("Connecting… What you write is kept and sent as soon as we are connected."),
    # Writing
    "write": _("Write your question"),
    "send": pgettext_lazy("chat", "Send"),
    "count": _("{length} of {most} characters"),
    "too_long": _("Please shorten it by {over} characters (up to {most} can be sent)."),
    "person": _("Talk to a person"),
    "person_said": _("I would like to talk to a person."),
    "end": _("End the chat"),
    "end_sure": _("End this chat now?"),
    "end_not": _("Go on talking"),
    # Messages
    "by_me": pgettext_lazy("chat", "You"),
    "by_customer": pgettext_lazy("chat", "Customer"),
    "by_bot": pgettext_lazy("chat", "Assistant"),
    "by_agent": _("Customer service"),
    "sending": pgettext_lazy("chat", "Sending…"),
    "seen": pgettext_lazy("chat", "Read"),
    "typing": pgettext_lazy("chat", "Typing…"),
    "retry": _("Send again"),
    "failed": _("Not sent"),
    "failed_long": _("Not sent: longer than 2,000 characters. Please send it in two parts."),
    "failed_offer": _("This choice is no longer offered. Please use the newest buttons."),
    "failed_closed": _("Not sent: the chat had ended. Please start a new one."),
    "choices": pgettext_lazy("chat", "Choices"),
    "earlier": pgettext_lazy("chat", "Show earlier messages"),
    "rate": _("How did we do?"),
    "score_1": pgettext_lazy("chat", "Bad"),
    "score_2": pgettext_lazy("chat", "Not so good"),
    "score_3": pgettext_lazy("chat", "All right"),
    "score_4": pgettext_lazy("chat", "Good"),
    "score_5": pgettext_lazy("chat", "Very good"),
    # Waiting for a person, and the end
    "queue": _("Your place in the queue"),
    "queue_place": _("You are number {position} in line"),
    "queue_soon": _("You are in line"),
    "queue_closed": _("Nobody is at the desk just now"),
    "queue_opens": _("We are back {opens}. Leave it to us and the answer comes by mail."),
    "queue_hours": _("People answer {hours}"),
    "queue_stay": _("Keep waiting"),
    "queue_mail": _("Answer me by mail"),
    "queue_back": _("Back to the assistant"),
    "queue_ways": _("Other ways"),
    "queue_read": _("Meanwhile: answers to frequent questions"),
    "mail_me_said": _("Please answer me by mail."),
    "wait_unknown": _("We will be with you as soon as we can."),
    "wait_minute": _("Usually it takes about a minute."),
    "wait_minutes": _("Usually it takes about {minutes} minutes."),
    "closed": _("Thank you for talking with us"),
    "closed_more": _("We are here whenever you need us."),
    "begin_anew": _("Start a new chat"),
    # Proving an e-mail
    "prove_email": _("Your e-mail address"),
    "prove_why": _(
        "The one you ordered with. We send a code there, so that only you see your orders."
    ),
    "prove_send": _("Send me a code"),
    "prove_code": _("The six-digit code"),
    "prove_sent": _("We sent it to {address}. It is valid for 15 minutes."),
    "prove_confirm": pgettext_lazy("chat", "Confirm"),
    "prove_again": _("Send the code again"),
    "prove_again_in": _("Send the code again (in {seconds} s)"),
    "prove_other": _("Use another address"),
    "prove_done": _("Your e-mail address is confirmed. Thank you."),
    "prove_bad_email": _("Please check the address, for example name@example.com."),
    "prove_bad_code": _(
        "That code is wrong or no longer valid. "
        "Please check the newest mail, or have a new code sent."
    ),
    "prove_too_many": _("That was too often. Please wait a few minutes and try again."),
    "prove_offline": _(
        "We cannot be reached just now. Please check your connection and try again."
    ),
}
