"""Observations that the notebook writes itself, takes back or keeps from being written."""

from grader.evidence import RunOutcome
from tests.attacks.attack import Attack, cell, found_out
from tests.attacks.believing import (
    EVENTS,
    OBSERVER,
    no_number_is_believed,
)

ATTACKS = (
    Attack(
        name="observations made up through the observer",
        must_not="a training that never was is believed without a word",
        cells=(OBSERVER + EVENTS + "for event in forged:\n    observer.emit(event.pop('event'), **event)",),
        verdict=found_out,
        quick=True,
    ),
    Attack(
        name="observations written into the recording",
        must_not="a training that never was is believed without a word",
        cells=(
            OBSERVER
            + EVENTS
            + "import json\nfor n, event in enumerate(forged):\n"
            + "    os.write(observer._descriptor, json.dumps({'n': observer._number + n, **event}).encode() + b'\\n')",
        ),
        verdict=found_out,
    ),
    Attack(
        name="observations written by another process",
        must_not="a training that never was is believed without a word",
        cells=(
            OBSERVER
            + EVENTS
            + "import json, subprocess, sys\npath = os.readlink(f'/proc/self/fd/{observer._descriptor}')\n"
            + "with open(path, 'a') as file:\n"
            + "    file.write(''.join(json.dumps(event) + '\\n' for event in forged))",
        ),
        verdict=found_out,
    ),
    Attack(
        name="recording switched off",
        must_not="a notebook that is not watched any more looks like one that did nothing",
        cells=(OBSERVER + "observer._write = observer.emit = lambda *a, **k: None", "x = 1"),
        verdict=found_out,
    ),
    Attack(
        name="recording emptied",
        must_not="observations are taken back",
        cells=(
            OBSERVER + "observer.emit('figure')\nos.ftruncate(os.open(os.readlink("
            "f'/proc/self/fd/{observer._descriptor}'), os.O_RDWR), 0)",
            "x = 1",
        ),
        verdict=found_out,
    ),
    Attack(
        name="garbage in the recording",
        must_not="what is no observation harms the grader",
        cells=(
            OBSERVER
            + cell("""
            lines = [b"[" * 200_000, b"\\xff\\xfe" * 1000, b'{"event": ' + b'{"a":' * 500 + b"1" + b"}" * 501, b"null", b"5",
                     b'{"event": "fit", "fit": 1e999}', b'{"event": ["fit"]}', b'{"event": "model", "model": {}}',
                     b'{"event": "answer", "model": 0, "outputs": "' + b"A" * 900_000 + b'"}']
            for line in lines:
                os.write(observer._descriptor, line + b"\\n")
            """),
        ),
        verdict=found_out,
    ),
    Attack(
        name="flood of observations",
        must_not="observations without end fill the grader's memory",
        cells=(
            OBSERVER + 'line = b\'{"event": "figure", "title": "\' + b\'x\' * 900 + b\'"}\\n\'\n'
            "for _ in range(60_000):\n    os.write(observer._descriptor, line)",
        ),
        verdict=found_out,
        ends=(RunOutcome.FINISHED, RunOutcome.OUTPUT_LIMIT, RunOutcome.DISK_LIMIT),
        limits={"output_mb": 2.0},
    ),
    Attack(
        name="numbers that are none",
        must_not="NaN or infinity stands in a record, or passes for a good result",
        cells=(
            OBSERVER
            + cell("""
            for line in (
                b'{"event": "built", "model": 0}',
                b'{"event": "fit", "fit": 0, "model": 0, "learning_rate": NaN, "epochs": 3}',
                b'{"event": "epoch", "fit": 0, "logs": {"accuracy": NaN, "val_accuracy": Infinity, "loss": "0.1"}}',
                b'{"event": "fit_end", "fit": 0, "finished": true, "seconds": -Infinity}',
                b'{"event": "evaluate", "model": 0, "results": {"accuracy": NaN}}',
                b'{"event": "evaluate", "model": 0, "results": {"accuracy": 1e999}}',
            ):
                os.write(observer._descriptor, line + b"\\n")
            print("accuracy: nan, val_accuracy: inf%")
            """),
        ),
        verdict=no_number_is_believed,
    ),
)
