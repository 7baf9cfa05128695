"""A mail server of one thread: takes mail, or refuses addresses it was told of."""

import socketserver
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import ClassVar

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from advisor.accounts.services import mails_are_due


class Watching(BaseEmailBackend):
    """Takes mail at once, and notes whether another worker would send it meanwhile."""

    due: ClassVar[list[bool]] = []

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        self.due.append(mails_are_due(timezone.now()))
        return len(email_messages)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int, refusals: dict[str, int]) -> None:
        super().__init__(("127.0.0.1", port), Talk)
        self.refusals = refusals
        self.mails: list[tuple[str, str]] = []


class Talk(socketserver.StreamRequestHandler):
    server: Server

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    def handle(self) -> None:
        self.say("220 stub")
        reader = ""
        while line := self.rfile.readline().decode().strip():
            word = line.split()[0].upper()
            if word == "RCPT":
                reader = line.partition("<")[2].partition(">")[0]
                code = self.server.refusals.get(reader, 250)
                self.say(f"{code} {reader}")
            elif word == "DATA":
                self.say("354 go on")
                self.server.mails.append((reader, self.text()))
                self.say("250 taken")
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def text(self) -> str:
        lines = []
        while (line := self.rfile.readline().decode()) != ".\r\n":
            lines.append(line)
        return "".join(lines)


@contextmanager
def mail_server(port: int, **refusals: int) -> Iterator[Server]:
    """Run a mail server on a port; `refusals` are codes by the name before the @."""
    named = {f"{name}@example.org": code for name, code in refusals.items()}
    with Server(port, named) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
