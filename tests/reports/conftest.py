from pathlib import Path

import pytest

from grader.registry import shipped


@pytest.fixture(scope="session")
def templates() -> Path:
    return shipped("templates")
