#include "saving/hdf5_file.hpp"

#ifdef KERATIN_HAS_KERAS_FILES

#include <utility>

#include "saving/child_process.hpp"
#include "saving/hdf5.hpp"
#include "saving/packed_items.hpp"

namespace keratin {

namespace {

// What a question starts with.
enum Request : char { open, has_group, find, read, read_integer, read_texts };

std::string question(Request request, std::string_view path = {}) {
  std::string packed(1, request);
  append_text(packed, path);
  return packed;
}

void append(std::string& packed, const Shape& shape) {
  append_number(packed, shape.size());
  for (const std::size_t size : shape) append_number(packed, size);
}
Shape take_shape(PackedItems& items) {
  Shape shape;
  const std::uint64_t rank = items.number();
  items.require(rank <= Shape::max_rank);
  for (std::uint64_t axis = 0; axis < rank; ++axis) shape.push_back(items.number());
  return shape;
}

// Nothing is 0, a list of n texts n + 1 and the texts.
void append(std::string& packed, const Hdf5Texts& texts) {
  append_number(packed, texts ? texts->size() + 1 : 0);
  if (texts)
    for (const std::string& text : *texts) append_text(packed, text);
}
Hdf5Texts take_texts(PackedItems& items) {
  std::uint64_t left = items.number();
  if (left == 0) return std::nullopt;
  std::vector<std::string> texts;
  while (--left > 0) texts.push_back(items.text());
  return texts;
}

// In the child process.
std::string answer(const Hdf5Image& image, std::string_view question) {
  PackedItems items(question.substr(1), "a wrong question");
  const std::string path = items.text();
  std::string packed;
  switch (question[0]) {
    case has_group: append_number(packed, image.has_group(path)); break;
    case find:
      if (const std::optional<Hdf5Dataset> found = image.find(path)) {
        append_number(packed, found->floating);
        append(packed, found->shape);
      }
      break;
    case read: return image.read(path, take_shape(items));
    case read_integer:
      append_number(packed, static_cast<std::uint64_t>(image.read_integer(path)));
      break;
    case read_texts:
      while (!items.empty()) {
        const std::string object = items.text();
        append(packed, image.read_texts({object, items.text()}));
      }
      break;
    default: break;  // open: nothing but that
  }
  return packed;
}

}  // namespace

struct Hdf5Reader::State {
  std::string where, name;
  std::unique_ptr<ChildProcess> child;

  PackedItems items(std::string_view packed) const {
    return {packed, concat('[', where, "] ", name, ": is damaged: it cannot be read")};
  }
};

Hdf5Reader::Hdf5Reader(std::string_view where, std::string name, std::string bytes)
    : state_(std::make_unique<State>()) {
  state_->where = where;
  state_->name = std::move(name);
  std::optional<Hdf5Image> image;  // of the child, which never leaves this function
  const auto answer_question = [&](std::string_view asked) {
    if (!image) image.emplace(state_->where, state_->name, std::move(bytes));
    return answer(*image, asked);
  };
  {
    const Turn turn;  // while this process is copied no other thread is inside HDF5
    state_->child = std::make_unique<ChildProcess>(where, state_->name, answer_question);
  }
  state_->child->ask(question(Request::open));
}

Hdf5Reader::~Hdf5Reader() = default;
Hdf5Reader::Hdf5Reader(Hdf5Reader&&) noexcept = default;
Hdf5Reader& Hdf5Reader::operator=(Hdf5Reader&&) noexcept = default;

bool Hdf5Reader::has_group(const std::string& path) const {
  const std::string packed = state_->child->ask(question(Request::has_group, path));
  return state_->items(packed).number() != 0;
}

std::optional<Hdf5Dataset> Hdf5Reader::find(const std::string& path) const {
  const std::string packed = state_->child->ask(question(Request::find, path));
  if (packed.empty()) return std::nullopt;
  PackedItems items = state_->items(packed);
  Hdf5Dataset found;
  found.floating = items.number() != 0;
  found.shape = take_shape(items);
  return found;
}

Tensor Hdf5Reader::read(const std::string& path, const Shape& expected) const {
  Tensor values = Tensor::uninitialized(expected);
  std::string asked = question(Request::read, path);
  append(asked, expected);
  state_->child->ask(asked,
                     {reinterpret_cast<char*>(values.data()), values.size() * sizeof(float)});
  return values;
}

std::int64_t Hdf5Reader::read_integer(const std::string& path) const {
  const std::string packed = state_->child->ask(question(Request::read_integer, path));
  return static_cast<std::int64_t>(state_->items(packed).number());
}

std::vector<Hdf5Texts> Hdf5Reader::read_texts(const std::vector<Hdf5Attribute>& attributes) const {
  std::string asked = question(Request::read_texts);
  for (const Hdf5Attribute& attribute : attributes) {
    append_text(asked, attribute.path);
    append_text(asked, attribute.name);
  }
  const std::string packed = state_->child->ask(asked);
  PackedItems items = state_->items(packed);
  std::vector<Hdf5Texts> all;
  for (std::size_t i = 0; i < attributes.size(); ++i) all.push_back(take_texts(items));
  return all;
}

}  // namespace keratin

#else

#include "saving/without_keras_files.hpp"

namespace keratin {

struct Hdf5Reader::State {};
Hdf5Reader::Hdf5Reader(std::string_view where, std::string, std::string) {
  fail_without_keras_files(where);
}
Hdf5Reader::~Hdf5Reader() = default;
Hdf5Reader::Hdf5Reader(Hdf5Reader&&) noexcept = default;
Hdf5Reader& Hdf5Reader::operator=(Hdf5Reader&&) noexcept = default;
bool Hdf5Reader::has_group(const std::string&) const { return false; }
std::optional<Hdf5Dataset> Hdf5Reader::find(const std::string&) const { return {}; }
Tensor Hdf5Reader::read(const std::string&, const Shape&) const { return {}; }
std::int64_t Hdf5Reader::read_integer(const std::string&) const { return 0; }
std::vector<Hdf5Texts> Hdf5Reader::read_texts(const std::vector<Hdf5Attribute>&) const {
  return {};
}

}  // namespace keratin

#endif
