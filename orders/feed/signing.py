"""Signatures per Standard Webhooks, with several secrets at a time so that they can be rotated."""

from collections.abc import Mapping
from datetime import UTC, datetime

from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook, WebhookVerificationError


class BadSignature(Exception):
    """The message is unsigned, wrongly signed, malformed or more than 5 minutes off."""


def verify(body: bytes, headers: Mapping[str, str], *, secrets: str) -> datetime:
    """Return when the message was sent, if one of ``secrets`` (separated by spaces) signed it.

    Raises BadSignature. The package takes one secret at a time, checks the 5 minutes and raises
    ValueError on a malformed signature (DESIGN §8).
    """
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    given = {name: headers.get(name, "") for name in names}
    for secret in secrets.split():
        try:
            Webhook(secret).verify(body, given, json_parse=False)
        except (WebhookVerificationError, EmptyWebhookSecretError, ValueError):
            continue
        return datetime.fromtimestamp(float(given["webhook-timestamp"]), tz=UTC)
    raise BadSignature


def headers(
    body: str, *, message_id: str, secrets: str, at: datetime | None = None
) -> dict[str, str]:
    """Return the headers that sign ``body`` with the first of ``secrets``, sent now or ``at``.

    Raises ValueError if there is no secret.
    """
    at = at or datetime.now(tz=UTC)
    first = next(iter(secrets.split()), None)
    if first is None:
        raise ValueError("no secret to sign with")
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        # The package reads the wall clock of `at` as UTC.
        "webhook-signature": Webhook(first).sign(message_id, at.astimezone(UTC), body),
    }
