"""What is recorded of figures in a real kernel."""

from pathlib import Path

import pytest

from tests.kernels import execute

pytestmark = [pytest.mark.slow, pytest.mark.kernel]


def test_figures_are_recorded_with_labels_and_data(tmp_path: Path) -> None:
    record = execute(
        "import matplotlib.pyplot as plt\n"
        "plt.plot([1, 2], [0.5, 0.75], label='with BN')\nplt.title('Accuracy'); plt.xlabel('epoch'); plt.legend()\n"
        "plt.show()",
        "fig, (a, b) = plt.subplots(1, 2)\na.plot([3, 2, 1])\nb.bar(['32', '64'], [0.9, 0.8])\nb.set_ylabel('accuracy')",
        "for i in range(3):\n    plt.figure(); plt.plot([i]); plt.close()",
        "plt.figure()",
        data=tmp_path,
    )
    assert [cell.error for cell in record.cells] == [None] * 4
    first, second, *loop = record.figures
    assert first.place is not None
    assert first.place.cell == 0
    (axes,) = first.axes
    assert (axes.title, axes.x_label, axes.legend) == ("Accuracy", "epoch", ("with BN",))
    assert (axes.lines[0].label, axes.lines[0].y) == ("with BN", (0.5, 0.75))
    assert [len(axes.lines) for axes in second.axes] == [1, 0]
    assert (second.axes[1].heights, second.axes[1].ticks, second.axes[1].y_label) == (
        (0.9, 0.8),
        ("32", "64"),
        "accuracy",
    )
    assert [figure.axes[0].lines[0].y for figure in loop] == [(0.0,), (1.0,), (2.0,)]
    assert record.cells[0].outputs[-1].png


def test_a_figure_that_is_cleared_was_drawn_all_the_same(tmp_path: Path) -> None:
    record = execute("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.clf()\nplt.plot([3, 4])", data=tmp_path)
    assert [figure.axes[0].lines[0].y for figure in record.figures] == [(1.0, 2.0), (3.0, 4.0)]


def test_lying_bars_and_scattered_points_are_numbers_too(tmp_path: Path) -> None:
    record = execute(
        "import matplotlib.pyplot as plt\nplt.barh(['plain', 'BN'], [0.9, 0.8])\nplt.show()",
        "plt.scatter([32, 64], [0.7, 0.6], label='BN')\nplt.show()",
        data=tmp_path,
    )
    lying, scattered = (figure.axes[0] for figure in record.figures)
    assert (lying.heights, lying.ticks) == ((0.9, 0.8), ("plain", "BN"))
    assert (scattered.lines[0].label, scattered.lines[0].y) == ("BN", (0.7, 0.6))
