"""Whatever is changed about a badge is noticed, and the untouched one beside it is accepted."""

import base64
import copy
import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gamification.credential_vocabulary import Form, Verdict
from gamification.rules.credentials import baking, tokens
from gamification.rules.credentials.baking import PictureError
from tests.gamification.credentials.badges import EXPIRES, NOW, Document, facts, issuer, verdict, written

OURS = issuer(1, 2)
STRANGER = issuer(3)
REFUSED = {Verdict.TAMPERED, Verdict.NOT_OURS}
UNREADABLE = "unreadable"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

Change = Callable[[Document], object]


def outcome(presented: bytes) -> str:
    """Return the verdict, or that there is no one badge in what was presented."""
    try:
        return verdict(OURS, presented).verdict
    except PictureError:
        return UNREADABLE


def to(value: object, *path: str | int) -> Change:
    """Return the change that puts ``value`` where ``path`` leads."""

    def change(document: Any) -> None:
        for step in path[:-1]:
            document = document[step]
        assert document.get(path[-1]) != value
        document[path[-1]] = value

    return change


def without(*path: str | int) -> Change:
    def change(document: Any) -> None:
        for step in path[:-1]:
            document = document[step]
        del document[path[-1]]

    return change


def with_other_proof(document: Document) -> None:
    document["proof"] = json.loads(written(OURS, Form.JSON, name="Another badge"))["proof"]


def twice(document: Document) -> None:
    document["proof"] *= 2


def value_changed(document: Document) -> None:
    value = document["proof"][0]["proofValue"]
    document["proof"][0]["proofValue"] = value[:-1] + ("2" if value[-1] != "2" else "3")


def value_cut(document: Document) -> None:
    document["proof"][0]["proofValue"] = document["proof"][0]["proofValue"][:-1]


def value_padded(document: Document) -> None:
    document["proof"][0]["proofValue"] = "z1" + document["proof"][0]["proofValue"][1:]


