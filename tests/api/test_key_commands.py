"""`laurel access keys` at the terminal: each command opens the database itself, so that no house stands here."""

import json
from collections.abc import Sequence
from pathlib import Path

from click.testing import CliRunner, Result

from api.cli import laurel


def test_an_operator_rotates_and_removes_keys_at_the_terminal(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    servers = {"LAUREL_DATABASE_URL": database_url, "LAUREL_REDIS_URL": redis_url, "LAUREL_HOME": str(tmp_path)}

    def keys(*words: str, given: Sequence[tuple[str, str]] = ()) -> Result:
        return CliRunner().invoke(laurel, ["access", "keys", *words], env=servers | dict(given))

    (first,) = json.loads(keys("list", "--json").output)
    assert first["state"] == "signing"
    assert keys("rotate").exit_code == 0
    listed = json.loads(keys("list", "--json").output)
    assert [line["state"] for line in listed] == ["signing", "former"]
    assert listed[1]["kid"] == first["kid"]
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "keys").iterdir()} == {0o600}
    assert keys("remove", first["kid"], "--reason", "drill").output == "Removed.\n"
    assert "It had been removed before." in keys("remove", first["kid"], "--reason", "drill").output
    assert [line["state"] for line in json.loads(keys("list", "--json").output)] == ["signing", "removed"]
    careless = keys("remove", listed[0]["kid"], "--reason", "drill")
    assert "rotate, and start again" in careless.output
    failed = keys("rotate", given=[("LAUREL_TOKEN_KEY", "dHR0dHR0dHR0dHR0dHR0dHR0dHR0dHR0dHR0dHR0dHQ=")])
    assert failed.exit_code == 1
    assert "LAUREL_TOKEN_FORMER_KEYS" in failed.output
    assert keys("list", "--pem").output.count("BEGIN PUBLIC KEY") == 2
