#include "callbacks/event_file.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <filesystem>
#include <utility>

#include "keratin/check.hpp"

namespace keratin {

namespace {

constexpr std::size_t bucket_count = 30;  // of a histogram, tf.summary's default
enum : std::uint64_t {
  type_float = 1,
  type_double = 2,
  type_string = 7
};  // of tensorflow's DataType

double seconds_since_1970() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

constexpr std::array<std::uint32_t, 256> crc_table = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc & 1 ? crc >> 1 ^ 0x82f63b78 : crc >> 1;
    table[byte] = crc;
  }
  return table;
}();

// TFRecord's: a CRC of data that contain CRCs is weak, so those that are stored are changed.
std::uint32_t masked_crc(std::string_view bytes) {
  return std::rotr(crc32c(bytes), 15) + 0xa282ead8;
}

// The path of a new file in the folder, which is made if it is not there.
std::string new_path(std::string_view where, const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  check<std::runtime_error>(!error, where, "cannot write '", folder, "': ", error.message());
  static std::atomic<unsigned> count = 0;
  char host[256] = "";
  gethostname(host, sizeof host - 1);
  const std::string name = concat("events.out.tfevents.", static_cast<long>(seconds_since_1970()),
                                  '.', std::string_view(host), '.', getpid(), '.', count++, ".v2");
  return (std::filesystem::path(folder) / name).string();
}

struct Buckets {
  double least = 0, greatest = 0;
  std::array<double, bucket_count> counts = {};
  double edge(std::size_t i) const {
    if (i == bucket_count) return greatest;
    return least + (greatest - least) / bucket_count * static_cast<double>(i);
  }
};

// Values that are not finite fall into none. Where all are the same, the last has them.
Buckets buckets_of(std::span<const float> values) {
  Buckets buckets;
  if (values.empty()) return buckets;
  const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
  buckets.least = *least;
  buckets.greatest = *greatest;
  const double width = (buckets.greatest - buckets.least) / bucket_count;
  for (const double value : values) {
    const double place = width == 0 ? bucket_count : (value - buckets.least) / width;
    if (!(place >= 0)) continue;
    ++buckets.counts[static_cast<std::size_t>(std::min(place, bucket_count - 1.0))];
  }
  return buckets;
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  std::uint32_t crc = ~0u;
  for (const char byte : bytes)
    crc = crc >> 8 ^ crc_table[(crc ^ static_cast<unsigned char>(byte)) & 0xff];
  return ~crc;
}

EventFile::EventFile(std::string where, const std::string& folder)
    : file_(where, new_path(where, folder)) {
  start_event();
  event_.add_bytes(3, "brain.Event:2");
  add_record(event_.bytes());
  flush();
}

// The numbers below are those of fields in tensorflow's event.proto, summary.proto and
// tensor.proto.

void EventFile::start_event() {
  event_.clear();
  event_.add_double(1, seconds_since_1970());
}

void EventFile::add_scalar(std::string_view tag, double value, long step) {
  tensor_.clear();
  tensor_.add_integer(1, type_float);
  tensor_.add_bytes(2, "");  // the shape of a scalar
  content_.clear();
  content_.add_little_endian(std::bit_cast<std::uint32_t>(static_cast<float>(value)), 4);
  tensor_.add_bytes(4, content_.bytes());
  add_tensor(tag, "scalars", step);
}

void EventFile::add_histogram(std::string_view tag, const Tensor& values, long step) {
  const Buckets buckets = buckets_of(values.values());
  content_.clear();
  for (std::size_t i = 0; i < bucket_count; ++i)
    for (const double column : {buckets.edge(i), buckets.edge(i + 1), buckets.counts[i]})
      content_.add_little_endian(std::bit_cast<std::uint64_t>(column), 8);
  outer_.clear();
  for (const std::uint64_t size : {bucket_count, std::size_t{3}}) {
    inner_.clear();
    inner_.add_integer(1, size);
    outer_.add_bytes(2, inner_.bytes());
  }
  tensor_.clear();
  tensor_.add_integer(1, type_double);
  tensor_.add_bytes(2, outer_.bytes());
  tensor_.add_bytes(4, content_.bytes());
  add_tensor(tag, "histograms", step);
}

void EventFile::add_graph(std::string_view tag, std::string_view json) {
  tensor_.clear();
  tensor_.add_integer(1, type_string);
  tensor_.add_bytes(2, "");
  tensor_.add_bytes(8, json);
  add_tensor(tag, "graph_keras_model", 0, "1");
}

// Adds an event of a step with the value in tensor_.
void EventFile::add_tensor(std::string_view tag, std::string_view plugin, long step,
                           std::string_view plugin_content) {
  content_.clear();
  content_.add_bytes(1, plugin);
  if (!plugin_content.empty()) content_.add_bytes(2, plugin_content);
  inner_.clear();
  inner_.add_bytes(1, content_.bytes());
  outer_.clear();
  outer_.add_bytes(1, tag);
  outer_.add_bytes(8, tensor_.bytes());
  outer_.add_bytes(9, inner_.bytes());
  content_.clear();
  content_.add_bytes(1, outer_.bytes());
  start_event();
  event_.add_integer(2, static_cast<std::uint64_t>(step));
  event_.add_bytes(5, content_.bytes());
  add_record(event_.bytes());
}

void EventFile::add_record(std::string_view bytes) {
  inner_.clear();
  inner_.add_little_endian(bytes.size(), 8);
  records_.add_raw(inner_.bytes());
  records_.add_little_endian(masked_crc(inner_.bytes()), 4);
  records_.add_raw(bytes);
  records_.add_little_endian(masked_crc(bytes), 4);
}

void EventFile::flush() {
  file_.append(records_.bytes());
  records_.clear();
}

}  // namespace keratin
