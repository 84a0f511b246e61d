#pragma once
// PRIVATE: work on untrusted bytes that may crash or hang, done in a child process.

#include <cstddef>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

namespace keratin {

/// What a child process may use to answer a question.
struct ChildLimits {
  double cpu_seconds = 0.5;       // of computing
  double wall_seconds = 10;       // on a busy machine, or when it waits for something
  std::size_t memory = 64 << 20;  // bytes more than this process has at the start
  std::size_t answer = 32 << 20;  // bytes
};

/// A copy of this process that answers questions. It has little time and memory, no files, no
/// network and no rights (child_rights.hpp), so that what goes wrong there has no consequences
/// here. Errors are std::runtime_error: what `answer` throws, or "[where] about: ..." if the child
/// crashes, exceeds its limits or cannot be started. From then on every question has that error.
///
/// `answer` may allocate memory. It must take no lock that another thread may have held at the
/// start, and use no threads.
class ChildProcess {
 public:
  using Answer = std::function<std::string(std::string_view question)>;

  ChildProcess(std::string_view where, std::string_view about, const Answer& answer,
               const ChildLimits& limits = {});
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  std::string ask(std::string_view question);
  /// For an answer of that size, which gives the child more time and memory.
  void ask(std::string_view question, std::span<char> answer);

 private:
  void send_question(std::string_view question, std::size_t answer_size);
  /// Of the answer. Throws if that is an error.
  std::size_t receive_size();
  void receive(void* bytes, std::size_t size);
  void wait_for_child(short event);
  void require(bool ok);
  void end();

  std::string where_, about_;
  ChildLimits limits_;
  std::mutex one_question_;
  double deadline_ = 0;  // seconds of the steady clock, for the present question
  int socket_ = -1;
  int child_ = -1;
};

}  // namespace keratin
