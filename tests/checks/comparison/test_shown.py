import pytest

from grader.evidence import CellRunRecord, Evidence, FitRecord, PredictRecord
from grader.finding import Finding, Outcome
from grader.submission import Place
from tests.evidence_builders import (
    NORMALIZED,
    PLAIN,
    axes,
    both_curves,
    curve,
    evaluation,
    evidence,
    figure,
    fit,
    look,
    model,
    printed,
)

ONE, OTHER = fit(0, 0), fit(1, 1)
LOG = "Epoch 1/3\n125/125 ━━━━━━━━━━━━━━━━━━━━ 1s 3ms/step - accuracy: 0.8281 - val_accuracy: 0.7964\n"


def last(of: FitRecord, key: str) -> float:
    value = of.history[key][-1]
    assert value is not None
    return value


def run(**more: object) -> Evidence:
    return evidence(models=(model(0, PLAIN), model(1, NORMALIZED)), fits=(ONE, OTHER), **more)


def shown(**more: object) -> Finding:
    return look("comparison.shown", run(**more))


def table(*keys: str, digits: int = 4, factor: float = 1.0, sign: str = "", cell: int = 9) -> CellRunRecord:
    rows = [
        " ".join([name, *(f"{factor * last(each, key):.{digits}f}{sign}" for key in keys)])
        for name, each in (("plain", ONE), ("with BN", OTHER))
    ]
    return printed(cell, "\n".join(rows))


def test_a_figure_with_the_curves_of_both_networks_shows_the_comparison():
    finding = shown(figures=(both_curves(ONE, OTHER, cell=9),))
    assert finding.outcome is Outcome.MET
    assert finding.places == (Place(cell=9, line=1),)


def test_curves_are_known_by_their_numbers_and_not_by_their_labels():
    wrong = figure(axes(curve([0.1, 0.2, 0.3], "without BN"), curve([0.2, 0.3, 0.4], "with BN")))
    assert shown(figures=(wrong,)).outcome is Outcome.UNMET


def test_curves_in_per_cent_are_recognised():
    lines = [
        curve([100 * (value or 0) for value in each.history[key]], f"{n} {key}")
        for n, each in enumerate((ONE, OTHER))
        for key in ("accuracy", "val_accuracy")
    ]
    assert shown(figures=(figure(axes(*lines)),)).outcome is Outcome.MET


def test_one_figure_for_training_and_one_for_validation_are_a_comparison_too():
    figures = tuple(
        figure(axes(curve(ONE.history[key], "plain"), curve(OTHER.history[key], "BN"))) for key in ("loss", "val_loss")
    )
    assert shown(figures=figures).outcome is Outcome.MET


def test_two_parts_of_one_figure_with_a_title_each_are_a_comparison():
    parts = [
        axes(*(curve(each.history[key], key) for key in ("accuracy", "val_accuracy")), title=title)
        for each, title in ((ONE, "without"), (OTHER, "with"))
    ]
    assert shown(figures=(figure(*parts),)).outcome is Outcome.MET


def test_a_figure_without_a_legend_gets_a_part():
    bare = figure(axes(*both_curves(ONE, OTHER).axes[0].lines, legend=()))
    finding = shown(figures=(bare,))
    assert finding.outcome is Outcome.PARTIAL
    assert "no legend" in finding.seen


def test_a_figure_that_does_not_say_what_it_measures_gets_a_part():
    bare = figure(axes(*both_curves(ONE, OTHER).axes[0].lines, x_label="", y_label=""))
    assert "axis label" in shown(figures=(bare,)).seen


def test_validation_alone_gets_a_part_and_the_missing_half_is_named():
    half = figure(axes(curve(ONE.history["val_accuracy"], "plain"), curve(OTHER.history["val_accuracy"], "BN")))
    finding = shown(figures=(half,))
    assert finding.share == pytest.approx(0.7)
    assert "The training results of both are not shown together" in finding.seen


def test_a_figure_each_is_not_side_by_side():
    figures = tuple(figure(axes(curve(each.history["accuracy"], "a"))) for each in (ONE, OTHER))
    finding = shown(figures=figures)
    assert finding.share == pytest.approx(0.5)
    assert "apart" in finding.seen


def test_bars_with_the_final_values_are_a_comparison():
    heights = tuple(last(each, key) for each in (ONE, OTHER) for key in ("accuracy", "val_accuracy"))
    bars = axes(bars=4, heights=heights, ticks=("a", "b", "c", "d"), legend=())
    assert shown(figures=(figure(bars),)).outcome is Outcome.MET


@pytest.mark.parametrize(
    ("digits", "factor", "sign"), [(4, 1, ""), (3, 1, ""), (16, 1, ""), (2, 100, "%"), (1, 100, " %")]
)
def test_a_printed_table_with_rounded_numbers_is_a_comparison(digits: int, factor: float, sign: str):
    cell = table("accuracy", "val_accuracy", digits=digits, factor=factor, sign=sign)
    assert shown(cells=(cell,)).outcome is Outcome.MET


def test_the_results_of_evaluate_are_validation_results():
    cell = printed(9, "without: 0.8712\nwith: 0.8934\n")
    finding = shown(cells=(cell,), evaluations=(evaluation(0, 0.87123), evaluation(1, 0.89341)))
    assert finding.share == pytest.approx(0.7)
    assert finding.facts["shown"] == "validation"


