#pragma once
// Ops on images (batch, height, width, channels) and on sequences (batch, steps, channels), which
// are treated as images of height 1: their windows have height 1, too.

#include <optional>

#include "keratin/ops.hpp"
#include "keratin/ops/window.hpp"

namespace KERATIN_API keratin {
namespace ops {

/// activation(x * kernel + bias), where * is the cross-correlation (the kernel is not flipped).
/// kernel: (height, width, channels / groups, filters), or (width, channels / groups, filters) for
/// sequences; bias: (filters). Each of `groups` equal groups of filters sees its own group of
/// channels.
Node conv(Node x, Node kernel, std::optional<Node> bias = {}, const WindowOptions& options = {},
          Fused activation = Fused::none);

/// activation(x * kernel + bias), where each channel has filters of its own. kernel: (height,
/// width, channels, multiplier), or (width, channels, multiplier) for sequences; bias: (channels *
/// multiplier). The results of a channel's filters lie side by side.
Node depthwise_conv(Node x, Node kernel, std::optional<Node> bias = {},
                    const WindowOptions& options = {}, Fused activation = Fused::none);

/// A transposed convolution: what the gradient of conv() does to its input, from x with as many
/// channels as that has filters. kernel: (height, width, filters, channels), or (width, filters,
/// channels) for sequences; bias: (filters). `output_padding` chooses among the sizes that conv()
/// turns into x's; each is at least 0 and less than the stride.
Node conv_transpose(Node x, Node kernel, std::optional<Node> bias = {},
                    const WindowOptions& options = {}, std::optional<Size2D> output_padding = {},
                    Fused activation = Fused::none);
/// The shape of an image after that, with its own number of channels.
Shape conv_transpose_output_shape(const Shape& image, Size2D window,
                                  const WindowOptions& options = {},
                                  std::optional<Size2D> output_padding = {});

/// The largest value in each window; where several are equal, the first one gets the gradient.
Node max_pool(Node x, Size2D window, const WindowOptions& options = {});
/// The mean of each window, of those places in it that lie in the image.
Node average_pool(Node x, Size2D window, const WindowOptions& options = {});

/// Zeros around each image. Edges are 0 or more.
Node pad(Node x, const Edges<2>& edges);
/// Each image without its edges. Throws std::invalid_argument if nothing is left.
Node crop(Node x, const Edges<2>& edges);

/// How up_sample() computes the pixels of a larger image from the nearest or the two nearest of the
/// smaller one along each axis; the corners of both images are in the same place.
enum class Interpolation : unsigned char { nearest, bilinear };
/// Images whose height and width are multiplied by `factors`.
Node up_sample(Node x, Size2D factors, Interpolation interpolation = Interpolation::nearest);

}  // namespace ops
}  // namespace keratin
