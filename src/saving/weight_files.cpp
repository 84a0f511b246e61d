#include "saving/weight_files.hpp"

#include <vector>

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

void write_optimizer(Hdf5Writer& file, const Optimizer& optimizer,
                     std::span<Variable* const> variables) {
  std::size_t index = 0;
  const auto next = [&] { return variable_path(optimizer_path, index++); };
  file.add_object(optimizer_path, optimizer.name());
  file.write_integer(next(), optimizer.calls());
  if (!optimizer.has_schedule())
    file.write(next(), Tensor::full({}, static_cast<float>(optimizer.learning_rate())));
  for (const SlotPlace& place : slot_places(optimizer, variables))
    file.write(next(), optimizer.slot(*place.variable, place.slot));
  for (const float constant : optimizer.constants()) file.write(next(), Tensor::full({}, constant));
}

}  // namespace

std::string write_keras_weights(std::string_view where, const Model& model) {
  Hdf5Writer file(where);
  for (const StoredLayer& layer : stored_layers(model)) {
    file.add_object(layer.path, layer.layer->name);
    for (std::size_t i = 0; i < layer.variables.size(); ++i) {
      const Variable& variable = *layer.variables[i];
      const std::string path = variable_path(layer.path, i);
      if (layer.is_integer(variable))
        file.write_integer(path, static_cast<std::int64_t>(variable.value.item()));
      else
        file.write(path, variable.value);
    }
  }
  if (model.compiled()) write_optimizer(file, model.optimizer(), model.trainable_variables());
  return file.finish();
}

void read_keras_weights(std::string_view where, const Hdf5Reader& file, Model& model,
                        bool skip_mismatch) {
  std::vector<WantedWeight> wanted;
  std::vector<std::string> mismatches;
  for (const StoredLayer& layer : stored_layers(model)) {
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

std::size_t count_variables(const Hdf5Reader& file, std::size_t at_most) {
  std::size_t count = 0;
  while (count < at_most && file.find(variable_path(optimizer_path, count))) ++count;
  return count;
}

}  // namespace

void read_keras_optimizer(std::string_view where, const Hdf5Reader& file, Model& model) {
  Optimizer& optimizer = model.optimizer();
  const std::vector<SlotPlace> places = slot_places(optimizer, model.trainable_variables());
  const std::size_t first = optimizer.has_schedule() ? 1 : 2;
  const std::size_t wanted = first + places.size() + optimizer.constants().size();
  const std::size_t stored = count_variables(file, wanted + 1);
  if (stored == 0) return;
  const bool never_trained = stored == first;
  if (stored != wanted && !never_trained)
    return warn(where, "the state of the optimizer stays as it is: ", optimizer.name(), " has ",
                wanted, " variables, the file ", stored > wanted ? "more" : concat(stored));
  std::vector<Tensor> values;
  for (std::size_t i = 0; i < places.size() && !never_trained; ++i)
    values.push_back(file.read(variable_path(optimizer_path, first + i), places[i].shape));
  const std::int64_t calls = file.read_integer(variable_path(optimizer_path, 0));
  if (!optimizer.has_schedule())
    set_stored_learning_rate(optimizer, file.read(variable_path(optimizer_path, 1), {}).item());
  optimizer.set_calls(calls);
  for (std::size_t i = 0; i < values.size(); ++i)
    optimizer.set_slot(*places[i].variable, places[i].slot, std::move(values[i]));
}

}  // namespace keratin
