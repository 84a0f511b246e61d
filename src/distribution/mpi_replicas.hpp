#pragma once
// PRIVATE: Replicas that talk over MPI.

#include <mpi.h>
#include <sys/types.h>

#include <string>
#include <thread>
#include <vector>

#include "core/replicas.hpp"

namespace keratin::distribution {

/// Throws std::runtime_error with MPI's own text if `code` is an error.
void check_mpi(const char* what, int code);

/// A communicator of our own, made of another one.
class OwnCommunicator {
 public:
  explicit OwnCommunicator(MPI_Comm from);
  ~OwnCommunicator();
  OwnCommunicator(const OwnCommunicator&) = delete;
  OwnCommunicator& operator=(const OwnCommunicator&) = delete;
  operator MPI_Comm() const { return comm_; }

 private:
  MPI_Comm comm_;
};

class MpiReplicas : public Replicas {
 public:
  MpiReplicas(MPI_Comm processes, bool divides_data);

  void sum(std::span<float> values) override;
  void sum(std::span<double> values) override;
  void gather(std::span<const std::uint64_t> mine, std::span<std::uint64_t> all) override;
  void gather(std::span<const float> mine, std::span<const std::size_t> counts,
              std::span<float> all) override;
  void broadcast(std::span<char> bytes) override;
  void progress() override;
  void fail(std::string_view message) override;
  /// To be called when the program ends: ends all processes if others are still at work with this
  /// one.
  void leave();

 protected:
  void start_sum(std::span<float> values) override;
  void start_sum(std::span<double> values) override;
  void wait() override;

 private:
  /// Where another process of this machine runs.
  struct Neighbour {
    int rank;
    pid_t pid;
  };
  template <class Value>
  static void copy(std::span<const Value> mine, std::span<Value> all);
  template <class Value>
  void begin_sum(std::span<Value> values, MPI_Request& request);
  template <class Value>
  void sum_now(std::span<Value> values);
  void find_neighbours();
  void check_neighbours() const;
  void check_thread() const;
  void await(MPI_Request& request);
  bool await(MPI_Request& request, double seconds);
  [[noreturn]] void end_all(std::string_view message) const;

  OwnCommunicator calls_;     // of what the processes do together
  OwnCommunicator failures_;  // of fail()
  std::thread::id thread_;
  std::vector<MPI_Request> requests_;  // of the sums that were started
  std::vector<int> counts_, starts_;   // of gather()
  std::vector<Neighbour> neighbours_;
  std::string host_;
};

}  // namespace keratin::distribution
