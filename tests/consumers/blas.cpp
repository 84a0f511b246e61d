// keratin with another BLAS and LAPACK, from the folder that the argument names: that these are
// used, that a decomposition is right, and that a net learns with the same bits on one thread and
// on two.

#include <cmath>
#include <cstdio>
#include <keratin/keratin.hpp>
#include <string>

using namespace keratin;
using namespace keratin::layers;

namespace {

// How far the columns of an Orthogonal kernel are from orthonormal.
double error_of_decomposition() {
  constexpr std::size_t rows = 200, columns = 70;
  const Tensor q = initializers::Orthogonal({.seed = 3})({rows, columns});
  double worst = 0;
  for (std::size_t i = 0; i < columns; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = i == j ? -1 : 0;
      for (std::size_t row = 0; row < rows; ++row)
        sum += static_cast<double>(q.data()[row * columns + i]) *
               static_cast<double>(q.data()[row * columns + j]);
      worst = std::max(worst, std::abs(sum));
    }
  return worst;
}

struct Result {
  double accuracy;
  std::vector<Tensor> weights;
};

Result train(int threads) {
  utils::set_num_threads(threads);
  utils::clear_session();
  utils::set_random_seed(0);
  const auto [train, test] = datasets::mnist::load_data();
  Sequential model({Input({28, 28}), Flatten(), Dense(84, "relu"), Dense(10, "softmax")});
  model.compile({.loss = "sparse_categorical_crossentropy", .metrics = {"acc"}});
  model.fit(train.x, train.y, {.batch_size = 256, .epochs = 1, .verbose = 0});
  return {model.evaluate(test.x, test.y, {.verbose = 0})["acc"], model.get_weights()};
}

}  // namespace

int main(int count, char** arguments) {
  const std::string file = utils::system_info().blas_file;
  const double error = error_of_decomposition();
  const Result one = train(1), two = train(2);
  std::printf("%s: error %.1e, accuracy %.3f\n", file.c_str(), error, one.accuracy);
  if (count != 2 || file.rfind(arguments[1], 0) != 0) return 1;
  return error < 2e-6 && one.accuracy > 0.8 && one.weights == two.weights ? 0 : 2;
}
