#include "saving/child_process.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <stdexcept>

#include "keratin/check.hpp"
#include "saving/child_rights.hpp"

namespace keratin {

namespace {

// Comes before a question.
struct QuestionHeader {
  std::size_t size;         // of the question
  std::size_t answer_size;  // for which there is time and memory
};

double seconds_now() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

// Comes before an answer.
struct AnswerHeader {
  enum Kind : std::size_t { answer, error };
  Kind kind;
  std::size_t size;
};

// Time that an answer takes besides the rest of the work, if the machine is slow.
double seconds_for(std::size_t answer_size) {
  constexpr double bytes_per_second = 2e7;
  return static_cast<double>(answer_size) / bytes_per_second;
}

// The child ends when the other process does, or has no more questions.
void read_all(int socket, void* bytes, std::size_t size) {
  auto* out = static_cast<char*>(bytes);
  while (size > 0) {
    const ssize_t got = read(socket, out, size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) _exit(0);
    out += got;
    size -= static_cast<std::size_t>(got);
  }
}

void write_all(int socket, const void* bytes, std::size_t size) {
  const auto* in = static_cast<const char*>(bytes);
  while (size > 0) {
    const ssize_t written = write(socket, in, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) _exit(0);
    in += written;
    size -= static_cast<std::size_t>(written);
  }
}

[[noreturn]] void answer_questions(int socket, const ChildProcess::Answer& answer,
                                   const ChildLimits& limits) {
  for (;;) {
    QuestionHeader header{};
    read_all(socket, &header, sizeof header);
    std::string question(header.size, '\0');
    read_all(socket, question.data(), question.size());
    // An answer may be in memory three times: decoded, converted, and as it is sent.
    allow(limits.cpu_seconds + seconds_for(header.answer_size),
          limits.memory + 3 * header.answer_size);
    AnswerHeader result{AnswerHeader::answer, 0};
    std::string text;
    try {
      text = answer(question);
    } catch (const std::runtime_error& error) {
      result.kind = AnswerHeader::error;
      text = error.what();
    } catch (...) {
      _exit(1);  // not enough memory
    }
    result.size = text.size();
    write_all(socket, &result, sizeof result);
    write_all(socket, text.data(), text.size());
  }
}

}  // namespace

ChildProcess::ChildProcess(std::string_view where, std::string_view about, const Answer& answer,
                           const ChildLimits& limits)
    : where_(where), about_(about), limits_(limits) {
  int ends[2];
  const bool connected = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0;
  if (connected) child_ = fork();
  const int error = errno;
  if (child_ == 0) {
    try {
      answer_questions(give_up_rights(ends[1]), answer, limits_);
    } catch (...) {
      _exit(1);
    }
  }
  if (connected) {
    close(ends[1]);
    socket_ = ends[0];
  }
  if (child_ > 0) return;
  end();
  fail<std::runtime_error>(where_, about_, ": cannot start a process that reads it: ",
                           std::string(std::strerror(error)));
}

ChildProcess::~ChildProcess() { end(); }

void ChildProcess::end() {
  if (socket_ >= 0) close(socket_);
  // It has ended already if the program waited for it, or has Linux wait for all of its children.
  if (child_ > 0 && waitpid(child_, nullptr, WNOHANG) == 0) {
    kill(child_, SIGKILL);
    while (waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  socket_ = child_ = -1;
}

void ChildProcess::require(bool ok) {
  if (ok) return;
  end();
  fail<std::runtime_error>(where_, about_,
                           ": is damaged: reading it takes too much time or memory, or crashes");
}

std::string ChildProcess::ask(std::string_view question) {
  const std::lock_guard lock(one_question_);
  send_question(question, 0);
  const std::size_t size = receive_size();
  require(size <= limits_.answer);
  std::string answer(size, '\0');
  receive(answer.data(), answer.size());
  return answer;
}

void ChildProcess::ask(std::string_view question, std::span<char> answer) {
  const std::lock_guard lock(one_question_);
  send_question(question, answer.size());
  require(receive_size() == answer.size());
  receive(answer.data(), answer.size());
}

void ChildProcess::send_question(std::string_view question, std::size_t answer_size) {
  require(child_ > 0);
  deadline_ = seconds_now() + limits_.wall_seconds + seconds_for(answer_size);
  const QuestionHeader header{question.size(), answer_size};
  std::string bytes(sizeof header, '\0');
  std::memcpy(bytes.data(), &header, sizeof header);
  bytes += question;
  for (std::string_view rest = bytes; !rest.empty();) {
    wait_for_child(POLLOUT);
    const ssize_t sent = send(socket_, rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    require(sent > 0 || errno == EINTR || errno == EAGAIN);
    if (sent > 0) rest.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::size_t ChildProcess::receive_size() {
  AnswerHeader header{};
  receive(&header, sizeof header);
  if (header.kind == AnswerHeader::answer) return header.size;
  require(header.kind == AnswerHeader::error && header.size <= limits_.answer);
  std::string text(header.size, '\0');
  receive(text.data(), text.size());
  throw std::runtime_error(text);
}

void ChildProcess::receive(void* bytes, std::size_t size) {
  auto* out = static_cast<char*>(bytes);
  while (size > 0) {
    wait_for_child(POLLIN);
    const ssize_t got = recv(socket_, out, size, MSG_DONTWAIT);
    require(got > 0 || (got < 0 && (errno == EINTR || errno == EAGAIN)));
    if (got < 0) continue;
    out += got;
    size -= static_cast<std::size_t>(got);
  }
}

void ChildProcess::wait_for_child(short event) {
  for (;;) {
    const double left = deadline_ - seconds_now();
    require(left > 0);
    pollfd wanted{socket_, event, 0};
    const int ready = poll(&wanted, 1, static_cast<int>(std::min(left * 1000 + 1, 1e9)));
    if (ready > 0) return;
    require(ready == 0 || errno == EINTR);
  }
}

}  // namespace keratin
