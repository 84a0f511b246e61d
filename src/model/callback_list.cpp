#include "model/callback_list.hpp"

#include "core/exact_numbers.hpp"
#include "core/replicas.hpp"
#include "keratin/callbacks/progbar_logger.hpp"
#include "keratin/check.hpp"

namespace keratin {

namespace {

class HistoryRecorder : public Callback {
 public:
  explicit HistoryRecorder(History& history) : history_(history) {}
  void on_epoch_end(int epoch, Logs& logs) override { history_.append(epoch, logs); }

 private:
  History& history_;
};

}  // namespace

CallbackList::CallbackList(Model& model, const Callbacks& callbacks, const History::Params& params,
                           History* history) {
  bool has_progress_bar = params.verbose == 0;
  try {
    for (const auto& callback : callbacks) {
      attach(callback, model, params);
      has_progress_bar |= dynamic_cast<callbacks::ProgbarLogger*>(callback.get()) != nullptr;
    }
    if (history) attach(std::make_shared<HistoryRecorder>(*history), model, params);
    if (!has_progress_bar) attach(std::make_shared<callbacks::ProgbarLogger>(), model, params);
  } catch (...) {
    detach();
    throw;
  }
}

CallbackList::~CallbackList() { detach(); }

void CallbackList::attach(std::shared_ptr<Callback> callback, Model& model,
                          const History::Params& params) {
  const bool silent = callback->only_reports() && !is_first_process();
  attached_.push_back({callback, callback->model_, callback->params_, silent});
  callback->set_model(&model);
  callback->set_params(params);
  if (!silent) callback->attached();
}

void CallbackList::detach() {
  for (; !attached_.empty(); attached_.pop_back()) {
    const Attached& last = attached_.back();
    if (!last.silent) last.callback->detached();
    last.callback->set_model(last.outer_model);
    last.callback->set_params(last.outer_params);
  }
}

namespace {

std::string tensor_name(std::size_t callback, std::size_t tensor) {
  return concat("callback ", callback, " ", tensor);
}

}  // namespace

void CallbackList::get_states(Config::List& values, std::map<std::string, Tensor>& tensors) const {
  for (std::size_t i = 0; i < attached_.size(); ++i) {
    CallbackState state = attached_[i].callback->get_state();
    for (std::size_t j = 0; j < state.tensors.size(); ++j)
      tensors[tensor_name(i, j)] = std::move(state.tensors[j]);
    values.push_back(
        Config::Object{{"values", std::move(state.values)}, {"tensors", state.tensors.size()}});
  }
}

void CallbackList::set_states(const Config::List& values,
                              const std::function<Tensor(const std::string&)>& tensor) const {
  check(values.size() == attached_.size(), "fit", "the saved state is of ", values.size(),
        " callbacks, there are ", attached_.size());
  for (std::size_t i = 0; i < attached_.size(); ++i) {
    const StateReader saved("fit", values[i]);
    CallbackState state{saved.at("values")};
    for (long j = 0; j < saved.long_integer("tensors"); ++j)
      state.tensors.push_back(tensor(tensor_name(i, static_cast<std::size_t>(j))));
    if (!state.values.is_null() && !attached_[i].silent) attached_[i].callback->set_state(state);
  }
}

}  // namespace keratin
