#pragma once
// PRIVATE: the callbacks of one call of fit, evaluate or predict.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "keratin/callbacks/callback.hpp"

namespace keratin {

/// Attaches callbacks to a model as long as it lives, and passes hooks on to them, in order: the
/// given ones, then the recorder of a History if there is one, then the progress bar.
class CallbackList {
 public:
  CallbackList(Model& model, const Callbacks& callbacks, const History::Params& params,
               History* history = nullptr);
  ~CallbackList();
  CallbackList(const CallbackList&) = delete;
  CallbackList& operator=(const CallbackList&) = delete;

  /// call(&Callback::on_epoch_end, epoch, logs)
  template <class... Parameters, class... Arguments>
  void call(void (Callback::*hook)(Parameters...), Arguments&&... arguments) {
    for (const Attached& attached : attached_)
      if (!attached.silent) ((*attached.callback).*hook)(arguments...);
  }

  /// The callback of that class, or null.
  template <class T>
  T* find() const {
    for (const Attached& attached : attached_)
      if (T* found = dynamic_cast<T*>(attached.callback.get())) return found;
    return nullptr;
  }

  /// Adds what each callback remembers: its values, and its tensors with names.
  void get_states(Config::List& values, std::map<std::string, Tensor>& tensors) const;
  /// Gives it back; tensor(name) returns those with the names that get_states() gave them. Throws
  /// std::invalid_argument for another number of callbacks.
  void set_states(const Config::List& values,
                  const std::function<Tensor(const std::string&)>& tensor) const;

 private:
  /// A callback, and what it was attached to before: a hook may call fit or evaluate with it.
  struct Attached {
    std::shared_ptr<Callback> callback;
    Model* outer_model;
    History::Params outer_params;
    bool silent;  // it only reports, which is for another process to do
  };
  void attach(std::shared_ptr<Callback> callback, Model& model, const History::Params& params);
  void detach();

  std::vector<Attached> attached_;
};

}  // namespace keratin
