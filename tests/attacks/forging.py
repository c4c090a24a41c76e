"""The kernel made to answer for cells that it did not run, and attacks on the asking after the last cell."""

from tests.attacks.attack import Attack, cell, found_out, refused
from tests.attacks.believing import BROKEN, OBSERVER, hook_found, soon_over

ATTACKS = (
    Attack(
        name="input transformer",
        must_not="later cells are rewritten without a word",
        cells=(
            "get_ipython().input_transformers_post.append(lambda lines: ['x = 1\\n'])",
            "raise ValueError('my own mistake')",
        ),
        verdict=hook_found,
        quick=True,
    ),
    Attack(
        name="hook before cells",
        must_not="later cells are read or changed before they run without a word",
        cells=("get_ipython().events.register('pre_run_cell', lambda info: print(info.raw_cell))", "word = '{later}'"),
        verdict=hook_found,
    ),
    Attack(
        name="syntax tree transformer",
        must_not="later cells are rewritten without a word",
        cells=(
            cell("""
            import ast
            class Nothing(ast.NodeTransformer):
                def visit_Raise(self, node):
                    return ast.Pass()
            get_ipython().ast_transformers.append(Nothing())
            """),
            "raise ValueError('my own mistake')",
        ),
        verdict=hook_found,
    ),
    Attack(
        name="replaced kernel functions",
        must_not="the kernel answers for cells that it did not run, without a word",
        cells=(
            "shell = get_ipython()\nkept = shell.run_cell\n"
            "type(shell).run_cell_async = lambda self, *a, **k: None\nshell.run_cell = lambda *a, **k: None",
            "raise ValueError('my own mistake')",
        ),
        verdict=found_out,
        ends=BROKEN,
        limits={"cell_seconds": 5.0},
    ),
    Attack(
        name="pipe in the place of the held-back images",
        must_not="the worker waits for the notebook when the networks are asked",
        cells=(
            OBSERVER
            + cell("""
            observer.emit("dataset", name="mnist", served="original")
            folder = os.path.dirname(os.readlink(f"/proc/self/fd/{observer._descriptor}"))
            os.mkfifo(folder + "/held-back-mnist")
            """),
        ),
        verdict=soon_over,
        limits={"total_seconds": 10.0},
    ),
    Attack(
        name="kernel that is gone when it is asked",
        must_not="asking waits without end, or counts as the grader's failure",
        cells=(
            OBSERVER
            + cell("""
            import sys
            observer.emit("dataset", name="mnist", served="original")
            sys.modules["observing"].answer = lambda sets: os._exit(3)
            """),
        ),
        verdict=soon_over,
    ),
    Attack(
        name="asking after the images that are held back",
        must_not="held-back images are in the box before the last cell has ended",
        cells=(
            cell("""
            import glob, os
            folders = {os.path.dirname(os.environ[name]) for name in ("KERAS_HOME", "MPLCONFIGDIR")}
            found = [path for folder in folders for path in glob.glob(folder + "/held-back*")]
            print("ESCAPED" if found else "REFUSED", found)
            """),
        ),
        verdict=refused,
    ),
)
