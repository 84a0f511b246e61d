#include "saving/child_process.hpp"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <stdexcept>

#include "keratin/check.hpp"

namespace keratin {

namespace {

// How the result starts: what comes after it.
constexpr char returned = 'R', threw = 'E';
// How it ends, so that half of it is not taken for all.
constexpr char complete = '.';

/// In the child: leaves it nothing but its memory and `pipe`.
void close_files(int pipe) {
  const int null = open("/dev/null", O_RDWR);
  for (int standard = 0; standard <= 2; ++standard) dup2(null, standard);
  constexpr int kept = 3;
  if (pipe != kept) dup2(pipe, kept);
  syscall(SYS_close_range, kept + 1, ~0U, 0);
}

/// Bytes of memory that this process has reserved, or RLIM_INFINITY if that is not known. Measured
/// in the child: in the parent other threads may reserve more at any time.
rlim_t reserved_memory() {
  const int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  std::array<char, 32> text{};  // starts with the number of pages
  const bool known = file >= 0 && read(file, text.data(), text.size() - 1) > 0;
  if (file >= 0) close(file);
  const rlim_t pages = known ? std::strtoul(text.data(), nullptr, 10) : 0;
  return pages > 0 ? pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE)) : RLIM_INFINITY;
}

void limit(__rlimit_resource resource, rlim_t most) {
  const rlimit value{most, most};
  setrlimit(resource, &value);
}

void limit_resources(const ChildLimits& limits) {
  limit(RLIMIT_CORE, 0);
  const rlim_t reserved = reserved_memory();
  if (reserved != RLIM_INFINITY) limit(RLIMIT_AS, reserved + limits.memory);
  // SIGPROF ends the process, as do the signals of a crash: nobody else's handlers run.
  for (int signal : {SIGPROF, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS})
    std::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const auto seconds = static_cast<time_t>(limits.cpu_seconds);
  itimerval timer{};
  timer.it_value.tv_sec = seconds;
  timer.it_value.tv_usec =
      static_cast<suseconds_t>((limits.cpu_seconds - static_cast<double>(seconds)) * 1e6);
  setitimer(ITIMER_PROF, &timer, nullptr);
}

#if defined(__x86_64__)
constexpr unsigned architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr unsigned architecture = AUDIT_ARCH_AARCH64;
#else
constexpr unsigned architecture = 0;  // not known here: no filter
#endif

/// From here on, system calls fail with EPERM unless they are for memory, for locks (exceptions
/// need some), for writing to an open file (the pipe is the only one), or the end.
void give_up_rights() {
  if (architecture == 0) return;
  constexpr std::array allowed = {SYS_write,   SYS_brk,      SYS_mmap,  SYS_munmap,    SYS_mremap,
                                  SYS_madvise, SYS_mprotect, SYS_futex, SYS_exit_group};
  constexpr std::size_t before = 4;
  std::array<sock_filter, before + allowed.size() + 2> program{};
  const auto load = [](std::size_t offset) {
    return sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<unsigned>(offset));
  };
  // Jumps over as many of the following instructions, counted for equal and for unequal values.
  const auto jump = [](unsigned value, std::size_t equal, std::size_t unequal) {
    return sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, static_cast<unsigned char>(equal),
                                static_cast<unsigned char>(unequal));
  };
  const auto result = [](unsigned value) { return sock_filter BPF_STMT(BPF_RET | BPF_K, value); };
  program[0] = load(offsetof(seccomp_data, arch));
  program[1] = jump(architecture, 1, 0);
  program[2] = result(SECCOMP_RET_KILL);
  program[3] = load(offsetof(seccomp_data, nr));
  for (std::size_t i = 0; i < allowed.size(); ++i)
    program[before + i] = jump(static_cast<unsigned>(allowed[i]), allowed.size() - i, 0);
  program[before + allowed.size()] = result(SECCOMP_RET_ERRNO | EPERM);
  program[before + allowed.size() + 1] = result(SECCOMP_RET_ALLOW);
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0);
}

void write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) _exit(1);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

[[noreturn]] void be_the_child(const std::function<std::string()>& work, int pipe,
                               const ChildLimits& limits) {
  close_files(pipe);
  limit_resources(limits);
  give_up_rights();
  constexpr int result = 3;
  try {
    const std::string bytes = work();
    write_all(result, {&returned, 1});
    write_all(result, bytes);
  } catch (const std::runtime_error& error) {
    write_all(result, {&threw, 1});
    write_all(result, error.what());
  } catch (...) {
    _exit(1);  // not enough memory
  }
  write_all(result, {&complete, 1});
  _exit(0);
}

/// What comes out of the pipe until its end, at most `most` bytes and until `deadline`.
std::string read_result(int pipe, std::size_t most,
                        std::chrono::steady_clock::time_point deadline) {
  std::string bytes;
  std::array<char, 1 << 16> buffer;
  while (bytes.size() <= most) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    pollfd wanted{pipe, POLLIN, 0};
    const int ready = poll(&wanted, 1, static_cast<int>(std::max<long>(left.count(), 0)));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) break;
    const ssize_t got = read(pipe, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    bytes.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return bytes;
}

void wait_for(pid_t child) {
  // Fails if the program waits for all of its children, or has Linux do so.
  while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace

std::string run_in_child(std::string_view where, std::string_view about,
                         const std::function<std::string()>& work, const ChildLimits& limits) {
  int ends[2];
  check<std::runtime_error>(pipe2(ends, O_CLOEXEC) == 0, where, about,
                            ": cannot make a pipe: ", std::string(std::strerror(errno)));
  const pid_t child = fork();
  if (child == 0) be_the_child(work, ends[1], limits);
  const int error = errno;
  close(ends[1]);
  std::string result;
  if (child > 0) {
    const auto wall = std::chrono::milliseconds(static_cast<long>(limits.wall_seconds * 1000));
    result = read_result(ends[0], limits.result, std::chrono::steady_clock::now() + wall);
  }
  close(ends[0]);
  check<std::runtime_error>(child > 0, where, about,
                            ": cannot start a process: ", std::string(std::strerror(error)));
  const bool whole =
      result.size() >= 2 && result.back() == complete && result.size() <= limits.result;
  if (!whole) kill(child, SIGKILL);
  wait_for(child);
  check<std::runtime_error>(whole, where, about,
                            ": is damaged: reading it takes too much time or memory, or crashes");
  const char kind = result.front();
  result = result.substr(1, result.size() - 2);
  if (kind == threw) throw std::runtime_error(result);
  return result;
}

}  // namespace keratin
