"""The chat without sockets: `POST /chat/frames/` (DESIGN §8).

The same frames as on the socket, hello first each time; what the bot has to say to them is in
the answer. Asking again is hello with `after`.
"""

import logging
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import translation

from bot import dialogue, frames
from bot.consumers import KNOWN
from bot.engine.seat import Seat
from bot.frames import Frame, Refused
from portal import limits, logs
from portal.customers import chat_proof

log = logging.getLogger(__name__)

_FRAMES_AT_MOST = 50
_BYTES_AT_MOST = 256 * 1024


def _answer(request: HttpRequest, body: dict[str, Any]) -> HttpResponse:
    said = body.get("frames")
    if not isinstance(said, list) or not 0 < len(said) <= _FRAMES_AT_MOST:
        return JsonResponse({"error": "bad_body"}, status=400)
    exchange = Exchange(Seat(request.session.session_key), limits.network(request))
    return JsonResponse({"frames": exchange.all(said)})


exchange_frames = chat_proof.json_form(_answer, max_bytes=_BYTES_AT_MOST)


class Exchange:
    """One request's frames, answered one after the other; no frame spoils the others."""

    def __init__(self, seat: Seat, network: str) -> None:
        self._seat, self._network = seat, network
        self._language = translation.get_language() or "ja"
        self._state: dict[str, Any] | None = None

    def all(self, said: list[Any]) -> list[dict[str, Any]]:
        """Return the frames that answer ``said``, and a state frame if the owner changed."""
        answers = [answer for raw in said for answer in self._one(raw)]
        if self._seat.is_taken:
            state = self._seat.state()
            answers += [state] if state["owner"] != self._state else []
        return answers

    def _one(self, raw: Any) -> list[dict[str, Any]]:
        with translation.override(self._language):
            try:
                return self._read(raw)
            except Refused as refusal:
                return [frames.error(refusal.code, refusal.frame_id)]

    def _read(self, raw: Any) -> list[dict[str, Any]]:
        try:
            frame = frames.read(raw, KNOWN)
        except Refused as refusal:
            if refusal.code != "bad_frame" and self._seat.is_taken and not self._is_in_time():
                raise Refused("too_fast", refusal.frame_id) from None
            raise
        try:
            return self._hello(frame) if frame.type == "hello" else self._taken(frame)
        except Refused:
            raise
        except Exception as error:
            logs.failure(log, "frames.failed", error)
            raise Refused("unavailable", frame.id) from None

    def _is_in_time(self) -> bool:
        # Each hello without a token is a new visitor: the network is counted too.
        return limits.hit("chat.frames", self._seat.member.visitor) and limits.hit(
            "chat.frames.network", self._network
        )

    def _taken(self, frame: Frame) -> list[dict[str, Any]]:
        if not self._seat.is_taken:
            raise Refused("bad_frame", frame.id)
        in_time = self._is_in_time()
        if frame.type in ("typing", "seen"):
            # Nobody looks at a page that asks every few seconds for whether somebody types.
            return []
        if not in_time:
            raise Refused("too_fast", frame.id)
        outcome = self._seat.take(frame)
        if outcome.heard:
            dialogue.turn_now(outcome.heard)
        return [*outcome.frames, *self._seat.fresh()]

    def _hello(self, frame: Frame) -> list[dict[str, Any]]:
        if not limits.hit("chat.polls", self._network):
            raise Refused("too_fast")
        self._language = frame.language
        with translation.override(frame.language):
            said = self._seat.hello(frame)
        self._state = said[-1]["state"]["owner"]
        return said
