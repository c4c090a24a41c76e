"""Shapes, weights and multiplications of layers, by hand; a slow test compares them with Keras' own numbers."""

from grader.architecture.named import architecture, cnn, layer
from grader.architecture.shapes import steps
from grader.architecture.sound import sound
from tests.architecture.specifications import changed, network


def test_the_mlp_of_the_assignment_has_its_shapes_and_weights() -> None:
    found = list(steps(sound(changed(layers=architecture("mlp", None)))))
    assert [step.gives for step in found] == [(128,), (128,), (64,), (64,), (10,), (10,)]
    assert [step.parameters for step in found] == [100480, 0, 8256, 0, 650, 0]


def test_the_cnn_of_the_assignment_has_its_shapes() -> None:
    found = steps(sound(changed(input_shape=(28, 28, 1), layers=cnn())))
    pools = [step.gives for step in found if step.layer.layer == "MaxPooling2D"]
    assert pools == [(13, 13, 16), (5, 5, 32)]


def test_a_step_takes_what_the_one_before_it_gives() -> None:
    found = list(steps(sound(changed(input_shape=(28, 28, 1), layers=cnn()))))
    assert [step.takes for step in found[1:]] == [step.gives for step in found[:-1]]
    assert found[0].takes == (28, 28, 1)


def test_a_dense_layer_multiplies_each_input_by_each_weight() -> None:
    (dense, *_) = steps(sound(network(layer("Dense", units=5), shape=(4, 3))))
    assert (dense.gives, dense.parameters, dense.operations) == ((4, 5), 20, 4 * 3 * 5)


def test_a_convolution_multiplies_its_kernel_at_each_position() -> None:
    conv = layer("Conv2D", filters=2, kernel_size=(3, 3), strides=(2, 2), padding="same", use_bias=False)
    (step, *_) = steps(sound(network(conv, shape=(7, 7, 3))))
    assert (step.gives, step.parameters, step.operations) == ((4, 4, 2), 54, 16 * 54)


def test_batch_normalization_learns_a_scale_and_a_shift_for_each_channel() -> None:
    parameters = [
        next(steps(sound(network(layer("BatchNormalization", center=center, scale=scale), shape=(8, 8, 3))))).parameters
        for center, scale in ((True, True), (True, False), (False, False))
    ]
    assert parameters == [6, 3, 0]
