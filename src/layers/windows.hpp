#pragma once
// PRIVATE: what layers with windows share.

#include <string>

#include "keratin/check.hpp"
#include "keratin/ops/window.hpp"

namespace keratin::layers {

/// Sizes along the axes of an image; a sequence is an image of height 1.
inline Size2D on_image(Size1D size) { return {1, size[0]}; }
inline Size2D on_image(Size2D size) { return size; }

inline void check_data_format(const std::string& data_format, const char* where) {
  check(data_format == "channels_last", where, "data_format is '", data_format,
        "', wanted 'channels_last'");
}

/// Checks what convolutions and pooling have in common.
template <class Options>
void check_window(const Options& options, const char* where) {
  check_data_format(options.data_format, where);
  if constexpr (requires { options.dilation_rate; }) {
    options.strides.check_at_least(1, where, "strides");
    options.dilation_rate.check_at_least(1, where, "dilation_rate");
    check(options.strides == decltype(options.strides)(1) ||
              options.dilation_rate == decltype(options.dilation_rate)(1),
          where, "got strides and dilation_rate of more than 1, wanted one of them to be 1");
  }
}

/// Throws unless a sample has `rank` spatial axes and one of channels.
inline void check_sample(const Shape& sample, std::size_t rank, const char* where) {
  check(sample.size() == rank + 1, where, "got samples of shape ", sample, ", wanted ",
        rank == 1 ? "(steps, channels)" : "(height, width, channels)");
}

}  // namespace keratin::layers
