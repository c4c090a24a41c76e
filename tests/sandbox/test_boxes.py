"""Boxes: what their command lines say, and what their workers give up."""

import os
import sys
from pathlib import Path

import pytest

from grader.rubric import Limits
from grader.sandbox import bubblewrap, landlocked, unboxed
from grader.sandbox.box import ENTRY, environment
from grader.sandbox.folders import clear, temporary_folder


def bubblewrap_argv(tmp_path: Path) -> list[str]:
    return bubblewrap.argv(bubblewrap.setup(tmp_path, tmp_path, Limits()))


@pytest.mark.parametrize("root", [True, False])
def test_bubblewrap_shares_no_namespace_and_gives_up_every_right(
    root: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0 if root else 1000)
    line = " ".join(bubblewrap_argv(tmp_path))
    for namespace in ("pid", "net", "ipc", "uts"):
        assert f"--unshare-{namespace}" in line
    if root:
        assert "--unshare-user" not in line
        assert "setpriv --reuid" in line
        assert "--clear-groups --no-new-privs --bounding-set=-all" in line
    else:
        assert "--unshare-user --disable-userns" in line
        assert "--cap-drop ALL" in line


def test_as_root_every_box_has_a_user_number_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    numbers = [argv[argv.index("--reuid") + 1] for argv in (bubblewrap_argv(tmp_path), bubblewrap_argv(tmp_path))]
    assert len(set(numbers)) == 2
    assert min(map(int, numbers)) > 65_535


def test_bubblewrap_binds_nothing_writable_and_never_all_of_etc_or_home(tmp_path: Path) -> None:
    argv = bubblewrap_argv(tmp_path)
    assert "--bind" not in argv
    bound = [argv[i + 1] for i, word in enumerate(argv) if word in {"--ro-bind", "--ro-bind-try"}]
    assert not {"/", "/etc", "/home", "/root", str(Path.home())} & set(bound)
    assert argv.index("--remount-ro") > argv.index("--proc")


def test_every_scratch_folder_has_a_size(tmp_path: Path) -> None:
    argv = bubblewrap_argv(tmp_path)
    scratch = [i for i, word in enumerate(argv) if word == "--tmpfs" and argv[i - 2] == "--size"]
    assert [argv[i + 1] for i in scratch] == ["/home", "/dev/shm", "/control"]
    assert argv[scratch[0] - 1] == str(2_000_000_000)


def test_an_installed_grader_is_hidden_from_the_box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = Path(sys.prefix) / "lib" / "grader"
    monkeypatch.setattr(bubblewrap, "PACKAGE", inside)
    argv = bubblewrap_argv(tmp_path)
    assert argv[argv.index(str(inside)) - 1] == "--tmpfs"


def test_landlock_opens_everything_in_an_environment_but_an_installed_grader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("env/bin", "env/lib/numpy", "env/lib/grader/rubrics", "env/lib/grader-1.dist-info", "scratch"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "env/lib64").symlink_to("lib")
    monkeypatch.setattr(landlocked, "PACKAGE", tmp_path / "env/lib/grader")
    monkeypatch.setattr(landlocked, "interpreter", lambda: [str(tmp_path / "env")])
    rules = landlocked.confinement(landlocked.setup(tmp_path / "scratch", tmp_path, Limits()))["landlock"]
    opened = [
        Path(path).relative_to(tmp_path / "env") for path in rules["read"] if "env" in path and "scratch" not in path
    ]
    assert sorted(map(str, opened)) == ["bin", "lib/grader-1.dist-info", "lib/numpy"]
    assert not [path for path in rules["write"] if not path.startswith(("/dev/", "/proc", str(tmp_path / "scratch")))]


def test_a_worker_says_whose_code_it_runs_and_nothing_else(tmp_path: Path) -> None:
    argv = bubblewrap_argv(tmp_path)
    assert argv[-5:] == [sys.executable, "-I", "-c", ENTRY, "/box"]


def test_without_a_box_what_is_left_behind_has_a_guardian(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    argv = unboxed.argv(unboxed.setup(tmp_path / "folder", tmp_path, Limits()))
    assert argv[:2] == ["env", "-i"]
    assert [word for word in argv if word.endswith("guardian.py")]


def test_the_environment_names_nothing_of_ours() -> None:
    variables = environment("/home/student", "/control", "/home/tmp")
    assert variables["CUDA_VISIBLE_DEVICES"] == "-1"
    assert not [key for key in variables if key.startswith("GRADER")]


def test_a_folder_is_taken_away_however_deep_or_closed_it_was_left() -> None:
    with temporary_folder() as folder:
        (folder / "closed").mkdir(mode=0o000)
        (folder / "link").symlink_to("/")
        deep(folder, 3000)
    assert not folder.exists()


def test_what_is_cleared_may_be_a_file_or_a_link_and_nothing_is_followed(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir(mode=0o500)
    (tmp_path / "link").symlink_to(kept)
    (tmp_path / "file").write_text("x")
    for name in ("link", "file", "nothing"):
        clear(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    assert kept.stat().st_mode & 0o777 == 0o500


def deep(folder: Path, levels: int) -> None:
    """Folders in folders, deeper than a path can name."""
    here = Path.cwd()
    try:
        os.chdir(folder)
        for _ in range(levels):
            Path("d").mkdir()
            os.chdir("d")
    finally:
        os.chdir(here)
