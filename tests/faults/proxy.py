"""A TCP proxy whose lines can be frozen: nothing comes through any more, and nobody hangs up."""

import contextlib
import socket
import threading
from collections.abc import Iterator


class Proxy:
    """Passes on what comes to its port to another port of this machine."""

    def __init__(self, to: int) -> None:
        self._to = to
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        # One for each line; a line whose event is cleared is frozen.
        self._flowing: list[threading.Event] = []
        self._ends: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def freeze(self) -> None:
        """Let nothing through on the lines that are open now; new ones flow."""
        for line in self._flowing:
            line.clear()

    def close(self) -> None:
        """End all of it."""
        for line in self._flowing:
            line.set()
        for end in [self._listener, *self._ends]:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._to))
                flowing = threading.Event()
                flowing.set()
                self._flowing.append(flowing)
                self._ends += [near, far]
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=_pump, args=(*pair, flowing), daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket, flowing: threading.Event) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            flowing.wait()
            sink.sendall(data)
    # A frozen line says nothing of an end either.
    flowing.wait()
    for end in (source, sink):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def before(port: int) -> Iterator[Proxy]:
    """A proxy in front of a port, until the block ends."""
    proxy = Proxy(port)
    try:
        yield proxy
    finally:
        proxy.close()
