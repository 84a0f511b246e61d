#pragma once
// PRIVATE: writes protobuf messages.

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace keratin {

/// A message as a string of its fields' keys and values (protobuf.dev/programming-guides/encoding).
/// Cleared, it keeps its memory for the next message.
class ProtobufMessage {
 public:
  void clear() { bytes_.clear(); }
  std::string_view bytes() const { return bytes_; }

  /// An int32, int64, uint64, bool or enum.
  void add_integer(unsigned field, std::uint64_t value) {
    add_varint(field << 3);
    add_varint(value);
  }
  void add_double(unsigned field, double value) {
    add_varint(field << 3 | 1);
    add_little_endian(std::bit_cast<std::uint64_t>(value), 8);
  }
  /// A string, bytes, or the bytes of a message.
  void add_bytes(unsigned field, std::string_view value) {
    add_varint(field << 3 | 2);
    add_varint(value.size());
    add_raw(value);
  }

  // Outside of fields.
  void add_raw(std::string_view bytes) { bytes_ += bytes; }
  void add_little_endian(std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) bytes_ += static_cast<char>(value >> 8 * i & 0xff);
  }

 private:
  void add_varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
    bytes_ += static_cast<char>(value);
  }

  std::string bytes_;
};

}  // namespace keratin
