"""A mail server on this machine that speaks SMTP as slowly as a test asks for."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Server:
    """`stage` is where it begins to be slow: `greeting`, `reply` (to every command), `data` (to the whole message) or "".

    `pause` is how many seconds it then waits, in which it says nothing, or one byte every tenth of a second where it `drips`.
    """

    stage: str = ""
    pause: float = 0.0
    drips: bool = False
    port: int = 0
    connections: int = 0
    replies: int = 0
    """How many replies were sent whole."""
    is_over: bool = False
    messages: list[str] = field(default_factory=list)

    def answer(self, connection: socket.socket) -> None:
        with suppress(OSError), connection, connection.makefile("rb") as lines:
            self._reply(connection, b"220 hej\r\n", is_slow=self.stage == "greeting")
            while line := lines.readline():
                command = line[:4].upper()
                self._reply(connection, REPLIES.get(command, b"250 ok\r\n"), is_slow=self.stage == "reply")
                if command == b"DATA":
                    text = b""
                    while not text.endswith(b"\r\n.\r\n"):
                        text += lines.readline()
                    self._reply(connection, b"250 taken\r\n", is_slow=self.stage == "data")
                    self.messages.append(text.decode())

    def _reply(self, connection: socket.socket, reply: bytes, *, is_slow: bool) -> None:
        end = time.monotonic() + (self.pause if is_slow else 0)
        while time.monotonic() < end and not self.is_over:
            if self.drips:
                connection.sendall(b"2")
            time.sleep(0.1)
        connection.sendall(reply)
        self.replies += 1


REPLIES = {b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n", b"EHLO": b"250 hej\r\n"}


@contextmanager
def running(server: Server) -> Iterator[Server]:
    """The server on a free port, in threads."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server.is_over, server.connections = False, 0
        server.messages.clear()
        server.port = listener.getsockname()[1]

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _address = listener.accept()
                    server.connections += 1
                    threading.Thread(target=server.answer, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield server
        finally:
            server.is_over = True
            listener.shutdown(socket.SHUT_RDWR)
