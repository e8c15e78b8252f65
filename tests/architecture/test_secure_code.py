"""What the code never does: read programs from data, draw lots where secrets are, reach out at will."""

import ast
from collections.abc import Callable, Iterator

import pytest

from tests.architecture.tree import LINE, Module, modules

SHIPPED = (*LINE, "asgi.py")
DANGEROUS = {
    *("eval", "exec", "compile", "__import__", "os.system", "os.popen"),
    *("pickle.load", "pickle.loads", "marshal.load", "marshal.loads", "shelve.open", "yaml.load", "yaml.unsafe_load"),
}
"""Calls that turn data into programs."""
XML = {"xml", "lxml", "defusedxml", "xmltodict", "html5lib"}
READS_XML = {
    "gamification/rules/credentials/art.py": "it escapes what it writes, and reads nothing",
    "gamification/rules/credentials/baking.py": "expat, which fetches nothing, over a picture with no DTD",
}
WEAK = {"hashlib.md5", "hashlib.sha1", "hashlib.new"}
"""Hashes that collide; SHA-1 within HMAC is what authenticator apps speak (RFC 6238) and does not weaken it."""
REACHING_OUT = {"httpx", "smtplib", "requests", "urllib3", "aiohttp", "urllib.request", "http.client", "ftplib"}
REACHES_OUT = {
    "api/cli/demo.py": "it asks its own server whether it is ready",
    "api/importer/client.py": "it asks the server that the command names",
    "api/importer/run.py": "likewise",
    "audit/witnesses.py": "it asks the witnesses of the policy file",
    "kernel/http_client.py": "it asks the identity providers and the registers of licences of the settings",
    "kernel/mail.py": "it gives letters to the mail server of the settings",
}
ENOUGH_BYTES = 16
"""128 bits."""
NONCE = "NONCE_BYTES"
"""What is drawn for a cipher has the size that the cipher asks for; ``token_hex`` names files."""


def shipped() -> list[Module]:
    return list(modules(*SHIPPED))


def calls(module: Module) -> Iterator[tuple[str, ast.Call]]:
    """Every call of a module with the dotted name of what is called."""
    for node in ast.walk(module.syntax):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def imported(module: Module) -> set[str]:
    """Everything that a module imports, by its dotted name."""
    found: set[str] = set()
    for node in ast.walk(module.syntax):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module} | {f"{node.module}.{each.name}" for each in node.names}
    return found


def said(call: ast.Call, name: str) -> str | None:
    """What a keyword argument of a call is, as it is written."""
    return next((ast.unparse(word.value) for word in call.keywords if word.arg == name), None)


def programs_from_data(module: Module) -> list[str]:
    named = [f"{module}: {name}" for name, _ in calls(module) if name in DANGEROUS]
    shells = [f"{module}: {name}" for name, call in calls(module) if said(call, "shell") not in {None, "False"}]
    return named + shells


def reads_xml(module: Module) -> bool:
    return any(name.split(".")[0] in XML for name in imported(module))


def weak_cryptography(module: Module) -> list[str]:
    hashes = [
        f"{module}: {name}" for name, call in calls(module) if name in WEAK and said(call, "usedforsecurity") != "False"
    ]
    modes = [f"{module}: {name}" for name in imported(module) if name.endswith((".modes", ".modes.CBC", ".modes.ECB"))]
    lots = [f"{module}: {name}" for name in imported(module) if name.split(".")[0] == "random"]
    return hashes + modes + lots


def short_secrets(module: Module) -> list[str]:
    """Calls of ``secrets`` that draw fewer bytes than they should; names are looked up among the module's constants."""
    constants = {
        target.id: node.value.value
        for node in module.syntax.body
        if isinstance(node, ast.AnnAssign | ast.Assign) and isinstance(node.value, ast.Constant)
        for target in ([node.target] if isinstance(node, ast.AnnAssign) else node.targets)
        if isinstance(target, ast.Name)
    }
    found = []
    for name, call in calls(module):
        size = call.args[0] if call.args else None
        if name not in {"secrets.token_bytes", "secrets.token_urlsafe"} or getattr(size, "id", "") == NONCE:
            continue
        drawn = size.value if isinstance(size, ast.Constant) else constants.get(getattr(size, "id", ""), ENOUGH_BYTES)
        if size is None or int(str(drawn)) < ENOUGH_BYTES:
            found.append(f"{module}:{call.lineno}")
    return found


