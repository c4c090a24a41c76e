"""Whether a network without batch normalization was built."""

from grader.check import Trust, check
from grader.checks._existence import exists
from grader.evidence import Evidence
from grader.finding import Finding
from grader.reference import Reference


@check(title="A network without batch normalization", trusts=Trust.SEEN)
def without_batch_norm(evidence: Evidence, reference: Reference, /) -> Finding:
    """A network without batch normalization is built: the one to compare with.

    Networks are told apart by the layers that were seen when they were built, whatever their variables are called,
    and also when a variable was reused or deleted. A network needs at least one dense or convolutional layer. One
    that is only written, in a comment or in a cell that was never reached, gets part of the points.

    Met:
        model = keras.Sequential([keras.Input((784,)), Dense(64, activation="relu"), Dense(10)])

    Not met:
        # model = keras.Sequential([keras.Input((784,)), Dense(64, activation="relu"), Dense(10)])
    """
    return exists(evidence, batch_norm=False)
