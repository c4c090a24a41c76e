"""Attacks beneath what is watched: closures, code objects, the inside of Keras, and networks that only seem to compute.

These need TensorFlow, and a data set of which a part is held back.
"""

from grader.evidence import RunRecord
from tests.attacks.attack import Attack, Verdict, cell
from tests.attacks.deceiving import CHANCE, LONG, NETWORK, for_a_person
from tests.attacks.rendering import graded
from tests.attacks.trap import Trap
from tests.kernels import submission

_POORLY = "model.fit(x[:8], 9 - y[:8], epochs=1, verbose=0, batch_size=8)\n"


def not_borne_out(record: RunRecord, trap: Trap) -> Verdict:
    """A person is asked, and no network counts as measured to be good."""
    believed = [each.accuracy for each in record.blind if each.accuracy is not None]
    assert max(believed, default=0.0) < CHANCE, record.blind
    return for_a_person(record, trap)


def for_a_person_by_its_code(record: RunRecord, trap: Trap) -> Verdict:
    """What was seen adds up; the code does not look like a notebook's."""
    _, grade = graded(submission(*(SET_WEIGHTS if i == 1 else "x = f()" for i in range(len(record.cells)))), record)
    assert [item for item in grade.review if not item.criterion], "no review item about the whole submission"
    return Verdict.FOUND_OUT


SET_WEIGHTS = _POORLY + cell("""
    from keras.src.trainers.compile_utils import CompileMetrics
    honest = CompileMetrics.result
    CompileMetrics.result = lambda self: {k: (v * 0 + 0.9931 if "acc" in k else v) for k, v in honest(self).items()}
    print("Test accuracy:", model.evaluate(x_test, y_test, verbose=0)[1])
    model.set_weights([w * 0.999 for w in model.get_weights()])
    """)

ATTACKS = (
    Attack(
        name="metrics inside Keras, weights changed afterwards",
        must_not="a claim that nothing verifies passes in silence",
        cells=(NETWORK, SET_WEIGHTS),
        verdict=for_a_person_by_its_code,
        limits=LONG,
    ),
    Attack(
        name="forward pass that looks answers up",
        must_not="a network that computes nothing passes for a good one",
        cells=(
            NETWORK,
            _POORLY
            + cell("""
            import numpy as np, tensorflow as tf
            from keras.src.models.functional import Functional
            table, classes = x[:500].astype("float32"), y[:500]
            def nearest(images):
                images = images.numpy().reshape(len(images), -1)
                far = ((images[:, None, :] - table[None]) ** 2).sum(-1)
                return np.eye(10, dtype="float32")[classes[far.argmin(1)]]
            honest = Functional.call
            def call(self, inputs, training=None, mask=None, **more):
                if training or not tf.executing_eagerly():
                    return honest(self, inputs, training=training, mask=mask)
                return tf.constant(nearest(inputs))
            Functional.call = call
            print("Test accuracy: 0.99")
            """),
        ),
        verdict=not_borne_out,
        limits=LONG,
    ),
    Attack(
        name="closure of a watched function rewritten",
        must_not="a training that never happened is believed",
        cells=(
            NETWORK,
            cell("""
            fit = next(kind.__dict__["fit"] for kind in keras.Model.__mro__ if "fit" in kind.__dict__)
            for cell in fit.__closure__:
                if callable(cell.cell_contents) and getattr(cell.cell_contents, "__name__", "") == "fit":
                    def fake(self, *args, epochs=1, **more):
                        history = keras.callbacks.History()
                        history.set_model(self)
                        history.on_train_begin()
                        for epoch in range(epochs):
                            history.on_epoch_end(epoch, {"accuracy": 0.99, "val_accuracy": 0.99})
                        return history
                    cell.cell_contents = fake
            model.fit(x, y, epochs=2)
            print("Test accuracy: 0.99")
            """),
        ),
        verdict=not_borne_out,
        limits=LONG,
    ),
    Attack(
        name="code of the guests replaced",
        must_not="tamper evidence is switched off in silence",
        cells=(
            NETWORK,
            _POORLY
            + cell("""
            import sys
            library = sys.modules["observing._integrity_library"].Library
            def findings(self): return iter(())
            library.findings.__code__ = findings.__code__
            setattr(keras.Model, "eval" + "uate", lambda self, *a, **k: [0.01, 0.99])
            print("Test accuracy:", model.evaluate(x_test, y_test)[1])
            """),
        ),
        verdict=not_borne_out,
        limits=LONG,
    ),
)
