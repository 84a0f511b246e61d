#include "keratin/distribution.hpp"

#include <mpi.h>
#include <sched.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <vector>

#include "distribution/mpi_replicas.hpp"
#include "keratin/check.hpp"
#include "keratin/random.hpp"
#include "keratin/utils.hpp"
#include "kernels/cpus.hpp"

namespace keratin::distribution {

namespace {

struct State {
  bool initialized = false, finalizes = false;
  int rank = 0, size = 1;
  std::unique_ptr<MpiReplicas> replicas;  // null: this process is alone
};

State& state() {
  static State* const state = new State;  // outlives what the program runs at its end
  return *state;
}

void at_exit() {
  int finalized = 0;
  MPI_Finalized(&finalized);
  if (finalized) return;
  if (state().replicas) state().replicas->leave();
  set_replicas(nullptr);
  state().replicas.reset();
  if (state().finalizes) MPI_Finalize();
}

// The processors that the processes of this machine may run on.
std::vector<int> processors_of(MPI_Comm here) {
  cpu_set_t mine;
  CPU_ZERO(&mine);
  if (sched_getaffinity(0, sizeof mine, &mine) != 0) return {};
  check_mpi("MPI_Allreduce",
            MPI_Allreduce(MPI_IN_PLACE, &mine, sizeof mine, MPI_BYTE, MPI_BOR, here));
  std::vector<int> processors;
  for (int i = 0; i < CPU_SETSIZE; ++i)
    if (CPU_ISSET(i, &mine)) processors.push_back(i);
  return processors;
}

// Each process of a machine gets its share of the cores.
void share_cores() {
  MPI_Comm here = MPI_COMM_NULL;
  check_mpi("MPI_Comm_split_type",
            MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &here));
  int processes = 1;
  MPI_Comm_size(here, &processes);
  const std::vector<int> processors = processors_of(here);
  MPI_Comm_free(&here);
  const char* const given = std::getenv("KERATIN_NUM_THREADS");
  if (processes == 1 || processors.empty() || (given && *given)) return;
  double cores = kernels::core_count(processors);
  if (const std::optional<double> quota = kernels::cgroup_cpu_quota())
    cores = std::min(cores, *quota);
  const int share = std::max(1, static_cast<int>(cores / processes));
  utils::set_num_threads(std::min(share, kernels::default_thread_count()));
}

}  // namespace

void initialize(int* argc, char*** argv) {
  if (state().initialized) return;
  int initialized = 0;
  MPI_Initialized(&initialized);
  if (!initialized) {
    int granted = 0;  // only one thread talks to the other processes
    check_mpi("MPI_Init_thread", MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &granted));
    state().finalizes = true;
  }
  state().initialized = true;
  MPI_Comm_rank(MPI_COMM_WORLD, &state().rank);
  MPI_Comm_size(MPI_COMM_WORLD, &state().size);
  share_cores();
  std::atexit(at_exit);
}

int rank() { return state().rank; }
int size() { return state().size; }

void set_distribution(const std::optional<DataParallel>& distribution) {
  check<std::logic_error>(state().initialized, "distribution",
                          "set_distribution() was called before initialize()");
  set_replicas(nullptr);
  state().replicas.reset();
  MPI_Comm processes = MPI_COMM_WORLD;
  if (distribution && distribution->options().communicator.given())
    processes = distribution->options().communicator.as<MPI_Comm>();
  state().rank = 0;
  state().size = 1;
  if (processes == MPI_COMM_NULL) return;
  check_mpi("MPI_Comm_rank", MPI_Comm_rank(processes, &state().rank));
  check_mpi("MPI_Comm_size", MPI_Comm_size(processes, &state().size));
  if (!distribution) return;
  state().replicas =
      std::make_unique<MpiReplicas>(processes, distribution->options().auto_shard_dataset);
  random::Stream next = random::state();
  state().replicas->broadcast({reinterpret_cast<char*>(&next), sizeof next});
  random::restore(next);
  set_replicas(state().replicas.get());
}

}  // namespace keratin::distribution
