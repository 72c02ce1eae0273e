"""How fast a socket may speak, counted in this process: a token bucket and strikes."""

import time
from collections import deque
from collections.abc import Callable


class Bucket:
    """A token bucket: ``size`` at once, refilled with ``rate`` a second (DESIGN §8)."""

    def __init__(
        self, size: float = 10, rate: float = 5, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._size, self._rate, self._clock = size, rate, clock
        self._left, self._at = size, clock()

    def take(self) -> bool:
        """Take one token; False if there is none."""
        now = self._clock()
        self._left = min(self._size, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Strikes:
    """Counts what should not happen often; full after ``limit`` within ``seconds``."""

    def __init__(
        self, limit: int, seconds: float = 60, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._times: deque[float] = deque(maxlen=limit)
        self._seconds, self._clock = seconds, clock

    def strike(self) -> bool:
        """Count one; True once as many as the limit fell within the time."""
        now = self._clock()
        self._times.append(now)
        return len(self._times) == self._times.maxlen and now - self._times[0] <= self._seconds
