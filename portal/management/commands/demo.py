"""The demo: a whole shop's help desk on this machine, with nothing else installed."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.management import serving
from portal.management.demo import world
from portal.management.demo.simulated_shop import SimulatedShop

SHOP_FILE = "demo-shop.json"
# Seconds between two things the simulated shop lets happen to an order.
EVERY = 45.0

WELCOME = """
  Hinata Tea / ひなた茶舗 is open:   {base}/

  As a customer   {base}/ja/orders/find/   order H-10229, hanako@example.com
                  {base}/en/sign-in/       emma@example.com
  As an agent     {base}/desk/             aki@hinata.example
  As an editor    {base}/cms/              eri@hinata.example
  As a manager    {base}/desk/             mana@hinata.example

  Everybody signs in with a code that is mailed. All mail of the demo is at
                  {base}/dev/mail/

  The order feed and what asks it: {base}/api/v1/docs
  FEED_SECRET={feed_secret}

  A small simulated shop confirms cancellations and moves a few orders along.
  Stop with Ctrl+C.
"""


class Command(BaseCommand):
    """`DEMO=1 manage.py demo [--host 127.0.0.1] [--port 8000] [--setup-only]`"""

    help = "Set up the demo world, train the bot and serve it all from one process."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take host and port, and whether only to set up."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=settings.PORT)
        parser.add_argument("--setup-only", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Set up what is missing, then serve."""
        if not settings.DEMO:
            raise CommandError("The demo runs with DEMO=1 only: it makes up people and orders.")
        self.stdout.write("Preparing the database …")
        call_command("migrate", verbosity=0)
        shop = self._shop()
        if not world.is_set_up():
            self.stdout.write("Setting up Hinata Tea …")
            shop.keep(world.set_up())
        self.stdout.write("Training the bot …")
        call_command("train_bot", verbosity=0)
        if options["setup_only"]:
            return
        settings.SHOP_URL = settings.SHOP_URL or shop.url
        shop.start(every=EVERY, moving=world.moving())
        self.stdout.write(WELCOME.format(base=settings.BASE_URL, feed_secret=settings.FEED_SECRET))
        self.stdout.flush()
        try:
            serving.run(host=options["host"], port=options["port"])
        finally:
            shop.stop()

    def _shop(self) -> SimulatedShop:
        return SimulatedShop(
            file=settings.VAR_DIR / SHOP_FILE,
            feed=f"{settings.BASE_URL}/api/v1/orders/feed",
            feed_secret=settings.FEED_SECRET,
            shop_secret=settings.SHOP_SECRET,
        )
