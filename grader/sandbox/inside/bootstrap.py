"""Puts the guests into the kernel: they become modules of a package that exists only in the kernel's memory."""

from __future__ import annotations

from collections.abc import Mapping

_SOURCE = """
def _install(sources):
    import importlib, importlib.abc, importlib.util, sys

    class Guests(importlib.abc.MetaPathFinder, importlib.abc.Loader):
        def find_spec(self, fullname, path=None, target=None):
            if fullname == "observing":
                return importlib.util.spec_from_loader(fullname, self, is_package=True)
            if fullname.startswith("observing.") and fullname[10:] in sources:
                return importlib.util.spec_from_loader(fullname, self)
            return None

        def exec_module(self, module):
            source = sources.get(module.__name__[10:], "")
            exec(compile(source, "<grader>", "exec"), module.__dict__)

    finder = Guests()
    sys.meta_path.insert(0, finder)
    observer = importlib.import_module("observing._observer").Observer(
        get_ipython(), {transcript!r}, most_events={events!r}, data={data!r}
    )
    for name in sources:
        if not name.startswith("_"):
            importlib.import_module("observing." + name).install(observer)
    sys.meta_path.remove(finder)
    sys.modules["observing"].answer = observer.answer


_install({guests!r})
del _install
"""


def installing(guests: Mapping[str, str], *, transcript: str, events: int, data: str) -> str:
    """The code that a fresh kernel executes before the notebook's first cell.

    Args:
        guests: their sources by module name.
        transcript: the file that they append to.
        events: how many observations they may write.
        data: the folder of served data sets.
    """
    return _SOURCE.format(guests=dict(guests), transcript=transcript, events=events, data=data)
