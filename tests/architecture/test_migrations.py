"""Every migration runs: of two with one id Piccolo keeps the one that it read last, and says nothing of the other."""

import re
from collections import Counter

from tests.architecture.tree import LINE, ROOT

IDENTIFIER = re.compile(r'^ID(?:: Final)? = "(.+)"$', re.MULTILINE)


def test_no_two_migrations_of_a_room_have_one_id_and_each_file_is_named_after_its_own() -> None:
    seen = 0
    for room in LINE:
        paths = sorted((ROOT / "migrations" / room).glob(f"{room}_*.py"))
        ids = {path: IDENTIFIER.findall(path.read_text()) for path in paths}
        for path, found in ids.items():
            assert len(found) == 1, path
            stamp = re.sub(r"[-:]", "_", found[0]).lower()
            assert path.name.startswith(f"{room}_{stamp}"), (path, found)
        counts = Counter(each for found in ids.values() for each in found)
        assert [each for each, count in counts.items() if count > 1] == [], room
        seen += len(paths)
    assert seen > len(LINE)
