"""Sketches tell by how many people two numbers differ at least, and nothing about which."""

import random
from uuid import UUID

from kernel.sketches import PLACES, Sketch, draw, is_close, lay

CHANCE = random.Random(3)
PEOPLE = [UUID(int=CHANCE.getrandbits(128)) for _ in range(1_000)]


def drawn(amounts: dict[UUID, int]) -> Sketch:
    sketch: Sketch = {}
    for person, amount in amounts.items():
        draw(sketch, person, amount)
    return sketch


def test_numbers_that_differ_by_fewer_than_ten_people_are_always_close() -> None:
    for number in range(400):
        amounts = dict.fromkeys(CHANCE.sample(PEOPLE, CHANCE.randrange(60)), 5)
        changed = dict(amounts)
        for person in CHANCE.sample(PEOPLE, 1 + number % 9):
            if person in changed and CHANCE.random() < 0.5:
                del changed[person]
            else:
                changed[person] = changed.get(person, 0) + 1
        assert is_close(drawn(amounts), drawn(changed))


def test_numbers_of_the_same_people_are_the_same_in_whatever_order_and_pieces_they_come() -> None:
    amounts = {person: number for number, person in enumerate(PEOPLE)}
    shuffled = dict(CHANCE.sample(list(amounts.items()), len(amounts)))
    whole, pieces = drawn(amounts), drawn(dict(list(shuffled.items())[:300]))
    for place, left in drawn(dict(list(shuffled.items())[300:])).items():
        lay(pieces, place, left)
    assert whole == pieces
    assert not is_close(whole, pieces)
    assert len(whole) <= PLACES


def test_numbers_that_differ_by_twenty_people_are_not_close() -> None:
    for _ in range(400):
        some = CHANCE.sample(PEOPLE, 60)
        assert not is_close(drawn(dict.fromkeys(some, 1)), drawn(dict.fromkeys(some[20:], 1)))
        assert not is_close(
            drawn(dict.fromkeys(some, 1)), drawn(dict.fromkeys(some[:40], 1) | dict.fromkeys(some[40:], 2))
        )