def test_numbers_that_nobody_measured_are_no_comparison():
    cell = printed(9, "without: 0.8712\nwith: 0.9934\n")
    assert shown(cells=(cell,), evaluations=(evaluation(0, 0.87123), evaluation(1, 0.89341))).outcome is Outcome.UNMET


def test_one_number_does_not_stand_for_two_equal_results():
    evaluations = (evaluation(0, 0.8712), evaluation(1, 0.8712))
    assert shown(cells=(printed(9, "accuracy 0.8712"),), evaluations=evaluations).outcome is not Outcome.MET
    both = shown(cells=(printed(9, "0.8712 and 0.8712"),), evaluations=evaluations)
    assert both.outcome is Outcome.PARTIAL
    assert both.facts == {"shown": "validation"}


def test_results_printed_in_two_cells_are_apart():
    cells = (printed(7, f"{last(ONE, 'accuracy'):.4f}"), printed(8, f"{last(OTHER, 'accuracy'):.4f}"))
    assert shown(cells=cells).share == pytest.approx(0.5)


def test_progress_logs_alone_get_little():
    finding = shown(cells=(printed(6, LOG), printed(7, LOG)))
    assert finding.share == pytest.approx(0.3)
    assert "progress logs at cells 6 and 7" in finding.seen


def test_numbers_in_progress_logs_are_not_a_table():
    text = f"Epoch 3/3\n125/125 - 1s - 8ms/step - accuracy: {last(ONE, 'accuracy'):.4f}\n"
    text += f"125/125 - 1s - 8ms/step - accuracy: {last(OTHER, 'accuracy'):.4f}\n"
    assert shown(cells=(printed(6, text),)).outcome is not Outcome.MET


def test_nothing_shown_is_unmet():
    finding = shown()
    assert finding.outcome is Outcome.UNMET
    assert "legend" in finding.advice


def test_one_trained_network_leaves_nothing_to_compare():
    at = evidence(models=(model(0, PLAIN),), fits=(ONE,))
    assert "Only one of the two networks was trained" in look("comparison.shown", at).seen


def test_output_full_of_numbers_is_looked_through_in_time():
    noise = " ".join(f"{n % 997 / 997:.5f}" for n in range(100_000))
    assert shown(cells=(printed(9, noise),)).outcome is not Outcome.ERRORED


def own_loops(**more: object) -> Evidence:
    facts = {"loop": "custom", "epochs_asked": None, "epochs_done": 0, "steps": 400, "history": {}}
    fits = (fit(0, 0, **facts), fit(1, 1, **facts))
    return evidence(models=(model(0, PLAIN), model(1, NORMALIZED)), fits=fits, **more)


def test_what_a_loop_of_the_students_own_measured_is_undecided():
    finding = look("comparison.shown", own_loops(cells=(printed(9, "without 0.8712, with 0.8934"),)))
    assert finding.outcome is Outcome.UNDECIDED
    assert "cells 6 and 7" in finding.seen


def test_whole_per_cents_of_both_networks_in_one_cell_are_a_comparison():
    cell = table("accuracy", "val_accuracy", digits=0, factor=100, sign="%")
    assert shown(cells=(cell,)).outcome is Outcome.MET


def test_whole_per_cents_of_one_network_say_too_little():
    cells = tuple(printed(7 + n, f"{last(each, 'accuracy'):.0%}") for n, each in enumerate((ONE, OTHER)))
    assert shown(cells=cells).outcome is Outcome.UNMET


def test_the_mean_over_the_epochs_is_a_result():
    rows = [
        " ".join(f"{sum(each.history[key]) / 3:.4f}" for key in ("accuracy", "val_accuracy")) for each in (ONE, OTHER)
    ]
    assert shown(cells=(printed(9, "\n".join(rows)),)).outcome is Outcome.MET


def test_a_loss_is_never_given_in_per_cent():
    cell = table("loss", "val_loss", digits=1, factor=100)
    assert shown(cells=(cell,)).outcome is Outcome.UNMET


def test_numbers_computed_from_predictions_are_left_to_a_person():
    cells = (printed(9, "without: 0.8712\nwith: 0.9934\n"),)
    predictions = (PredictRecord(model=0), PredictRecord(model=1))
    assert shown(cells=cells, predictions=predictions).outcome is Outcome.UNDECIDED
    assert shown(cells=cells, predictions=predictions[:1]).outcome is Outcome.UNMET


def test_numbers_printed_before_the_trainings_are_no_results_of_them():
    cells = (printed(2, "0.8712 0.9934"),)
    predictions = (PredictRecord(model=0), PredictRecord(model=1))
    assert shown(cells=cells, predictions=predictions).outcome is Outcome.UNMET


def test_the_megabytes_of_a_summary_are_no_results():
    evaluations = (evaluation(0, 0.8712), evaluation(1, 0.8934))
    text = "│ Layer │ Param # │\n│ dense │ 0.8712 │\n Total params: 109,386 (0.8712 MB)\n Trainable params: 9 (0.8934 MB)\n"
    assert shown(cells=(printed(9, text),), evaluations=evaluations).outcome is Outcome.UNMET


def test_a_table_with_drawn_borders_is_no_summary():
    evaluations = (evaluation(0, 0.8712), evaluation(1, 0.8934))
    text = "│ plain │ 0.8712 │\n│ with BN │ 0.8934 │\n"
    assert shown(cells=(printed(9, text),), evaluations=evaluations).share == pytest.approx(0.7)
