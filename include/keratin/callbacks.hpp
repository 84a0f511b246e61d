#pragma once
// Callbacks: what a program hooks into fit, evaluate and predict.

#include <initializer_list>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "keratin/logs.hpp"

namespace keratin {

class Model;

/// Override what you need. Epoch and batch are counted from 0. The logs of a batch are averages of
/// the epoch so far; what a hook writes into the logs of an epoch is printed and lands in the
/// History.
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

  /// The model that is at work. Throws std::logic_error outside of fit, evaluate and predict.
  Model& model() const;
  void set_model(Model* model) { model_ = model; }
  const History::Params& params() const { return params_; }
  void set_params(const History::Params& params) { params_ = params; }

 private:
  Model* model_ = nullptr;
  History::Params params_;
};

/// Callbacks as fit takes them: objects, moved in, and pointers, borrowed for the call.
class Callbacks {
 public:
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
  void push_back(Choice choice) { list_.push_back(std::move(choice.callback_)); }
  auto begin() const { return list_.begin(); }
  auto end() const { return list_.end(); }

 private:
  std::vector<std::shared_ptr<Callback>> list_;
};

namespace callbacks {

/// Ctrl-C ends fit after the current batch: the epoch is closed with its validation, fit returns
/// the History so far, and a line says so. A second Ctrl-C ends the program. Handles SIGINT from
/// on_train_begin to on_train_end only.
class StopOnInterrupt : public Callback {
 public:
  StopOnInterrupt() = default;
  StopOnInterrupt(StopOnInterrupt&&) noexcept {}  // moved before training: nothing is handled yet
  ~StopOnInterrupt() override { restore(); }
  void on_train_begin(Logs& logs) override;
  void on_epoch_begin(int epoch, Logs& logs) override;
  void on_train_batch_end(int batch, Logs& logs) override;
  void on_train_end(Logs& logs) override;

  /// Whether Ctrl-C has ended the last fit.
  bool interrupted() const { return interrupted_; }

 private:
  void restore();
  void (*previous_)(int) = nullptr;
  bool handling_ = false, interrupted_ = false;
  int epoch_ = 0, batch_ = 0;
};

}  // namespace callbacks

}  // namespace keratin
