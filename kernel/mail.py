"""E-mail: a port with two ways behind it, a mail server or, on one machine, a folder of files."""

import asyncio
import os
import smtplib
import ssl
from collections.abc import Collection
from email.message import EmailMessage
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import unquote, urlsplit

import msgspec
from typing_extensions import override

from kernel.errors import UnavailableError
from kernel.settings import Settings

TIMEOUT_SECONDS: Final = 10.0
PORTS: Final = {"smtp": 587, "smtps": 465}


class MailUnavailableError(UnavailableError):
    """The mail server is away or refuses what it is given."""

    code = "mail-unavailable"


class UnwritableMailError(ValueError):
    """No e-mail can be made of this: its header can't carry the address or the subject, and never will."""


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """One message in plain text; ``name`` is the same when it is sent again."""

    name: str
    recipient: str
    subject: str
    text: str

    @override
    def __repr__(self) -> str:
        """Show no address and no text: they would reach a log through a traceback."""
        return f"Mail(name={self.name})"


class Mailbox(Protocol):
    """Takes messages to where they go."""

    async def send(self, mail: Mail) -> None:
        """Hand ``mail`` over.

        Raises:
            MailUnavailableError: it was not taken; the same mail can be sent again.
            UnwritableMailError: it can't be sent, however often it is tried.

        """
        ...

    async def forget(self, names: Collection[str]) -> None:
        """Remove what is still here of mail with these names; what left is with whom it went to."""
        ...


class MailFolder:
    """Writes each message into a file of a folder that only its owner can read."""

    def __init__(self, folder: Path, sender: str) -> None:
        """Write into ``folder``, which is made when it is needed."""
        self.folder, self._sender = folder, sender

    async def send(self, mail: Mail) -> None:
        """Write ``<name>.eml``, mode 0600."""
        content = bytes(_message(mail, self._sender))
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.folder / f"{mail.name}.eml"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)

    async def forget(self, names: Collection[str]) -> None:
        """Remove the files."""
        for name in names:
            (self.folder / f"{name}.eml").unlink(missing_ok=True)


class MailServer:
    """Sends through an SMTP server, over TLS; in the clear only to a server on this machine (RFC 8314)."""

    def __init__(self, url: str, sender: str) -> None:
        """Take ``smtp://user:password@host:587`` (STARTTLS) or ``smtps://...`` (TLS from the start)."""
        self._parts, self._sender = urlsplit(url), sender

    async def send(self, mail: Mail) -> None:
        """Send in a thread of its own: ``smtplib`` waits."""
        written = _message(mail, self._sender)
        try:
            await asyncio.to_thread(self._send, written, mail.recipient)
        except (OSError, ValueError, smtplib.SMTPException) as error:
            message = f"The mail server did not take a message ({type(error).__name__})."
            raise MailUnavailableError(message) from None

    async def forget(self, names: Collection[str]) -> None:
        """Do nothing: no mail stays here."""

    def _send(self, message: EmailMessage, recipient: str) -> None:
        parts, context = self._parts, ssl.create_default_context()
        host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
        if parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=context)
        else:
            server = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
        with server:
            if parts.scheme == "smtp" and host not in {"localhost", "127.0.0.1", "::1"}:
                server.starttls(context=context)
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            # To whom it goes is said to the server: read from a header, "x,y@z.example" would be two addresses.
            server.send_message(message, to_addrs=[recipient])


def mailbox(settings: Settings) -> Mailbox:
    """Return where mail goes: the server that is set, otherwise ``<home>/mail``."""
    if settings.smtp_url is not None:
        return MailServer(settings.smtp_url, settings.mail_from)
    return MailFolder(settings.home / "mail", settings.mail_from)


def _message(mail: Mail, sender: str) -> EmailMessage:
    """Return the message, which can be written out. What comes with the error would show the address."""
    message = EmailMessage()
    message["From"] = sender
    message["Message-ID"] = f"<{mail.name}@{sender.rpartition('@')[2]}>"
    try:
        message["To"], message["Subject"] = mail.recipient, mail.subject
        message.set_content(mail.text)
        bytes(message)
    except Exception as error:  # noqa: BLE001 - the parser of headers raises whatever it stumbles over
        raise UnwritableMailError(f"No message can be made of this ({type(error).__name__}).") from None
    return message
