"""Teach the bot its examples, and keep what it learned in a file."""

import json
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bot.understanding import meaning, rasa_files


class Command(BaseCommand):
    """Train unless the kept model is fresh; the last line says what it knows, as JSON.

    Nothing is said at verbosity 0.
    """

    help = "Train the bot from bot/data (does nothing if it is trained already)."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take --force."""
        parser.add_argument("--force", action="store_true", help="train although it is fresh")

    def handle(self, *, force: bool, verbosity: int, **options: Any) -> None:
        """Train. Exit code 2 if a Rasa file cannot be read."""
        begin = time.perf_counter()
        try:
            examples = rasa_files.examples()
            trained = force or not meaning.is_trained()
            if trained:
                meaning.train()
        except rasa_files.BadRasaFile as error:
            raise CommandError(str(error), returncode=2) from error
        intents = {example.intent for example in examples}
        if verbosity:
            done = {"examples": len(examples), "intents": len(intents), "trained": trained}
            self.stdout.write(json.dumps(done | {"seconds": round(time.perf_counter() - begin, 2)}))
