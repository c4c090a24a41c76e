import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.graph import (
    Edge,
    Layer,
    LayerGraph,
    LayerKind,
    Placement,
    backbone,
    chain,
    placement,
    placements,
    unfold,
)
from tests.evidence_builders import network, part

WORDS = ["dense8", "dense8:relu", "dense3:softmax", "dense8:linear", "bn", "relu", "linear", "drop0.2", "pool", "ln"]


def where(*parts: str) -> list[Placement]:
    return [place for _, place in placements(network(*parts))]


def test_bn_between_a_dense_layer_and_its_activation_is_pre_activation():
    assert where("dense8", "bn", "relu", "dense3:softmax") == [Placement.PRE_ACTIVATION]


def test_bn_behind_a_fused_activation_is_post_activation():
    assert where("dense8:relu", "bn", "dense3:softmax") == [Placement.POST_ACTIVATION]


def test_bn_behind_an_activation_layer_is_post_activation():
    assert where("dense8", "relu", "bn", "dense3:softmax") == [Placement.POST_ACTIVATION]


def test_dropout_and_pooling_between_do_not_change_a_placement():
    assert where("conv8", "drop0.2", "bn", "pool", "relu", "dense3:softmax") == [Placement.PRE_ACTIVATION]


def test_bn_between_two_linear_layers_has_no_activation():
    assert where("dense8", "bn", "dense8:relu", "dense3:softmax") == [Placement.NO_ACTIVATION]


@pytest.mark.parametrize("nothing", ["linear", "dense8:linear"])
def test_a_linear_activation_counts_as_no_activation(nothing: str):
    assert where("dense8", nothing, "bn", "dense8", "relu", "dense3:softmax") == [Placement.NO_ACTIVATION]


def test_bn_before_the_first_affine_layer_stands_on_the_input():
    assert where("input", "flatten", "bn", "dense8:relu", "dense3:softmax") == [Placement.INPUT]


def test_bn_behind_the_softmax_is_after_the_output():
    assert where("dense8:relu", "dense3:softmax", "bn") == [Placement.AFTER_OUTPUT]


def test_bn_between_the_logits_and_the_softmax_is_after_the_output():
    assert where("dense8:relu", "dense3", "bn", "softmax") == [Placement.AFTER_OUTPUT]


def test_bn_on_logits_without_any_softmax_is_after_the_output():
    assert where("dense8:relu", "dense3", "bn") == [Placement.AFTER_OUTPUT]


def test_bn_on_logits_before_a_linear_activation_layer_is_after_the_output():
    assert where("dense8:relu", "dense3", "bn", "linear") == [Placement.AFTER_OUTPUT]


def test_bn_before_global_pooling_of_a_hidden_convolution_is_not_after_the_output():
    assert where("conv8", "bn", "relu", "gap", "softmax") == [Placement.PRE_ACTIVATION]
    assert where("conv8", "relu", "bn", "gap", "softmax") == [Placement.POST_ACTIVATION]


def test_a_sigmoid_in_a_hidden_layer_is_an_activation_like_any_other():
    assert where("dense8", "bn", "sigmoid", "dense3:softmax") == [Placement.PRE_ACTIVATION]
    assert where("dense8:sigmoid", "bn", "dense3:softmax") == [Placement.POST_ACTIVATION]


def test_bn_without_any_edge_is_unattached():
    whole = network("dense8:relu", "dense3:softmax")
    lonely = part(7, "bn")
    graph = LayerGraph(layers=(*whole.layers, lonely), edges=whole.edges)
    assert placement(graph, lonely.id) is Placement.UNATTACHED


def test_bn_whose_result_is_thrown_away_is_unattached():
    first, bn, relu, last = (part(n, word) for n, word in enumerate(["dense8", "bn", "relu", "dense3:softmax"]))
    edges = (
        Edge(source=first.id, target=bn.id),
        Edge(source=first.id, target=relu.id),
        Edge(source=relu.id, target=last.id),
    )
    graph = LayerGraph(layers=(first, bn, relu, last), edges=edges)
    assert placement(graph, bn.id) is Placement.UNATTACHED


def residual(*, shortcut_is_affine: bool) -> LayerGraph:
    names = ["dense8:relu", "dense8", "bn", "add", "relu", "dense3:softmax"]
    first, hidden, bn, add, relu, last = (part(n, name) for n, name in enumerate(names))
    side = part(9, "dense8")
    edges = [(first, hidden), (hidden, bn), (bn, add), (add, relu), (relu, last)]
    edges += [(first, side), (side, add)] if shortcut_is_affine else [(first, add)]
    layers = (first, hidden, bn, *((side,) if shortcut_is_affine else ()), add, relu, last)
    return LayerGraph(layers=layers, edges=tuple(Edge(source=a.id, target=b.id) for a, b in edges))


