"""Policies as c2sp.org/tlog-policy writes them."""

import pytest

from audit.rules.cosignatures import ED25519_COSIGNATURE, ML_DSA_44, Cosigner
from audit.rules.notes import LogKey
from audit.rules.policies import PolicyError, parse_policy

LOG = LogKey("example.com/log", bytes(32)).vkey
KEYS = {
    name: Cosigner(
        f"{name.lower()}.example", bytes([number]) * 32, ED25519_COSIGNATURE if number % 2 else ML_DSA_44
    ).vkey
    for number, name in enumerate(("X1", "X2", "X3", "Y1", "Y2", "Y3"))
}
WITNESSES = "".join(f"witness {name} {vkey}\n" for name, vkey in KEYS.items())
EXAMPLE = f"""
log {LOG}

  # a comment, and tabs between words
{WITNESSES}
group\tX-witnesses  2 X1 X2 X3
group Y-witnesses any Y1 Y2 Y3 \t
group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


def test_the_example_of_the_specification_asks_for_two_of_one_house_and_one_of_another() -> None:
    policy = parse_policy(EXAMPLE.encode())
    assert policy.logs == (LOG,)
    assert list(policy.witnesses) == list(KEYS)
    for enough in ({"X1", "X3", "Y2"}, set(KEYS)):
        assert policy.is_met(enough)
    for few in (set(), {"X1", "X2", "X3"}, {"X1", "Y1", "Y2", "Y3"}, {"X-and-Y"}):
        assert not policy.is_met(few)


def test_a_quorum_may_be_one_witness_or_none() -> None:
    one = parse_policy(f"{WITNESSES}quorum Y1\n".encode())
    assert one.is_met({"Y1"})
    assert not one.is_met({"X1", "Y2"})
    assert parse_policy(b"quorum none").is_met(())
    assert parse_policy(f"witness w {KEYS['X1']} https://w.example/add\nquorum w".encode()).witnesses["w"].url


@pytest.mark.parametrize(
    ("policy", "what"),
    [
        ("", "no quorum"),
        ("quorum none\nquorum none\n", "second quorum"),
        ("quorum W\n", "Line 1: Nothing before"),
        (f"quorum X1\nwitness X1 {KEYS['X1']}\n", "Line 1: Nothing before"),
        (f"witness none {KEYS['X1']}\nquorum none\n", "taken"),
        (f"witness X {KEYS['X1']}\nwitness X {KEYS['X2']}\nquorum X\n", "Line 2: X is taken"),
        (f"witness X {KEYS['X1']}\nwitness Z {KEYS['X1']}\nquorum X\n", "twice"),
        (f"log {LOG}\nlog {LOG}\nquorum none\n", "twice"),
        (f"log {KEYS['X1']}\nquorum none\n", "Ed25519"),
        (f"witness X {LOG}\nquorum X\n", "cosigner"),
        (f"{WITNESSES}group G 3 X1 X2\nquorum G\n", "1 to all"),
        (f"{WITNESSES}group G 0 X1 X2\nquorum G\n", "1 to all"),
        (f"{WITNESSES}group G 01 X1 X2\nquorum G\n", "1 to all"),
        (f"{WITNESSES}group G some X1\nquorum G\n", "1 to all"),
        (f"{WITNESSES}group G any\nquorum G\n", "no log, witness"),
        (f"{WITNESSES}group G any none\nquorum G\n", "Nothing before"),
        (f"{WITNESSES}group G 2 X1 X1\nquorum G\n", "in a group already"),
        (f"{WITNESSES}group G any X1\ngroup H any X1\nquorum H\n", "in a group already"),
        ("quorum none\rquorum none\n", "control characters"),
        ("quorum none\0\n", "control characters"),
        ("quorum\u00a0none\n", "no log, witness"),
        ("Quorum none\n", "no log, witness"),
    ],
)
def test_what_is_no_policy_is_refused_with_its_line(policy: str, what: str) -> None:
    with pytest.raises(PolicyError, match=what):
        parse_policy(policy.encode())


def test_octets_above_ascii_are_names_and_comments_whatever_they_mean() -> None:
    policy = parse_policy(b"# \xff\xfe\nwitness \xe2\x84\xaa " + KEYS["X1"].encode() + b"\nquorum \xe2\x84\xaa\n")
    assert list(policy.witnesses) == ["\N{KELVIN SIGN}"]
    with pytest.raises(PolicyError):
        parse_policy(b"witness \xe2\x84\xaa " + KEYS["X1"].encode() + b"\nquorum K\n")