def patterns_from_data(module: Module) -> list[str]:
    """Regular expressions that are not written down: made of a call's result, unless that escapes it."""
    return [
        f"{module}:{call.lineno}"
        for name, call in calls(module)
        if name in {"re.compile", "re.match", "re.fullmatch", "re.search", "re.sub", "re.split", "re.findall"}
        and call.args
        and any(isinstance(part, ast.Call) and not joins(part) for part in ast.walk(call.args[0]))
    ]


def joins(call: ast.Call) -> bool:
    """Whether a call puts a module's own constants together: ``"|".join(_PREFIXES)``."""
    name = ast.unparse(call.args[0]) if call.args else ""
    return ast.unparse(call.func).endswith(".join") and name.isupper()


def redirects(module: Module) -> list[str]:
    return [
        f"{module}: {name}" for name, call in calls(module) if said(call, "follow_redirects") not in {None, "False"}
    ]


RULES: dict[str, Callable[[Module], list[str]]] = {
    "programs from data": programs_from_data,
    "weak cryptography": weak_cryptography,
    "short secrets": short_secrets,
    "patterns from data": patterns_from_data,
    "redirects": redirects,
}


def test_no_data_becomes_a_program() -> None:
    assert [fault for module in shipped() for fault in programs_from_data(module)] == []


def test_xml_is_read_in_one_place_that_fetches_nothing() -> None:
    assert {str(module.path) for module in shipped() if reads_xml(module)} == set(READS_XML)


def test_no_hash_that_collides_no_mode_without_authentication_and_no_lots_where_secrets_are() -> None:
    assert [fault for module in shipped() for fault in weak_cryptography(module)] == []


def test_every_secret_that_is_drawn_has_128_bits_at_least() -> None:
    drawn = [name for module in shipped() for name, _ in calls(module) if name.startswith("secrets.token_")]
    assert len(drawn) > 5
    assert [fault for module in shipped() for fault in short_secrets(module)] == []


def test_no_regular_expression_is_made_of_what_somebody_typed() -> None:
    assert [fault for module in shipped() for fault in patterns_from_data(module)] == []


def test_nobody_reaches_out_but_where_it_is_said_and_no_redirect_is_followed() -> None:
    reaching = {str(module.path) for module in shipped() if imported(module) & REACHING_OUT}
    assert reaching == set(REACHES_OUT)
    assert [fault for module in shipped() for fault in redirects(module)] == []


def test_what_is_shipped_needs_nothing_of_tests_and_benchmarks() -> None:
    needed = {name.split(".")[0] for module in shipped() for name in imported(module)}
    assert not needed & {"tests", "benchmarks", "pytest", "hypothesis", "schemathesis"}


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("programs from data", "eval(text)"),
        ("programs from data", "import pickle\npickle.loads(body)"),
        ("programs from data", "import subprocess\nsubprocess.run(line, shell=True)"),
        ("weak cryptography", "import hashlib\nhashlib.md5(body)"),
        ("weak cryptography", "from cryptography.hazmat.primitives.ciphers import modes"),
        ("weak cryptography", "import random"),
        ("short secrets", "import secrets\nsecrets.token_bytes(15)"),
        ("short secrets", "import secrets\nSIZE: int = 8\nsecrets.token_urlsafe(SIZE)"),
        ("patterns from data", "import re\nre.search(str(word), text)"),
        ("redirects", "import httpx\nhttpx.get(url, follow_redirects=True)"),
    ],
)
def test_each_fault_would_be_found(rule: str, text: str) -> None:
    assert RULES[rule](Module("api/wrong.py", text))
    assert not RULES[rule](Module("api/right.py", "import secrets\nsecrets.token_bytes(32)"))
