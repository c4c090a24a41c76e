"""The data sets that reference networks are trained on: whole ones, with no image held back."""

from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from grader.cli._progress import downloads
from grader.datasets.catalogue import CATALOGUE, Entry
from grader.datasets.provide import Provided, provide
from grader.errors import BaselineError, SpecificationError
from grader.specification import Specification


class ReferenceData:
    """Serves each data set once, into a folder that lives as long as ``stack``."""

    def __init__(
        self, stack: ExitStack, console: Console, data: Path | None, *, offline: bool, quiet: bool = False
    ) -> None:
        self._stack = stack
        self._console = console
        self._data = data
        self._offline = offline
        self._quiet = quiet
        self._provided: dict[str, Provided] = {}

    def entry(self, name: str) -> Entry:
        """What the catalogue says of a data set. Raises `SpecificationError` for an unknown name."""
        try:
            return CATALOGUE[name]
        except KeyError:
            raise SpecificationError(f"There is no data set {name!r}; there are {', '.join(CATALOGUE)}.") from None

    def served(self, name: str) -> Provided:
        """A data set from its best source. Raises `DatasetError` where nobody has it."""
        self.entry(name)
        if name not in self._provided:
            folder = Path(self._stack.enter_context(TemporaryDirectory(prefix="grader-reference-")))
            tell = partial(self._console.print, markup=False, highlight=False)
            with downloads(self._console) as bar:
                self._provided |= provide(
                    [name], folder=folder, data=self._data, download=not self._offline, tell=tell, bar=bar
                )
            if not self._quiet:
                tell(f"data set {name}: {self._provided[name].description}")
        return self._provided[name]

    def path_for(self, specification: Specification) -> Path:
        """The file of the data that a specification names.

        Raises:
            BaselineError: what is to be had here under that name are other data.
        """
        found = self.served(specification.dataset)
        if found.digest != specification.digest:
            raise BaselineError(
                f"The notebooks were run on other data than the {specification.dataset} that is here.",
                advice="Name the folder that they were graded with: --data.",
            )
        return found.path
