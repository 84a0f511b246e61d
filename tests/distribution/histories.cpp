// Trains small models of every kind and prints what they log: the same for any number of processes,
// up to rounding. The batches have a last one of three rows, so that of four processes one has
// none.
#include <cstdio>
#include <keratin/distribution.hpp>
#include <keratin/keratin.hpp>

using namespace keratin;
using namespace keratin::layers;

namespace {

constexpr std::size_t samples = 203, batch_size = 40;

void print(const std::string& model, const std::string& what, const std::vector<double>& values) {
  if (distribution::rank() != 0) return;
  for (double value : values) std::printf("%s %s %.9g\n", model.c_str(), what.c_str(), value);
  std::fflush(stdout);
}

void print(const std::string& model, const Logs& logs) {
  for (const auto& [name, value] : logs) print(model, name, {value});
}

void print(const std::string& model, const History& history) {
  for (const auto& [name, values] : history.history) print(model, name, values);
}

Tensor random_tensor(const Shape& shape, std::uint64_t seed) {
  Tensor tensor = Tensor::uninitialized(shape);
  random::Generator generator(seed);
  for (float& value : tensor.values()) value = generator.normal();
  return tensor;
}

Tensor labels(const Tensor& x, int classes) {
  Tensor y = Tensor::zeros({x.shape().front()});
  const std::size_t row = x.size() / y.size();
  for (std::size_t i = 0; i < y.size(); ++i)
    y.data()[i] = static_cast<float>(
        std::min(classes - 1, static_cast<int>(std::abs(x.data()[i * row]) * 1.5f)));
  return y;
}

// A sum that tells whether the rows came in their order.
double checksum(const Tensor& values) {
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    sum += static_cast<double>(values.data()[i]) * static_cast<double>(i % 97 + 1);
  return sum;
}

// Trains, evaluates and predicts.
void run(const std::string& name, Sequential& model, const Tensor& x, const Tensor& y,
         FitOptions options) {
  options.batch_size = static_cast<int>(batch_size);
  options.epochs = 3;
  options.verbose = 0;
  print(name, model.fit(x, y, options));
  print(name + "-evaluated", model.evaluate(x, y, {.batch_size = 31, .verbose = 0}));
  print(name, "predicted", {checksum(model.predict(x, {.batch_size = 30, .verbose = 0}))});
  double weights = 0;
  for (const Tensor& weight : model.get_weights()) weights += checksum(weight);
  print(name, "weights", {weights});
}

void dense() {
  const Tensor x = random_tensor({samples, 7}, 1), y = labels(x, 3);
  Sequential model({Input({7}), Dense(13, {.use_bias = false}),
                    BatchNormalization({.momentum = 0.8}), ReLU(), Dropout(0.3),
                    Dense(3, "softmax")});
  model.compile({.optimizer = optimizers::Adam({.learning_rate = 0.01, .clipnorm = 0.5}),
                 .loss = "sparse_categorical_crossentropy",
                 .metrics = {"accuracy", metrics::ConfusionMatrix()},
                 .weighted_metrics = {"accuracy"}});
  run("dense", model, x, y,
      {.validation_split = 0.2, .class_weight = {{0, 1.0}, {1, 2.5}, {2, 0.5}}});
}

void pictures() {
  const Tensor x = random_tensor({samples, 6, 6, 2}, 2);
  Tensor y = Tensor::zeros({samples, 1}), weight = Tensor::zeros({samples});
  for (std::size_t i = 0; i < samples; ++i) {
    y.data()[i] = x.data()[i * 72] > 0 ? 1.0f : 0.0f;
    weight.data()[i] = static_cast<float>(i % 4);
  }
  Sequential model({Input({6, 6, 2}), RandomFlip(), RandomTranslation(0.1, 0.1),
                    RandomRotation(0.1), RandomZoom(0.1), RandomContrast(0.2),
                    Conv2D(5, 3, {.padding = "same", .use_bias = false}), BatchNormalization(),
                    ReLU(), SpatialDropout2D(0.2), GaussianNoise(0.1), MaxPooling2D(),
                    Conv2DTranspose(3, 2), SeparableConv2D(4, 2), GaussianDropout(0.1),
                    GlobalAveragePooling2D(), AlphaDropout(0.1), LayerNormalization(),
                    Dense(1, {.activation = "sigmoid",
                              .kernel_regularizer = regularizers::L2(0.01),
                              .activity_regularizer = regularizers::L1(0.01)})});
  model.compile({.optimizer = optimizers::SGD({.learning_rate = 0.05,
                                               .momentum = 0.9,
                                               .global_clipnorm = 1,
                                               .use_ema = true,
                                               .gradient_accumulation_steps = 2}),
                 .loss = "binary_crossentropy",
                 .metrics = {"accuracy", metrics::AUC(), metrics::Precision()},
                 .weighted_metrics = {metrics::AUC({.curve = "PR", .name = "auc_pr"}), "mse"}});
  run("pictures", model, x, y, {.sample_weight = weight});
}

// Losses and metrics that look across the rows of a batch.
void across_rows() {
  const Tensor x = random_tensor({samples, 5}, 3);
  Tensor y = Tensor::zeros({samples, 4});
  for (std::size_t i = 0; i < samples; ++i) y.data()[i * 4 + i % 4] = 1;
  const auto spread = [](Node t, Node p) { return ops::mean(ops::square(p - ops::mean(t, 0))); };
  for (const LossHandle& loss :
       {LossHandle(losses::Dice()), LossHandle(losses::Tversky({.alpha = 0.3})),
        LossHandle(losses::CosineSimilarity()),
        LossHandle(losses::CategoricalCrossentropy({.reduction = "sum"})),
        LossHandle(losses::MeanSquaredError({.reduction = "mean_with_sample_weight"}))}) {
    Sequential model({Input({5}), Dense(8, "tanh"), Dropout(0.1, {.noise_shape = {{1, 8}}}),
                      Dense(4, "softmax")});
    model.compile(
        {.optimizer = optimizers::AdamW({.learning_rate = 0.01}),
         .loss = loss,
         .metrics = {metrics::MeanMetricWrapper(losses::dice),
                     metrics::MeanMetricWrapper(spread, {.name = "spread"}), metrics::F1Score(),
                     metrics::R2Score(), metrics::CosineSimilarity(),
                     metrics::TopKCategoricalAccuracy({2}), metrics::RootMeanSquaredError()}});
    Tensor weight = Tensor::full({samples}, 0.5f);
    for (std::size_t i = 0; i < samples; i += 3) weight.data()[i] = 2;
    run("across " + loss->name, model, x, y, {.sample_weight = weight});
  }
}

void words() {
  Tensor x = Tensor::zeros({samples, 9}), y = Tensor::zeros({samples});
  random::Generator generator(4);
  for (float& word : x.values()) word = static_cast<float>(generator.bounded(30));
  for (std::size_t i = 0; i < samples; ++i)
    y.data()[i] = i % 7 == 0 ? -1 : static_cast<float>(static_cast<int>(x.data()[i * 9]) % 3);
  Sequential model({Input({9}), Embedding(30, 6), SpatialDropout1D(0.2), Conv1D(4, 3),
                    GlobalAveragePooling1D(), Dense(3)});
  model.compile(
      {.optimizer = "nadam",
       .loss = losses::SparseCategoricalCrossentropy({.from_logits = true, .ignore_class = -1}),
       .metrics = {"accuracy"}});
  run("words", model, x, y, {});
}

// A layer and a step of one's own.
class Centered : public Layer {
 public:
  Shape build(const Shape& input) override {
    random_ = &add_seed_generator();
    return input;
  }
  Node call(Node x, bool training) override {
    if (!training) return x;
    const Node noise = x.tape().make_for_rows_of(x, x.shape(), [&](Tensor& values) {
      const std::size_t row = x.shape().without_batch().elements();
      random::Generator generator = random_->take(x.rows(), row);
      for (float& value : values.values()) value = generator.normal(0, 0.1);
    });
    return x - ops::mean(x, 0) + noise;
  }

