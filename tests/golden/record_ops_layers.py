"""ops_layers.txt: what networks of one or a few layers give, and the gradients of sum(upstream * y)."""

import warnings

from networks import build_network, initial_weights
from recording import Numbers, Recorder, tf


def record(recorder, name, input, layers, x, training=False):
    options = {"input": input, "layers": layers}
    numbers = Numbers(91)
    model = build_network(options)
    weights = initial_weights(numbers, model)
    model.set_weights(weights)
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = model(x, training=training)
    upstream = numbers.uniform(*y.shape, low=0.5, high=2.0)
    gradient_x, gradients = tape.gradient(y, [x, [v.value for v in model.trainable_weights]],
                                          output_gradients=tf.constant(upstream))

    recorder.case(name, **options, training=training)
    recorder.tensors(x=x, **{f"weight_{index}": weight for index, weight in enumerate(weights)})
    recorder.tensors(y=y, upstream=upstream, gradient_x=gradient_x)
    places = {id(variable): index for index, variable in enumerate(model.weights)}
    for variable, gradient in zip(model.trainable_weights, gradients):
        gradient = tf.convert_to_tensor(gradient)  # an Embedding's comes in slices
        recorder.tensor(f"gradient_{places[id(variable)]}", gradient)
    if training:  # moving statistics move
        for index, variable in enumerate(model.weights):
            recorder.tensor(f"final_{index}", variable.numpy())


def dense(recorder):
    numbers = Numbers(92)
    x = numbers.normal(5, 4)
    record(recorder, "dense", "4", "dense:3", x)
    record(recorder, "dense_no_bias", "4", "dense:3:use_bias=0", x)
    for activation in ("relu", "tanh", "sigmoid", "softmax", "gelu", "selu", "softplus"):
        record(recorder, f"dense_{activation}", "4", f"dense:3:{activation}", x)
    record(recorder, "dense_one_row", "4", "dense:3:tanh", x[:1])
    record(recorder, "dense_rank3", "2x4", "dense:3:tanh", numbers.normal(3, 2, 4))
    record(recorder, "dense_rank4", "2x3x4", "dense:2", numbers.normal(2, 2, 3, 4))
    record(recorder, "dense_wide", "37", "dense:19:relu,dense:5:softmax", numbers.normal(9, 37))
    record(recorder, "three_dense", "4", "dense:6:relu,dense:5:tanh,dense:2:sigmoid", x)
    record(recorder, "frozen_in_the_middle", "4", "dense:6:tanh,dense:5:tanh:trainable=0,dense:2", x)


def shapes(recorder):
    numbers = Numbers(93)
    pictures = numbers.normal(3, 4, 4)
    record(recorder, "flatten", "4x4", "flatten", pictures)
    record(recorder, "flatten_dense", "4x4", "flatten,dense:5:relu,dense:3:softmax", pictures)
    record(recorder, "flatten_rank4", "2x3x2", "flatten,dense:2", numbers.normal(3, 2, 3, 2))
    record(recorder, "reshape", "12", "reshape:3x4", numbers.normal(2, 12))
    record(recorder, "reshape_rest", "3x4", "reshape:2x-1,dense:2", numbers.normal(2, 3, 4))
    record(recorder, "reshape_to_one_axis", "3x4", "reshape:12", numbers.normal(2, 3, 4))
    record(recorder, "permute", "3x4", "permute:2x1", numbers.normal(2, 3, 4))
    record(recorder, "permute_rank4", "2x3x4", "permute:3x1x2,dense:2", numbers.normal(2, 2, 3, 4))
    record(recorder, "repeat_vector", "4", "repeat_vector:3,dense:2:tanh", numbers.normal(2, 4))
    record(recorder, "rescaling", "4x4", "rescaling:0.00392156862745098,flatten,dense:3",
           numbers.labels(2, 4, 4, classes=256))
    record(recorder, "rescaling_offset", "4", "rescaling:2.0:-1.0", numbers.normal(2, 4))
    record(recorder, "normalization", "3", "normalization:mean=0.5x-1x2:variance=4x0.25x0", numbers.normal(4, 3))
    record(recorder, "normalization_invert", "3", "normalization:mean=0.5x-1x2:variance=4x0.25x1:invert=1",
           numbers.normal(4, 3))


