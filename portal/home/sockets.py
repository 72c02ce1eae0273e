"""What every socket has in common: the origin is compared whole, the session tells who it is."""

from typing import Any

from channels.auth import AuthMiddlewareStack

from portal import origins


def guard(inner: Any) -> Any:
    """Refuse a handshake from a foreign or missing Origin with 403, before anything is read."""
    app = AuthMiddlewareStack(inner)

    async def guarded(scope: dict[str, Any], receive: Any, send: Any) -> None:
        headers = [value for name, value in scope["headers"] if name == b"origin"]
        if len(headers) != 1 or not origins.allowed(headers[0].decode("latin-1")):
            # Closing before accepting is answered with 403 (ASGI specification).
            await send({"type": "websocket.close"})
            return
        await app(scope, receive, send)

    return guarded