@pytest.mark.parametrize("shortcut_is_affine", [True, False])
def test_bn_on_a_residual_branch_before_the_sum_is_pre_activation(shortcut_is_affine: bool):
    assert [place for _, place in placements(residual(shortcut_is_affine=shortcut_is_affine))] == [
        Placement.PRE_ACTIVATION
    ]


def test_bn_on_the_sum_of_an_activation_and_an_affine_branch_is_pre_activation():
    first, hidden, add, bn, relu, last = (
        part(n, word) for n, word in enumerate(["dense8:relu", "dense8", "add", "bn", "relu", "dense3:softmax"])
    )
    edges = [(first, add), (first, hidden), (hidden, add), (add, bn), (bn, relu), (relu, last)]
    graph = LayerGraph(
        layers=(first, hidden, add, bn, relu, last),
        edges=tuple(Edge(source=a.id, target=b.id) for a, b in edges),
    )
    assert placement(graph, bn.id) is Placement.PRE_ACTIVATION


def test_one_activation_layer_used_twice_leaves_both_bn_layers_pre_activation():
    names = ["dense8", "bn", "relu", "dense8", "bn", "dense3"]
    one, bn1, relu, two, bn2, last = (part(n, word) for n, word in enumerate(names))
    edges = [(one, bn1), (bn1, relu), (relu, two), (two, bn2), (bn2, relu), (relu, last)]
    graph = LayerGraph(
        layers=(one, bn1, relu, two, bn2, last), edges=tuple(Edge(source=a.id, target=b.id) for a, b in edges)
    )
    assert [place for _, place in placements(graph)] == [Placement.PRE_ACTIVATION, Placement.PRE_ACTIVATION]


def test_a_single_bn_layer_in_a_cycle_does_not_hang():
    bn, dense = part(0, "bn"), part(1, "dense8")
    edges = (Edge(source=bn.id, target=dense.id), Edge(source=dense.id, target=bn.id))
    assert placement(LayerGraph(layers=(bn, dense), edges=edges), bn.id) in set(Placement)


def test_layer_normalization_is_not_batch_normalization():
    assert network("dense8", "ln", "relu").batch_norms == ()


def test_unfolding_gives_a_fused_activation_a_layer_of_its_own():
    whole = unfold(network("dense8:relu", "dense3:softmax"))
    assert [layer.activation for layer in whole.layers] == [None, "relu", None, "softmax"]
    assert whole.layers[1].fused
    assert [layer.id for layer in whole.after(whole.layers[1].id)] == [whole.layers[2].id]


def test_backbones_with_fused_and_with_separate_activations_are_equal():
    fused = network("flatten", "dense8:relu", "dense3:softmax")
    separate = network("input", "flatten", "dense8", "bn", "relu", "dense3", "softmax")
    assert backbone(fused) == backbone(separate)


def test_linear_activations_do_not_count_in_a_backbone():
    assert backbone(network("dense8:linear", "linear")) == backbone(network("dense8"))


@pytest.mark.parametrize(
    "other", [("dense9", "relu"), ("dense8", "tanh"), ("dense8", "relu", "drop0.5"), ("dense8", "ln", "relu")]
)
def test_another_width_activation_dropout_or_normalization_is_another_backbone(other: tuple[str, ...]):
    assert backbone(network(*other)) != backbone(network("dense8", "relu"))


@given(st.lists(st.sampled_from(WORDS), max_size=12))
def test_unfolding_twice_changes_nothing(parts: list[str]):
    once = unfold(network(*parts))
    assert unfold(once) == once


@given(st.lists(st.sampled_from(WORDS), max_size=12))
def test_taking_bn_away_does_not_change_the_backbone(parts: list[str]):
    assert backbone(network(*parts)) == backbone(network(*(word for word in parts if word != "bn")))


@given(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=8),
    st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=20),
)
def test_every_bn_layer_of_any_graph_has_a_placement(parts: list[str], links: list[tuple[int, int]]):
    layers = network(*parts).layers
    edges = tuple(Edge(source=layers[a].id, target=layers[b].id) for a, b in links if max(a, b) < len(layers))
    graph = LayerGraph(layers=layers, edges=edges)
    assert len(placements(graph)) == len(graph.batch_norms)


def test_edges_to_layers_that_are_not_there_are_ignored():
    bn = part(0, "bn")
    graph = LayerGraph(layers=(bn,), edges=(Edge(source=bn.id, target="nowhere"),))
    assert placement(graph, bn.id) is Placement.UNATTACHED


def test_every_layer_of_a_deep_network_is_placed():
    layers = tuple(
        Layer(id=str(n), kind=LayerKind.NORMALIZATION, class_name="BatchNormalization")
        if n % 3 == 1
        else Layer(id=str(n), kind=LayerKind.DENSE, class_name="Dense", units=8, activation="relu")
        for n in range(400)
    )
    assert len(placements(chain(layers))) == 133
