"""Batch normalization: the networks of the assignment, with and without it, and how to compare them fairly.

What the layer does
-------------------
Take one feature of a layer: one unit of a Dense layer, or one channel of a convolution. In a mini-batch it has the
values ``x_1 … x_m`` (m is the number of images; for a channel, images × height × width). In training it becomes

    mean      = (x_1 + … + x_m) / m
    variance  = ((x_1 - mean)² + … + (x_m - mean)²) / m
    x̂_i       = (x_i - mean) / sqrt(variance + epsilon)          the normalization step
    y_i       = gamma · x̂_i + beta                               the learnable scale and shift

``gamma`` (begins at 1) and ``beta`` (begins at 0) are weights like any other, one pair for each feature, and gradients
flow through mean and variance too. They give back what normalization took away: with ``gamma = sqrt(variance +
epsilon)`` and ``beta = mean`` the layer hands on what it was given.

At inference there may be a single image, and an answer must not depend on the images that happen to be beside it. So
the layer uses fixed numbers instead of the batch's, moving averages that each training step updates:

    moving_mean      = momentum · moving_mean     + (1 - momentum) · mean            begins at 0
    moving_variance  = momentum · moving_variance + (1 - momentum) · variance        begins at 1

After n steps a share of ``momentum^n`` of those first values is left: with 0.99, 37 % after 100 steps, 1 % after 460.
A network with BN that was trained for few steps can therefore be good in training and bad in validation.

The arguments of ``keras.layers.BatchNormalization``
----------------------------------------------------
axis       which axis holds the features, each of which is normalized by itself. -1, the last, is right for Dense layers
           and for images with their channels last (Keras' usual order).
momentum   how slowly the moving averages follow; 0.99 by default. It has nothing to do with an optimizer's momentum and
           does not change training, only inference. Lower it (0.9) where there are few steps.
epsilon    added to the variance so that nothing is divided by zero; 0.001 by default.
center     whether there is a ``beta``. scale: whether there is a ``gamma``.

A bias right before BN does nothing: it moves every x_i and the mean alike, and is subtracted again; ``beta`` does its
work. ``use_bias=False`` saves a few weights. The networks below keep it, so that the two of a pair differ in BN alone.

Before or after the activation?
-------------------------------
*Pre-activation* (Dense, BN, ReLU) is what Ioffe and Szegedy proposed: sums of many inputs are closer to a bell curve
than what ReLU leaves of them, so mean and variance describe them better. *Post-activation* (Dense, ReLU, BN) hands the
next layer inputs of mean 0 and variance 1 (times gamma, plus beta). Both are used and both are right here; neither
always wins. BN behind the softmax is wrong: what leaves it is no longer a probability for each class.

Why it helps
------------
Ioffe and Szegedy say that it keeps the distribution of each layer's inputs from drifting as the layers below learn
("internal covariate shift"). Santurkar and others added such drift on purpose and still saw the benefit; they find that
the loss becomes smoother, so that a gradient stays right over a longer step. Either way: larger learning rates, less
care about initial weights, fewer epochs. Noise in the batch's statistics regularizes a little.

Batch size, and the limits of the method
----------------------------------------
Mean and variance are estimates from one batch: their error falls with the square root of its size. Few images give
noise; at the extreme, one image and a Dense layer, x̂ is 0 whatever the input. Large batches give exact statistics, less
regularization and fewer steps an epoch, so compare batch sizes at equal numbers of steps as well as of epochs. BN also
makes the images of a batch depend on each other, behaves differently in training and inference, costs time and memory,
suits sequences of different lengths badly, and goes wrong when the data at inference are distributed otherwise. Layer
and group normalization do not need the batch.

Sources
-------
S. Ioffe, C. Szegedy: Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate Shift.
    ICML 2015, https://arxiv.org/abs/1502.03167
S. Santurkar, D. Tsipras, A. Ilyas, A. Madry: How Does Batch Normalization Help Optimization?
    NeurIPS 2018, https://arxiv.org/abs/1805.11604
Keras: BatchNormalization layer, https://keras.io/api/layers/normalization_layers/batch_normalization/
"""

import keras

PRE_ACTIVATION = "pre-activation"
POST_ACTIVATION = "post-activation"


def mlp(
    units: tuple[int, ...] = (128, 64),
    batch_norm: str | None = None,
    input_shape: tuple[int, ...] = (28, 28),
    classes: int = 10,
    momentum: float = 0.99,
) -> keras.Sequential:
    """A multilayer perceptron: Dense layers with ReLU, and a softmax over the classes.

    Args:
        units: the width of each hidden layer.
        batch_norm: where BN stands: ``"pre-activation"``, ``"post-activation"``, or ``None`` for no BN.
        input_shape: of one image; it is made flat.
        classes: number of classes.
        momentum: of BN's moving averages.

    Returns:
        The network, built and not yet compiled.
    """
    layers = [keras.Input(input_shape), keras.layers.Flatten()]
    for width in units:
        layers += hidden(keras.layers.Dense(width), batch_norm, momentum)
    layers += [keras.layers.Dense(classes), keras.layers.Activation("softmax")]
    return keras.Sequential(layers)