def activations(recorder):
    numbers = Numbers(94)
    x = numbers.normal(3, 5, scale=2.0)
    for name in ("relu", "tanh", "sigmoid", "softmax", "swish", "leaky_relu"):
        record(recorder, f"activation_{name}", "5", f"activation:{name}", x)
    record(recorder, "relu", "5", "relu", x)
    record(recorder, "relu_options", "5", "relu:max_value=1.5:negative_slope=0.1:threshold=0.25", x)
    record(recorder, "leaky_relu", "5", "leaky_relu", x)
    record(recorder, "leaky_relu_slope", "5", "leaky_relu:negative_slope=0.05", x)
    record(recorder, "prelu", "5", "prelu", x)
    record(recorder, "prelu_shared", "3x5", "prelu:shared_axes=1", numbers.normal(2, 3, 5))
    record(recorder, "elu", "5", "elu", x)
    record(recorder, "elu_alpha", "5", "elu:alpha=0.5", x)
    record(recorder, "softmax", "5", "softmax", x)
    record(recorder, "softmax_axis_1", "3x5", "softmax:axis=1", numbers.normal(2, 3, 5))


def convolutions(recorder):
    numbers = Numbers(95)
    picture, colours = numbers.normal(2, 5, 6, 1), numbers.normal(2, 5, 6, 3)
    for padding in ("valid", "same"):
        for what, more in {"": "", "_strides": ":strides=2", "_strides_2x1": ":strides=2x1",
                           "_dilation": ":dilation_rate=2"}.items():
            record(recorder, f"conv2d_{padding}{what}", "5x6x3", f"conv2d:2:2x3:padding={padding}{more}", colours)
        record(recorder, f"conv2d_{padding}_even_kernel", "5x6x1", f"conv2d:2:2:relu:padding={padding}", picture)
        record(recorder, f"separable_conv2d_{padding}", "5x6x3", f"separable_conv2d:4:3:tanh:padding={padding}",
               colours)
        for strides in (1, 2):
            record(recorder, f"depthwise_conv2d_{padding}_strides_{strides}", "5x6x3",
                   f"depthwise_conv2d:3:padding={padding}:strides={strides}", colours)
            for pool in ("max", "average"):
                record(recorder, f"{pool}_pooling2d_{padding}_strides_{strides}", "5x6x3",
                       f"{pool}_pooling2d:2x3:strides={strides}:padding={padding}", colours)
                record(recorder, f"{pool}_pooling1d_{padding}_strides_{strides}", "7x2",
                       f"{pool}_pooling1d:3:strides={strides}:padding={padding}", numbers.normal(2, 7, 2))
    for padding in ("valid", "same", "causal"):
        record(recorder, f"conv1d_{padding}", "7x2", f"conv1d:3:3:padding={padding}", numbers.normal(2, 7, 2))
        record(recorder, f"conv1d_{padding}_strides", "7x2", f"conv1d:3:3:tanh:padding={padding}:strides=2",
               numbers.normal(2, 7, 2))
        record(recorder, f"conv1d_{padding}_dilation", "7x2", f"conv1d:3:2:padding={padding}:dilation_rate=3",
               numbers.normal(2, 7, 2))
    record(recorder, "conv2d_one_by_one", "5x6x3", "conv2d:4:1", colours)
    record(recorder, "conv2d_groups", "5x6x4", "conv2d:4:2:groups=2", numbers.normal(2, 5, 6, 4))
    record(recorder, "conv2d_no_bias", "5x6x3", "conv2d:4:3:use_bias=0", colours)
    record(recorder, "depthwise_conv2d_multiplier", "5x6x3", "depthwise_conv2d:2x3:depth_multiplier=2", colours)
    record(recorder, "separable_conv2d_multiplier", "5x6x3", "separable_conv2d:4:3:depth_multiplier=2:strides=2",
           colours)
    record(recorder, "max_pooling2d_ties", "4x4x1", "max_pooling2d:2", numbers.labels(2, 4, 4, 1, classes=2))
    record(recorder, "max_pooling2d_default", "4x6x2", "max_pooling2d", numbers.normal(2, 4, 6, 2))
    record(recorder, "max_pooling2d_negative_same", "3x3x1", "max_pooling2d:2:padding=same",
           -1 - numbers.uniform(2, 3, 3, 1))
    for pool in ("average", "max"):
        record(recorder, f"global_{pool}_pooling2d", "5x6x3", f"global_{pool}_pooling2d", colours)
    record(recorder, "global_average_pooling2d_keepdims", "5x6x3", "global_average_pooling2d:keepdims=1", colours)
    record(recorder, "zero_padding2d", "2x3x2", "zero_padding2d:1", numbers.normal(2, 2, 3, 2))
    record(recorder, "zero_padding2d_pair", "2x3x2", "zero_padding2d:1x2", numbers.normal(2, 2, 3, 2))
    record(recorder, "zero_padding2d_sides", "2x3x2", "zero_padding2d:1x2x3x0", numbers.normal(2, 2, 3, 2))
    record(recorder, "up_sampling2d", "2x3x2", "up_sampling2d:2", numbers.normal(2, 2, 3, 2))
    record(recorder, "up_sampling2d_sizes", "2x3x2", "up_sampling2d:2x3", numbers.normal(2, 2, 3, 2))
    record(recorder, "up_sampling2d_bilinear", "2x3x2", "up_sampling2d:2x3:interpolation=bilinear",
           numbers.normal(2, 2, 3, 2))
    record(recorder, "small_convnet", "6x6x1",
           "conv2d:3:3:relu:padding=same,max_pooling2d:2,conv2d:2:2:tanh,flatten,dense:3:softmax",
           numbers.normal(2, 6, 6, 1))


