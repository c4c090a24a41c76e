"""Which networks of a submission are drawn side by side, and which are only listed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.evidence import Evidence, ModelRecord, RunRecord, WrittenModelRecord
from grader.graph import LayerGraph, backbone
from grader.submission import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A network as a report speaks of it.

    Attributes:
        id: of the model in the run; ``None`` for one that is only written.
        names: the notebook's own names for it.
        trained: whether a training run of it was seen.
    """

    id: int | None
    names: tuple[str, ...]
    style: str
    graph: LayerGraph | None
    parameters: int | None
    place: Place | None
    trained: bool

    @property
    def normalized(self) -> bool:
        """Whether BN takes part in it; BN that hangs loose counts when nothing else is there."""
        return self.graph is not None and bool(self.graph.batch_norms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Networks:
    """The networks of a submission.

    Attributes:
        seen: whether they were built in our run, or are only written.
        plain: the one without BN, if there is one.
        normalized: the one with BN, if there is one.
        others: the rest, in order.
    """

    seen: bool
    plain: Network | None
    normalized: Network | None
    others: tuple[Network, ...]

    @property
    def drawn(self) -> tuple[Network | None, Network | None]:
        """The two that are drawn, in the order of their colours: plain, then with BN."""
        return self.plain, self.normalized


def networks(evidence: Evidence) -> Networks:
    """The pair to compare: trained before only built, of one backbone before others, then the earliest."""
    seen = [_built(model, evidence.run) for model in evidence.run.models]
    found = seen or [_written(model) for model in evidence.source.models]
    plain, normalized = _pair(found)
    others = tuple(each for each in found if each is not plain and each is not normalized)
    return Networks(seen=bool(seen), plain=plain, normalized=normalized, others=others)


def _pair(found: Sequence[Network]) -> tuple[Network | None, Network | None]:
    drawable = [each for each in found if each.graph is not None and each.graph.layers]
    normalized = _earliest_trained(each for each in drawable if each.normalized)
    plain = [each for each in drawable if not each.normalized]
    alike = [each for each in plain if normalized and _alike(each, normalized)]
    trained_alike = [each for each in alike if each.trained]
    return _earliest_trained(trained_alike or [each for each in plain if each.trained] or alike or plain), normalized


def _earliest_trained(found: Iterable[Network]) -> Network | None:
    return min(found, key=lambda each: not each.trained, default=None)


def _alike(one: Network, other: Network) -> bool:
    return one.graph is not None and other.graph is not None and backbone(one.graph) == backbone(other.graph)


def _built(model: ModelRecord, run: RunRecord) -> Network:
    return Network(
        id=model.id,
        names=model.variables or tuple(name for name in (model.name,) if name),
        style=model.style,
        graph=model.graph,
        parameters=model.parameters,
        place=model.place,
        trained=any(fit.epochs_done > 0 or fit.history for fit in run.fits_of(model.id)),
    )


def _written(model: WrittenModelRecord) -> Network:
    return Network(
        id=None,
        names=(model.name,) if model.name else (),
        style=model.style,
        graph=model.graph,
        parameters=None,
        place=model.place,
        trained=False,
    )
