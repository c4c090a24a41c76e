import pytest

from grader.evidence import (
    Cause,
    CellOutcome,
    CellRunRecord,
    ErrorRecord,
    FitRecord,
    SourceRecord,
    UnattachedRecord,
    Where,
)
from grader.finding import Outcome
from grader.submission import Place
from tests.evidence_builders import NORMALIZED, PLAIN, evidence, fit, look, model, network, written

BOTH = pytest.mark.parametrize(
    ("check", "graph", "other"),
    [("models.without_batch_norm", PLAIN, NORMALIZED), ("models.with_batch_norm", NORMALIZED, PLAIN)],
)


@BOTH
def test_a_network_is_known_by_its_layers_whatever_its_name(check: str, graph, other):
    at = evidence(models=(model(0, other, name="with_bn"), model(1, graph, name="without_bn", cell=9)))
    finding = look(check, at)
    assert finding.outcome is Outcome.MET
    assert finding.places == (Place(cell=9, line=1),)


@BOTH
def test_a_network_of_the_other_kind_is_not_enough(check: str, graph, other):
    finding = look(check, evidence(models=(model(0, other),)))
    assert finding.outcome is Outcome.UNMET


@BOTH
def test_a_network_in_a_comment_gets_a_part_and_is_told_where_it_stands(check: str, graph, other):
    finding = look(check, evidence(source=SourceRecord(models=(written(graph, cell=0, line=120),))))
    assert finding.outcome is Outcome.PARTIAL
    assert "in a comment at cell 0, line 120" in finding.seen
    assert finding.places == (Place(cell=0, line=120),)


@BOTH
def test_a_network_in_a_cell_that_was_never_reached_gets_more_than_one_in_a_comment(check: str, graph, other):
    error = ErrorRecord(name="NameError", message="name 'x' is not defined", line=2, cause=Cause.STUDENT)
    failed = CellRunRecord(cell=3, outcome=CellOutcome.ERROR, error=error)
    source = SourceRecord(models=(written(graph, cell=4, where=Where.CODE),))
    in_code = look(check, evidence(source=source, cells=(failed,)))
    in_comment = look(check, evidence(source=SourceRecord(models=(written(graph),))))
    assert in_code.share > in_comment.share
    assert "Cell 3, line 2, stops with NameError" in in_code.seen


@BOTH
def test_a_trained_model_whose_layers_are_unknown_leaves_it_undecided(check: str, graph, other):
    at = evidence(models=(model(0, None),), fits=(FitRecord(id=0, model=0, epochs_done=1),))
    assert look(check, at).outcome is Outcome.UNDECIDED


def test_a_stack_without_any_layer_that_learns_is_no_network():
    at = evidence(models=(model(0, network("flatten", "rescaling")),))
    assert look("models.without_batch_norm", at).outcome is Outcome.UNMET


def test_a_bn_layer_that_is_part_of_nothing_is_told_and_gets_a_part():
    lonely = UnattachedRecord(class_name="BatchNormalization", place=Place(cell=4, line=2))
    finding = look("models.with_batch_norm", evidence(models=(model(0, PLAIN),), unattached=(lonely,)))
    assert finding.outcome is Outcome.PARTIAL
    assert "at cell 4" in finding.seen
    assert Place(cell=4, line=2) in finding.places


def test_layer_normalization_is_named_as_something_else():
    at = evidence(models=(model(0, network("dense8", "ln", "relu", "dense3")),))
    finding = look("models.with_batch_norm", at)
    assert finding.outcome is Outcome.UNMET
    assert "LayerNormalization, which is not batch normalization" in finding.seen


def test_a_model_that_is_called_bn_and_has_none_is_named():
    at = evidence(models=(model(0, PLAIN, name="model_with_bn", cell=6), model(1, PLAIN, name="m", cell=7)))
    assert "'model_with_bn' (cell 6, line 1) has no BN layer" in look("models.with_batch_norm", at).seen


@pytest.mark.parametrize("parts", [("dense8:relu", "dense3:softmax", "bn"), ("bn", "dense8:relu", "dense3:softmax")])
def test_bn_on_nothing_but_the_input_or_the_output_gets_a_part(parts: tuple[str, ...]):
    finding = look("models.with_batch_norm", evidence(models=(model(0, network(*parts)),)))
    assert finding.outcome is Outcome.PARTIAL


def test_the_network_that_was_trained_is_the_one_that_is_named():
    at = evidence(models=(model(0, PLAIN, cell=1), model(1, PLAIN, cell=2)), fits=(fit(0, 1),))
    assert look("models.without_batch_norm", at).places[0].cell == 2