def edges_and_sizes(recorder):
    numbers = Numbers(97)
    picture, sequence = numbers.normal(2, 4, 5, 3), numbers.normal(2, 6, 3)
    for padding in ("valid", "same"):
        for what, more in {"": "", "_strides": ":strides=2", "_strides_2x3": ":strides=2x3"}.items():
            record(recorder, f"conv2d_transpose_{padding}{what}", "4x5x3",
                   f"conv2d_transpose:2:2x3:padding={padding}{more}", picture)
    record(recorder, "conv2d_transpose_large_strides", "4x5x3", "conv2d_transpose:2:2:relu:strides=3", picture)
    record(recorder, "conv2d_transpose_output_padding", "4x5x3",
           "conv2d_transpose:2:3:tanh:strides=2:padding=same:output_padding=1", picture)
    record(recorder, "conv2d_transpose_output_padding_valid", "4x5x3",
           "conv2d_transpose:4:3:strides=2:output_padding=1x0:use_bias=0", picture)
    record(recorder, "conv2d_transpose_in_a_net", "4x5x3",
           "conv2d:4:3:relu:strides=2:padding=same,conv2d_transpose:3:3:strides=2:padding=same", picture)
    for name in ("same_groups:padding=same", "strides_groups:strides=2", "dilation_groups:dilation_rate=2x1"):
        name, option = name.split(":")
        record(recorder, f"conv2d_{name}", "4x5x6", f"conv2d:9:2:relu:groups=3:{option}", numbers.normal(2, 4, 5, 6))
    record(recorder, "conv1d_groups", "6x4", "conv1d:6:3:groups=2:padding=same", numbers.normal(2, 6, 4))
    record(recorder, "conv2d_one_channel_same", "7x9x1", "conv2d:6:5:relu:padding=same", numbers.normal(3, 7, 9, 1))
    record(recorder, "conv2d_many_channels", "5x5x20", "conv2d:35:3:relu:padding=same",
           numbers.normal(2, 5, 5, 20))
    record(recorder, "depthwise_conv2d_many_channels", "5x5x20", "depthwise_conv2d:3:relu:padding=same",
           numbers.normal(2, 5, 5, 20))
    record(recorder, "depthwise_conv2d_dilation", "6x5x3", "depthwise_conv2d:2:dilation_rate=2:depth_multiplier=3",
           numbers.normal(2, 6, 5, 3))
    for pool in ("max", "average"):
        record(recorder, f"global_{pool}_pooling1d", "6x3", f"global_{pool}_pooling1d", sequence)
        record(recorder, f"global_{pool}_pooling1d_keepdims", "6x3", f"global_{pool}_pooling1d:keepdims=1", sequence)
    record(recorder, "global_max_pooling2d_keepdims", "4x5x3", "global_max_pooling2d:keepdims=1", picture)
    record(recorder, "zero_padding1d", "6x3", "zero_padding1d:2", sequence)
    record(recorder, "zero_padding1d_sides", "6x3", "zero_padding1d:0x3", sequence)
    record(recorder, "cropping1d", "6x3", "cropping1d", sequence)
    record(recorder, "cropping1d_sides", "6x3", "cropping1d:0x3", sequence)
    record(recorder, "cropping2d", "4x5x3", "cropping2d:1", picture)
    record(recorder, "cropping2d_sides", "4x5x3", "cropping2d:1x0x3x1", picture)
    record(recorder, "up_sampling1d", "6x3", "up_sampling1d:3", sequence)
    record(recorder, "up_sampling2d_bilinear_3", "4x5x3", "up_sampling2d:3x2:interpolation=bilinear", picture)