def cnn(
    filters: tuple[int, ...] = (16, 32),
    units: int = 64,
    batch_norm: str | None = None,
    input_shape: tuple[int, int, int] = (28, 28, 1),
    classes: int = 10,
    momentum: float = 0.99,
) -> keras.Sequential:
    """A small convolutional network: convolutions of 3 × 3 with pooling of 2 × 2, one hidden Dense layer, a softmax.

    BN behind a convolution has one mean and one variance for each channel, over all images *and all positions*.

    Args:
        filters: number of channels that each convolution gives.
        units: width of the hidden Dense layer.
        batch_norm: as for `mlp`.
        input_shape: height, width and channels of one image.
        classes: number of classes.
        momentum: of BN's moving averages.

    Returns:
        The network, built and not yet compiled.
    """
    layers = [keras.Input(input_shape)]
    for channels in filters:
        layers += hidden(keras.layers.Conv2D(channels, (3, 3)), batch_norm, momentum)
        layers += [keras.layers.MaxPooling2D((2, 2))]
    layers += [keras.layers.Flatten()]
    layers += hidden(keras.layers.Dense(units), batch_norm, momentum)
    layers += [keras.layers.Dense(classes), keras.layers.Activation("softmax")]
    return keras.Sequential(layers)


def hidden(affine: keras.Layer, batch_norm: str | None, momentum: float) -> list[keras.Layer]:
    """A Dense or convolutional layer with its ReLU, and BN where it is wanted.

    Raises:
        ValueError: ``batch_norm`` is none of the three.
    """
    relu = keras.layers.Activation("relu")
    if batch_norm is None:
        return [affine, relu]
    norm = keras.layers.BatchNormalization(axis=-1, momentum=momentum, epsilon=0.001, center=True, scale=True)
    if batch_norm == PRE_ACTIVATION:
        return [affine, norm, relu]
    if batch_norm == POST_ACTIVATION:
        return [affine, relu, norm]
    raise ValueError(f"batch_norm is {batch_norm!r}; it must be {PRE_ACTIVATION!r}, {POST_ACTIVATION!r} or None.")


def train(
    model: keras.Model,
    training: tuple,
    validation: tuple,
    *,
    optimizer: str = "adam",
    learning_rate: float = 0.001,
    batch_size: int = 32,
    epochs: int = 5,
) -> dict[str, list[float]]:
    """Compile and train a network.

    Args:
        model: as `mlp` and `cnn` build it. Training goes on from the weights it has: build a new one each time.
        training: images with values from 0 to 1, and the number of the class of each.
        validation: the same, of images that are not trained on.
        optimizer: name of an optimizer of Keras. The optimizer itself is made here: it keeps a memory of past
            gradients, so two networks must never share one.
        learning_rate: of the optimizer.
        batch_size: number of images a step.
        epochs: number of passes over the training images.

    Returns:
        ``loss``, ``accuracy``, ``val_loss`` and ``val_accuracy``, one number an epoch. The first two are means over the
        epoch *while* the weights change, and with BN they use the batch's statistics; the others are measured at the
        end of the epoch with the moving averages. Compare each between networks, not with one another.
    """
    its_optimizer = keras.optimizers.get(optimizer)
    its_optimizer.learning_rate = learning_rate
    model.compile(optimizer=its_optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    images, labels = training
    history = model.fit(images, labels, validation_data=validation, batch_size=batch_size, epochs=epochs, verbose=0)
    return history.history


def compare(
    plain: keras.Model, normalized: keras.Model, training: tuple, validation: tuple, **settings: object
) -> dict[str, dict[str, list[float]]]:
    """Train a network without and one with BN that begin with the same weights, in the same way.

    One comparison says little: two trainings of the *same* network differ too, by the luck of their weights and of the
    order of the images. Build new pairs and repeat, and look at the mean of the differences and their spread::

        for _ in range(10):
            curves = compare(mlp(), mlp(batch_norm="pre-activation"), training, validation, epochs=5)
            differences.append(curves["with BN"]["val_accuracy"][-1] - curves["without BN"]["val_accuracy"][-1])

    Args:
        plain: the network without BN, fresh.
        normalized: the same network with BN, fresh.
        training: as for `train`.
        validation: as for `train`.
        settings: the other arguments of `train`, the same for both.

    Returns:
        The curves of both, as `train` gives them.
    """
    for layer, its_twin in zip(weighing_layers(plain), weighing_layers(normalized), strict=True):
        its_twin.set_weights(layer.get_weights())
    return {
        "without BN": train(plain, training, validation, **settings),
        "with BN": train(normalized, training, validation, **settings),
    }


def weighing_layers(model: keras.Model) -> list[keras.Layer]:
    """The Dense and convolutional layers of a network, in order."""
    return [layer for layer in model.layers if isinstance(layer, keras.layers.Dense | keras.layers.Conv2D)]


def images(channels: bool = False) -> tuple[tuple, tuple, tuple]:
    """MNIST with pixels from 0 to 1.

    Args:
        channels: whether each image has an axis for its one channel, as `cnn` needs it.

    Returns:
        Images and labels to train on (the first 50,000), to validate on (the other 10,000), and to test on: once, and
        only the network that was chosen by then.
    """
    (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
    x_train, x_test = x_train.astype("float32") / 255, x_test.astype("float32") / 255
    if channels:
        x_train, x_test = x_train[..., None], x_test[..., None]
    return (x_train[:50_000], y_train[:50_000]), (x_train[50_000:], y_train[50_000:]), (x_test, y_test)
