"""Whether a network of one of the two kinds was built: the same question for both."""

from grader.checks._networks import called, kind_of, networks, told_as_written, unclear, written_networks
from grader.checks._trainings import pair
from grader.checks._words import counted, known, listed, sentences, stop_places, stopped
from grader.evidence import Evidence, ModelRecord, UnattachedRecord, Where
from grader.finding import Finding, met, partial, unmet
from grader.graph import LayerKind, Placement, placements
from grader.submission import Place

WRITTEN_SHARE = 0.25
"""Of the points for a network that is spelt out where nothing executes it: thought of, but never shown to work."""

UNREACHED_SHARE = 0.4
"""Of the points for a network in a code cell that never came to be built."""

ELSEWHERE_SHARE = 0.5
"""Of the points for a network whose only BN layers stand on its input or its output."""

_ELSEWHERE = frozenset({Placement.INPUT, Placement.AFTER_OUTPUT, Placement.UNATTACHED})

_WHY = "The assignment compares two networks that differ in batch normalization only, so both have to be built."


def exists(evidence: Evidence, *, batch_norm: bool) -> Finding:
    """MET for a network that was built, by its layers alone; less for one that is only written."""
    run = evidence.run
    found = networks(run, batch_norm=batch_norm)
    if found:
        return _built(evidence, found, batch_norm)
    hidden = unclear(run)
    if hidden is not None:
        return hidden
    written = written_networks(evidence, batch_norm=batch_norm)
    if not written:
        return _absent(evidence, batch_norm)
    in_code = written[0].where is Where.CODE
    return partial(
        UNREACHED_SHARE if in_code else WRITTEN_SHARE,
        sentences([f"No network {kind_of(batch_norm=batch_norm)} was built", told_as_written(written), stopped(run)]),
        expected=f"A network {kind_of(batch_norm=batch_norm)} that is built when the notebook runs from top to bottom.",
        why=_WHY,
        advice=_how_to_run(in_code),
        places=known([written[0].place, *stop_places(run)]),
    )


def _built(evidence: Evidence, found: tuple[ModelRecord, ...], batch_norm: bool) -> Finding:
    both = pair(evidence.run)
    side = both.normalized if batch_norm else both.plain
    model = side.model if side is not None else found[0]
    count = counted(len(model.graph.batch_norms) if model.graph else 0, "BN layer")
    seen = f"A network {kind_of(batch_norm=batch_norm)} was built: {called(model)}, with {count}."
    places = known([model.place])
    facts = {"networks": str(len(found)), "model": str(model.id)}
    where = [place for _, place in placements(model.graph)] if model.graph else []
    if not batch_norm or any(place not in _ELSEWHERE for place in where):
        return met(seen, places=places, facts=facts)
    return partial(
        ELSEWHERE_SHARE,
        f"{seen} But none of it works on a hidden layer: {listed(where)}.",
        expected="A network in which batch normalization works on at least one hidden layer.",
        why="Batch normalization is there to keep the inputs of hidden layers stable; elsewhere it is something else.",
        advice="Put BatchNormalization() between a hidden Dense layer and its activation.",
        places=places,
        facts=facts,
    )


def _how_to_run(in_code: bool) -> str:
    if in_code:
        return "Run all cells anew: mend the first that fails, and call the function that builds the network."
    return "Take the code out of the comment or text into a code cell of its own, run it, and hand in what it shows."


def _absent(evidence: Evidence, batch_norm: bool) -> Finding:
    run = evidence.run
    lonely = run.unattached if batch_norm else ()
    share = WRITTEN_SHARE if lonely else 0.0
    seen = sentences(
        [
            _what_there_is(evidence, batch_norm),
            _about_lonely(lonely),
            _other_normalization(run.models) if batch_norm else "",
            stopped(run),
        ]
    )
    expected = f"A network {kind_of(batch_norm=batch_norm)}, told by its layers; its name does not matter."
    advice = (
        "Put BatchNormalization() between the hidden layers of a copy of your network, and build that one too."
        if batch_norm
        else "Build the same network once more without its BatchNormalization layers, to compare with."
    )
    places = known([*(layer.place for layer in lonely), *_places_of_models(evidence), *stop_places(run)])
    if share:
        return partial(share, seen, expected=expected, why=_WHY, advice=advice, places=places)
    return unmet(seen, expected=expected, why=_WHY, advice=advice, places=places)


def _what_there_is(evidence: Evidence, batch_norm: bool) -> str:
    others = networks(evidence.run, batch_norm=not batch_norm)
    kind = kind_of(batch_norm=batch_norm)
    if not others:
        return f"No network {kind} was built, and none is written in the notebook"
    if not batch_norm:
        return f"Of {counted(len(others), 'network')} built, none is {kind}: each has BN layers"
    promising = [m for m in others if any("bn" in name.lower() or "norm" in name.lower() for name in m.variables)]
    model = (promising or others)[-1]
    return f"Of {counted(len(others), 'network')} built, none is {kind}; {called(model)} has no BN layer in it"


def _about_lonely(lonely: tuple[UnattachedRecord, ...]) -> str:
    if not lonely:
        return ""
    cell = f" at cell {lonely[0].place.cell}" if lonely[0].place else ""
    return (
        f"A {lonely[0].class_name} layer was created{cell}, but it belongs to no network: creating it is not using it"
    )


def _other_normalization(models: tuple[ModelRecord, ...]) -> str:
    names = {
        layer.class_name
        for model in models
        if model.graph is not None
        for layer in model.graph.layers
        if layer.kind is LayerKind.NORMALIZATION and not layer.is_batch_norm
    }
    return f"There is {sorted(names)[0]}, which is not batch normalization" if names else ""


def _places_of_models(evidence: Evidence) -> list[Place | None]:
    return [model.place for model in evidence.run.models[:4]]
