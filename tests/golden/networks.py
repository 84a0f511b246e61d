"""Networks written as text, for the cases of fit.txt and ops_layers.txt.

`dense:16:tanh,flatten,conv2d:4:2x3:relu:padding=same`: layers parted by commas; each a kind, positional arguments, then
named ones. `2x3` is a tuple, `l2*0.01` a regularizer, `max_norm*0.5` or `non_neg` a constraint.
"""

from recording import keras, np

LAYERS = {
    "dense": keras.layers.Dense,
    "flatten": keras.layers.Flatten,
    "reshape": keras.layers.Reshape,
    "permute": keras.layers.Permute,
    "repeat_vector": keras.layers.RepeatVector,
    "rescaling": keras.layers.Rescaling,
    "normalization": keras.layers.Normalization,
    "activation": keras.layers.Activation,
    "softmax": keras.layers.Softmax,
    "relu": keras.layers.ReLU,
    "leaky_relu": keras.layers.LeakyReLU,
    "prelu": keras.layers.PReLU,
    "elu": keras.layers.ELU,
    "conv1d": keras.layers.Conv1D,
    "conv2d": keras.layers.Conv2D,
    "depthwise_conv2d": keras.layers.DepthwiseConv2D,
    "separable_conv2d": keras.layers.SeparableConv2D,
    "max_pooling1d": keras.layers.MaxPooling1D,
    "max_pooling2d": keras.layers.MaxPooling2D,
    "average_pooling1d": keras.layers.AveragePooling1D,
    "average_pooling2d": keras.layers.AveragePooling2D,
    "global_average_pooling2d": keras.layers.GlobalAveragePooling2D,
    "global_max_pooling2d": keras.layers.GlobalMaxPooling2D,
    "conv2d_transpose": keras.layers.Conv2DTranspose,
    "global_average_pooling1d": keras.layers.GlobalAveragePooling1D,
    "global_max_pooling1d": keras.layers.GlobalMaxPooling1D,
    "zero_padding1d": keras.layers.ZeroPadding1D,
    "zero_padding2d": keras.layers.ZeroPadding2D,
    "cropping1d": keras.layers.Cropping1D,
    "cropping2d": keras.layers.Cropping2D,
    "up_sampling1d": keras.layers.UpSampling1D,
    "up_sampling2d": keras.layers.UpSampling2D,
    "batch_normalization": keras.layers.BatchNormalization,
    "layer_normalization": keras.layers.LayerNormalization,
    "embedding": keras.layers.Embedding,
    "group_normalization": keras.layers.GroupNormalization,
    "rms_normalization": keras.layers.RMSNormalization,
    "unit_normalization": keras.layers.UnitNormalization,
}
FAMILIES = {"regularizer": keras.regularizers, "constraint": keras.constraints}
FLAGS = ("use_bias", "trainable", "center", "scale", "invert", "keepdims")
WITH_ACTIVATION = ("dense", "conv1d", "conv2d", "depthwise_conv2d", "separable_conv2d",
                   "conv2d_transpose")


def value_of(text):
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    if "x" in text and all(part.strip("-.0123456789") == "" for part in text.split("x")):
        return tuple(value_of(part) for part in text.split("x"))
    return text


def named_value(key, text):
    family = FAMILIES.get(key.split("_")[-1])
    if family:
        name, *factor = text.split("*")
        return getattr(family, name)(*map(float, factor))
    return text == "1" if key in FLAGS else value_of(text)


def build_layer(text):
    kind, *parts = text.split(":")
    args = [value_of(part) for part in parts if "=" not in part]
    named = {key: named_value(key, value) for key, value in (part.split("=") for part in parts if "=" in part)}
    if kind in WITH_ACTIVATION and isinstance(args[-1], str):
        named["activation"] = args.pop()
    if kind in ("reshape", "permute"):
        args = [args[0] if isinstance(args[0], tuple) else (args[0],)]
    if kind in ("zero_padding2d", "cropping2d") and isinstance(args[0], tuple) and len(args[0]) == 4:
        args = [(args[0][:2], args[0][2:])]  # 1x2x3x0: top, bottom, left, right
    return LAYERS[kind](*args, **named)


def build_network(options):
    """The Sequential model of the options `input` (its shape without the batch) and `layers`."""
    shape = tuple(map(int, str(options["input"]).split("x")))
    return keras.Sequential([keras.Input(shape), *map(build_layer, options["layers"].split(","))])


def initial_weights(numbers, model, scale=1.0):
    """Round numbers about as wide as glorot_uniform; gammas and variances around 1."""
    weights = []
    for variable in model.weights:
        shape = variable.shape
        if variable.name in ("gamma", "moving_variance"):
            weights.append(numbers.uniform(*shape, low=0.5, high=1.5, decimals=3))
        elif len(shape) == 1:
            weights.append(numbers.uniform(*shape, low=-0.1, high=0.1, decimals=3))
        else:
            limit = scale * (6 / (np.prod(shape[:-1]) + shape[-1])) ** 0.5
            weights.append(numbers.uniform(*shape, low=-limit, high=limit, decimals=3))
    return weights
