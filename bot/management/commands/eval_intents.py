"""Measure how well messages are understood, with examples and questions from files."""

import dataclasses
import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bot.understanding import measuring
from bot.understanding.intents import MAY_BOUNCE, TooFewIntents


class Command(BaseCommand):
    """Print the figures as JSON on the last line; touch nothing that is stored."""

    help = "Learn intents from one file, read another, and print how well that went."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the two files and the share of known questions that may be bounced."""
        parser.add_argument(
            "--train", type=Path, required=True, help="CSV text,intent, or a folder of Rasa data"
        )
        parser.add_argument(
            "--test", type=Path, required=True, help="CSV text,intent; no intent: out of scope"
        )
        parser.add_argument("--reject", type=float, default=MAY_BOUNCE, metavar="SHARE")

    def handle(self, *, train: Path, test: Path, reject: float, **options: Any) -> None:
        """Measure. Exit code 2 if a file cannot be used."""
        if not 0 <= reject < 1:
            raise CommandError("--reject must be a share from 0 to below 1", returncode=2)
        try:
            examples, questions = measuring.read_pairs(train), measuring.read_pairs(test)
            self.stderr.write(f"{len(examples)} examples, {len(questions)} questions")
            figures = measuring.measure(examples, questions, reject)
        except measuring.BadFile as error:
            raise CommandError(str(error), returncode=2) from error
        except TooFewIntents as error:
            raise CommandError(f"{train}: fewer than two intents", returncode=2) from error
        self.stdout.write(json.dumps(dataclasses.asdict(figures)))
