"""What the documentation says is what the program does."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

from grader import registry
from grader.check import Check
from grader.finding import Outcome
from grader.loaders.rubric_yaml import load
from grader.reference import Reference
from tests.evidence_builders import evidence, good_run

DOCS = Path(__file__).parents[1] / "docs"


def block(page: str, language: str) -> str:
    """The first code block of a language on a page."""
    found = re.search(rf"```{language}\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL)
    assert found
    return found.group(1)


def module_of(path: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_of_checks_is_up_to_date() -> None:
    generate = module_of(DOCS / "generate.py", "generate")
    assert (DOCS / "checks.md").read_text(encoding="utf-8") == generate.page(), "run: make docs"


def test_the_rubric_of_the_tutorial_loads(tmp_path: Path) -> None:
    path = tmp_path / "two-networks.yaml"
    path.write_text(block("writing-a-rubric.md", "yaml"), encoding="utf-8")
    assert load(path, registry.checks()).points == 100


def test_the_check_of_the_tutorial_works_and_fits_the_rubric_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "early_stopping.py"
    path.write_text(block("adding-a-check.md", "python"), encoding="utf-8")
    declared = module_of(path, "grader.checks.training.early_stopping").early_stopping
    assert isinstance(declared, Check)
    assert declared.id == "training.early_stopping"
    assert declared.function(good_run(), Reference(), spare=1).outcome is Outcome.UNMET
    assert declared.function(evidence(), Reference()).outcome is Outcome.UNDECIDED

    rubric = tmp_path / "rubric.yaml"
    head = 'id: r\ntitle: R\ndescription: R.\nversion: "1"\nquestions: {Q2.3: Train.}\ncriteria:\n'
    rubric.write_text(head + block("adding-a-check.md", "yaml"), encoding="utf-8")
    (criterion,) = load(rubric, {**registry.checks(), declared.id: declared}).criteria
    assert criterion.options == {"spare": 2}


def test_every_page_that_is_linked_to_exists() -> None:
    for page in [DOCS.parent / "README.md", *DOCS.glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
