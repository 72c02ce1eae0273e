"""ASGI: the sockets, and with one process the pages too."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

pages = get_asgi_application()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402

from bot.routing import websocket_urlpatterns as bot_sockets  # noqa: E402
from portal.desk.routing import websocket_urlpatterns as desk_sockets  # noqa: E402
from portal.home import lifespan, sockets  # noqa: E402
from portal.home.routing import websocket_urlpatterns as home_sockets  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": pages,
        "websocket": sockets.guard(URLRouter([*home_sockets, *desk_sockets, *bot_sockets])),
        "lifespan": lifespan.lifespan,
    }
)
