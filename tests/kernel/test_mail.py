"""E-mail: files for their owner alone, or a mail server; what is not taken is said, without the address."""

import asyncio
import email
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from kernel.mail import Mail, MailFolder, MailServer, MailUnavailableError, UnwritableMailError, mailbox
from kernel.settings import Settings

MAIL = Mail(name="m-1", recipient="ana@klinik.example", subject="Grüße", text="Code: 17\n")


async def test_without_a_server_mail_is_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    box = mailbox(Settings(home=tmp_path))
    assert isinstance(box, MailFolder)
    for _ in range(2):
        await box.send(MAIL)
    (file,) = (tmp_path / "mail").iterdir()
    assert (file.name, file.stat().st_mode & 0o777) == ("m-1.eml", 0o600)
    read = email.message_from_bytes(file.read_bytes())
    assert (read["To"], read["From"]) == ("ana@klinik.example", "laurel@localhost")


@asynccontextmanager
async def server(answer: bytes) -> AsyncIterator[tuple[int, list[bytes]]]:
    """Lend an SMTP server (RFC 5321) on this machine that answers a message with ``answer``."""
    lines: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        in_data = False
        while line := await reader.readline():
            lines.append(line)
            if in_data and line != b".\r\n":
                continue
            was_data, in_data = in_data, line.upper().startswith(b"DATA")
            if line.upper().startswith(b"QUIT"):
                writer.write(b"221 bye\r\n")
                break
            writer.write(answer if was_data else b"354 go on\r\n" if in_data else b"250 fine\r\n")
        writer.close()

    listening = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with listening:
        yield listening.sockets[0].getsockname()[1], lines


async def test_a_mail_server_gets_the_message_and_its_refusal_names_no_address() -> None:
    async with server(b"250 taken\r\n") as (port, lines):
        await MailServer(f"smtp://127.0.0.1:{port}", "laurel@clinic.example").send(MAIL)
    assert b"rcpt TO:<ana@klinik.example>\r\n" in lines
    assert b"Code: 17\r\n" in lines
    async with server(b"250 taken\r\n") as (port, lines):
        several = msgspec.structs.replace(MAIL, recipient="a,b@klinik.example")
        await MailServer(f"smtp://127.0.0.1:{port}", "laurel@clinic.example").send(several)
    assert len([line for line in lines if line.lower().startswith(b"rcpt to")]) == 1, "one address is one recipient"
    async with server(b"554 no\r\n") as (port, _):
        with pytest.raises(MailUnavailableError) as raised:
            await MailServer(f"smtp://127.0.0.1:{port}", "laurel@clinic.example").send(MAIL)
    assert "ana" not in str(raised.value)
    with pytest.raises(MailUnavailableError):
        await MailServer("smtp://127.0.0.1:1", "laurel@clinic.example").send(MAIL)
    assert "ana" not in repr(MAIL)


@pytest.mark.parametrize(
    "changed",
    [
        {"recipient": "=?utf-8?q?=0A?=@x.example"},
        {"recipient": "=?utf-8?q??=@x.example"},
        {"subject": "a\nBcc: b@x.example"},
        {"text": "\ud800"},
    ],
)
async def test_what_no_mail_can_be_made_of_is_told_from_a_server_that_is_away(
    tmp_path: Path, changed: dict[str, str]
) -> None:
    mail = msgspec.structs.replace(MAIL, **changed)
    for box in (MailFolder(tmp_path, "laurel@localhost"), MailServer("smtp://127.0.0.1:1", "laurel@localhost")):
        with pytest.raises(UnwritableMailError) as raised:
            await box.send(mail)
        assert "x.example" not in str(raised.value)
