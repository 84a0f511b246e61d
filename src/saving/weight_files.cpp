#include "saving/weight_files.hpp"

#include <bit>
#include <cstring>
#include <list>
#include <utility>

#include "core/warnings.hpp"
#include "keratin/check.hpp"
#include "saving/matching_weights.hpp"
#include "saving/optimizer_state.hpp"
#include "saving/stored_layers.hpp"

namespace keratin {

namespace {

constexpr const char* optimizer_path = "optimizer";

std::string variable_path(const std::string& object, std::size_t index) {
  return concat(object.empty() ? "" : object + '/', "vars/", index);
}

}  // namespace

/// The entries of a model's file, and their values.
class KerasWeights::Contents {
 public:
  explicit Contents(const Model& model) {
    for (const StoredLayer& layer : stored_layers(model)) {
      add_object(layer.path, layer.layer->name);
      for (const Variable* variable : layer.variables) {
        if (layer.is_integer(*variable))
          add_integer(static_cast<std::int64_t>(variable->value.item()));
        else
          add(variable->value);
      }
    }
    if (model.compiled()) add_optimizer(model.optimizer(), model.trainable_variables());
  }
  Contents(const Contents&) = delete;
  Contents& operator=(const Contents&) = delete;

  std::vector<Entry> entries;
  std::vector<const Tensor*> numbers;  // of each entry; null where it has none
  std::vector<std::int64_t> integers;  // of each entry

 private:
  void add_entry(Entry entry, const Tensor* values, std::int64_t integer) {
    entries.push_back(std::move(entry));
    numbers.push_back(values);
    integers.push_back(integer);
  }
  void add_object(const std::string& path, const std::string& name) {
    object_ = path;
    variables_ = 0;
    add_entry({path, Entry::Kind::object, name}, nullptr, 0);
  }
  // These are variables of the last object.
  void add(const Tensor& values) {
    add_entry({variable_path(object_, variables_++), Entry::Kind::numbers, {}, values.shape()},
              &values, 0);
  }
  void add_made(Tensor values) { add(made_.emplace_back(std::move(values))); }
  void add_integer(std::int64_t value) {
    add_entry({variable_path(object_, variables_++), Entry::Kind::integer}, nullptr, value);
  }

  void add_optimizer(const Optimizer& optimizer, std::span<Variable* const> variables) {
    add_object(optimizer_path, optimizer.name());
    add_integer(optimizer.calls());
    if (!optimizer.has_schedule()) add_made(Tensor(static_cast<float>(optimizer.learning_rate())));
    for (const SlotPlace& place : slot_places(optimizer, variables))
      add_made(optimizer.slot(*place.variable, place.slot));
    for (const float constant : optimizer.constants()) add_made(Tensor(constant));
  }

  std::string object_;
  std::size_t variables_ = 0;
  std::list<Tensor> made_;  // those that are not the model's
};

void KerasWeights::take(std::string_view where, const Model& model) {
  const Contents contents(model);
  if (contents.entries == entries_)
    replace_values(contents);
  else
    build(where, contents);
}

void KerasWeights::build(std::string_view where, const Contents& contents) {
  entries_.clear();  // of which no bytes are left if this fails
  places_.assign(contents.entries.size(), 0);
  Hdf5Writer file(where);
  for (std::size_t i = 0; i < contents.entries.size(); ++i) {
    const Entry& entry = contents.entries[i];
    switch (entry.kind) {
      case Entry::Kind::object: file.add_object(entry.path, entry.name); break;
      case Entry::Kind::numbers: places_[i] = file.write(entry.path, *contents.numbers[i]); break;
      case Entry::Kind::integer:
        places_[i] = file.write_integer(entry.path, contents.integers[i]);
        break;
    }
  }
  bytes_ = file.finish();
  entries_ = contents.entries;
}

void KerasWeights::replace_values(const Contents& contents) {
  static_assert(std::endian::native == std::endian::little);
  const auto replace = [&](std::size_t place, const void* values, std::size_t size) {
    if (size > 0) std::memcpy(bytes_.data() + place, values, size);
  };
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].kind == Entry::Kind::integer)
      replace(places_[i], &contents.integers[i], sizeof contents.integers[i]);
    if (const Tensor* numbers = contents.numbers[i])
      replace(places_[i], numbers->data(), numbers->size() * sizeof(float));
  }
}

void read_keras_weights(std::string_view where, const Hdf5Reader& file, Model& model,
                        bool skip_mismatch) {
  std::vector<WantedWeight> wanted;
  std::vector<std::string> mismatches;
  const auto is_functional = [&](const std::string& folder) {
    return file.has_group(folder + "/functional") && !file.has_group(folder + "/sequential");
  };
  for (const StoredLayer& layer : stored_layers(model, is_functional)) {
    const std::size_t count = layer.variables.size();
    for (std::size_t i = 0; i < count; ++i)
      wanted.push_back(
          {layer.variables[i], layer.name_of(*layer.variables[i]), variable_path(layer.path, i)});
    // Keras counts, too: a layer of the file with a bias has another meaning without it.
    if (count > 0 && file.find(variable_path(layer.path, count)))
      mismatches.push_back(
          concat(layer.name, " has ", count, " weights, the file's '", layer.path, "' has more"));
  }
  read_matching_weights(where, file, wanted, std::move(mismatches), skip_mismatch);
}

namespace {

// The optimizer, or the one in a LossScaleOptimizer.
std::string stored_optimizer(const Hdf5Reader& file) {
  const std::string inner = concat(optimizer_path, "/inner_optimizer");
  return file.has_group(inner) ? inner : optimizer_path;
}

std::size_t count_variables(const Hdf5Reader& file, const std::string& path, std::size_t at_most) {
  std::size_t count = 0;
  while (count < at_most && file.find(variable_path(path, count))) ++count;
  return count;
}

}  // namespace

void read_keras_optimizer(std::string_view where, const Hdf5Reader& file, Model& model) {
  Optimizer& optimizer = model.optimizer();
  const std::vector<SlotPlace> places = slot_places(optimizer, model.trainable_variables());
  const std::size_t first = optimizer.has_schedule() ? 1 : 2;
  const std::size_t wanted = first + places.size() + optimizer.constants().size();
  const std::string path = stored_optimizer(file);
  const std::size_t stored = count_variables(file, path, wanted + 1);
  if (stored == 0) return;
  const bool never_trained = stored == first;
  if (stored != wanted && !never_trained)
    return warn(where, "the state of the optimizer stays as it is: ", optimizer.name(), " has ",
                wanted, " variables, the file ", stored > wanted ? "more" : concat(stored));
  std::vector<Tensor> values;
  for (std::size_t i = 0; i < places.size() && !never_trained; ++i)
    values.push_back(file.read(variable_path(path, first + i), places[i].shape));
  const std::int64_t calls = file.read_integer(variable_path(path, 0));
  if (!optimizer.has_schedule())
    set_stored_learning_rate(optimizer, file.read(variable_path(path, 1), {}).item());
  optimizer.set_calls(calls);
  for (std::size_t i = 0; i < values.size(); ++i)
    optimizer.set_slot(*places[i].variable, places[i].slot, std::move(values[i]));
}

}  // namespace keratin
