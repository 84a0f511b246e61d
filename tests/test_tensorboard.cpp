// TensorBoard's files, read by a reader of the test's own, against recorded files of Keras.

#include <bit>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <keratin/keratin.hpp>
#include <limits>
#include <map>

#include "callbacks/event_file.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"
#include "support/golden.hpp"
#include "support/message.hpp"
#include "support/small_net.hpp"

using namespace keratin;
using callbacks::TensorBoard;
using keratin::test::GoldenCase;
using keratin::test::message;
using keratin::test::SmallNet;

namespace {

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;)
    value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

// A message: the numbers and the bytes of each field, in order.
struct Message {
  std::map<std::uint64_t, std::vector<std::uint64_t>> numbers;
  std::map<std::uint64_t, std::vector<std::string>> bytes;

  explicit Message(std::string_view text) {
    const auto varint = [&] {
      std::uint64_t value = 0;
      for (int shift = 0;; shift += 7) {
        const auto byte = static_cast<unsigned char>(take(text, 1)[0]);
        value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
        if (byte < 0x80) return value;
      }
    };
    while (!text.empty()) {
      const std::uint64_t key = varint();
      switch (key & 7) {
        case 0: numbers[key >> 3].push_back(varint()); break;
        case 1: numbers[key >> 3].push_back(little_endian(take(text, 8))); break;
        case 2: bytes[key >> 3].emplace_back(take(text, varint())); break;
        default: throw std::runtime_error("unknown wire type");
      }
    }
  }
  Message message(std::uint64_t field) const { return Message(bytes.at(field).at(0)); }
  const std::string& text(std::uint64_t field) const { return bytes.at(field).at(0); }
  std::uint64_t number(std::uint64_t field) const {
    return numbers.contains(field) ? numbers.at(field).at(0) : 0;
  }

  static std::string_view take(std::string_view& text, std::size_t count) {
    if (count > text.size()) throw std::runtime_error("the file is cut off");
    const std::string_view taken = text.substr(0, count);
    text.remove_prefix(count);
    return taken;
  }
};

std::uint32_t masked_crc(std::string_view bytes) {
  const std::uint32_t crc = crc32c(bytes);
  return (crc >> 15 | crc << 17) + 0xa282ead8;
}

// The payloads of a file's records. Fails where a checksum is wrong.
std::vector<std::string> records_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string content(std::istreambuf_iterator<char>(file), {});
  std::string_view rest = content;
  std::vector<std::string> records;
  while (!rest.empty()) {
    const std::string_view length = Message::take(rest, 8);
    CHECK(little_endian(Message::take(rest, 4)) == masked_crc(length));
    records.emplace_back(Message::take(rest, little_endian(length)));
    CHECK(little_endian(Message::take(rest, 4)) == masked_crc(records.back()));
  }
  return records;
}

struct Event {
  std::string text;  // step, tag, plugin, type and shape
  std::vector<double> values;
};

Event event_of(const Message& message) {
  const Message value = message.message(5).message(1), tensor = value.message(8);
  const Message metadata = value.message(9).message(1);
  const std::uint64_t type = tensor.number(1);
  const Message shape = tensor.message(2);
  Event event;
  event.text = concat(message.number(2), ' ', value.text(1), ' ', metadata.text(1), ' ', type, ' ');
  if (shape.bytes.contains(2))
    for (std::size_t i = 0; i < shape.bytes.at(2).size(); ++i)
      event.text +=
          concat(std::string_view(i == 0 ? "" : "x"), Message(shape.bytes.at(2)[i]).number(1));
  const std::size_t bytes = type == 1 ? 4 : 8;
  for (std::string_view content = tensor.text(4); !content.empty();) {
    const std::uint64_t bits = little_endian(Message::take(content, bytes));
    event.values.push_back(
        type == 1 ? static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)))
                  : std::bit_cast<double>(bits));
  }
  return event;
}

// The files of a folder in the order in which they were made.
std::vector<std::string> event_files(const std::string& folder) {
  std::map<int, std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    CHECK(name.starts_with("events.out.tfevents.1"));
    REQUIRE(name.ends_with(".v2"));
    const std::string number = name.substr(0, name.size() - 3);
    files[std::stoi(number.substr(number.rfind('.') + 1))] = entry.path().string();
  }
  std::vector<std::string> paths;
  for (const auto& [number, path] : files) paths.push_back(path);
  return paths;
}

std::vector<Event> events_of(const std::string& folder) {
  std::vector<Event> events;
  for (const std::string& path : event_files(folder)) {
    const std::vector<std::string> records = records_of(path);
    REQUIRE(!records.empty());
    CHECK(Message(records[0]).text(3) == "brain.Event:2");
    for (std::size_t i = 1; i < records.size(); ++i) {
      const Message message(records[i]);
      CHECK(std::bit_cast<double>(message.number(1)) > 1.6e9);  // seconds
      events.push_back(event_of(message));
    }
  }
  return events;
}

