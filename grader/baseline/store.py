"""Baselines on disk: those that come with the grader, and a cache of those that were trained here.

One file a specification and number of epochs; what was trained later for more seeds goes into the same file. A file
whose contents do not belong to its key, or that cannot be read, is told of and never used.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

import platformdirs
from pydantic import TypeAdapter, ValidationError

from grader.architecture.sound import sound
from grader.architecture.words import network
from grader.atomic import write_atomically
from grader.baseline.lock import locked
from grader.baseline.merging import merged
from grader.errors import BaselineError, GraderError, SpecificationError
from grader.reference import TRAINER, Baseline
from grader.specification import Specification

SCHEMA = 1

_ADAPTER: TypeAdapter[Baseline] = TypeAdapter(Baseline)


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """Where baselines lie.

    Attributes:
        shipped: a folder that is only read.
        cache: a folder for new ones; made when the first is kept.
    """

    shipped: Path
    cache: Path

    @classmethod
    def here(cls, shipped: Path, cache: Path | None = None) -> "Store":
        """The store of this machine's user."""
        place = cache or platformdirs.user_cache_path("grader", appauthor=False) / "baselines"
        return cls(shipped=shipped, cache=place)

    def every(self) -> Iterator[Baseline | BaselineError]:
        """All stored baselines; an error in the place of each file that cannot be used.

        Of one specification the cached one comes first, because it may have more epochs or seeds.
        """
        yield from _readable(path for folder in (self.cache, self.shipped) for path in sorted(folder.glob("*.json")))

    def usable(self) -> tuple[Baseline, ...]:
        """All stored baselines that can be read."""
        return tuple(each for each in self.every() if isinstance(each, Baseline))

    def find(self, specification: Specification, keras: str) -> Baseline | None:
        """What is stored for at least as many epochs of this training, by this trainer and this major version of Keras.

        That with the most runs, where there are several.
        """
        paths = [path for folder in (self.cache, self.shipped) for path in folder.glob(f"*-{specification.key}.json")]
        own = [each for each in _readable(paths) if isinstance(each, Baseline) and _fits(each, keras)]
        long = [each for each in own if each.epochs >= specification.epochs]
        return max(long, key=lambda each: len(each.runs), default=None)

    def check(self) -> None:
        """Make the cache, and try to write into it: nobody wants to hear of it after an hour of training.

        Raises:
            GraderError: it cannot be written to.
        """
        if self.cache.exists() and not self.cache.is_dir():
            raise GraderError(f"{self.cache} is a file; baselines are kept in a folder.", advice="Name a folder.")
        try:
            self.cache.mkdir(parents=True, exist_ok=True)
            with TemporaryFile(dir=self.cache):
                pass
        except OSError as error:
            raise _unwritable(self.cache, error) from None

    def keep(self, *parts: Baseline) -> Baseline:
        """Add baselines of one specification to what the cache holds of it, whole or not at all; gives all of it.

        Others may write there at the same time: nobody's seeds are lost, and of equal seeds the first that came
        stays. A file that is damaged or out of date (of another trainer or major version of Keras) is replaced.

        Raises:
            GraderError: the cache cannot be written to.
        """
        specification = parts[0].specification
        path = self.cache / filename(specification)
        try:
            with locked(self.cache):
                there = [each for each in _readable([path]) if isinstance(each, Baseline) and _alike(each, *parts)]
                whole = merged(specification, *there, *parts)
                write(path, whole)
        except OSError as error:
            raise _unwritable(self.cache, error) from None
        return whole


def filename(specification: Specification) -> str:
    """``mnist-784-128-64-10-bn-adam-32-e10-<key>.json``: words for people, the key for the grader."""
    words = network(specification).replace(" with BN", " bn").replace("×", "x").replace(", ", "-").replace(" ", "-")
    optimizer = specification.optimizer.lower()
    budget = f"{optimizer}-{specification.batch_size}-e{specification.epochs}"
    return f"{specification.dataset}-{words[:60]}-{budget}-{specification.key}.json"


def read(path: Path) -> Baseline:
    """A stored baseline.

    Raises:
        BaselineError: it is damaged, of another schema, or not what its key says.
    """
    try:
        content = json.loads(path.read_bytes())
        if not isinstance(content, dict) or content.get("schema") != SCHEMA:
            raise BaselineError(f"{path}: this is no baseline of schema {SCHEMA}.", advice="Remove the file.")
        baseline = _ADAPTER.validate_python(content)
        key = sound(baseline.specification).key
    except (OSError, ValueError, ValidationError, SpecificationError) as error:
        told = str(error).splitlines()[0]
        raise BaselineError(f"{path}: this baseline cannot be read: {told}.", advice="Remove the file.") from None
    if key != content.get("key") or key != baseline.specification.key:
        raise BaselineError(f"{path}: its contents do not belong to its key.", advice="Remove the file.")
    return baseline


def write(path: Path, baseline: Baseline) -> None:
    """Write a baseline, a run a line, whole or not at all.

    Raises:
        GraderError: the folder cannot be written to.
    """
    plain = _ADAPTER.dump_python(baseline, mode="json")
    runs = ",\n  ".join(json.dumps(run, separators=(",", ":")) for run in plain["runs"])
    head: Mapping[str, object] = {
        "schema": SCHEMA,
        "key": baseline.specification.key,
        "specification": plain["specification"],
        "makings": plain["makings"],
    }
    lines = [f" {json.dumps(name)}: {json.dumps(value, separators=(',', ':'))},\n" for name, value in head.items()]
    text = f'{{\n{"".join(lines)} "runs": [\n  {runs}\n ]\n}}\n'
    write_atomically(path, lambda stream: stream.write(text))


def _readable(paths: Iterable[Path]) -> Iterator[Baseline | BaselineError]:
    for path in paths:
        try:
            yield read(path)
        except BaselineError as error:
            yield error


def _fits(baseline: Baseline, keras: str) -> bool:
    return _makers(baseline) <= {(TRAINER, keras.partition(".")[0])}


def _alike(*baselines: Baseline) -> bool:
    """Whether one trainer and one major version of Keras made them all."""
    return len(set().union(*(_makers(each) for each in baselines))) <= 1


def _makers(baseline: Baseline) -> set[tuple[int, str]]:
    return {(each.trainer, each.versions.get("keras", "").partition(".")[0]) for each in baseline.makings}


def _unwritable(folder: Path, error: OSError) -> GraderError:
    told = f"Baselines cannot be kept in {folder}: {error.strerror or error}."
    return GraderError(told, advice="Name another folder: --cache.")