 private:
  random::SeedGenerator* random_ = nullptr;
};

class Adversarial : public Sequential {
 public:
  using Sequential::Sequential;
  Logs train_step(const Batch& batch) override {
    tape().begin();
    const Node x = tape().watch(batch.x);
    const Node loss = compute_loss(batch, call(x, true));
    tape().backward(loss);
    Batch moved = batch;
    for (std::size_t i = 0; i < moved.x.size(); ++i) moved.x.data()[i] += 0.1f * x.grad().data()[i];
    return Sequential::train_step(batch);
  }
};

void datasets_and_own_classes() {
  const Tensor x = random_tensor({samples, 6}, 5), y = labels(x, 2);
  std::size_t next = 0;
  const Dataset generated = Dataset::from_generator([&x, &y, next](Batch& sample) mutable {
                              if (next == samples) return false;
                              sample.x = Tensor::from({6}, std::span(x.data() + next * 6, 6));
                              sample.y = Tensor(y.data()[next]);
                              ++next;
                              return true;
                            })
                                .shuffle({.buffer_size = 50, .seed = 3})
                                .batch(batch_size);
  const Dataset mapped = Dataset::from_tensor_slices(x, y)
                             .shuffle({.buffer_size = samples})
                             .batch(batch_size)
                             .map([](Batch& batch) {
                               for (float& value : batch.x.values()) value *= 2;
                             })
                             .prefetch(2);
  const Dataset filtered =
      mapped.filter([](const Batch& batch) { return batch.x.data()[0] > -10; }).cache();
  int number = 0;
  for (const Dataset& data : {generated, mapped, filtered}) {
    Adversarial model({Input({6}), Centered(), Dense(8, "relu"), Dense(1, "sigmoid")});
    model.compile({.optimizer = "rmsprop", .loss = "binary_crossentropy", .metrics = {"accuracy"}});
    const std::string name = "dataset" + std::to_string(number++);
    print(name, model.fit(data, {.epochs = 3, .verbose = 0, .validation_data = mapped}));
    print(name, model.evaluate(generated, {.verbose = 0}));
    print(name, "predicted", {checksum(model.predict(generated, {.verbose = 0})) / 100});
    print(name, model.train_on_batch(x, y));
    print(name, model.test_on_batch(x, y));
    print(name, "predicted on a batch", {checksum(model.predict_on_batch(x))});
  }
}

}  // namespace

int main(int argc, char** argv) {
  distribution::initialize(&argc, &argv);
  distribution::set_distribution(distribution::DataParallel());
  utils::set_random_seed(5);
  dense();
  pictures();
  across_rows();
  words();
  datasets_and_own_classes();
}
