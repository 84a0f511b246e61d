#include "model/callback_list.hpp"

#include "keratin/callbacks/progbar_logger.hpp"

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
  attached_.push_back({callback, callback->model_, callback->params_});
  callback->set_model(&model);
  callback->set_params(params);
  callback->attached();
}

void CallbackList::detach() {
  for (; !attached_.empty(); attached_.pop_back()) {
    const Attached& last = attached_.back();
    last.callback->detached();
    last.callback->set_model(last.outer_model);
    last.callback->set_params(last.outer_params);
  }
}

}  // namespace keratin
