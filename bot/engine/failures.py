"""Writing down what went wrong, without what was said."""

import logging
import traceback
from typing import Any


def write(log: logging.Logger, event: str, error: Exception, **about: Any) -> None:
    """Log ``event`` with the kind of error, its places in the code and ids.

    An exception's own words may quote a row, so they are left out.
    """
    places = "".join(traceback.format_tb(error.__traceback__)[-6:])
    log.error(event, extra={"error": type(error).__name__, "places": places, **about})
