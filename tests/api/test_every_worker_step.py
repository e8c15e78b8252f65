"""Every loop of the worker: what it changes leaves entries, and a test shows each of them."""

import ast
from functools import partial
from pathlib import Path
from typing import Any, Final

from api.background import Background
from tests.api.house import House

ROOT: Final = Path(__file__).parents[2]

SHOWN: Final = {
    "fold": {"flood": "tests/api/test_floods.py::test_a_flood_of_strangers_is_folded_and_its_count_is_right"},
    "_keep_board": {
        "gamification:board:closed": "tests/gamification/test_board_periods.py",
        "gamification:board:begun": "tests/api/test_every_worker_step.py",
        "gamification:board:rebuilt": "tests/api/test_every_worker_step.py",
    },
    "_keep_schedule": {
        "gamification:campaign:moved": "tests/gamification/campaigning.py",
        "gamification:campaign:backfilled": "tests/gamification/test_campaign_past.py",
        "gamification:goal:paid": "tests/gamification/test_goals.py",
    },
    "_expire_lots": {
        "gamification:lot:expired": "tests/api/test_rewards.py",
        "gamification:level:moved": "tests/gamification/test_levels.py",
    },
    "_send_letters": {"access:letter:sent": "tests/api/test_factors.py"},
    "_send_messages": {"consent:message:sent": "tests/api/test_messages.py"},
    "_sweep_consents": {"CONSENT_EXPIRED": "tests/consent/test_expiry.py"},
    "_answer_requests": {"consent:person:erased": "tests/api/test_erasure.py"},
    "_ask_registers": {"people:register:answered": "tests/api/test_licence_registers.py"},
    "_retain": {
        "consent:retention:enforced": "tests/consent/test_retention.py",
        "access:registration:lapsed": "tests/api/test_lapsed_registrations.py",
    },
    "_retain_trail": {"audit:entries:removed": "tests/audit/test_retention.py"},
}
"""By loop: which actions its entries have, and which test looks at them."""

SILENT: Final = {
    "Sequencer.run": "gives entries their place and signs: the log itself is what it leaves",
    "Publisher.run": "asks witnesses and publishes what was signed: the checkpoint is what it leaves",
    "_deliver": "copies to the cache what others did and recorded",
}
"""Loops that change nothing of which an entry would tell, and why."""


def name_of(loop: Any) -> str:
    if isinstance(loop, partial):
        return str(loop.args[0].__name__)
    return str(loop.__name__ if loop.__name__ != "run" else loop.__qualname__)


async def test_every_loop_of_the_worker_says_which_entries_it_leaves(house: House) -> None:
    loops = [name_of(loop) for loop in Background(house.runtime).loops()]
    assert sorted(loops) == sorted([*SHOWN, *SILENT])


def test_a_test_looks_for_each_of_these_entries() -> None:
    for loop, actions in SHOWN.items():
        for action, place in actions.items():
            file, _, name = place.partition("::")
            text = (ROOT / file).read_text()
            assert action in text, f"{loop}: {file} does not speak of {action}"
            assert not name or name in {getattr(node, "name", "") for node in ast.walk(ast.parse(text))}, place


async def test_boards_that_the_worker_begins_and_copies_are_in_the_trail(house: House) -> None:
    actions = {"gamification:board:begun", "gamification:board:rebuilt"}
    for action in actions:
        await house.until(f"exists (select from audit.leaf where action = '{action}' and actor = 'system:board')")
    rows = await house.database.fetch("select distinct action from audit.leaf where actor = 'system:board'")
    assert {row["action"] for row in rows} >= actions
