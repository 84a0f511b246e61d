#include "saving/legacy_weights.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/warnings.hpp"
#include "keratin/check.hpp"
#include "saving/optimizer_state.hpp"
#include "saving/stored_layers.hpp"

namespace keratin {

namespace {

// A layer of the model and its weights, with those of the layers in it, in Keras's order: what is
// trained first.
struct LayerWeights {
  std::size_t position;  // from 1
  const Layer* layer;
  std::vector<Variable*> variables;
};

std::vector<LayerWeights> layers_with_weights(const Model& model) {
  std::vector<LayerWeights> all;
  std::size_t position = 0;
  for (const auto& child : model.children()) {
    LayerWeights weights{++position, child.get(), {}};
    for (const StoredLayer& part : stored_layers(*child))
      weights.variables.insert(weights.variables.end(), part.variables.begin(),
                               part.variables.end());
    const std::vector<Variable*> trained = child->trainable_variables();
    std::stable_partition(weights.variables.begin(), weights.variables.end(), [&](Variable* each) {
      return std::ranges::find(trained, each) != trained.end();
    });
    if (!weights.variables.empty()) all.push_back(std::move(weights));
  }
  return all;
}

std::vector<const LegacyLayer*> layers_with_weights(const LegacyFile& file) {
  std::vector<const LegacyLayer*> all;
  for (const LegacyLayer& layer : file.layers())
    if (!layer.weights.empty()) all.push_back(&layer);
  return all;
}

struct Match {
  Variable* variable;
  std::string path;
};

// Adds the weights of a layer that fit to `matches`, and what is wrong with the others to `errors`.
void match(const LegacyFile& file, const LayerWeights& ours, const LegacyLayer& theirs,
           std::vector<Match>& matches, std::vector<std::string>& errors) {
  const std::string layer = concat("layer ", ours.position, ", ", ours.layer->name);
  if (ours.variables.size() != theirs.weights.size()) {
    errors.push_back(concat(layer, ", has ", ours.variables.size(), " weights, the file's '",
                            theirs.name, "' has ", theirs.weights.size()));
    return;
  }
  for (std::size_t i = 0; i < ours.variables.size(); ++i) {
    const Variable& variable = *ours.variables[i];
    const LegacyWeight& weight = theirs.weights[i];
    const std::optional<Hdf5Dataset> stored = file.arrays().find(weight.path);
    if (stored && stored->shape == variable.value.shape()) {
      matches.push_back({ours.variables[i], weight.path});
      continue;
    }
    errors.push_back(concat(layer, ": ", variable.name, " has shape ", variable.value.shape(),
                            ", the file's '", weight.name, "' ",
                            stored ? concat("has shape ", stored->shape) : "is missing"));
  }
}

}  // namespace

void read_legacy_weights(std::string_view where, const LegacyFile& file, Model& model,
                         bool skip_mismatch) {
  const std::vector<LayerWeights> ours = layers_with_weights(model);
  const std::vector<const LegacyLayer*> theirs = layers_with_weights(file);
  check(ours.size() == theirs.size(), where, "the model has ", ours.size(),
        " layers with weights, the file has ", theirs.size());
  std::vector<Match> matches;
  std::vector<std::string> errors;
  for (std::size_t i = 0; i < ours.size(); ++i) match(file, ours[i], *theirs[i], matches, errors);
  if (!errors.empty()) {
    const std::string list = joined(errors, [](const std::string& text) { return text; });
    check(skip_mismatch, where, "weights of the model do not fit: ", list,
          ". skip_mismatch loads the others");
    warn(where, "these weights of the model keep their values: ", list);
  }
  std::vector<Tensor> values;  // read completely before anything changes
  for (const Match& each : matches)
    values.push_back(file.arrays().read(each.path, each.variable->value.shape()));
  for (std::size_t i = 0; i < values.size(); ++i) matches[i].variable->value = std::move(values[i]);
}

namespace {

/// Where a file has an optimizer's state.
struct StoredOptimizer {
  std::string calls, learning_rate;  // paths; empty if it is not there
  std::vector<std::string> slots;    // one for each of slot_places()
  std::size_t others = 0;            // weights that are not for slots
};

// Keras 3: "adam/iteration", "adam/learning_rate" without a schedule, and the slots in the order of
// slot_places().
StoredOptimizer stored_by_keras3(const std::vector<LegacyWeight>& weights,
                                 const Optimizer& optimizer, const std::vector<SlotPlace>& places) {
  StoredOptimizer stored;
  std::size_t next = 0;
  stored.calls = weights[next++].path;
  if (!optimizer.has_schedule() && next < weights.size())
    stored.learning_rate = weights[next++].path;
  while (next < weights.size() && stored.slots.size() < places.size())
    stored.slots.push_back(weights[next++].path);
  stored.others = weights.size() - next;
  return stored;
}

// Slots by their names, and how TF-Keras 2 calls them.
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> tf2_names = {{
    {"momentum", "m"},  // SGD and RMSprop: the same name
    {"velocity", "v"},
    {"velocity", "rms"},
    {"norm", "v"},
    {"velocity_hat", "vhat"},
    {"average_gradient", "mg"},
    {"accumulated_grad", "accum_grad"},
    {"accumulated_delta_var", "accum_var"},
}};

// "Adam/dense/kernel/m:0" -> "m"
std::string last_part(std::string_view name) {
  name = name.substr(0, name.find(':'));
  const std::size_t slash = name.rfind('/');
  return std::string(slash == name.npos ? name : name.substr(slash + 1));
}

using PathsBySlot = std::map<std::string, std::vector<std::string>, std::less<>>;

// The tensors of a slot for all variables.
const std::vector<std::string>* find_slot(const PathsBySlot& paths, std::string_view slot) {
  auto found = paths.find(slot);
  for (const auto& [name, tf2_name] : tf2_names)
    if (found == paths.end() && name == slot) found = paths.find(tf2_name);
  return found == paths.end() ? nullptr : &found->second;
}

// TF-Keras 2: "Adam/iter:0", and for each slot its tensors of all variables.
StoredOptimizer stored_by_tf2(const std::vector<LegacyWeight>& weights,
                              const std::vector<SlotPlace>& places) {
  PathsBySlot paths;
  for (const LegacyWeight& weight : weights) paths[last_part(weight.name)].push_back(weight.path);
  StoredOptimizer stored;
  stored.calls = weights.front().path;
  std::map<std::string, std::size_t> taken;  // of each slot
  for (const SlotPlace& place : places) {
    const std::vector<std::string>* found = find_slot(paths, place.slot);
    const std::size_t index = taken[place.slot]++;
    if (found && index < found->size()) stored.slots.push_back((*found)[index]);
  }
  stored.others = weights.size() - 1 - stored.slots.size();
  return stored;
}

}  // namespace

void read_legacy_optimizer(std::string_view where, const LegacyFile& file, Model& model) {
  const std::vector<LegacyWeight>& weights = file.optimizer_weights();
  if (weights.empty()) return;
  Optimizer& optimizer = model.optimizer();
  const std::vector<SlotPlace> places = slot_places(optimizer, model.trainable_variables());
  const bool tf2 = last_part(weights.front().name) == "iter";
  const StoredOptimizer stored =
      tf2 ? stored_by_tf2(weights, places) : stored_by_keras3(weights, optimizer, places);
  // Nadam's product of its momenta follows from the number of calls.
  const std::size_t constants = optimizer.constants().size();
  const bool never_trained = stored.slots.empty() && stored.others == 0;
  if (!never_trained && (stored.slots.size() != places.size() || stored.others != constants))
    return warn(where, "the state of the optimizer stays as it is: ", optimizer.name(), " has ",
                places.size() + constants, " variables besides its counter, the file ",
                stored.slots.size() + stored.others);
  std::vector<Tensor> values;  // read completely before anything changes
  for (std::size_t i = 0; i < stored.slots.size(); ++i)
    values.push_back(file.arrays().read(stored.slots[i], places[i].shape));
  const std::int64_t calls = file.arrays().read_integer(stored.calls);
  if (!stored.learning_rate.empty())
    set_stored_learning_rate(optimizer, file.arrays().read(stored.learning_rate, {}).item());
  optimizer.set_calls(calls);
  for (std::size_t i = 0; i < values.size(); ++i)
    optimizer.set_slot(*places[i].variable, places[i].slot, std::move(values[i]));
}

}  // namespace keratin
