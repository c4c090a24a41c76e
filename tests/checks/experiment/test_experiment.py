from dataclasses import replace

import pytest

from grader.evidence import Cause, ErrorRecord, Evidence, FitRecord, RunOutcome, Weights
from grader.finding import Finding, Outcome
from grader.graph import LayerGraph
from grader.submission import Place
from tests.evidence_builders import (
    NORMALIZED,
    PLAIN,
    axes,
    curve,
    evidence,
    figure,
    fit,
    good_run,
    look,
    model,
    network,
    printed,
)


def trials(*sizes: int, cell: int = 12, **facts: object) -> tuple[FitRecord, ...]:
    given = {"epochs": 2, "place": Place(cell=cell)} | facts
    return tuple(fit(n, n, batch_size=size, **given) for n, size in enumerate(sizes))


def run(fits: tuple[FitRecord, ...], graph: LayerGraph = NORMALIZED, **more: object) -> Evidence:
    models = tuple(model(number, graph) for number in sorted({each.model for each in fits}))
    return evidence(models=models, fits=fits, **more)


def sizes(at: Evidence, **options: object) -> Finding:
    return look("experiment.batch_sizes", at, **options)


def results(at: Evidence) -> Finding:
    return look("experiment.results_shown", at)


def final(of: FitRecord) -> float:
    value = of.history["val_accuracy"][-1]
    assert value is not None
    return value


def test_three_sizes_on_fresh_bn_networks_are_an_experiment():
    finding = sizes(run(trials(32, 128, 512)))
    assert finding.outcome is Outcome.MET
    assert finding.facts == {"batch_sizes": "32, 128, 512", "on": "batch_norm", "fresh": "true"}


def test_the_training_of_the_main_pair_is_not_counted_among_the_trials():
    main = fit(9, 9, batch_size=64, epochs=2)
    finding = sizes(run((main, *trials(32, 128, 512))))
    assert finding.facts["batch_sizes"] == "32, 128, 512"


def test_the_training_of_the_main_pair_counts_where_it_completes_the_sizes():
    main = fit(9, 9, batch_size=64, epochs=2)
    assert sizes(run((main, *trials(32, 128)))).facts["batch_sizes"] == "32, 64, 128"


def test_sizes_tried_in_cells_of_their_own_are_one_experiment():
    fits = tuple(replace(each, place=Place(cell=10 + n)) for n, each in enumerate(trials(16, 64, 256)))
    assert sizes(run(fits)).outcome is Outcome.MET


def test_the_number_of_sizes_is_the_rubrics_to_choose():
    at = run(trials(32, 128, 512))
    assert sizes(at, minimum_sizes=4).outcome is Outcome.PARTIAL
    assert sizes(run(trials(32, 128)), minimum_sizes=2).outcome is Outcome.MET


def test_the_same_weights_trained_on_and_on_get_a_part():
    fits = tuple(replace(each, model=0, weights=Weights.TRAINED) for each in trials(32, 64, 128))
    finding = sizes(run(fits))
    assert finding.outcome is Outcome.PARTIAL
    assert "trained before" in finding.seen
    assert finding.facts["fresh"] == "false"


def test_weights_that_nobody_saw_are_for_a_person():
    assert sizes(run(trials(32, 64, 128, weights=Weights.UNKNOWN))).outcome is Outcome.UNDECIDED


def test_the_network_without_bn_gets_a_part():
    finding = sizes(run(trials(16, 32, 64, 128), PLAIN))
    assert finding.outcome is Outcome.PARTIAL
    assert finding.facts["on"] == "plain"
    assert "no BN layer" in finding.seen


def test_an_experiment_on_both_networks_is_judged_by_the_one_with_bn():
    plain = tuple(replace(each, id=10 + each.id, model=10 + each.model) for each in trials(16, 32, 64, 128))
    models = (*(model(n, NORMALIZED) for n in range(3)), *(model(10 + n, PLAIN) for n in range(4)))
    finding = sizes(evidence(models=models, fits=(*trials(32, 64, 128), *plain)))
    assert (finding.outcome, finding.facts["on"]) == (Outcome.MET, "batch_norm")


def test_two_sizes_get_a_part():
    finding = sizes(run(trials(32, 64)))
    assert finding.outcome is Outcome.PARTIAL
    assert "2 sizes of the 3 asked for" in finding.seen


def test_one_size_is_no_experiment():
    finding = sizes(run(trials(32, 32)))
    assert finding.outcome is Outcome.UNMET
    assert "(32)" in finding.seen


def test_changing_the_epochs_along_with_the_size_gets_a_part():
    fits = tuple(replace(each, epochs_asked=2 + n) for n, each in enumerate(trials(32, 64, 128)))
    finding = sizes(run(fits))
    assert finding.outcome is Outcome.PARTIAL
    assert "More than the batch size differs" in finding.seen