ACHIEVEMENT = ("credentialSubject", "achievement")
PROOF = ("proof", 0)
CHANGES: dict[str, Change] = {
    "the name": to("Professor of medicine", "name"),
    "the achievement's name": to("Professor of medicine", *ACHIEVEMENT, "name"),
    "the achievement's description": to("Passed everything.", *ACHIEVEMENT, "description"),
    "the achievement's id": to("https://laurel.example/credentials/achievements/other", *ACHIEVEMENT, "id"),
    "the criteria": to("Nothing had to be done.", *ACHIEVEMENT, "criteria", "narrative"),
    "the holder": to("urn:uuid:00000000-0000-4000-8000-0000000000ff", "credentialSubject", "id"),
    "an e-mail for the holder": to([{"hashed": False}], "credentialSubject", "identifier"),
    "the issuer's name": to("World Health Organization", "issuer", "name"),
    "the issuer": to("https://elsewhere.example/issuer", "issuer", "id"),
    "when it was earned": to("2020-01-01T00:00:00Z", "validFrom"),
    "when it expires": to("2099-01-01T00:00:00Z", "validUntil"),
    "that it expires": without("validUntil"),
    "its id": to("urn:uuid:00000000-0000-4000-8000-0000000000fe", "id"),
    "its bit in the status list": to("7", "credentialStatus", "statusListIndex"),
    "its status list": to("https://laurel.example/credentials/status/2", "credentialStatus", "statusListCredential"),
    "the status list's keeper": to("https://elsewhere.example/1", "credentialStatus", "statusListCredential"),
    "the purpose of the status": to("suspension", "credentialStatus", "statusPurpose"),
    "that it has a status": without("credentialStatus"),
    "a context more": lambda badge: badge["@context"].append("https://elsewhere.example/context"),
    "the order of the contexts": lambda badge: badge["@context"].reverse(),
    "a context that redefines": lambda badge: badge["@context"].append({"name": "https://schema.org/legalName"}),
    "a field that nobody wrote": to([{"id": "https://elsewhere.example"}], "evidence"),
    "a type more": lambda badge: badge["type"].append("EndorsementCredential"),
    "the type": lambda badge: badge["type"].__setitem__(1, "AchievementCredential"),
    "the proof's value": value_changed,
    "the proof's value, cut": value_cut,
    "the proof's value, padded": value_padded,
    "the proof's type": to("Ed25519Signature2020", *PROOF, "type"),
    "the proof's cryptosuite": to("eddsa-jcs-2022", *PROOF, "cryptosuite"),
    "the proof's purpose": to("authentication", *PROOF, "proofPurpose"),
    "the proof's time": to("2026-05-01T12:00:01Z", *PROOF, "created"),
    "the proof's key, for a former one": to(OURS.profile()["assertionMethod"][1], *PROOF, "verificationMethod"),
    "the proof's key, for a stranger's": to("https://elsewhere.example/key", *PROOF, "verificationMethod"),
    "the proof, for another badge's": with_other_proof,
    "the proof, twice": twice,
    "the proof, gone": without("proof"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_badge_is_refused(name: str) -> None:
    untouched = written(OURS, Form.JSON)
    changed = json.loads(untouched)
    CHANGES[name](changed)
    assert changed != json.loads(untouched)
    assert verdict(OURS, json.dumps(changed).encode()).verdict in REFUSED
    assert verdict(OURS, untouched).verdict is Verdict.VALID
    assert verdict(OURS, json.dumps(copy.deepcopy(json.loads(untouched)), indent=2).encode()).verdict is Verdict.VALID


def test_a_name_that_stands_twice_is_refused() -> None:
    untouched = written(OURS, Form.JSON).decode()
    doubled = untouched.replace('"name":"Top mark"', '"name":"Professor","name":"Top mark"', 1)
    assert json.loads(doubled) == json.loads(untouched), "a reader that takes the last one sees no difference"
    assert verdict(OURS, doubled.encode()).verdict is Verdict.TAMPERED
    assert verdict(OURS, untouched.encode()).verdict is Verdict.VALID


def part(value: object) -> str:
    return encoded(json.dumps(value).encode())


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def header(**changed: object) -> Callable[[Sequence[str]], Sequence[str]]:
    """Return the change of a token's header, with its signature left as it is."""

    def change(parts: Sequence[str]) -> Sequence[str]:
        was = json.loads(base64.urlsafe_b64decode(parts[0] + "=="))
        return part(was | changed), parts[1], parts[2]

    return change


def payload(**changed: object) -> Callable[[Sequence[str]], Sequence[str]]:
    def change(parts: Sequence[str]) -> Sequence[str]:
        return parts[0], part(tokens.payload_of(".".join(parts)) | changed), parts[2]

    return change


def hmac_with_the_public_key(parts: Sequence[str]) -> Sequence[str]:
    """The oldest trick: the public key, which everybody has, taken for a shared secret."""
    head = part({"alg": "HS256", "typ": "JWT", "kid": kid()})
    public = OURS.keys.rsa.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return head, parts[1], encoded(hmac.digest(public, f"{head}.{parts[1]}".encode(), hashlib.sha256))


def kid() -> str:
    return next(iter(OURS.trust.rsa))


def spare_bits(parts: Sequence[str]) -> Sequence[str]:
    """Change bits of the last letter that stand for nothing: the signature's bytes stay the same."""
    last = LETTERS[LETTERS.index(parts[2][-1]) ^ 1]
    changed = parts[2][:-1] + last
    if len(parts[2]) % 4:
        assert base64.urlsafe_b64decode(changed + "==") == base64.urlsafe_b64decode(parts[2] + "==")
    return parts[0], parts[1], changed


def signed_by_a_stranger(parts: Sequence[str]) -> Sequence[str]:
    del parts
    return tokens.signed(OURS.badge(facts()), STRANGER.keys.rsa, kid()).split(".")


TOKEN_CHANGES: dict[str, Callable[[Sequence[str]], Sequence[str]]] = {
    "alg none": lambda parts: (part({"alg": "none", "typ": "JWT", "kid": kid()}), parts[1], ""),
    "alg none, with a signature": header(alg="none"),
    "alg HS256 with the public key": hmac_with_the_public_key,
    "alg PS256": header(alg="PS256"),
    "typ": header(typ="vc+jwt"),
    "a key in the header": header(jwk={"kty": "RSA", "e": "AQAB", "n": "AQAB"}),
    "kid, for a former key": header(kid=list(OURS.trust.rsa)[1]),
    "kid, for the other kind of key": header(kid=next(iter(OURS.trust.ed25519))),
    "kid, for a stranger's": header(kid="https://elsewhere.example/key"),
    "kid, gone": lambda parts: (part({"alg": "RS256", "typ": "JWT"}), parts[1], parts[2]),
    "the name": payload(name="Professor of medicine"),
    "the holder": payload(sub="urn:uuid:00000000-0000-4000-8000-0000000000ff"),
    "the issuer": payload(iss="https://elsewhere.example/issuer"),
    "nbf": payload(nbf=0),
    "exp": payload(exp=4_000_000_000),
    "a claim more": payload(vc={}),
    "the signature, cut": lambda parts: (parts[0], parts[1], parts[2][:-4]),
    "the signature's spare bits": spare_bits,
    "the signature, for another badge's": lambda parts: (
        parts[0],
        parts[1],
        written(OURS, Form.JWT, name="Another badge").decode().split(".")[2],
    ),
    "who signed": signed_by_a_stranger,
    "a part more": lambda parts: (*parts, parts[2]),
}


@pytest.mark.parametrize("name", TOKEN_CHANGES)
def test_a_changed_token_is_refused(name: str) -> None:
    untouched = written(OURS, Form.JWT).decode()
    changed = ".".join(TOKEN_CHANGES[name](untouched.split(".")))
    assert changed != untouched
    assert outcome(changed.encode()) in (REFUSED if changed.count(".") == 2 else {UNREADABLE})
    assert verdict(OURS, untouched.encode()).verdict is Verdict.VALID


def edited_token(token: str) -> str:
    return ".".join(payload(name="Professor of medicine")(token.split(".")))


def chunk(text: bytes) -> bytes:
    return baking.chunk_bytes(b"iTXt", text)


def edit_png(picture: bytes, *, keep_checksum: bool) -> bytes:
    token = baking.credential_in(picture)
    old, new = (chunk(baking.KEYWORD + bytes(5) + each.encode()) for each in (token, edited_token(token)))
    return picture.replace(old, new[:-4] + old[-4:] if keep_checksum else new)


def doubled_png(picture: bytes) -> bytes:
    mine = chunk(baking.KEYWORD + bytes(5) + baking.credential_in(picture).encode())
    return picture.replace(mine, mine + mine)


def compressed_png(picture: bytes) -> bytes:
    token = baking.credential_in(picture).encode()
    start = baking.KEYWORD + b"\x00"
    return picture.replace(chunk(start + bytes(4) + token), chunk(start + b"\x01" + bytes(3) + token))


PICTURE_CHANGES: dict[str, tuple[Form, Callable[[bytes], bytes]]] = {
    "the token in a PNG": (Form.PNG, lambda picture: edit_png(picture, keep_checksum=False)),
    "the token in a PNG, and not its checksum": (Form.PNG, lambda picture: edit_png(picture, keep_checksum=True)),
    "a second chunk in a PNG": (Form.PNG, doubled_png),
    "a chunk that says it is compressed": (Form.PNG, compressed_png),
    "a PNG's end": (Form.PNG, lambda picture: picture[:-3]),
    "a PNG's credential": (Form.PNG, lambda picture: picture.replace(baking.KEYWORD, b"openbadgecredentiaL")),
    "the token in an SVG": (
        Form.SVG,
        lambda picture: picture.replace(
            baking.credential_in(picture).encode(), edited_token(baking.credential_in(picture)).encode()
        ),
    ),
    "a second element in an SVG": (
        Form.SVG,
        lambda picture: picture.replace(b"</svg>", b'<openbadges:credential verify="a.b.c"/></svg>'),
    ),
    "text beside the token": (
        Form.SVG,
        lambda picture: picture.replace(b"></openbadges:credential>", b">more</openbadges:credential>"),
    ),
    "an SVG with a document type": (Form.SVG, lambda picture: b'<!DOCTYPE svg [<!ENTITY a "b">]>' + picture),
    "an SVG's namespace": (Form.SVG, lambda picture: picture.replace(b"/ob/v3p0", b"/ob/v2p0")),
}


@pytest.mark.parametrize("name", PICTURE_CHANGES)
def test_a_changed_picture_is_refused(name: str) -> None:
    form, change = PICTURE_CHANGES[name]
    untouched = written(OURS, form)
    changed = change(untouched)
    assert changed != untouched
    assert outcome(changed) in {*REFUSED, UNREADABLE}
    assert verdict(OURS, untouched).verdict is Verdict.VALID


@pytest.mark.parametrize("form", list(Form))
def test_only_a_badge_whose_status_was_read_and_whose_time_has_not_passed_is_valid(form: Form) -> None:
    badge = written(OURS, form)
    assert verdict(OURS, badge).verdict is Verdict.VALID
    assert verdict(OURS, badge, revoked=True).verdict is Verdict.REVOKED
    assert verdict(OURS, badge, revoked=None).verdict is Verdict.STATUS_UNKNOWN
    assert verdict(OURS, badge, at=EXPIRES).verdict is Verdict.EXPIRED
    assert verdict(OURS, badge, at=EXPIRES - timedelta(seconds=1)).verdict is Verdict.VALID
    assert verdict(OURS, badge, revoked=True, at=EXPIRES).verdict is Verdict.REVOKED
    assert verdict(OURS, badge, at=NOW - timedelta(days=90)).verdict is Verdict.NOT_YET_VALID
    assert verdict(STRANGER, written(STRANGER, form)).verdict is Verdict.VALID
    assert verdict(OURS, written(STRANGER, form)).verdict is Verdict.NOT_OURS
