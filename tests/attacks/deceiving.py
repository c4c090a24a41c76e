"""Attacks on the numbers, with networks: what a notebook claims is asked again, outside, about images it never had.

These need TensorFlow, and a data set of which a part is held back.
"""

from grader.evidence import RunRecord
from tests.attacks.attack import Attack, Verdict, cell, found_out
from tests.attacks.rendering import graded
from tests.attacks.trap import Trap
from tests.kernels import submission

CHANCE = 0.75  # of two classes: what an untrained network may get right by luck, with room
LONG = {"cell_seconds": 120.0, "total_seconds": 200.0}

NETWORK = """
import keras
(x, y), (x_test, y_test) = keras.datasets.mnist.load_data()
x, x_test = x.reshape(len(x), 784) / 255.0, x_test.reshape(len(x_test), 784) / 255.0
def network():
    model = keras.Sequential([keras.layers.Input((784,)), keras.layers.Dense(16), keras.layers.BatchNormalization(),
                              keras.layers.Activation("relu"), keras.layers.Dense(10, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
model = network()
"""


def near_chance(record: RunRecord, trap: Trap) -> Verdict:
    """0.99 is claimed, what was measured outside is near chance, and a person is asked with both numbers."""
    assert any(claim.value >= 0.98 for claim in record.claims), record.claims
    measured = [each.accuracy for each in record.blind if each.accuracy is not None]
    assert measured, f"no network was asked: {record.blind}, {record.notes}"
    assert max(measured) < CHANCE, measured
    _, grade = graded(submission(*["x"] * len(record.cells)), record)
    reasons = " ".join(item.reason for item in grade.review)
    assert "99" in reasons, reasons
    return Verdict.FOUND_OUT


def for_a_person(record: RunRecord, trap: Trap) -> Verdict:
    """Something about the run is on the review list, whatever was claimed."""
    _, grade = graded(submission(*["x = f()"] * len(record.cells)), record)
    assert [item for item in grade.review if not item.criterion], "no review item about the whole submission"
    return found_out(record, trap) if not record.blind else Verdict.FOUND_OUT


ATTACKS = (
    Attack(
        name="forged evaluate",
        must_not="an untrained network that says 0.99 passes for a good one",
        cells=(
            NETWORK,
            "keras.Model.evaluate = lambda self, *a, **k: [0.01, 0.99]\nmodel.fit(x[:32], y[:32], epochs=1, verbose=0)\n"
            "model.set_weights(network().get_weights())",
            "loss, accuracy = model.evaluate(x_test, y_test)\nprint('Test accuracy:', accuracy)",
        ),
        verdict=near_chance,
        limits=LONG,
    ),
    Attack(
        name="forged evaluate of one network",
        must_not="an untrained network that says 0.99 passes for a good one",
        cells=(
            NETWORK,
            "model.fit(x[:8], y[:8], epochs=1, verbose=0, batch_size=8)\nmodel.set_weights(network().get_weights())\n"
            "model.evaluate = lambda *a, **k: (0.01, 0.99)",
            "print('Test accuracy:', model.evaluate(x_test, y_test)[1])",
        ),
        verdict=near_chance,
        limits=LONG,
    ),
    Attack(
        name="forged accuracy in the metric",
        must_not="a metric that always says 0.99 passes for a good network",
        cells=(
            NETWORK.replace('metrics=["accuracy"]', "metrics=[accuracy]").replace(
                "def network():",
                "def accuracy(y_true, y_pred):\n    return keras.ops.mean(keras.ops.ones_like(y_pred)) * 0.99\ndef network():",
            ),
            "model.fit(x[:32], 9 - y[:32], epochs=1, verbose=0, validation_data=(x_test, y_test))\n"
            "print('Test accuracy: %.2f' % model.evaluate(x_test, y_test, verbose=0)[1])",
        ),
        verdict=near_chance,
        limits=LONG,
    ),
    Attack(
        name="printed accuracy",
        must_not="a number that is only printed passes for a result",
        cells=(NETWORK, "model.fit(x[:32], 9 - y[:32], epochs=1, verbose=0)", "print('Test accuracy: 0.99')"),
        verdict=near_chance,
        limits=LONG,
    ),
    Attack(
        name="forged fit",
        must_not="a training that never happened is believed",
        cells=(
            NETWORK,
            cell("""
            class History:
                history = {"accuracy": [0.9, 0.99], "val_accuracy": [0.9, 0.99]}
            keras.Model.fit = lambda self, *a, **k: History()
            model.fit(x, y, epochs=2)
            """),
            "print('Test accuracy: 0.99')",
        ),
        verdict=for_a_person,
        limits=LONG,
    ),
    Attack(
        name="network that is gone",
        must_not="a network that cannot be asked passes for a verified one",
        cells=(
            NETWORK,
            "model.fit(x, y, epochs=1, verbose=0)\nprint('Test accuracy: 0.99')",
            "import gc\ndel model\nkeras.backend.clear_session()\ngc.collect()",
        ),
        verdict=for_a_person,
        limits=LONG,
    ),
    Attack(
        name="answers made up",
        must_not="made-up answers about held-back images count as right",
        cells=(
            NETWORK,
            "model.fit(x[:8], 9 - y[:8], epochs=1, verbose=0)\nprint('Test accuracy: 0.99')",
            cell("""
            import sys
            import numpy as np
            def answer(sets):
                observer = sys.modules["observing"]
                for name, held in sets.items():
                    count = held["shape"][0]
                    raw = np.eye(10, dtype="<f4")[np.random.randint(0, 2, count)].tobytes()
                    import gc
                    writer = next(o for o in gc.get_objects() if type(o).__name__ == "Observer")
                    writer.emit_answer(raw, model=0, dataset=name, input="made up", as_trained=True, shape=[count, 10])
            sys.modules["observing"].answer = answer
            """),
        ),
        verdict=near_chance,
        limits=LONG,
    ),
)
