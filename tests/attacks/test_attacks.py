"""The grader attacked, in every box that this machine offers. A dozen attacks stand for all in the default run."""

import pytest

from grader.sandbox.box import Box
from tests.attacks import submitted, table
from tests.attacks.catalogue import ATTACKS, HEAVY, boxes, carry_out

BOXES = boxes()
QUICK = [name for name, attack in ATTACKS.items() if attack.quick]
SLOW = [
    (box, name) for box in BOXES for name in ATTACKS if name not in HEAVY and not (box is BOXES[0] and name in QUICK)
]


@pytest.mark.kernel
@pytest.mark.skipif(not BOXES, reason="there is no box on this machine")
@pytest.mark.parametrize("name", QUICK)
def test_the_best_box_meets_the_attack(name: str) -> None:
    carry_out(ATTACKS[name], BOXES[0])


@pytest.mark.slow
@pytest.mark.parametrize(("box", "name"), SLOW, ids=[f"{box.name}-{name}" for box, name in SLOW])
def test_every_box_meets_every_attack(box: Box, name: str) -> None:
    carry_out(ATTACKS[name], box)


@pytest.mark.slow
@pytest.mark.skipif(not BOXES, reason="there is no box on this machine")
@pytest.mark.parametrize("name", sorted(HEAVY))
def test_forged_numbers_are_found_out(name: str) -> None:
    assert carry_out(ATTACKS[name], BOXES[0]) == "found out"


def test_the_table_in_the_documentation_names_exactly_these_attacks() -> None:
    told = table.names(table.PAGE.read_text(encoding="utf-8"))
    assert told == [*ATTACKS, *(attack.name for attack in submitted.ATTACKS)], "run: make attacks"
    assert table.WORKED not in table.PAGE.read_text(encoding="utf-8").partition(table.BEGIN)[2]


def test_there_are_enough_attacks_and_no_two_of_one_name() -> None:
    assert len(ATTACKS) >= 45
    assert all(attack.must_not and attack.cells for attack in ATTACKS.values())
