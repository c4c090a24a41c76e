"""Carries out every attack in every box of this machine and writes the table into ``docs/security.md``.

    python -m tests.attacks.table

Ends with status 1 when an attack worked; the table then says so, too.
"""

import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from grader.sandbox import cgroup
from grader.sandbox.inside import landlock
from tests.attacks import submitted
from tests.attacks.catalogue import ATTACKS, FAMILIES, HEAVY, boxes, carry_out

PAGE = Path(__file__).parents[2] / "docs" / "security.md"
BEGIN, END = "<!-- attacks: written by `make attacks` -->", "<!-- end of attacks -->"
WORKED = "**worked**"
AT_ONCE = 2


def result(box_name: str, attack: str) -> str:
    """What met an attack in a box, or that it worked."""
    box = next(each for each in boxes() if each.name == box_name)
    try:
        return carry_out(ATTACKS[attack], box)
    except AssertionError as error:
        sys.stderr.write(f"{box_name}: {attack}: {error}\n")
        return WORKED


def handed_in(name: str) -> str:
    """What met a file that attacks the grader's own process."""
    attack = next(each for each in submitted.ATTACKS if each.name == name)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        try:
            submitted.carry_out(attack, Path(folder))
        except AssertionError as error:
            sys.stderr.write(f"{name}: {error}\n")
            return WORKED
        finally:
            subprocess.run(["/bin/rm", "-rf", "--", f"{folder}/handed-in"], check=False)
    return {submitted.rejected: "rejected", submitted.read: "read, and does nothing"}.get(attack.expect, "does nothing")


def machine() -> str:
    """What the results depend on."""
    program = shutil.which("bwrap")
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout if program else ""
    user = "root" if os.geteuid() == 0 else "an ordinary user"
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, as {user}: Linux {platform.release().partition('-')[0]} ({platform.machine()}), "
        f"Landlock ABI {landlock.abi()}, bubblewrap {said.split()[-1] if said else 'none'}, "
        f"{cgroup.kind() or 'no control groups'}, Python {platform.python_version()}."
    )


def lines() -> Iterator[str]:
    """The table, row by row."""
    offered = [box.name for box in boxes()]
    with ProcessPoolExecutor(AT_ONCE) as pool:
        asked = {
            (box, name): pool.submit(result, box, name)
            for name in ATTACKS
            for box in offered
            if name not in HEAVY or box == offered[0]
        }
        yield machine()
        for family, attacks in FAMILIES.items():
            yield f"\n### {family[0].upper()}{family[1:]}\n"
            yield f"| attack | what must not happen | {' | '.join(offered)} |"
            yield f"| --- | --- |{' --- |' * len(offered)}"
            for attack in attacks:
                told = [asked[box, attack.name].result() if (box, attack.name) in asked else "" for box in offered]
                yield f"| {attack.name} | {attack.must_not} | {' | '.join(told)} |"
        yield "\n### Files that are handed in\n\n| attack | what must not happen | the grader's own process |"
        yield "| --- | --- | --- |"
        for each in submitted.ATTACKS:
            yield f"| {each.name} | {each.must_not} | {pool.submit(handed_in, each.name).result()} |"


def names(page: str) -> list[str]:
    """The attacks that a page's table names, in order."""
    table = page.partition(BEGIN)[2].partition(END)[0]
    rows = re.findall(r"^\| ([^|]+) \| [^|]+ \|", table, re.MULTILINE)
    return [name for name in rows if name not in {"attack", "---"}]


def main() -> int:
    """Write the table."""
    table = "\n".join(lines())
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n\n{table}\n\n{END}{after}", encoding="utf-8")
    sys.stdout.write(f"{table.count(WORKED)} attacks worked; see {PAGE.name}\n")
    return int(WORKED in table)


if __name__ == "__main__":
    sys.exit(main())