void check_events(const GoldenCase& golden, const std::string& part, const std::string& folder) {
  const std::vector<Event> events = events_of(folder);
  const std::vector<std::string> wanted = golden.list(part);
  REQUIRE(events.size() == wanted.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    INFO(part << ' ' << i);
    CHECK(events[i].text == test::unquoted(wanted[i]));
    const std::string name = part + '_' + std::to_string(i);
    if (!golden.has_tensor(name)) continue;  // steps in a second
    const Tensor& tensor = golden.tensor(name);
    REQUIRE(events[i].values.size() == tensor.size());
    for (std::size_t k = 0; k < tensor.size(); ++k)
      CHECK(events[i].values[k] ==
            Approx(static_cast<double>(tensor.values()[k])).margin(1e-7).epsilon(1e-5));
  }
}

}  // namespace

TEST_CASE("CRC32C is that of RFC 3720", "[callbacks]") {
  CHECK(crc32c("123456789") == 0xe3069283);
  CHECK(crc32c("") == 0);
  CHECK(crc32c(std::string(32, '\0')) == 0x8a9136aa);
  CHECK(crc32c(std::string(32, '\xff')) == 0x62a8ab43);
}

TEST_CASE("TensorBoard writes Keras's events", "[callbacks][golden]") {
  int cases = 0;
  for (const GoldenCase& golden : test::read_golden("callbacks")) {
    if (golden.text("callback") != "TensorBoard") continue;
    INFO(golden.name);
    const test::Folder folder;
    callbacks::TensorBoardOptions options{
        .log_dir = folder / "logs",
        .histogram_freq = golden.integer("histogram_freq", 0),
        .write_graph = false,
        .write_steps_per_second = golden.flag("write_steps_per_second", false)};
    const std::string freq = golden.text("update_freq", "epoch");
    if (freq == "3")
      options.update_freq = 3;
    else
      options.update_freq = freq;
    TensorBoard board(options);
    SmallNet net(optimizers::SGD({.learning_rate = golden.number("learning_rate")}));
    net.fit(3, {&board});
    if (golden.flag("evaluates"))
      net.model.evaluate(net.x, net.y, {.verbose = 0, .callbacks = {&board}});
    check_events(golden, "train", folder / "logs/train");
    check_events(golden, "validation", folder / "logs/validation");
    ++cases;
  }
  CHECK(cases == 4);
}

TEST_CASE("TensorBoard's files can be read while a run goes on, and after it failed",
          "[callbacks]") {
  const test::Folder folder;
  SmallNet net(optimizers::SGD({.learning_rate = 0.1}));
  const auto check_and_fail = [&](int epoch, Logs&) {
    CHECK(events_of(folder / "train").size() == static_cast<std::size_t>(3 * (epoch + 1)));
    CHECK(events_of(folder / "validation").size() == static_cast<std::size_t>(4 * (epoch + 1)));
    if (epoch == 1) throw std::runtime_error("killed");
  };
  TensorBoard board({.log_dir = folder.path.string(), .write_graph = false});
  callbacks::LambdaCallback fails({.on_epoch_end = check_and_fail});
  CHECK(message<std::runtime_error>([&] { net.fit(3, {&board, &fails}); }) == "killed");
  CHECK(events_of(folder / "train").size() == 6);

  // The next call has files of its own.
  net.fit(1, {&board});
  CHECK(event_files(folder / "train").size() == 2);
  CHECK(events_of(folder / "train").size() == 9);
}

TEST_CASE("TensorBoard says what it cannot do", "[callbacks]") {
  const test::Folder folder;
  folder.file("file", "no folder");
  SmallNet net(optimizers::SGD({.learning_rate = 0.1}));
  TensorBoard board({.log_dir = folder / "file"});
  int steps = 0;
  callbacks::LambdaCallback counts({.on_train_batch_end = [&](int, Logs&) { ++steps; }});
  CHECK(folder.refusal([&] {
    net.fit(1, {&board, &counts});
  }) == "[TensorBoard] cannot write 'file/train': Not a directory");
  CHECK(steps == 0);
  CHECK(message([] { TensorBoard({.update_freq = "step"}); }) ==
        "[TensorBoard] update_freq is 'step', wanted 'epoch', 'batch' or a number of batches");
  CHECK(message([] { TensorBoard({.update_freq = 0}); }) ==
        "[TensorBoard] update_freq is 0, wanted 1 or more");
  CHECK(message([] { TensorBoard({.histogram_freq = -1}); }) ==
        "[TensorBoard] histogram_freq is -1, wanted 0 or more");
}

TEST_CASE("weights that are not finite leave a histogram's buckets empty", "[callbacks]") {
  const test::Folder folder;
  EventFile file("test", folder.path.string());
  const float nan = std::numeric_limits<float>::quiet_NaN();
  file.add_histogram("nan", Tensor::full({4}, nan), 0);
  file.add_histogram("infinite", Tensor::from({2}, std::vector<float>{1, 1.0f / 0.0f}), 0);
  file.add_histogram("empty", Tensor::zeros({0}), 0);
  file.flush();
  for (const Event& event : events_of(folder.path.string())) {
    INFO(event.text);
    double count = 0;
    for (std::size_t i = 2; i < event.values.size(); i += 3) count += event.values[i];
    CHECK(count == (event.text.find("infinite") == std::string::npos ? 0 : 1));
  }
}
