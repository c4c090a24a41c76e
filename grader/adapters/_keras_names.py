"""Keras' names in the vocabulary of the layer graph. Data only: also read where notebooks are only read."""

LAYER_KINDS = {
    "InputLayer": "input",
    "Input": "input",
    "Dense": "dense",
    "EinsumDense": "dense",
    "Conv1D": "conv",
    "Conv2D": "conv",
    "Conv3D": "conv",
    "Convolution2D": "conv",
    "Conv1DTranspose": "conv",
    "Conv2DTranspose": "conv",
    "Conv3DTranspose": "conv",
    "SeparableConv1D": "conv",
    "SeparableConv2D": "conv",
    "DepthwiseConv1D": "conv",
    "DepthwiseConv2D": "conv",
    "Activation": "activation",
    "ReLU": "activation",
    "LeakyReLU": "activation",
    "PReLU": "activation",
    "ELU": "activation",
    "ThresholdedReLU": "activation",
    "Softmax": "activation",
    "BatchNormalization": "normalization",
    "BatchNormalizationV1": "normalization",
    "BatchNormalizationV2": "normalization",
    "SyncBatchNormalization": "normalization",
    "LayerNormalization": "normalization",
    "GroupNormalization": "normalization",
    "UnitNormalization": "normalization",
    "SpectralNormalization": "normalization",
    "RMSNormalization": "normalization",
    "Dropout": "dropout",
    "AlphaDropout": "dropout",
    "GaussianDropout": "dropout",
    "GaussianNoise": "dropout",
    "SpatialDropout1D": "dropout",
    "SpatialDropout2D": "dropout",
    "SpatialDropout3D": "dropout",
    "MaxPooling1D": "pooling",
    "MaxPooling2D": "pooling",
    "MaxPooling3D": "pooling",
    "MaxPool1D": "pooling",
    "MaxPool2D": "pooling",
    "MaxPool3D": "pooling",
    "AveragePooling1D": "pooling",
    "AveragePooling2D": "pooling",
    "AveragePooling3D": "pooling",
    "AvgPool2D": "pooling",
    "GlobalAveragePooling1D": "pooling",
    "GlobalAveragePooling2D": "pooling",
    "GlobalAvgPool2D": "pooling",
    "GlobalMaxPooling1D": "pooling",
    "GlobalMaxPooling2D": "pooling",
    "GlobalMaxPool2D": "pooling",
    "Flatten": "flatten",
    "Reshape": "reshape",
    "Permute": "reshape",
    "Cropping2D": "reshape",
    "ZeroPadding2D": "reshape",
    "UpSampling2D": "reshape",
    "RepeatVector": "reshape",
    "Add": "add",
    "Subtract": "add",
    "Concatenate": "add",
    "Average": "add",
    "Maximum": "add",
    "Multiply": "add",
}
"""Class name of a layer -> kind of layer."""

ACTIVATION_LAYERS = {
    "ReLU": "relu",
    "LeakyReLU": "leaky_relu",
    "PReLU": "prelu",
    "ELU": "elu",
    "ThresholdedReLU": "thresholded_relu",
    "Softmax": "softmax",
}
"""Class name of an activation layer -> the function that it applies."""

ACTIVATION_OPERATIONS = {
    "Relu": "relu",
    "Relu6": "relu6",
    "LeakyRelu": "leaky_relu",
    "Elu": "elu",
    "Selu": "selu",
    "Gelu": "gelu",
    "Silu": "silu",
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "Softplus": "softplus",
    "Softsign": "softsign",
    "Softmax": "softmax",
    "LogSoftmax": "log_softmax",
}
"""Name of an operation, of Keras or of a TensorFlow graph -> the activation function that it is."""

IDLE_OPERATIONS = frozenset(
    {"Placeholder", "PlaceholderWithDefault", "Arg", "_Arg", "IteratorGetNext", "Const", "Identity", "IdentityN"}
    | {"Cast", "Reshape", "ExpandDims", "Squeeze", "Shape", "StridedSlice", "Pack", "Prod", "EnsureShape"}
    | {"ReadVariableOp"}
)
"""Operations of a TensorFlow graph that change no number of a tensor; another shape shows in the next layer."""

DATASETS = (
    "mnist",
    "fashion_mnist",
    "cifar10",
    "cifar100",
    "imdb",
    "reuters",
    "boston_housing",
    "california_housing",
)
"""The modules of ``keras.datasets``."""
