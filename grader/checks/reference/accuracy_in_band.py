"""Whether the two networks end where the same networks end with other seeds."""

from collections.abc import Mapping, Sequence

from grader.check import Trust, check
from grader.checks._words import known, listed, sentences
from grader.checks.reference._sides import Side, side
from grader.evidence import Evidence
from grader.finding import Finding, met, partial, undecided, unmet
from grader.reference import Reference
from grader.statistics.standing import TOLERANCE

_NO_TRAINING = "There is no training to compare with a baseline: one network without and one with BN is looked for."
_WHY = "A network that ends far below what the same training gives with any seed was not trained as it seems to be."
_EXPECTED = "Accuracies between the limits that many trainings of the same network, data and budget give."
_ADVICE = (
    "Look for what keeps it from learning: labels that no longer belong to their images, images that are scaled for "
    "training and not for validation (or for neither), frozen layers, another model measured than was trained. Then "
    "look at the learning rate and at how many steps were done."
)
_ASKED = "A person looks at where these numbers come from; nothing is deducted."
_HALF = 0.5


@check(title="Accuracies are those that this training gives", trusts=Trust.SEEN)
def accuracy_in_band(evidence: Evidence, reference: Reference, /, *, tolerance: float = TOLERANCE) -> Finding:
    """Each of the two networks ends with an accuracy that the same training reaches with other seeds.

    The grader trains the network that the run showed, with the same data, optimiser and epochs, for many seeds. The
    last validation accuracy (else the training accuracy, else that of an evaluation) must lie between the limits: a
    99.9 % prediction interval together with all that any seed reached, and ``tolerance`` on top (0.005 is half a per
    cent; more where it is about other images). Lower means that something is wrong with the training. Higher, also in
    the saved log of that cell or as measured on held-back images, means that the number did not come from this
    training alone (or that it is about images that were trained on): a person looks at it, and nothing is deducted.
    Where only a similar network was trained, nothing is held against the notebook.

    Met:
        model.fit(x_train / 255.0, y_train, epochs=5, validation_data=(x_test / 255.0, y_test))

    Not met:
        np.random.shuffle(y_train)  # the labels no longer belong to their images
        model.fit(x_train / 255.0, y_train, epochs=5, validation_data=(x_test / 255.0, y_test))
    """
    both = ((reference.plain, "without BN"), (reference.normalized, "with BN"))
    sides = [
        side(evidence, match, kind, tolerance) for match, kind in both if match is not None and match.fit is not None
    ]
    return _judged(sides) if sides else undecided(_NO_TRAINING)


def _judged(sides: Sequence[Side]) -> Finding:
    told = sentences([each.told for each in sides])
    places = known(each.place for each in sides)
    facts = {name: value for each in sides for name, value in each.facts.items()}
    doubts = [sentence for each in sides for sentence in each.doubts]
    low = [each for each in sides if each.is_below]
    if doubts:
        return undecided(told, advice=_ASKED, places=places, facts=facts, doubt=sentences(doubts))
    if low:
        return _low(sides, low, told, facts)
    if all(each.is_within for each in sides):
        return met(told, places=places, facts=facts)
    return undecided(told, places=places, facts=facts)


def _low(sides: Sequence[Side], low: Sequence[Side], told: str, facts: Mapping[str, str]) -> Finding:
    """A verdict against the student: half where the other network ends where it should."""
    places = known(each.place for each in low)
    advice = f"{_ADVICE} This is about {listed(each.name for each in low)}."
    if any(each.is_within for each in sides):
        return partial(_HALF, told, expected=_EXPECTED, why=_WHY, advice=advice, places=places, facts=facts)
    return unmet(told, expected=_EXPECTED, why=_WHY, advice=advice, places=places, facts=facts)
