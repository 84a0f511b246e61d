#pragma once
// Model: a layer that can be trained: compile, fit, evaluate, predict.

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "keratin/batch.hpp"
#include "keratin/compile.hpp"
#include "keratin/dataset.hpp"
#include "keratin/fit.hpp"
#include "keratin/layer.hpp"
#include "keratin/logs.hpp"
#include "keratin/tape.hpp"

namespace KERATIN_API keratin {

struct ArrayData;
class Backups;
class CallbackList;
class DatasetFeed;
class Feed;
struct FitRun;

struct LoadWeightsOptions {
  bool skip_mismatch = false;  // load what fits, and warn of what does not
  bool finite_only = false;    // refuse weights that are NaN or infinite
};

/// One thread trains a model; several may predict with it as long as none does.
class Model : public Layer {
 public:
  explicit Model(std::string model_name);
  Model(Model&&) noexcept;
  Model& operator=(Model&&) noexcept;
  ~Model() override;

  // A callback sets these to end the call after the current batch, as in Keras.
  bool stop_training = false, stop_evaluating = false, stop_predicting = false;

  /// Takes copies of what it is given. Compiling again replaces the optimizer and its state and
  /// keeps the weights.
  void compile(CompileOptions options);
  bool compiled() const;
  Optimizer& optimizer();  // throws before compile
  const Optimizer& optimizer() const;
  /// What compile() was given, with the optimizer as it is now. Throws before compile.
  CompileOptions compile_options() const;
  /// Which way the compiled metric of that name gets better: unknown if it does not tell, and for
  /// any name that is none, or before the first step, which makes the metrics.
  Direction metric_direction(std::string_view metric_name) const;
  /// Where the values of the last training step first were NaN or infinite: "the inputs", "layer
  /// dense", "layer base/dense" inside another layer, or "the loss" if all layers' outputs were
  /// finite or the step used a tape of its own.
  std::string first_not_finite() const;

  /// Trains on rows of x and y (equally many), or on the batches of a Dataset, and returns what it
  /// logged. An exception leaves the weights as the last complete step left them.
  History fit(ArrayView x, ArrayView y, FitOptions options = {});
  History fit(const Dataset& data, FitOptions options = {});
  /// Loss and metrics over all rows, without training.
  Logs evaluate(ArrayView x, ArrayView y, EvaluateOptions options = {});
  Logs evaluate(const Dataset& data, EvaluateOptions options = {});
  /// The outputs for all rows, in their order: (rows, ...). Needs no compile.
  Tensor predict(ArrayView x, PredictOptions options = {});
  Tensor predict(const Dataset& data, PredictOptions options = {});

  /// One step on these rows; returns the loss and metrics of this batch alone.
  Logs train_on_batch(ArrayView x, ArrayView y, TrainOnBatchOptions options = {});
  Logs test_on_batch(ArrayView x, ArrayView y, TestOnBatchOptions options = {});
  Tensor predict_on_batch(ArrayView x);

  /// What a step does: override to change it. Returns the logs so far.
  virtual Logs train_step(const Batch& batch);
  virtual Logs test_step(const Batch& batch);

  virtual bool built() const = 0;
  /// Whether the shape of a sample is fixed already: built, or made with an Input.
  virtual bool has_input_shape() const = 0;
  /// Shape of a sample's input and output. Throw while there is none.
  virtual Shape input_shape() const = 0;
  virtual Shape output_shape() const = 0;

  std::vector<Tensor> get_weights() const;
  /// Throws when a count or shape differs, with nothing changed.
  void set_weights(const std::vector<Tensor>& weights);
  std::size_t count_params() const;  // throws before build

  // Files; see keratin/saving.hpp. All that is written replaces the file at `path` only once it is
  // complete. Throw std::runtime_error for files that cannot be written or read, or are damaged.

  /// Writes everything to a .keras archive, which Keras 3 opens as well: layers, weights, compile
  /// arguments, the optimizer's state. What cannot be described, such as a loss that is a function,
  /// leaves out the compile arguments, with a warning. Throws std::invalid_argument for another
  /// extension, for a model that is not built, and for a layer without a list of fields.
  void save(const std::string& path) const;
  /// Writes the weights, and the optimizer's state if there is one, to a .weights.h5 file as Keras
  /// does, or to a .safetensors file.
  void save_weights(const std::string& path) const;
  /// Reads them from such a file, from a .keras archive, or from a legacy .h5 file. Throws
  /// std::invalid_argument, with the layer, the weight and both shapes, for weights that do not
  /// fit; nothing has changed then.
  void load_weights(const std::string& path, const LoadWeightsOptions& options = {});
  /// The description that a .keras archive has: layers and compile arguments, no weights.
  std::string to_json() const;

 protected:
  /// For a train_step of one's own.
  GradientTape& tape();
  /// The loss of a batch and what the layers add to it, on y_pred's tape.
  Node compute_loss(const Batch& batch, Node y_pred);
  Logs compute_metrics(const Batch& batch, Node y_pred, Node loss);

 private:
  struct State;
  void check_trainable(const char* where) const;
  void build_for(const char* where, const Shape& sample);
  void check_labels(const ArrayView& y, std::size_t rows) const;
  ArrayData prepared(const char* where, ArrayData data);
  DatasetFeed feed_of(const char* where, const Dataset& data, bool with_labels);
  std::unique_ptr<Feed> validation_feed(const FitOptions& options);
  History run_fit(Feed& train, Feed* validation, std::optional<long> steps,
                  const FitOptions& options);
  History fit_in_epochs(Feed& train, Feed* validation, std::optional<long> steps,
                        const FitOptions& options);
  void train_epoch(FitRun& run, std::optional<long> steps, CallbackList& callbacks,
                   Backups& backups);
  Logs test_pass(Feed& feed, std::optional<long> steps, CallbackList& callbacks);
  Logs run_evaluate(Feed& feed, std::optional<long> steps, const EvaluateOptions& options);
  Tensor run_predict(Feed& feed, std::optional<long> steps, std::size_t expected_rows,
                     const PredictOptions& options);
  Tensor predict_in_steps(Feed& feed, std::optional<long> steps, std::size_t expected_rows,
                          const PredictOptions& options);
  Logs step_on(const char* where, const ArrayData& data, bool trains);
  std::unique_ptr<State> state_;
};

}  // namespace keratin
