"""What a letter that asks for a second yes says: the notice that was agreed to, and a link. It names nobody."""

from typing import Final

from consent.errors import InvalidMessageError
from consent.message_values import Content
from kernel.texts import is_readable

SUBJECT_MOST: Final = 200
TEXT_MOST: Final = 20_000

_ENGLISH: Final = (
    "Please confirm",
    "You, or somebody who gave this address, agreed to this:",
    "It counts once you open this page and press the button, within seven days:",
    "If it was not you, do nothing: nothing will be sent to you.",
)
_LETTERS: Final = {
    "en": _ENGLISH,
    "de": (
        "Bitte bestätigen Sie",
        "Sie, oder jemand, der diese Adresse angegeben hat, haben dem Folgenden zugestimmt:",
        "Das gilt erst, wenn Sie innerhalb von sieben Tagen diese Seite öffnen und den Knopf drücken:",
        "Waren Sie es nicht, tun Sie nichts: Sie erhalten dann nichts von uns.",
    ),
}


def confirmation_letter(locale: str, notice: str, link: str) -> Content:
    """Return the letter in the language of ``locale``, otherwise in English; ``notice`` stays as it was shown."""
    subject, agreed, confirm, otherwise = _LETTERS.get(locale.partition("-")[0], _ENGLISH)
    quoted = "\n".join(f"> {line}".rstrip() for line in notice.strip().splitlines())
    return Content(subject, f"{agreed}\n\n{quoted}\n\n{confirm}\n\n{link}\n\n{otherwise}\n")


def check_content(content: Content) -> None:
    """Accept a subject of one line, and a text of many.

    Raises:
        InvalidMessageError: names the field.

    """
    if not is_readable(content.subject, SUBJECT_MOST):
        message = f"A subject is one line of 1 to {SUBJECT_MOST} printable characters."
        raise InvalidMessageError(message, field="subject")
    if not is_readable(content.text, TEXT_MOST, lines=True):
        raise InvalidMessageError(f"A text has 1 to {TEXT_MOST} printable characters.", field="text")
