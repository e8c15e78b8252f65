"""The hash by which each entry of the trail says which table decided: anybody can compute it from the table."""

import hashlib
import json

from access import POLICY_HASH, branded, reach
from access.policy import ROLE_PERMISSIONS, _hashed


def test_the_hash_is_that_of_each_roles_permissions_and_how_far_they_reach() -> None:
    table: dict[str, list[str]] = {}
    for role, permissions in ROLE_PERMISSIONS.items():
        lines = []
        for permission in permissions:
            words = [permission.value, reach(permission).value]
            if branded(role, permission):
                words.append("brand")
            lines.append(" ".join(words))
        table[role.value] = sorted(lines)
    assert any(line.endswith(" brand") for lines in table.values() for line in lines), "the control"
    assert not all(line.endswith(" brand") for lines in table.values() for line in lines)
    text = json.dumps(table, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert hashlib.sha256(text.encode()).hexdigest() == POLICY_HASH == _hashed()