def normalizations(recorder):
    numbers = Numbers(96)
    x, pictures = numbers.normal(6, 4), numbers.normal(2, 3, 3, 4)
    for training in (False, True):
        when = "training" if training else "inference"
        for what, more in {"": "", "_momentum_epsilon": ":momentum=0.7:epsilon=0.1", "_no_center": ":center=0",
                           "_no_scale": ":scale=0", "_frozen": ":trainable=0"}.items():
            record(recorder, f"batch_normalization{what}_{when}", "4", f"batch_normalization{more}", x, training)
        record(recorder, f"batch_normalization_pictures_{when}", "3x3x4", "batch_normalization", pictures, training)
        record(recorder, f"batch_normalization_axis_1_{when}", "3x4", "batch_normalization:axis=1",
               numbers.normal(5, 3, 4), training)
        record(recorder, f"batch_normalization_in_a_net_{when}", "4",
               "dense:5,batch_normalization,activation:relu,dense:2", x, training)
    record(recorder, "layer_normalization", "4", "layer_normalization", x)
    record(recorder, "layer_normalization_epsilon", "4", "layer_normalization:epsilon=0.1", x)
    record(recorder, "layer_normalization_bare", "4", "layer_normalization:center=0:scale=0", x)
    record(recorder, "layer_normalization_pictures", "3x3x4", "layer_normalization", pictures)
    record(recorder, "layer_normalization_axis_1", "3x4", "layer_normalization:axis=1", numbers.normal(2, 3, 4))
    record(recorder, "layer_normalization_two_axes", "3x4", "layer_normalization:axis=1x2", numbers.normal(2, 3, 4))
    record(recorder, "layer_normalization_constant_row", "4", "layer_normalization", x * 0 + 2)
    record(recorder, "embedding", "3", "embedding:6:4", numbers.labels(4, 3, classes=6))
    record(recorder, "embedding_flatten_dense", "3", "embedding:6:2,flatten,dense:2:tanh",
           numbers.labels(4, 3, classes=6))


def more_normalizations(recorder):
    numbers = Numbers(98)
    x, pictures = numbers.normal(3, 6), numbers.normal(2, 3, 2, 6)
    record(recorder, "group_normalization", "6", "group_normalization:2", x)
    record(recorder, "group_normalization_pictures", "3x2x6", "group_normalization:2:epsilon=0.1", pictures)
    record(recorder, "group_normalization_instances", "3x2x6", "group_normalization:-1:center=0", pictures)
    record(recorder, "group_normalization_axis_1", "6x2", "group_normalization:2:axis=1", numbers.normal(2, 6, 2))
    record(recorder, "rms_normalization", "6", "rms_normalization", x)
    record(recorder, "rms_normalization_epsilon", "6", "rms_normalization:epsilon=0.1", x)
    record(recorder, "unit_normalization", "6", "unit_normalization", x)
    record(recorder, "unit_normalization_two_axes", "3x2", "unit_normalization:axis=1x2", numbers.normal(2, 3, 2))
    record(recorder, "unit_normalization_zeros", "2", "unit_normalization", x[:, :2] * 0)


def main():
    warnings.simplefilter("ignore")  # "gradients do not exist" for inputs that are ids
    recorder = Recorder("ops_layers")
    for family in (dense, shapes, activations, convolutions, normalizations, edges_and_sizes,
                   more_normalizations):
        family(recorder)
    recorder.save()


if __name__ == "__main__":
    main()
