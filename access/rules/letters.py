"""What letters say. They hold a code and nothing about whoever reads them: a mail server is not the vault."""

from datetime import timedelta
from typing import Final

from access.vocabulary import AlertKind, LetterKind

LIFETIME: Final = {
    LetterKind.PASSWORD_RESET: timedelta(minutes=30),
    LetterKind.EMAIL_CONFIRMATION: timedelta(days=1),
    LetterKind.INVITATION: timedelta(days=7),
}
"""How long a code works; what only tells something has no code."""
TELLING: Final = timedelta(days=1)
"""For how long a letter without a code is worth sending."""

_SUBJECTS: Final = {
    LetterKind.PASSWORD_RESET: "Choose a new password",
    LetterKind.EMAIL_CONFIRMATION: "Confirm your e-mail address",
    LetterKind.INVITATION: "Your invitation",
}
_TEXTS: Final = {
    LetterKind.PASSWORD_RESET: (
        "Somebody, perhaps you, asked for a new password for the account with this e-mail address.\n"
        "Enter this code within 30 minutes:\n\n    {token}\n\n"
        "If it was not you, do nothing: your password has not changed, and nobody else has this code."
    ),
    LetterKind.EMAIL_CONFIRMATION: (
        "Somebody, perhaps you, registered with this e-mail address.\n"
        "Enter this code within a day to confirm it:\n\n    {token}\n\n"
        "If it was not you, do nothing: without this code the account can't be used."
    ),
    LetterKind.INVITATION: (
        "You are invited to work with Laurel.\n"
        "Enter this code within seven days and choose a password:\n\n    {token}\n\n"
        "If you did not expect this, tell whoever runs Laurel for you."
    ),
}
_ALERTS: Final = {
    AlertKind.ACCOUNT_ENABLED: "Your account was switched on again.",
    AlertKind.ADDRESS_MOVED: "The e-mail address of your account was corrected; letters go to another one from now on.",
    AlertKind.AUTHENTICATOR_ADDED: "An authenticator app was added to your account.",
    AlertKind.AUTHENTICATOR_REMOVED: "The authenticator app was removed from your account.",
    AlertKind.IDENTITY_LINKED: "Your account can now be opened with an account of yours elsewhere.",
    AlertKind.IDENTITY_REMOVED: "An account of yours elsewhere no longer opens your account.",
    AlertKind.PASSKEY_ADDED: "A passkey was added to your account.",
    AlertKind.PASSKEY_COPIED: (
        "A passkey of your account was used that seems to be a copy of yours. It was refused; remove that passkey."
    ),
    AlertKind.PASSKEY_REMOVED: "A passkey was removed from your account.",
    AlertKind.BREAK_GLASS_OPENED: (
        "Emergency access was opened, by you or by somebody whose use of it you oversee: see GET /v1/break-glass."
    ),
    AlertKind.PASSWORD_CHANGED: "The password of your account was changed.",
    AlertKind.RECOVERY_CODES_RENEWED: "New recovery codes were made for your account.",
    AlertKind.RECOVERY_CODE_USED: "A recovery code was used to sign in to your account.",
    AlertKind.REFRESH_REUSED: (
        "A sign-in of yours was used from two places at once, as happens when it was stolen. It was ended."
    ),
    AlertKind.REGISTRATION_REPEATED: "Somebody tried to register with your e-mail address. Nothing came of it.",
    AlertKind.ROLE_CHANGED: "Your account was given another role, or other markets or brands.",
}


def lifetime(kind: LetterKind | AlertKind) -> timedelta:
    """Return for how long a letter of this kind is of use."""
    return LIFETIME[kind] if isinstance(kind, LetterKind) else TELLING


def letter(kind: LetterKind | AlertKind, token: str | None) -> tuple[str, str]:
    """Return subject and text; ``token`` is the code that a letter with one brings."""
    if isinstance(kind, LetterKind):
        return _SUBJECTS[kind], _TEXTS[kind].format(token=token) + "\n"
    rest = (
        "If it was you, nothing needs to be done. If not, choose a new password and tell whoever runs Laurel for you."
    )
    return "About your account's security", f"{_ALERTS[kind]}\n\n{rest}\n"
