#pragma once
// PRIVATE: the files that TensorBoard reads.

#include <cstdint>
#include <string>
#include <string_view>

#include "callbacks/protobuf.hpp"
#include "core/files.hpp"
#include "keratin/tensor.hpp"

namespace keratin {

/// Castagnoli's CRC of 32 bits (RFC 3720, appendix B.4): that of "123456789" is 0xe3069283.
std::uint32_t crc32c(std::string_view bytes);

/// A file of TensorFlow events: TFRecords, each a message Event (tensorflow/core/util/event.proto)
/// with one value as tf.summary writes it.
class EventFile {
 public:
  /// Creates events.out.tfevents.<seconds>.<host>.<process>.<number>.v2 in `folder`, which is made
  /// if it is not there, with its first record. Throws std::runtime_error "[where] cannot write
  /// ..." as flush() does, which then leaves whole records.
  EventFile(std::string where, const std::string& folder);

  /// Add a record, which flush() writes.
  void add_scalar(std::string_view tag, double value, long step);
  /// How many of the elements lie in each of 30 buckets between the least and the greatest.
  void add_histogram(std::string_view tag, const Tensor& values, long step);
  /// A model, in the JSON of Keras.
  void add_graph(std::string_view tag, std::string_view json);
  void flush();

 private:
  void add_tensor(std::string_view tag, std::string_view plugin, long step,
                  std::string_view plugin_content = "");
  void start_event();
  void add_record(std::string_view bytes);

  GrowingFile file_;
  ProtobufMessage records_;                                   // not yet written
  ProtobufMessage event_, inner_, outer_, tensor_, content_;  // being made
};

}  // namespace keratin
