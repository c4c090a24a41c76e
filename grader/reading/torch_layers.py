"""PyTorch's names in the vocabulary of the layer graph, for notebooks that are read and not run."""

from collections.abc import Mapping

_SIZES = ("1d", "2d", "3d")

TORCH_ACTIVATIONS: Mapping[str, str] = {
    "ReLU": "relu",
    "ReLU6": "relu6",
    "LeakyReLU": "leaky_relu",
    "PReLU": "prelu",
    "ELU": "elu",
    "SELU": "selu",
    "GELU": "gelu",
    "SiLU": "silu",
    "Mish": "mish",
    "Hardswish": "hard_swish",
    "Softplus": "softplus",
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "Softmax": "softmax",
    "LogSoftmax": "log_softmax",
}
"""Class name of an activation module -> the function that it applies."""

TORCH_KINDS: Mapping[str, str] = {
    "Linear": "dense",
    "LazyLinear": "dense",
    "Bilinear": "dense",
    **{f"{lazy}Conv{n}": "conv" for lazy in ("", "Lazy") for n in _SIZES},
    **{f"ConvTranspose{n}": "conv" for n in _SIZES},
    **dict.fromkeys(TORCH_ACTIVATIONS, "activation"),
    **{f"{lazy}BatchNorm{n}": "normalization" for lazy in ("", "Lazy") for n in _SIZES},
    **{f"InstanceNorm{n}": "normalization" for n in _SIZES},
    "SyncBatchNorm": "normalization",
    "LayerNorm": "normalization",
    "GroupNorm": "normalization",
    "RMSNorm": "normalization",
    "Dropout": "dropout",
    "AlphaDropout": "dropout",
    **{f"Dropout{n}": "dropout" for n in _SIZES},
    **{f"{pool}{n}": "pooling" for pool in ("MaxPool", "AvgPool") for n in _SIZES},
    **{f"Adaptive{pool}{n}": "pooling" for pool in ("MaxPool", "AvgPool") for n in _SIZES},
    "Flatten": "flatten",
    "Unflatten": "reshape",
    "Upsample": "reshape",
}
"""Class name of a module -> kind of layer."""

FUNCTIONS: Mapping[str, tuple[str, str]] = {
    **{
        name: ("activation", name)
        for name in ("relu", "relu6", "leaky_relu", "prelu", "elu", "selu", "gelu", "sigmoid", "tanh", "softplus")
    },
    **{name: ("activation", name) for name in ("silu", "mish", "softmax", "log_softmax", "softsign")},
    "swish": ("activation", "silu"),
    "dropout": ("dropout", "Dropout"),
    **{f"{name}{n}": ("pooling", name) for name in ("max_pool", "avg_pool") for n in ("1d", "2d", "3d")},
    **{f"adaptive_{name}{n}": ("pooling", name) for name in ("max_pool", "avg_pool") for n in ("1d", "2d", "3d")},
    "flatten": ("flatten", "Flatten"),
    "view": ("flatten", "view"),
    "reshape": ("reshape", "Reshape"),
    "batch_norm": ("normalization", "BatchNorm"),
    "batch_normalization": ("normalization", "BatchNorm"),
    "add": ("add", "Add"),
    "concatenate": ("add", "Concatenate"),
    "concat": ("add", "Concatenate"),
    "cat": ("add", "Concatenate"),
}
"""Functions on tensors, of every framework -> kind of layer, and the activation or class that it stands for."""
