"""Boxes: what their command lines say, and which one is chosen."""

import sys
from pathlib import Path

import pytest

from grader.errors import SandboxError
from grader.rubric import Limits
from grader.sandbox import bubblewrap, unboxed
from grader.sandbox.box import environment
from grader.sandbox.choosing import choose


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
        assert "setpriv --reuid 1000 --regid 1000 --clear-groups --no-new-privs --bounding-set=-all" in line
    else:
        assert "--unshare-user --disable-userns" in line
        assert "--cap-drop ALL" in line


def test_bubblewrap_binds_nothing_writable_and_never_all_of_etc_or_home(tmp_path: Path) -> None:
    argv = bubblewrap_argv(tmp_path)
    assert "--bind" not in argv
    bound = [argv[i + 1] for i, word in enumerate(argv) if word in {"--ro-bind", "--ro-bind-try"}]
    assert not {"/", "/etc", "/home", "/root", str(Path.home())} & set(bound)
    assert argv.index("--remount-ro") > argv.index("--proc")


def test_every_scratch_folder_has_a_size(tmp_path: Path) -> None:
    argv = bubblewrap_argv(tmp_path)
    scratch = [i for i, word in enumerate(argv) if word == "--tmpfs"]
    for i in scratch[:4]:
        assert argv[i - 2] == "--size"


def test_an_installed_grader_is_hidden_from_the_box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = Path(sys.prefix) / "lib" / "grader"
    monkeypatch.setattr(bubblewrap, "PACKAGE", inside)
    argv = bubblewrap_argv(tmp_path)
    assert argv[argv.index(str(inside)) - 1] == "--tmpfs"


def test_the_environment_names_nothing_of_ours() -> None:
    variables = environment("/home/student", "/control")
    assert variables["CUDA_VISIBLE_DEVICES"] == "-1"
    assert not [key for key in variables if key.startswith("GRADER")]


def test_without_a_box_untrusted_code_is_refused_with_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bubblewrap, "missing", lambda: "bubblewrap is not installed.")
    with pytest.raises(SandboxError, match=r"not installed.*--trust-code"):
        choose(trust_code=False)
    assert choose(trust_code=True) is unboxed


def test_the_label_of_no_box_says_so() -> None:
    label = unboxed.isolation()
    assert label.box == "none"
    assert any("read and write every file" in text for text in label.not_enforced)
