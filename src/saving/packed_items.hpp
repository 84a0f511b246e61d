#pragma once
// PRIVATE: texts and numbers in one string, as processes send them to each other.

#include <charconv>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "keratin/check.hpp"

namespace keratin {

/// A number in decimal and ':'.
inline void append_number(std::string& packed, std::uint64_t number) {
  packed += concat(number, ':');
}
/// The text's length as a number, and the text.
inline void append_text(std::string& packed, std::string_view text) {
  append_number(packed, text.size());
  packed += text;
}

/// Takes items apart. The sender may have been led astray: nothing is believed. What cannot be
/// taken is a std::runtime_error with the text `error`.
class PackedItems {
 public:
  PackedItems(std::string_view packed, std::string error)
      : packed_(packed), error_(std::move(error)) {}

  std::uint64_t number() {
    std::uint64_t value = 0;
    const char* const end = packed_.data() + packed_.size();
    const auto [stop, error] = std::from_chars(packed_.data(), end, value);
    require(error == std::errc() && stop != end && *stop == ':');
    packed_.remove_prefix(static_cast<std::size_t>(stop - packed_.data()) + 1);
    return value;
  }
  std::string text() {
    const std::uint64_t size = number();
    require(size <= packed_.size());
    const std::string item(packed_.substr(0, size));
    packed_.remove_prefix(size);
    return item;
  }
  bool empty() const { return packed_.empty(); }
  void require(bool ok) const {
    if (!ok) throw std::runtime_error(error_);
  }

 private:
  std::string_view packed_;
  std::string error_;
};

}  // namespace keratin
