#include "model/training_state.hpp"

#include <tuple>

#include "core/exact_numbers.hpp"
#include "keratin/check.hpp"
#include "keratin/fields.hpp"
#include "keratin/model.hpp"
#include "keratin/random.hpp"
#include "model/callback_list.hpp"
#include "model/feed.hpp"
#include "model/state.hpp"

namespace keratin {

namespace {

constexpr const char* where = "fit";

Config described(const random::Stream& stream) {
  return Config::List{word_bits(stream.seed), word_bits(stream.number)};
}
random::Stream stream_of(const Config& config) {
  const Config::List& words = list_of(where, config);
  check(words.size() == 2, where, "the saved state has no random stream");
  return {word_of(where, words[0]), word_of(where, words[1])};
}

Config described(const Logs& logs) {
  Config::List entries;
  for (const auto& [name, value] : logs) entries.push_back(Config::List{name, exact_number(value)});
  return entries;
}
Logs logs_of(const Config& config) {
  Logs logs;
  for (const Config& entry : list_of(where, config)) {
    const Config::List& pair = list_of(where, entry);
    check(pair.size() == 2, where, "the saved state's logs are damaged");
    logs[value_of<std::string>(pair[0], where, "a log")] = number_of(where, pair[1]);
  }
  return logs;
}

Config described(const History& history) {
  Config::List epochs;
  for (const int epoch : history.epoch) {
    Logs logs;
    for (const auto& [name, values] : history.history) {
      const std::vector<int>& logged = history.epochs(name);
      for (std::size_t i = 0; i < logged.size(); ++i)
        if (logged[i] == epoch) logs[name] = values[i];
    }
    epochs.push_back(Config::List{epoch, described(logs)});
  }
  return epochs;
}
void restore(History& history, const Config& config) {
  for (const Config& entry : list_of(where, config)) {
    const Config::List& pair = list_of(where, entry);
    check(pair.size() == 2, where, "the saved state's history is damaged");
    history.append(value_of<int>(pair[0], where, "an epoch"), logs_of(pair[1]));
  }
}

Config described(const std::vector<random::SeedGenerator*>& sources) {
  Config::List states;
  for (const random::SeedGenerator* source : sources)
    states.push_back(
        Config::List{described(source->state().stream), word_bits(source->state().next_block)});
  return states;
}
void restore(const std::vector<random::SeedGenerator*>& sources, const Config::List& states) {
  check(states.size() == sources.size(), where, "the saved state has ", states.size(),
        " random sources of layers, the model has ", sources.size());
  for (std::size_t i = 0; i < states.size(); ++i) {
    const Config::List& pair = list_of(where, states[i]);
    check(pair.size() == 2, where, "the saved state's random sources are damaged");
    sources[i]->set_state({stream_of(pair[0]), word_of(where, pair[1])});
  }
}

const Tensor& tensor_of(const TrainingState& state, const std::string& name) {
  const auto found = state.tensors.find(name);
  check(found != state.tensors.end(), where, "the saved state has no ", name,
        ": it is of another model or optimizer");
  return found->second;
}
const Tensor& tensor_of(const TrainingState& state, const std::string& name, const Shape& shape) {
  const Tensor& tensor = tensor_of(state, name);
  check(tensor.shape() == shape, where, "the saved state's ", name, " has shape ", tensor.shape(),
        ", wanted ", shape);
  return tensor;
}

std::string weight_name(const Variable& variable, std::size_t i) {
  return concat("weight ", i, " ", variable.name);
}
std::string slot_name(const Variable& variable, std::size_t i, const Optimizer::Slot& slot) {
  return concat("optimizer ", i, " ", variable.name, " ", slot.name);
}

}  // namespace

TrainingState FitRun::get_state(const CallbackList& callbacks) const {
  TrainingState state;
  const std::vector<Variable*> weights = model.variables();
  for (std::size_t i = 0; i < weights.size(); ++i)
    state.tensors[weight_name(*weights[i], i)] = weights[i]->value;
  const std::vector<Variable*> trained = model.trainable_variables();
  const Optimizer& optimizer = model.optimizer();
  for (std::size_t i = 0; i < trained.size(); ++i)
    for (const Optimizer::Slot& slot : optimizer.all_slots_of(*trained[i]))
      state.tensors[slot_name(*trained[i], i, slot)] = optimizer.slot(*trained[i], slot.name);
  Config::List callback_states;
  callbacks.get_states(callback_states, state.tensors);
  const std::optional<std::size_t> batches = train.size();
  state.values = Config::Object{
      {"epoch", epoch},
      {"step", step},
      {"batches", batches ? Config(*batches) : Config()},
      {"logs", described(logs)},
      {"history", described(history)},
      {"stop_training", model.stop_training},
      {"calls", optimizer.calls()},
      {"learning_rate",
       optimizer.has_schedule() ? Config() : exact_number(optimizer.learning_rate())},
      {"random", described(random::state())},
      {"sources", described(model.seed_generators())},
      {"train", train.position()},
      {"validation", validation ? validation->position() : Config()},
      {"metrics", metrics.get_state()},
      {"callbacks", std::move(callback_states)}};
  return state;
}

void FitRun::set_state(const TrainingState& state, const CallbackList& callbacks) {
  const StateReader values(where, state.values);
  const std::optional<std::size_t> batches = train.size();
  const Config& saved_batches = values.at("batches");
  check(saved_batches == (batches ? Config(*batches) : Config()), where,
        "the saved state is of other data: there were ", saved_batches, " batches");
  const std::vector<Variable*> weights = model.variables();
  for (std::size_t i = 0; i < weights.size(); ++i)
    weights[i]->value = tensor_of(state, weight_name(*weights[i], i), weights[i]->value.shape());
  Optimizer& optimizer = model.optimizer();
  const std::vector<Variable*> trained = model.trainable_variables();
  for (std::size_t i = 0; i < trained.size(); ++i)
    for (const Optimizer::Slot& slot : optimizer.all_slots_of(*trained[i]))
      optimizer.set_slot(*trained[i], slot.name, tensor_of(state, slot_name(*trained[i], i, slot)));
  optimizer.set_calls(values.long_integer("calls"));
  if (!optimizer.has_schedule()) optimizer.set_learning_rate(values.number("learning_rate"));
  random::restore(stream_of(values.at("random")));
  restore(model.seed_generators(), values.list("sources"));
  train.restore(values.at("train"));
  if (validation) validation->restore(values.at("validation"));
  metrics.set_state(model.compile_options(), values.at("metrics"));
  callbacks.set_states(values.list("callbacks"),
                       [&](const std::string& name) { return tensor_of(state, name); });
  const History::Params params = history.params;
  history = {};
  history.params = params;
  restore(history, values.at("history"));
  model.stop_training = values.truth("stop_training");
  logs = logs_of(values.at("logs"));
  std::tie(epoch, step) = place_of(state);
}

std::pair<int, long> place_of(const TrainingState& state) {
  const StateReader values(where, state.values);
  return {values.integer("epoch"), values.long_integer("step")};
}

}  // namespace keratin