def test_changing_the_network_along_with_the_size_gets_a_part():
    fits = trials(32, 64, 128)
    graphs = [network(f"dense{8 + n}", "bn", "relu", "dense3") for n in range(3)]
    models = tuple(model(n, graph) for n, graph in enumerate(graphs))
    finding = sizes(evidence(models=models, fits=fits))
    assert finding.outcome is Outcome.PARTIAL
    assert "networks themselves differ" in finding.seen


ERROR = ErrorRecord(name="TypeError", message="'module' object is not iterable", line=40, cause=Cause.STUDENT)


def test_an_error_after_the_trainings_does_not_take_them_away():
    at = run(trials(32, 128, 512), outcome=RunOutcome.STUDENT_ERROR, cells=(printed(12, "", ERROR),))
    assert sizes(at).outcome is Outcome.MET


def test_results_that_an_error_kept_from_being_shown_are_unmet_with_the_error():
    finding = results(run(trials(32, 128, 512), outcome=RunOutcome.STUDENT_ERROR, cells=(printed(12, "", ERROR),)))
    assert finding.outcome is Outcome.UNMET
    assert "TypeError" in finding.seen


def test_a_line_printed_for_each_size_shows_the_results():
    assert results(good_run()).outcome is Outcome.MET


def test_a_curve_for_each_size_in_one_figure_shows_the_results():
    fits = trials(32, 128, 512)
    lines = [curve(each.history["val_accuracy"], f"batch size {each.batch_size}") for each in fits]
    assert results(run(fits, figures=(figure(axes(*lines)),))).outcome is Outcome.MET


def test_one_line_over_the_sizes_shows_the_results():
    fits = trials(32, 128, 512)
    line = curve([final(each) for each in fits])
    assert results(run(fits, figures=(figure(axes(line, title="by batch size")),))).outcome is Outcome.MET


def test_bars_over_the_sizes_show_the_results():
    fits = trials(32, 128, 512)
    bars = axes(bars=3, heights=tuple(final(each) for each in fits), ticks=("32", "128", "512"))
    assert results(run(fits, figures=(figure(bars),))).outcome is Outcome.MET


def test_a_figure_without_a_legend_gets_a_part():
    fits = trials(32, 128, 512)
    lines = [curve(each.history["val_accuracy"]) for each in fits]
    assert results(run(fits, figures=(figure(axes(*lines)),))).share == pytest.approx(0.8)


def test_results_of_some_sizes_only_get_a_part():
    fits = trials(32, 128, 512)
    at = run(fits, cells=(printed(12, f"{final(fits[0]):.4f} {final(fits[2]):.4f}"),))
    finding = results(at)
    assert finding.outcome is Outcome.PARTIAL
    assert "2 of 3" in finding.seen


def test_progress_logs_alone_get_little():
    at = run(trials(32, 128, 512), cells=(printed(12, "Epoch 1/2\n125/125 - 1s - 8ms/step - loss: 0.5123\n"),))
    assert results(at).share == pytest.approx(0.3)


def test_without_an_experiment_there_are_no_results():
    assert results(run(trials(32, 32))).outcome is Outcome.UNMET


def unseen(number: int, **facts: object) -> FitRecord:
    return fit(number, number, batch_size=None, **facts)


OWN_LOOP = {"loop": "custom", "epochs_asked": None, "epochs_done": 0, "steps": 400, "history": {}}


def test_a_training_loop_of_the_students_own_may_hold_the_experiment():
    at = run((unseen(0, **OWN_LOOP), unseen(1, **OWN_LOOP)))
    assert sizes(at).outcome is Outcome.UNDECIDED
    assert results(at).outcome is Outcome.UNDECIDED
    assert "cells 6 and 7" in sizes(at).seen


def test_generators_hide_the_sizes_that_a_person_has_to_look_up():
    at = run((unseen(0), unseen(1), unseen(2)))
    assert sizes(at).outcome is Outcome.UNDECIDED
    assert results(at).outcome is Outcome.UNDECIDED


def test_one_training_from_a_generator_is_no_experiment():
    assert sizes(run((unseen(0),))).outcome is Outcome.UNMET


def test_sizes_that_are_too_few_are_undecided_where_other_trainings_may_hold_the_rest():
    assert sizes(run((*trials(32, 128), unseen(7)))).outcome is Outcome.UNDECIDED


def test_generators_take_nothing_from_an_experiment_that_was_seen():
    assert sizes(run((*trials(32, 128, 512), unseen(7)))).outcome is Outcome.MET


def test_results_of_a_loop_of_the_students_own_are_undecided_where_none_is_seen():
    own = tuple(fit(n, n, batch_size=size, **OWN_LOOP) for n, size in enumerate((32, 128, 512)))
    assert results(run(own)).outcome is Outcome.UNDECIDED


def test_the_result_of_any_training_with_a_size_stands_for_that_size():
    main = fit(8, 8, batch_size=32, epochs=2, place=Place(cell=7))
    copied = tuple(replace(each, id=9 + n, place=Place(cell=10 + n)) for n, each in enumerate(trials(32, 64, 128)))
    told = " ".join(f"{final(each):.4f}" for each in copied)
    assert results(run((main, *copied), cells=(printed(13, told),))).outcome is Outcome.MET
