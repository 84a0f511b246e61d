#include "distribution/mpi_replicas.hpp"

#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <optional>
#include <stdexcept>
#include <utility>

#include "keratin/check.hpp"
#include "model/together.hpp"

namespace keratin::distribution {

namespace {

using Clock = std::chrono::steady_clock;

constexpr double check_interval = 1;  // seconds between two looks whether the others are alive
constexpr double patience = 2;  // seconds in which all processes have to fail, or one ends them
constexpr int polls_before_yield = 200;

// MPI counts with an int.
int count_of(std::size_t size) {
  check<std::length_error>(std::in_range<int>(size), "distribution", "got ", size,
                           " values for one message, wanted at most ",
                           std::numeric_limits<int>::max());
  return static_cast<int>(size);
}

MPI_Datatype type_of(float) { return MPI_FLOAT; }
MPI_Datatype type_of(double) { return MPI_DOUBLE; }

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// A process that has died stays in the table, as a zombie, until its parent asks for it.
bool is_alive(pid_t pid) {
  if (kill(pid, 0) != 0 && errno == ESRCH) return false;
  std::ifstream file(concat("/proc/", pid, "/stat"));
  std::string line;
  if (!std::getline(file, line)) return true;
  const std::size_t end = line.rfind(')');  // of the name
  return end == std::string::npos || line.size() <= end + 2 || line[end + 2] != 'Z';
}

}  // namespace

void check_mpi(const char* what, int code) {
  if (code == MPI_SUCCESS) return;
  std::array<char, MPI_MAX_ERROR_STRING> text{};
  int size = 0;
  MPI_Error_string(code, text.data(), &size);
  throw std::runtime_error(concat("MPI, ", what, ": ", std::string_view(text.data())));
}

OwnCommunicator::OwnCommunicator(MPI_Comm from) {
  check_mpi("MPI_Comm_dup", MPI_Comm_dup(from, &comm_));
  MPI_Comm_set_errhandler(comm_, MPI_ERRORS_RETURN);
}

OwnCommunicator::~OwnCommunicator() {
  int finalized = 0;
  MPI_Finalized(&finalized);
  if (!finalized) MPI_Comm_free(&comm_);
}

namespace {

int rank_in(MPI_Comm comm) {
  int rank = 0;
  check_mpi("MPI_Comm_rank", MPI_Comm_rank(comm, &rank));
  return rank;
}
int size_of(MPI_Comm comm) {
  int size = 0;
  check_mpi("MPI_Comm_size", MPI_Comm_size(comm, &size));
  return size;
}

}  // namespace

MpiReplicas::MpiReplicas(MPI_Comm processes, bool divides_data)
    : Replicas(rank_in(processes), size_of(processes), divides_data),
      calls_(processes),
      failures_(processes),
      thread_(std::this_thread::get_id()) {
  find_neighbours();
}

void MpiReplicas::find_neighbours() {
  std::array<char, MPI_MAX_PROCESSOR_NAME> name{};
  int length = 0;
  MPI_Get_processor_name(name.data(), &length);
  host_ = name.data();
  MPI_Comm here = MPI_COMM_NULL;
  check_mpi("MPI_Comm_split_type",
            MPI_Comm_split_type(calls_, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &here));
  const std::array<int, 2> mine = {static_cast<int>(rank()), static_cast<int>(getpid())};
  std::vector<int> all(2 * static_cast<std::size_t>(size_of(here)));
  check_mpi("MPI_Allgather", MPI_Allgather(mine.data(), 2, MPI_INT, all.data(), 2, MPI_INT, here));
  MPI_Comm_free(&here);
  for (std::size_t i = 0; i < all.size(); i += 2)
    if (all[i] != mine[0]) neighbours_.push_back({all[i], all[i + 1]});
}

void MpiReplicas::check_neighbours() const {
  for (const Neighbour& neighbour : neighbours_)
    if (!is_alive(neighbour.pid))
      end_all(
          concat("process ", neighbour.rank, " (pid ", neighbour.pid, " on ", host_, ") has died"));
}

void MpiReplicas::check_thread() const {
  check<std::logic_error>(std::this_thread::get_id() == thread_, "distribution",
                          "processes that train together make their calls on the thread that "
                          "called set_distribution()");
}

void MpiReplicas::await(MPI_Request& request) {
  while (!await(request, check_interval)) check_neighbours();
}

// Returns false if it has not ended after so many seconds.
bool MpiReplicas::await(MPI_Request& request, double seconds) {
  constexpr int polls_per_clock_reading = 256;
  std::optional<Clock::time_point> start;
  for (int polls = 1;; ++polls) {
    int done = 0;
    check_mpi("MPI_Test", MPI_Test(&request, &done, MPI_STATUS_IGNORE));
    if (done) return true;
    if (polls > polls_before_yield) sched_yield();  // another process may need this core
    if (polls % polls_per_clock_reading != 0) continue;
    if (!start) start = Clock::now();
    if (seconds_since(*start) > seconds) return false;
  }
}

// One process needs no MPI, and so may call from any thread.
template <class Value>
void MpiReplicas::copy(std::span<const Value> mine, std::span<Value> all) {
  std::copy(mine.begin(), mine.end(), all.begin());
}

template <class Value>
void MpiReplicas::begin_sum(std::span<Value> values, MPI_Request& request) {
  check_thread();
  check_mpi("MPI_Iallreduce", MPI_Iallreduce(MPI_IN_PLACE, values.data(), count_of(values.size()),
                                             type_of(Value()), MPI_SUM, calls_, &request));
}

template <class Value>
void MpiReplicas::sum_now(std::span<Value> values) {
  if (size() == 1) return;
  MPI_Request request = MPI_REQUEST_NULL;
  begin_sum(values, request);
  await(request);
}

void MpiReplicas::sum(std::span<float> values) { sum_now(values); }
void MpiReplicas::sum(std::span<double> values) { sum_now(values); }

void MpiReplicas::gather(std::span<const std::uint64_t> mine, std::span<std::uint64_t> all) {
  if (size() == 1) return copy(mine, all);
  check_thread();
  MPI_Request request = MPI_REQUEST_NULL;
  const int count = count_of(mine.size());
  check_mpi("MPI_Iallgather", MPI_Iallgather(mine.data(), count, MPI_UINT64_T, all.data(), count,
                                             MPI_UINT64_T, calls_, &request));
  await(request);
}

void MpiReplicas::gather(std::span<const float> mine, std::span<const std::size_t> counts,
                         std::span<float> all) {
  if (size() == 1) return copy(mine, all);
  check_thread();
  counts_.clear();
  starts_.clear();
  std::size_t start = 0;
  for (const std::size_t count : counts) {
    counts_.push_back(count_of(count));
    starts_.push_back(count_of(start));
    start += count;
  }
  MPI_Request request = MPI_REQUEST_NULL;
  check_mpi("MPI_Iallgatherv",
            MPI_Iallgatherv(mine.data(), count_of(mine.size()), MPI_FLOAT, all.data(),
                            counts_.data(), starts_.data(), MPI_FLOAT, calls_, &request));
  await(request);
}

void MpiReplicas::broadcast(std::span<char> bytes) {
  if (size() == 1) return;
  check_thread();
  constexpr std::size_t most = 1 << 30;  // bytes in one message
  for (std::size_t first = 0; first < bytes.size(); first += most) {
    MPI_Request request = MPI_REQUEST_NULL;
    const std::size_t count = std::min(most, bytes.size() - first);
    check_mpi("MPI_Ibcast",
              MPI_Ibcast(bytes.data() + first, count_of(count), MPI_CHAR, 0, calls_, &request));
    await(request);
  }
}

void MpiReplicas::start_sum(std::span<float> values) {
  if (size() > 1) begin_sum(values, requests_.emplace_back(MPI_REQUEST_NULL));
}

void MpiReplicas::start_sum(std::span<double> values) {
  if (size() > 1) begin_sum(values, requests_.emplace_back(MPI_REQUEST_NULL));
}

void MpiReplicas::progress() {
  int done = 0, index = 0;
  if (!requests_.empty())
    check_mpi("MPI_Testany", MPI_Testany(count_of(requests_.size()), requests_.data(), &index,
                                         &done, MPI_STATUS_IGNORE));
}

void MpiReplicas::wait() {
  for (MPI_Request& request : requests_) await(request);
  requests_.clear();
}

void MpiReplicas::fail(std::string_view message) {
  if (size() == 1) return;
  bool all_failed = true;
  try {
    for (MPI_Request& request : requests_) all_failed = all_failed && await(request, patience);
    MPI_Request request = MPI_REQUEST_NULL;
    check_mpi("MPI_Ibarrier", MPI_Ibarrier(failures_, &request));
    all_failed = all_failed && await(request, patience);
  } catch (const std::exception&) {
    all_failed = false;
  }
  requests_.clear();
  forget_sums();
  if (!all_failed) end_all(message);
}

void MpiReplicas::leave() {
  if (size() == 1) return;
  if (in_call()) end_all("the program has ended in the middle of a call");
  try {
    Fingerprint("the end of the program").compare(*this);
  } catch (const std::exception& error) {
    end_all(error.what());
  }
}

void MpiReplicas::end_all(std::string_view message) const {
  std::fflush(stdout);
  std::fprintf(stderr, "keratin: process %zu of %zu, on %s: %.*s. All processes end.\n", rank(),
               size(), host_.c_str(), static_cast<int>(message.size()), message.data());
  std::fflush(stderr);
  MPI_Abort(MPI_COMM_WORLD, EXIT_FAILURE);
  std::_Exit(EXIT_FAILURE);
}

}  // namespace keratin::distribution
