#pragma once
// Callback: what a program hooks into fit, evaluate and predict.

#include <initializer_list>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "keratin/config.hpp"
#include "keratin/logs.hpp"
#include "keratin/tensor.hpp"

namespace KERATIN_API keratin {

class Model;

/// What a callback needs to go on in another run of the program.
struct CallbackState {
  Config values = {};  // null: nothing
  std::vector<Tensor> tensors = {};
};

/// Override what you need. Epochs and batches are counted from 0. The logs of a batch are averages
/// over the epoch so far; what a hook writes into the logs of an epoch is printed and recorded in
/// the History. One object may take part in several calls, also in one that a hook makes.
class Callback {
 public:
  virtual ~Callback() = default;
  virtual void on_train_begin(Logs& /*logs*/) {}
  virtual void on_train_end(Logs& /*logs*/) {}
  virtual void on_epoch_begin(int /*epoch*/, Logs& /*logs*/) {}
  virtual void on_epoch_end(int /*epoch*/, Logs& /*logs*/) {}
  virtual void on_train_batch_begin(int /*batch*/, Logs& /*logs*/) {}
  virtual void on_train_batch_end(int /*batch*/, Logs& /*logs*/) {}
  virtual void on_test_begin(Logs& /*logs*/) {}
  virtual void on_test_end(Logs& /*logs*/) {}
  virtual void on_test_batch_begin(int /*batch*/, Logs& /*logs*/) {}
  virtual void on_test_batch_end(int /*batch*/, Logs& /*logs*/) {}
  virtual void on_predict_begin(Logs& /*logs*/) {}
  virtual void on_predict_end(Logs& /*logs*/) {}
  virtual void on_predict_batch_begin(int /*batch*/, Logs& /*logs*/) {}
  virtual void on_predict_batch_end(int /*batch*/, Logs& /*logs*/) {}

  /// Whether hooks do nothing but print and write files. Where several processes train together,
  /// the hooks of such a callback are called in the first one only.
  virtual bool only_reports() const { return false; }

  /// Called before the first hook of fit, evaluate or predict, and after the last one however that
  /// call ends, by an exception too. Calls made by hooks nest. detached() must not throw.
  virtual void attached() {}
  virtual void detached() {}

  /// What happened so far in this fit, for BackupAndRestore, which asks after the hooks of a batch
  /// or an epoch. When training is resumed set_state() gets it back, after on_train_begin and, in
  /// the middle of an epoch, after on_epoch_begin. Override both where hooks depend on earlier
  /// ones.
  virtual CallbackState get_state() const { return {}; }
  virtual void set_state(const CallbackState& /*state*/) {}

  /// The model that is at work. Throws std::logic_error outside of fit, evaluate and predict.
  Model& model() const;
  /// The model at work, nullptr for none, and what was asked of it.
  void set_model(Model* model) { model_ = model; }
  const History::Params& params() const { return params_; }
  void set_params(const History::Params& params) { params_ = params; }

 private:
  friend class CallbackList;
  Model* model_ = nullptr;
  History::Params params_;
};

/// Callbacks as fit takes them: objects, moved in, pointers, borrowed for the call, and
/// shared_ptrs.
class Callbacks {
 public:
  /// A callback as an object, a pointer or a shared_ptr.
  class Choice {
   public:
    template <class T>
    requires std::is_base_of_v<Callback, T> Choice(T&& callback)
        : callback_(std::make_shared<T>(std::move(callback))) {}
    Choice(Callback* borrowed) : callback_(borrowed, [](Callback*) {}) {}
    template <class T>
    requires std::is_base_of_v<Callback, T> Choice(std::shared_ptr<T> shared)
        : callback_(std::move(shared)) {}

   private:
    friend class Callbacks;
    std::shared_ptr<Callback> callback_;
  };

  Callbacks() = default;
  Callbacks(std::initializer_list<Choice> choices) {
    for (const Choice& choice : choices) push_back(choice);
  }
  void push_back(Choice choice);  // throws for a null pointer
  auto begin() const { return list_.begin(); }
  auto end() const { return list_.end(); }

 private:
  std::vector<std::shared_ptr<Callback>> list_;
};

}  // namespace keratin
