"""What came by e-mail."""

import email
import re
from email.message import Message

from tests.api.house import House


async def letters(house: House, address: str) -> list[Message]:
    """Return what came to ``address``, once everything that waits was sent; the oldest first."""
    await house.until("not exists (select from access.letter where sent_at is null and used_at is null)")
    folder = house.runtime.settings.home / "mail"
    found = [email.message_from_bytes(path.read_bytes()) for path in sorted(folder.glob("*.eml"))]
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} <= {0o600}
    return [each for each in found if each["To"] == address]


async def code_for(house: House, address: str) -> str:
    """Return the code of the newest letter to ``address``."""
    text = (await letters(house, address))[-1].get_payload()
    assert isinstance(text, str)
    found = re.search(r"^ {4}(\S{43})$", text, re.MULTILINE)
    assert found, text
    return found[1]
