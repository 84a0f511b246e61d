#pragma once
// Training with several processes, on one machine or many, over MPI. A component of its own: link
// keratin::distribution, which needs an MPI library, and configure with -DKERATIN_MPI=ON.
//
//   int main(int argc, char** argv) {
//     distribution::initialize(&argc, &argv);
//     distribution::set_distribution(distribution::DataParallel());
//     ...                                    // the same program in all processes
//     model.fit(x, y, {.batch_size = 256});  // of which each computes its part of every batch
//   }
//
// mpirun -np 4 ./program. See docs/distributed.md.

#include <cstdint>
#include <cstring>
#include <optional>
#include <type_traits>

#include "keratin/export.hpp"

namespace KERATIN_API keratin {
namespace distribution {

/// An MPI_Comm, which is a pointer in some MPI libraries and a number in others. The default stands
/// for all processes.
class Communicator {
 public:
  Communicator() = default;
  template <class Comm>
  requires(!std::is_same_v<Comm, Communicator> && std::is_trivially_copyable_v<Comm> &&
           sizeof(Comm) <= sizeof(std::uint64_t)) Communicator(Comm comm)
      : given_(true) {
    std::memcpy(&bits_, &comm, sizeof comm);
  }
  bool given() const { return given_; }
  template <class Comm>
  Comm as() const {
    Comm comm;
    std::memcpy(&comm, &bits_, sizeof comm);
    return comm;
  }

 private:
  std::uint64_t bits_ = 0;
  bool given_ = false;
};

struct DataParallelOptions {
  /// The processes that train together. In those that do not belong to it, which have
  /// MPI_COMM_NULL, models train alone.
  Communicator communicator = {};
  /// true: all processes have the same data, arrays or Datasets, and each computes its part of
  /// every batch. false: each has data of its own, such as dataset.shard(size(), rank()).batch(n);
  /// what they read at the same time makes a batch, arrays are read in parts of batch_size, and a
  /// process whose data have ended waits for the others' epoch.
  bool auto_shard_dataset = true;
};

/// Every process has a copy of the model and a part of every batch. Gradients, metrics and the
/// moments of batch normalization are summed over the processes, so that each step is that of one
/// process with the whole batch.
class DataParallel {
 public:
  explicit DataParallel(DataParallelOptions options = {}) : options_(options) {}
  const DataParallelOptions& options() const { return options_; }

 private:
  DataParallelOptions options_;
};

/// Initializes MPI, unless the program has done so, and finalizes it when the program ends. Each
/// process then uses its share of the machine's cores, unless KERATIN_NUM_THREADS is set. Without
/// mpirun there is one process. Further calls do nothing. Throws std::runtime_error if MPI fails.
void initialize(int* argc = nullptr, char*** argv = nullptr);

/// The number of this process, from 0 on, and how many there are: among those of the distribution
/// that is set, else among all. 0 and 1 before initialize().
int rank();
int size();

/// How fit, evaluate, predict, train_on_batch and test_on_batch work from now on; nothing: each
/// process for itself. To be called in all processes of the communicator. The random numbers to
/// come are those of process 0. Throws std::logic_error before initialize().
void set_distribution(const std::optional<DataParallel>& distribution);

}  // namespace distribution
}  // namespace keratin
