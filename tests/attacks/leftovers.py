"""What a notebook leaves in its working folder, or puts out, for the grader to stumble over."""

import json

from grader.evidence import Evidence, RunOutcome, RunRecord
from grader.serializing import evidence_from_json, to_json
from tests.attacks.attack import Attack, Verdict, attempt, cell, harmless
from tests.attacks.rendering import assert_dead
from tests.attacks.trap import Trap
from tests.kernels import submission


def shown_dead(record: RunRecord, trap: Trap) -> Verdict:
    """The student's page holds no markup of the student's that lives."""
    assert_dead(submission(*["x"] * len(record.cells)), record)
    return harmless(record, trap)


def storable(record: RunRecord, trap: Trap) -> Verdict:
    """What was put out can be stored as UTF-8 and read again."""
    evidence = Evidence(submission=submission("x"), run=record)
    text = to_json(evidence).encode("utf-8").decode("utf-8")
    assert evidence_from_json(text) == evidence
    json.loads(text, parse_constant=lambda name: (_ for _ in ()).throw(AssertionError(name)))
    return shown_dead(record, trap)


_PAYLOAD = """
import os, pickle, zipfile
class Payload:
    def __reduce__(self):
        return (eval, ("open('{touched}', 'w')",))
payload = pickle.dumps(Payload())
"""
_SCRIPT = "<script>document.title='owned'</script><img src=x onerror=alert(1)>"

ATTACKS = (
    Attack(
        name="pickles",
        must_not="a pickle that the notebook left is loaded outside",
        cells=(
            _PAYLOAD
            + cell("""
            for name in ("model.pkl", "results.pickle", "model.joblib", "model.pt", "history.npy", "data.npz", "a.h5"):
                open(name, "wb").write(payload)
            with zipfile.ZipFile("model.pth", "w") as archive:
                archive.writestr("model/data.pkl", payload)
            """),
        ),
        verdict=harmless,
    ),
    Attack(
        name="saved models",
        must_not="a model file with code in it is loaded outside",
        cells=(
            _PAYLOAD
            + cell("""
            import json
            config = {"class_name": "Lambda", "config": {"function": {"class_name": "__lambda__", "config": {"code": "e30="}}}}
            for name in ("model.keras", "bn.keras", "best_model.keras"):
                with zipfile.ZipFile(name, "w") as archive:
                    archive.writestr("config.json", json.dumps(config))
                    archive.writestr("model.weights.h5", payload)
            os.makedirs("saved_model/variables")
            open("saved_model/keras_metadata.pb", "wb").write(payload)
            """),
        ),
        verdict=harmless,
    ),
    Attack(
        name="modules that stand in for others",
        must_not="a file in the working folder is imported by the worker or by the grader",
        cells=(
            cell("""
            code = "open('{touched}', 'w').write('imported')"
            for name in ("sitecustomize", "usercustomize", "conftest", "json", "numpy", "nbclient", "inside", "grader", "zmq"):
                open(name + ".py", "w").write(code)
            open("pytest.ini", "w").write("[pytest]")
            """),
            "print('still works')",
        ),
        verdict=harmless,
    ),
    Attack(
        name="links, pipes and sparse files as results",
        must_not="a result that is no file is opened, followed or waited for",
        cells=(
            cell("""
            import os, socket
            for name in ("results.csv", "results.json", "grades.csv", "answer.txt", "figure.png"):
                os.symlink("{canary}", name)
            for name in ("results.txt", "metrics.json", "model.h5"):
                os.mkfifo(name)
            os.symlink("loop", "loop")
            os.symlink("..", "up")
            with open("sparse.npz", "wb") as file:
                file.truncate(5_000_000)
            with open("once", "w"):
                os.link("once", "twice")
            server = socket.socket(socket.AF_UNIX)
            try:
                server.bind("socket")
            except OSError as error:
                print(error)
            """),
        ),
        verdict=harmless,
    ),
    Attack(
        name="folders closed to their owner",
        must_not="files stay behind because they cannot be removed",
        cells=(
            cell("""
            import os
            os.makedirs("closed/inner")
            open("closed/inner/file", "w").write("x")
            os.chmod("closed/inner", 0)
            os.chmod("closed", 0)
            open(b"name-\\xff\\xfe\\n", "w")
            open("-rf", "w")
            open("x" * 255, "w")
            """),
        ),
        verdict=harmless,
    ),
    Attack(
        name="script in rich outputs",
        must_not="HTML, SVG, Markdown, LaTeX or JavaScript of a student lives in a report",
        cells=(
            cell(f"""
            from IPython.display import HTML, SVG, IFrame, Javascript, Latex, Markdown, display
            script = {_SCRIPT!r}
            display(HTML(script), SVG("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>1</script></svg>"))
            display(Markdown("[x](javascript:alert(1)) " + script), Latex("$$\\\\href{{javascript:alert(1)}}{{x}}$$" + script))
            display(Javascript("alert(1)"), IFrame("javascript:alert(1)", 10, 10))
            display({{"text/plain": script, "text/html": script, "image/svg+xml": script, "image/png": script}}, raw=True)
            """),
        ),
        verdict=shown_dead,
    ),
    Attack(
        name="script in text and errors",
        must_not="markup in printed text, results or exceptions lives in a report",
        cells=(
            f"import sys\nprint({_SCRIPT!r}); sys.stderr.write({_SCRIPT!r})\n{_SCRIPT!r}",
            f"class Wrong(Exception): pass\nWrong.__name__ = {_SCRIPT!r}\nraise Wrong({_SCRIPT!r})",
            f"raise SyntaxError({_SCRIPT!r}, ({_SCRIPT!r}, 1, 1, {_SCRIPT!r}))",
        ),
        verdict=shown_dead,
        ends=(RunOutcome.STUDENT_ERROR,),
    ),
    Attack(
        name="surrogates and control characters",
        must_not="text that UTF-8 cannot carry, or that moves a terminal's cursor, crashes or deceives",
        cells=(
            attempt("print('\\ud800\\udfff')") + "\nprint('\\x1b]0;owned\\x07\\x1b[2J\\u202egnorw\\x00\\x08\\x7f')",
            "from IPython.display import display\ndisplay({'text/plain': 'a\\ud800b'}, raw=True)",
            "raise ValueError('\\ud83d \\u202e \\x00')",
        ),
        verdict=storable,
        ends=(RunOutcome.STUDENT_ERROR, RunOutcome.KILLED),
    ),
    Attack(
        name="deep JSON in outputs",
        must_not="nested values exhaust the stack of the worker or the grader",
        cells=(
            cell("""
            from IPython.display import display
            deep = []
            for _ in range(900):
                deep = [deep]
            display({"application/json": deep, "text/plain": "deep"}, raw=True)
            """),
            "print('next')",
        ),
        verdict=storable,
        ends=(RunOutcome.FINISHED, RunOutcome.STUDENT_ERROR, RunOutcome.KILLED),
    ),
    Attack(
        name="metadata of outputs",
        must_not="metadata of an output reaches a page",
        cells=(
            cell(f"""
            from IPython.display import display
            display({{"text/plain": "x"}}, raw=True, metadata={{"isolated": True, "scrolled": {_SCRIPT!r}, "tags": [{_SCRIPT!r}]}})
            """),
        ),
        verdict=shown_dead,
    ),
)
