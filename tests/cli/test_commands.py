"""The command line as a person meets it: a process, its output and its exit code."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest

EXAMPLES = Path(__file__).parents[2] / "examples" / "submissions"
GRADER = [sys.executable, "-m", "grader"]


def grader(*words: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    clean = {**os.environ, "COLUMNS": "100", "TERM": "dumb"}
    return subprocess.run(
        [*GRADER, *map(str, words)], capture_output=True, text=True, cwd=cwd, env=clean, timeout=300, check=False
    )


def notebook(path: Path, *cells: str) -> Path:
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbformat.write(made, path)
    return path


def test_help_names_every_command_and_the_exit_codes() -> None:
    told = grader("--help")
    assert told.returncode == 0
    for command in ("grade", "check", "explain", "regrade", "rubrics", "doctor"):
        assert command in told.stdout
    assert "Exit codes" in told.stdout


@pytest.mark.parametrize("words", [("--help",), ("grade", "--help"), ("check", "--static", EXAMPLES / "ann-lee.ipynb")])
def test_no_framework_is_imported_by_the_graders_own_process(words: tuple[object, ...]) -> None:
    code = (
        "import sys, grader.cli\n"
        f"sys.argv = ['grader', *{[str(word) for word in words]!r}]\n"
        "try: grader.cli.main()\n"
        "except SystemExit: pass\n"
        "heavy = {'tensorflow', 'keras', 'torch', 'jax', 'matplotlib'} & set(sys.modules)\n"
        "sys.stderr.write(f'heavy: {sorted(heavy)}')"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "heavy: []" in told.stderr


def test_a_static_check_says_what_to_fix_first_and_runs_nothing(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    path = notebook(tmp_path / "n.ipynb", f"open({str(mark)!r}, 'w').close()")
    told = grader("check", "--static", path)
    assert told.returncode == 1
    assert not mark.exists()
    assert "answer" in told.stdout


def test_what_is_no_notebook_is_refused_with_a_reason_and_advice(tmp_path: Path) -> None:
    path = tmp_path / "essay.ipynb"
    path.write_bytes(b"PK\x03\x04" + b"\x00" * 100)
    told = grader("check", path)
    assert told.returncode == 2
    assert "essay.ipynb" in told.stderr
    assert "Traceback" not in told.stderr


def test_an_unknown_rubric_is_refused_with_the_nearest_name(tmp_path: Path) -> None:
    told = grader("grade", EXAMPLES, "--rubric", "batch-normalisation", "--out", tmp_path / "out")
    assert told.returncode == 2
    assert "batch-normalization" in told.stderr
    assert not (tmp_path / "out").exists()


def test_a_folder_without_notebooks_is_a_row_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    told = grader("grade", tmp_path / "empty", "--static", "--out", tmp_path / "out")
    assert told.returncode == 3
    assert "empty" in told.stdout
    assert "notebook" in told.stdout


def test_explain_shows_criteria_and_checks_and_helps_with_names() -> None:
    assert grader("explain", "models.batch_norm_placement").returncode == 0
    wrong = grader("explain", "models.batch_norm_placment")
    assert wrong.returncode == 2
    assert "models.batch_norm_placement" in wrong.stderr


def test_rubrics_and_doctor_answer() -> None:
    assert "batch-normalization" in grader("rubrics").stdout
    told = grader("doctor", "--offline")
    assert told.returncode == 0
    for word in ("box", "tensorflow", "mnist", "GPU"):
        assert word in told.stdout


def test_a_class_is_graded_statically_one_bad_file_among_them_and_judged_again(tmp_path: Path) -> None:
    folder = tmp_path / "class"
    folder.mkdir()
    for name in ("ann-lee", "hana-sato"):
        (folder / f"{name}.ipynb").write_bytes((EXAMPLES / f"{name}.ipynb").read_bytes())
    (folder / "broken.ipynb").write_text('{"cells": [')
    out = tmp_path / "out"
    told = grader("grade", folder, "--static", "--out", out)
    assert told.returncode == 3, told.stderr
    assert {path.name for path in out.iterdir()} >= {"ann-lee", "hana-sato", "broken", "index.html", "grades.csv"}
    for name in ("evidence.json", "grade.json", "report.html"):
        assert (out / "ann-lee" / name).stat().st_size > 0
    rows = (out / "grades.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 4
    before = json.loads((out / "ann-lee" / "grade.json").read_text(encoding="utf-8"))

    again = grader("regrade", out, "--out", tmp_path / "again")
    assert again.returncode == 3
    assert json.loads((tmp_path / "again" / "ann-lee" / "grade.json").read_text(encoding="utf-8")) == before
    assert (tmp_path / "again" / "grades.csv").read_text(encoding="utf-8") == (out / "grades.csv").read_text(
        encoding="utf-8"
    )


def test_reports_are_not_written_into_a_folder_of_other_things(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    told = grader("grade", EXAMPLES / "ann-lee.ipynb", "--static", "--out", tmp_path)
    assert told.returncode == 2
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_regrading_what_is_no_run_is_refused(tmp_path: Path) -> None:
    told = grader("regrade", tmp_path)
    assert told.returncode == 2
    assert "no stored run" in told.stderr


@pytest.mark.kernel
def test_interrupting_keeps_finished_work_and_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "class"
    folder.mkdir()
    notebook(folder / "a-quick.ipynb", "print(1)")
    notebook(folder / "b-endless.ipynb", "import time\nwhile True: time.sleep(1)")
    out = tmp_path / "out"
    words = ["grade", str(folder), "--out", str(out), "--jobs", "1", "--trust-code", "--offline"]
    process = subprocess.Popen([*GRADER, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        until = time.monotonic() + 60
        while not (out / "a-quick" / "report.html").exists() and time.monotonic() < until:
            time.sleep(0.2)
        time.sleep(2)
        process.send_signal(signal.SIGINT)
        text, _ = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130, text
    assert "1 of 2" in text
    assert (out / "a-quick" / "grade.json").exists()
    assert not (out / "b-endless" / "grade.json").exists()
    assert (out / "index.html").exists()


def test_a_path_that_is_not_there_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    told = grader("grade", EXAMPLES, tmp_path / "nowhere.ipynb", "--static", "--out", tmp_path / "out")
    assert told.returncode == 2
    assert "nowhere.ipynb" in told.stderr
    assert not (tmp_path / "out").exists()


def test_a_folder_of_data_that_is_not_there_is_refused_even_if_nothing_runs(tmp_path: Path) -> None:
    told = grader("check", EXAMPLES / "ann-lee.ipynb", "--static", "--data", tmp_path / "nowhere")
    assert told.returncode == 2
    assert "--data" in told.stderr


def test_files_of_the_same_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / "class" / folder).mkdir(parents=True)
        notebook(tmp_path / "class" / folder / "hw.ipynb", "print(1)")
    grader("grade", tmp_path / "class", "--static", "--out", tmp_path / "out")
    table = (tmp_path / "out" / "grades.csv").read_text(encoding="utf-8")
    assert "hw (class/one)" in table
    assert "hw (class/two)" in table


def test_a_rubric_is_printed_so_that_it_can_be_changed_and_used(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(grader("rubrics", "batch-normalization").stdout, encoding="utf-8")
    told = grader("check", "--static", EXAMPLES / "ann-lee.ipynb", "--rubric", mine)
    assert told.returncode == 0
    assert "of 100 points" in told.stdout


def test_a_network_with_batch_normalization_behind_its_output_is_seen_by_reading_alone() -> None:
    told = grader("check", "--static", EXAMPLES / "jenny-park.ipynb")
    assert told.returncode == 1
    assert "belongs to the hidden layers" in " ".join(told.stdout.split())


def test_the_version_is_told() -> None:
    told = grader("--version")
    assert told.returncode == 0
    assert told.stdout.strip().count(".") == 2
