"""Whether a network with batch normalization was built."""

from grader.check import Trust, check
from grader.checks._existence import exists
from grader.evidence import Evidence
from grader.finding import Finding
from grader.reference import Reference


@check(title="A network with batch normalization", trusts=Trust.SEEN)
def with_batch_norm(evidence: Evidence, reference: Reference, /) -> Finding:
    """A network is built in which a batch normalization layer takes part.

    A word is not a layer: a model called ``model_with_bn`` without BN in it does not count, and neither does a BN
    layer that is created and never put between two others. Where the layer stands is another check's matter.

    Met:
        model = keras.Sequential([keras.Input((784,)), Dense(64), BatchNormalization(), ReLU(), Dense(10)])

    Not met:
        bn = BatchNormalization()
        model_with_bn = keras.Sequential([keras.Input((784,)), Dense(64, activation="relu"), Dense(10)])
    """
    return exists(evidence, batch_norm=True)
