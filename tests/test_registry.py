"""Plug-ins are found by walking the packages, and nothing else has to be told about them."""

import ast
import sys

from grader import registry


def test_every_module_below_checks_is_a_check_with_its_path_for_an_id() -> None:
    found = registry.checks()
    files = {
        f"{path.parent.name}.{path.stem}"
        for path in (registry.PACKAGE / "checks").glob("*/*.py")
        if not path.name.startswith("_")
    }
    assert set(found) == files
    assert files


def test_commands_formats_and_exporters_are_found() -> None:
    assert set(registry.having("cli", "command")) >= {"grade", "check", "explain", "regrade", "rubrics", "doctor"}
    assert set(registry.having("loaders", "SUFFIXES", "load")) >= {"notebook", "script"}
    assert set(registry.having("exporters", "FILENAME", "export")) >= {"csv", "json"}


def test_rubrics_and_templates_are_found() -> None:
    assert "batch-normalization" in registry.rubric_files()
    assert registry.shipped("templates").is_dir()


def test_guests_import_the_standard_library_and_each_other_only() -> None:
    watched = {"numpy"}  # in memory already when a guest looks at an array
    for name, source in registry.guests().items():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Import):
                top = {alias.name.partition(".")[0] for alias in node.names}
                assert top <= sys.stdlib_module_names | watched, name
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                assert str(node.module).partition(".")[0] in sys.stdlib_module_names, name
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 1, name


def test_no_module_of_the_graders_own_process_imports_a_framework() -> None:
    trainer = registry.PACKAGE / "baseline" / "trainer"  # a program of its own, in a process of its own
    frameworks = {"tensorflow", "keras", "torch", "jax", "matplotlib"}
    for path in (each for each in registry.PACKAGE.rglob("*.py") if trainer not in each.parents):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [str(node.module)]
            assert not {name.partition(".")[0] for name in names} & frameworks, path
