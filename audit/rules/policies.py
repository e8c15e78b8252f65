"""Which witnesses must have seen a checkpoint (c2sp.org/tlog-policy): logs, witnesses, groups, and a quorum."""

import re
from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from audit.rules.cosignatures import CosignatureVerifier
from audit.rules.notes import ED25519, NoteError, parse_note, parse_vkey

NONE: Final = "none"
"""The quorum that is met without any witness."""

MOST_DEFINITIONS: Final = 256
"""How many logs, witnesses and groups a policy has at most; the specification asks for 32 of each at least."""

_ALLOWED: Final = re.compile(rb"[\t\n\x20-\x7e\x80-\xff]*")
_COUNT: Final = re.compile(r"[1-9][0-9]{0,8}")


class PolicyError(ValueError):
    """The policy is malformed; the sentence names the line."""


class Witness(NamedTuple):
    """A witness: the key that it signs with, and where it is asked; None where only its signature is checked."""

    verifier: CosignatureVerifier
    url: str | None


class Group(NamedTuple):
    """So many of these witnesses and groups."""

    least: int
    members: tuple[str, ...]


class Policy(NamedTuple):
    """What a policy file says."""

    logs: tuple[str, ...]
    witnesses: Mapping[str, Witness]
    groups: Mapping[str, Group]
    quorum: str

    def is_met(self, cosigned: Collection[str]) -> bool:
        """Tell whether the signatures of these witnesses are enough."""
        return self.quorum == NONE or self._counts(self.quorum, cosigned)

    def signers(self, note: str) -> list[str]:
        """Return the names of the witnesses that signed a note.

        Raises:
            NoteError: the note is malformed, or a signature of one of them is wrong.

        """
        parsed = parse_note(note)
        return [name for name, each in self.witnesses.items() if each.verifier.time_of(parsed) is not None]

    def _counts(self, name: str, cosigned: Collection[str]) -> bool:
        group = self.groups.get(name)
        if group is None:
            return name in cosigned
        return sum(self._counts(member, cosigned) for member in group.members) >= group.least


class _Reader:
    """Takes a policy line by line."""

    def __init__(self) -> None:
        self.logs: dict[bytes, str] = {}
        self.witnesses: dict[str, Witness] = {}
        self.groups: dict[str, Group] = {}
        self.quorum: str | None = None
        self._taken: set[str] = set()

    def read(self, words: list[str]) -> None:
        """Take one line.

        Raises:
            PolicyError, NoteError: what is wrong with it.

        """
        match words:
            case ["log", vkey] | ["log", vkey, _]:
                self._log(vkey)
            case ["witness", name, vkey]:
                self._witness(name, vkey, None)
            case ["witness", name, vkey, url]:
                self._witness(name, vkey, url)
            case ["group", name, least, *members] if members:
                self._group(name, least, members)
            case ["quorum", name]:
                if self.quorum is not None:
                    raise PolicyError("There is a second quorum.")
                if name != NONE and name not in self._names():
                    raise PolicyError(f"Nothing before this line is called {name}.")
                self.quorum = name
            case _:
                raise PolicyError("It is no log, witness, group or quorum.")

    def _log(self, vkey: str) -> None:
        key = parse_vkey(vkey)
        if key.kind != ED25519:
            raise PolicyError("A log signs with Ed25519.")
        if key.material in self.logs:
            raise PolicyError("This log's key is there twice.")
        self.logs[key.material] = vkey

    def _witness(self, name: str, vkey: str, url: str | None) -> None:
        self._check_new(name)
        verifier = CosignatureVerifier(vkey)
        if any(each.verifier.material == verifier.material for each in self.witnesses.values()):
            raise PolicyError("This witness's key is there twice.")
        self.witnesses[name] = Witness(verifier, url)

    def _group(self, name: str, least: str, members: list[str]) -> None:
        self._check_new(name)
        for member in members:
            if member == NONE or member not in self._names():
                raise PolicyError(f"Nothing before this line is called {member}.")
            if member in self._taken:
                raise PolicyError(f"{member} is in a group already.")
            self._taken.add(member)
        if least in {"all", "any"}:
            count = len(members) if least == "all" else 1
        else:
            count = int(least) if _COUNT.fullmatch(least) else 0
        if not 1 <= count <= len(members):
            raise PolicyError("A group asks for 1 to all of its members.")
        self.groups[name] = Group(count, tuple(members))

    def _check_new(self, name: str) -> None:
        if name == NONE or name in self._names():
            raise PolicyError(f"{name} is taken.")

    def _names(self) -> set[str]:
        return self.witnesses.keys() | self.groups.keys()


def parse_policy(data: bytes) -> Policy:
    """Return what a policy file says (c2sp.org/tlog-policy, Policy file syntax and structure).

    Raises:
        PolicyError: it is malformed; the sentence names the line.

    """
    if not _ALLOWED.fullmatch(data):
        raise PolicyError("A policy has no control characters but tab and newline.")
    reader = _Reader()
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    for number, line in enumerate(lines, 1):
        words = [word for word in re.split(r"[ \t]+", line) if word]
        if not words or words[0].startswith("#"):
            continue
        try:
            reader.read(words)
        except (PolicyError, NoteError) as error:
            raise PolicyError(f"Line {number}: {error}") from None
    if reader.quorum is None:
        raise PolicyError("There is no quorum.")
    if len(reader.logs) + len(reader.witnesses) + len(reader.groups) > MOST_DEFINITIONS:
        raise PolicyError(f"A policy defines at most {MOST_DEFINITIONS} things.")
    return Policy(tuple(reader.logs.values()), reader.witnesses, reader.groups, reader.quorum)
