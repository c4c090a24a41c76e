"""Files, folders and archives become submissions or rejections, one for each file, with ids of their own."""

import io
import json
import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.loaders import notebook, script
from grader.loaders._ids import LONGEST, Ids
from grader.loaders._student import student_of
from grader.loaders.collect import collect
from grader.submission import Rejection, Submission

NOTEBOOK = json.dumps({"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "code", "source": "x = 1"}]}).encode()


def collected(*paths):
    return list(collect([Path(path) for path in paths], {"notebook": notebook, "script": script}))


def put(folder, *names, content=NOTEBOOK):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def zipped(path, members, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_a_folder_is_gone_through_in_order_of_the_paths(tmp_path):
    put(tmp_path / "class", "b.ipynb", "a.ipynb", "sub/c.IPYNB")
    results = collected(tmp_path / "class")
    assert [result.path for result in results] == ["class/a.ipynb", "class/b.ipynb", "class/sub/c.IPYNB"]
    assert all(isinstance(result, Submission) for result in results)


def test_what_nobody_hands_in_is_skipped(tmp_path):
    put(tmp_path, ".git/a.ipynb", ".ipynb_checkpoints/a.ipynb", "__MACOSX/._a.ipynb", "env/pyvenv.cfg", "env/a.ipynb")
    put(tmp_path, "data.csv", "plot.png", "helper.py", ".hidden.ipynb")
    put(tmp_path, "ann.ipynb")
    put(tmp_path, "bob.py", content=b"# %%\nx = 1\n")
    assert [result.student for result in collected(tmp_path)] == ["ann", "bob"]


def test_a_script_without_percent_cells_is_loaded_when_it_is_named(tmp_path):
    put(tmp_path, "helper.py", content=b"x = 1\n")
    (result,) = collected(tmp_path / "helper.py")
    assert isinstance(result, Submission)


def test_a_folder_without_notebooks_says_so(tmp_path):
    put(tmp_path / "empty", "helper.py", content=b"x = 1\n")
    (result,) = collected(tmp_path / "empty")
    assert result.reason == "The folder holds no notebook."


def test_a_file_that_is_reached_twice_is_graded_once(tmp_path):
    put(tmp_path, "ann.ipynb")
    (tmp_path / "link.ipynb").symlink_to(tmp_path / "ann.ipynb")
    assert len(collected(tmp_path / "ann.ipynb", tmp_path, tmp_path / "ann.ipynb")) == 1


def test_a_download_that_the_browser_renamed_is_still_a_notebook(tmp_path):
    put(tmp_path, "ann.ipynb.txt", "bob.ipynb.json", "notes.txt")
    assert [result.student for result in collected(tmp_path)] == ["ann", "bob"]


def test_what_cannot_be_read_is_rejected_with_a_reason(tmp_path):
    (tmp_path / "loop.ipynb").symlink_to(tmp_path / "loop.ipynb")
    (tmp_path / "nowhere.ipynb").symlink_to(tmp_path / "gone.ipynb")
    os.mkfifo(tmp_path / "pipe.ipynb")
    put(tmp_path, "essay.docx")
    named = collected(tmp_path / "missing.ipynb", tmp_path / "loop.ipynb", tmp_path / "essay.docx", "/dev/null")
    met = collected(tmp_path)
    assert all(isinstance(result, Rejection) and result.reason and result.advice for result in [*named, *met])
    assert "nothing at" in named[0].reason
    assert ".docx" in named[2].reason
    assert {result.path.rpartition("/")[2] for result in met} == {"loop.ipynb", "nowhere.ipynb", "pipe.ipynb"}


def test_a_link_out_of_the_folder_is_not_followed(tmp_path):
    put(tmp_path, "secret/other.ipynb")
    (tmp_path / "class").mkdir()
    (tmp_path / "class/ann.ipynb").symlink_to(tmp_path / "secret/other.ipynb")
    (tmp_path / "class/folder").symlink_to(tmp_path / "secret")
    (result,) = collected(tmp_path / "class")
    assert "link" in result.reason


def test_a_file_of_300_megabytes_is_rejected_without_being_read(tmp_path):
    with (tmp_path / "big.ipynb").open("wb") as stream:
        stream.truncate(300_000_000)
    (result,) = collected(tmp_path / "big.ipynb")
    assert "300.0 MB" in result.reason


def test_a_foreign_archive_is_rejected_and_not_overlooked(tmp_path):
    put(tmp_path, "ann.rar")
    (result,) = collected(tmp_path)
    assert isinstance(result, Rejection)
    assert result.student == "ann.rar"


def test_an_archive_is_opened_without_leaving_it(tmp_path):
    members = {"b.ipynb": NOTEBOOK, "../../a.ipynb": NOTEBOOK, "sub\\c.ipynb": NOTEBOOK, "__MACOSX/._b.ipynb": b""}
    results = collected(zipped(tmp_path / "class.zip", members))
    assert [result.path for result in results] == ["class.zip/a.ipynb", "class.zip/b.ipynb", "class.zip/sub/c.ipynb"]
    assert all(isinstance(result, Submission) for result in results)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["class.zip"]


def test_an_archive_in_an_archive_is_rejected(tmp_path):
    inner = zipped(tmp_path / "inner.zip", {"a.ipynb": NOTEBOOK})
    (result,) = collected(zipped(tmp_path / "outer.zip", {"ann.zip": inner.read_bytes()}))
    assert "inside an archive" in result.reason


def test_a_bomb_is_rejected_by_its_size(tmp_path):
    (result,) = collected(zipped(tmp_path / "bomb.zip", {"a.ipynb": b" " * 31_000_000}))
    assert "31.0 MB" in result.reason


def test_a_member_that_lies_about_its_size_is_rejected(tmp_path):
    path = zipped(tmp_path / "lie.zip", {"a.ipynb": b" " * 40_000_000})
    raw = path.read_bytes().replace((40_000_000).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    path.write_bytes(raw)
    (result,) = collected(path)
    assert isinstance(result, Rejection)


def test_an_unusual_compression_is_rejected_before_it_inflates(tmp_path):
    (result,) = collected(zipped(tmp_path / "odd.zip", {"a.ipynb": NOTEBOOK}, zipfile.ZIP_BZIP2))
    assert "unusual method" in result.reason


def test_an_encrypted_member_is_rejected(tmp_path):
    path = zipped(tmp_path / "locked.zip", {"a.ipynb": NOTEBOOK})
    raw = bytearray(path.read_bytes())
    raw[raw.find(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(raw))
    (result,) = collected(path)
    assert "password" in result.reason


def test_an_archive_with_a_table_of_contents_of_megabytes_is_rejected(tmp_path):
    path = zipped(tmp_path / "many.zip", {"a.ipynb": NOTEBOOK})
    raw = bytearray(path.read_bytes())
    end = raw.rfind(b"PK\x05\x06")
    raw[end + 12 : end + 16] = (900_000_000).to_bytes(4, "little")
    path.write_bytes(bytes(raw))
    (result,) = collected(path)
    assert "too many files" in result.reason


def test_a_loader_that_breaks_rejects_one_file_and_not_the_class(tmp_path):
    class Broken:
        SUFFIXES = (".ipynb",)

        @staticmethod
        def load(*given, **named):
            raise ZeroDivisionError(given, named)

    put(tmp_path, "ann.ipynb", "bob.ipynb")
    results = list(collect([tmp_path], {"broken": Broken()}))
    assert ["ZeroDivisionError" in result.reason for result in results] == [True, True]


@settings(deadline=None)
@given(st.binary(max_size=300), st.integers(0, 400))
def test_a_damaged_archive_never_raises(noise, position):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.ipynb", NOTEBOOK)
        archive.writestr("b.ipynb", NOTEBOOK)
    raw = bytearray(stream.getvalue())
    raw[position : position + len(noise)] = noise
    path = Path(os.environ.get("TMPDIR", "/tmp")) / f"damaged-{os.getpid()}.zip"
    path.write_bytes(bytes(raw))
    try:
        assert all(isinstance(result, Submission | Rejection) for result in collected(path))
    finally:
        path.unlink()


@pytest.mark.parametrize(
    ("parts", "student"),
    [
        (("Ann Smith_12345_assignsubmission_file", "nb.ipynb"), "Ann Smith"),
        (("class.zip", "Ann Smith_12345_assignsubmission_file_", "sub", "nb.ipynb"), "Ann Smith"),
        (("Ann Smith_12345_assignsubmission_file_nb.ipynb",), "Ann Smith"),
        (("smithann_12345_67890_Notebook.ipynb",), "smithann"),
        (("smithann_LATE_12345_67890_Notebook.ipynb",), "smithann"),
        (("smithann_12345_67890_work.zip", "nb.ipynb"), "smithann"),
        (("BN_asmith_attempt_2024-05-01-10-11-12_nb.ipynb",), "asmith"),
        (("Batch Normalization.ipynb",), "Batch Normalization"),
        (("ann.ipynb.txt",), "ann"),
        (("lab_2_3_final.ipynb",), "lab_2_3_final"),
        ((), "unnamed"),
        (("a\u202egnp.ipynb",), "a?gnp"),
    ],
)
def test_the_student_is_read_from_the_names_that_platforms_give(parts, student):
    assert student_of(parts) == student


def test_the_students_of_a_moodle_archive_are_known_by_name(tmp_path):
    members = {f"{name}_{n}_assignsubmission_file/nb.ipynb": NOTEBOOK for n, name in enumerate(("Ann S", "Bob T"))}
    results = collected(zipped(tmp_path / "moodle.zip", members))
    assert [(result.student, result.id) for result in results] == [("Ann S", "Ann-S"), ("Bob T", "Bob-T")]


@settings(deadline=None)
@given(st.lists(st.text(max_size=80) | st.sampled_from(["CON", "nul", "..", "a", "A", "a-2", "", "张伟", "é" * 70])))
def test_ids_are_safe_as_folder_names_and_never_given_twice(names):
    ids = Ids()
    given_out = [ids.take(name) for name in names]
    assert len({each.lower() for each in given_out}) == len(given_out)
    for each in given_out:
        assert each.isascii()
        assert 0 < len(each) <= LONGEST
        assert each.replace("-", "").replace("_", "").isalnum()
        assert each.lower() not in {"con", "nul", "aux", "prn", "com1", "lpt1"}


@pytest.mark.seeds
def test_the_real_submissions_are_all_loaded(shared):
    results = collected(shared / "submissions")
    assert [len(result.cells) for result in results] == [1, 11, 7, 18, 21]
