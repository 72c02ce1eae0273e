"""Webhooks per Standard Webhooks: signing ours, and taking what other systems send, signed.

Several secrets hold at a time, so that they can be rotated.
"""

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, JsonResponse
from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook, WebhookVerificationError

from portal import limits

log = logging.getLogger(__name__)

MAX_BYTES = 1024 * 1024
_NAMES = ("webhook-id", "webhook-timestamp", "webhook-signature")


class BadSignature(Exception):
    """The message is unsigned, wrongly signed, malformed or more than 5 minutes off."""


class Refused(Exception):
    """A message that is not taken: the status to answer and (JSON pointer, why) pairs."""

    def __init__(self, status: int, *errors: tuple[str, str]) -> None:
        super().__init__(status)
        self.status = status
        self.errors = errors


def verify(body: bytes, headers: Mapping[str, str], *, secrets: str) -> datetime:
    """Return when the message was sent, if one of ``secrets`` (separated by spaces) signed it.

    Raises BadSignature. The package takes one secret at a time, checks the 5 minutes and raises
    ValueError on a malformed signature (DESIGN §8).
    """
    given = {name: headers.get(name, "") for name in _NAMES}
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
    """Return the headers that sign ``body`` with each of ``secrets``, sent now or ``at``.

    So whoever takes it may know the old or the new one while they are rotated (Standard Webhooks).
    Raises ValueError if there is no secret.
    """
    # The package reads the wall clock of `at` as UTC.
    at = (at or datetime.now(tz=UTC)).astimezone(UTC)
    signatures = [Webhook(secret).sign(message_id, at, body) for secret in secrets.split()]
    if not signatures:
        raise ValueError("no secret to sign with")
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def read(request: HttpRequest, *, secrets: str) -> tuple[Any, datetime]:
    """Return the JSON value of a signed request and when it was sent.

    Raises Refused: 413 over MAX_BYTES, 401 unless one of ``secrets`` signed it, 422 if no JSON.
    """
    body = _body(request)
    try:
        sent_at = verify(body, request.headers, secrets=secrets)
    except BadSignature:
        raise Refused(401, ("", "is not signed with a secret we know, now")) from None
    try:
        return json.loads(body), sent_at
    except (ValueError, RecursionError):
        raise Refused(422, ("", "is not JSON")) from None


def _body(request: HttpRequest) -> bytes:
    """Return the body; a length that is announced is enough to refuse. Raises Refused."""
    too_large = Refused(413, ("", f"is more than {MAX_BYTES} bytes"))
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > MAX_BYTES:
        raise too_large
    try:
        body = request.body
    except RequestDataTooBig:
        raise too_large from None
    if len(body) > MAX_BYTES:
        raise too_large
    return body


def refuse(request: HttpRequest, refused: Refused) -> JsonResponse:
    """Answer what is wrong, by pointer; nothing of the input goes to the log.

    Raises limits.TooMany when one network is refused too often.
    """
    limits.demand("feed.refused", limits.network(request))
    log.warning(
        "webhook.refused",
        extra={"path": request.path, "status": refused.status, "objections": len(refused.errors)},
    )
    answer = [{"pointer": pointer, "detail": why} for pointer, why in refused.errors]
    return JsonResponse({"errors": answer}, status=refused.status)


def described(schema: Mapping[str, Any], *, summary: str, about: str) -> dict[str, Any]:
    """Return the OpenAPI description of a signed POST whose body is of ``schema``."""
    return {
        "summary": summary,
        "description": about,
        "parameters": [
            {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
            for name in _NAMES
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {
            "202": {"description": "Taken; also when it is repeated or late"},
            "401": {"description": "Unsigned, wrongly signed, or more than 5 minutes off"},
            "413": {"description": "More than 1 MiB"},
            "422": {"description": "Not what it should be; `errors` says where by JSON pointer"},
            "429": {"description": "Too many refused requests"},
        },
    }
