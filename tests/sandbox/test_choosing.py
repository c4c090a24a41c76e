"""Which box a run gets."""

import pytest

from grader.errors import SandboxError
from grader.sandbox import bubblewrap, landlocked, unboxed
from grader.sandbox.choosing import choose, ladder, second_best
from grader.sandbox.container import DOCKER, PODMAN


def only(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """A machine on which these boxes work and no others."""
    monkeypatch.delenv("GRADER_CONTAINER_ENGINE", raising=False)
    for box in (bubblewrap, DOCKER, PODMAN, landlocked):
        reason = "" if box.name in names else f"{box.name} is not here."
        monkeypatch.setattr(box, "missing", lambda reason=reason: reason)


def test_the_best_box_comes_first_and_no_box_is_none_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GRADER_CONTAINER_ENGINE", raising=False)
    assert [box.name for box in ladder()] == ["bubblewrap", "docker", "podman", "landlock"]


@pytest.mark.parametrize("name", ["bubblewrap", "docker", "podman", "landlock"])
def test_the_first_that_works_is_taken_even_when_the_code_is_trusted(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch, name, "landlock")
    assert choose(trust_code=False).name == name
    assert choose(trust_code=True).name == name


def test_without_a_box_untrusted_code_is_refused_with_every_reason_and_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch)
    with pytest.raises(SandboxError, match=r"bubblewrap is not here.*landlock is not here.*--trust-code"):
        choose(trust_code=False)
    assert choose(trust_code=True) is unboxed


def test_a_box_that_is_named_is_taken_or_refused_and_never_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, "bubblewrap", "landlock")
    assert choose(trust_code=False, box="landlock") is landlocked
    with pytest.raises(SandboxError, match="docker is not here"):
        choose(trust_code=True, box="docker")


def test_a_name_that_is_none_is_refused_with_those_that_are() -> None:
    with pytest.raises(SandboxError, match=r"bubblewrap.*landlock"):
        choose(trust_code=True, box="bublewrap")


def test_no_box_by_name_also_wants_the_word_that_the_code_is_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, "bubblewrap")
    with pytest.raises(SandboxError, match="--trust-code"):
        choose(trust_code=False, box="none")
    assert choose(trust_code=True, box="none") is unboxed


def test_an_engine_that_the_environment_rules_out_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, "docker", "podman")
    monkeypatch.setenv("GRADER_CONTAINER_ENGINE", "podman")
    assert choose(trust_code=False) is PODMAN
    with pytest.raises(SandboxError, match="GRADER_CONTAINER_ENGINE"):
        choose(trust_code=False, box="docker")


def test_nothing_is_said_about_the_best_box_and_the_reason_is_about_a_worse_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    only(monkeypatch, "bubblewrap", "landlock")
    assert second_best(bubblewrap) == ""
    only(monkeypatch, "landlock")
    told = second_best(landlocked)
    assert "landlock" in told
    assert "bubblewrap is not here. docker is not here. podman is not here." in told
    assert second_best(unboxed).startswith("Notebooks run without a box.")
