"""The road between one laptop and the office: a TCP listener that passes messages on, cuts them, or is not there."""

import socket
import threading
import time
from contextlib import suppress

from bench.simulation.faults import Fate, Fault, FlakyNetwork
from bench.simulation.http_message import Wire, is_path
from shared.wire.routes import HELLO

_ERROR = b"HTTP/1.1 500 Internal Server Error\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\noops\n"


class Road:
    """Listens on a port of its own and leads to the office's; each sync begins with a hello and has one fate."""

    def __init__(self, office_port: int, network: FlakyNetwork) -> None:
        self._office_port = office_port
        self._network = network
        self._lock = threading.Lock()
        self._live: set[Wire] = set()
        self._listener = self._listen(0)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._open = True

    def close(self) -> None:
        """No network: new connections are refused and those that stand are cut."""
        with self._lock:
            if not self._open:
                return
            self._open = False
            live, self._live = self._live, set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits in accept
        self._listener.close()
        for wire in live:
            wire.reset()

    def open(self) -> None:
        """The network is back, at the same address."""
        with self._lock:
            if self._open:
                return
            self._listener = self._listen(self.port)
            self._open = True

    def _listen(self, port: int) -> socket.socket:
        listener = socket.create_server(("127.0.0.1", port), backlog=50)
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        return listener

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                accepted, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(Wire(accepted),), daemon=True).start()

    def _carry(self, laptop: Wire) -> None:
        office: Wire | None = None
        try:
            office = Wire(socket.create_connection(("127.0.0.1", self._office_port), timeout=60))
            with self._lock:
                if not self._open:
                    raise ConnectionResetError
                self._live |= {laptop, office}
            self._pass_on(laptop, office)
        except OSError:
            laptop.reset()
        finally:
            with self._lock:
                self._live -= {laptop} if office is None else {laptop, office}
            for wire in (laptop, office):
                if wire is not None:
                    wire.socket.close()

    def _pass_on(self, laptop: Wire, office: Wire) -> None:
        fate = Fate()
        while (request := laptop.read_message()) is not None:
            if is_path(request, HELLO):
                fate = self._network.draw()
            struck = fate.strikes()
            if struck is not None:
                self._network.note(struck)
            if struck in (Fault.REFUSED, Fault.REQUEST_CUT):
                self._cut_request(struck, fate, request, office)
                raise ConnectionResetError
            if struck is Fault.ERROR_500:
                laptop.socket.sendall(_ERROR)
                continue
            office.socket.sendall(request)
            reply = office.read_message()
            if reply is None:
                return
            if not self._answer(laptop, reply, struck, fate):
                raise ConnectionResetError

    def _cut_request(self, fault: Fault, fate: Fate, request: bytes, office: Wire) -> None:
        if fault is Fault.REQUEST_CUT:
            office.socket.sendall(request[: max(1, int(len(request) * fate.share))])
            office.reset()
            return
        threading.Thread(target=self._away, args=(fate.seconds,), daemon=True).start()

    def _away(self, seconds: float) -> None:
        """Refuse connections for a moment."""
        self.close()
        time.sleep(seconds)
        self.open()

    def _answer(self, laptop: Wire, reply: bytes, struck: Fault | None, fate: Fate) -> bool:
        """Hand the reply on; False when the connection is to be cut."""
        if struck is Fault.LATE:
            time.sleep(fate.seconds)
        if struck is Fault.LOST_BY_500:
            reply = _ERROR
        if struck is Fault.REPLY_CUT:
            laptop.socket.sendall(reply[: int(len(reply) * fate.share)])
            return False
        laptop.socket.sendall(reply)
        return True
