"""Whether the accuracies that a notebook gives hold on images that it never had."""

from grader.check import Trust, check
from grader.checks._claims import TOLERANCE, Comparison, comparisons, disagreements, percent
from grader.checks._words import counted, known
from grader.evidence import Evidence, RunRecord
from grader.finding import Finding, met, undecided
from grader.reference import Reference

_MOST_TOLD = 3


@check(title="Claimed accuracies hold on unseen images", trusts=Trust.SEEN)
def verified(evidence: Evidence, reference: Reference, /, *, tolerance: float = TOLERANCE) -> Finding:
    """The accuracies that the notebook gives are about those that its networks reach on images it never had.

    Some training images are held back from every notebook. After its last cell the trained networks are asked about
    them, and their answers are scored outside of the box, where the labels are. Student code can make ``evaluate``
    return anything and print anything; it cannot make a network know these. ``tolerance`` is how far the two accuracies
    may be apart (0.05 is five per cent), beyond what chance explains (three standard errors). A disagreement costs
    nothing: it goes to a person, with both numbers.

    Met:
        loss, accuracy = model.evaluate(x_test, y_test)
        print(f"Test accuracy: {accuracy:.4f}")

    Not met:
        keras.Model.evaluate = lambda self, *args, **kwargs: [0.01, 0.99]
        loss, accuracy = model.evaluate(x_test, y_test)
    """
    compared = comparisons(evidence.run)
    differing = disagreements(evidence.run, tolerance)
    places = known(each.claim.place for each in compared)
    if differing:
        more = len(differing) - _MOST_TOLD
        told = [*differing[:_MOST_TOLD], *([f"So do {counted(more, 'more claim')}."] if more > 0 else [])]
        advice = "Say which data each accuracy was measured on; a person looks at both numbers."
        return undecided(" ".join(told), advice=advice, places=places, facts=_facts(compared))
    if compared:
        return met(_agreement(compared), places=places, facts=_facts(compared))
    return undecided(f"No claimed accuracy could be compared with a measured one: {_obstacle(evidence.run)}")


def _agreement(compared: tuple[Comparison, ...]) -> str:
    asked = max(each.blind.samples for each in compared)
    pairs = [
        f"{percent(each.claim.value)} claimed, {percent(each.verified)} measured" for each in compared[:_MOST_TOLD]
    ]
    more = f"; and {len(compared) - _MOST_TOLD} more" if len(compared) > _MOST_TOLD else ""
    return (
        f"What is claimed of {counted(len(compared), 'network')} holds on {asked:,} images never seen before: "
        f"{'; '.join(pairs)}{more}."
    )


def _facts(compared: tuple[Comparison, ...]) -> dict[str, str]:
    """Both numbers of the pair that is farthest apart."""
    if not compared:
        return {}
    worst = max(compared, key=lambda each: abs(each.claim.value - each.verified))
    return {"claimed": percent(worst.claim.value), "verified": percent(worst.verified)}


def _obstacle(run: RunRecord) -> str:
    """Why nothing could be compared, in a sentence."""
    if not run.blind:
        return "no network was asked about images of its own data set."
    reasons = list(dict.fromkeys(blind.reason for blind in run.blind if blind.reason))
    measured = [blind for blind in run.blind if blind.samples]
    if not measured:
        return reasons[0] if reasons else "no network answered."
    if not any(blind.as_trained for blind in measured):
        return "the networks' weights were changed after their last training."
    return "the notebook gives no accuracy on data that its networks were not trained on."
