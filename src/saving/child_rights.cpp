#include "saving/child_rights.hpp"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>

namespace keratin {

namespace {

rlim_t reserved = RLIM_INFINITY;  // bytes of memory at the start, if that is known

// Not measured before the process was forked: other threads could reserve more at any time.
rlim_t reserved_memory() {
  const int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  std::array<char, 32> text{};  // starts with the number of pages
  const bool known = file >= 0 && read(file, text.data(), text.size() - 1) > 0;
  if (file >= 0) close(file);
  const rlim_t pages = known ? std::strtoul(text.data(), nullptr, 10) : 0;
  return pages > 0 ? pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE)) : RLIM_INFINITY;
}

int close_files_but(int file) {
  const int null = open("/dev/null", O_RDWR);
  for (int standard = 0; standard <= 2; ++standard) dup2(null, standard);
  constexpr int kept = 3;
  if (file != kept) dup2(file, kept);
  syscall(SYS_close_range, kept + 1, ~0U, 0);
  return kept;
}

// Signals that end a process do so: no handler of the program's runs.
void reset_signals() {
  for (int signal : {SIGPROF, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS})
    std::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

#if defined(__x86_64__)
constexpr unsigned architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr unsigned architecture = AUDIT_ARCH_AARCH64;
#else
constexpr unsigned architecture = 0;  // not known here: no filter
#endif

// For files, for memory, for locks (exceptions need some), for allow(), and the end.
constexpr std::array allowed_calls = {SYS_read,   SYS_write,     SYS_brk,       SYS_mmap,
                                      SYS_munmap, SYS_mremap,    SYS_madvise,   SYS_mprotect,
                                      SYS_futex,  SYS_setitimer, SYS_setrlimit, SYS_exit_group};

// Instructions of the filter, which the kernel runs for each system call.
sock_filter load(std::size_t offset) {
  return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<unsigned>(offset));
}
// Jumps over as many of the following instructions, counted for equal and for unequal values.
sock_filter jump(unsigned value, std::size_t equal, std::size_t unequal) {
  return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, static_cast<unsigned char>(equal),
                  static_cast<unsigned char>(unequal));
}
sock_filter result(unsigned value) { return BPF_STMT(BPF_RET | BPF_K, value); }

// From here on all other system calls fail with EPERM.
void filter_calls() {
  if (architecture == 0) return;
  constexpr std::size_t count = allowed_calls.size(), before = 4;
  std::array<sock_filter, before + count + 2> program{};
  program[0] = load(offsetof(seccomp_data, arch));
  program[1] = jump(architecture, 1, 0);
  program[2] = result(SECCOMP_RET_KILL);
  program[3] = load(offsetof(seccomp_data, nr));
  for (std::size_t i = 0; i < count; ++i)
    program[before + i] = jump(static_cast<unsigned>(allowed_calls[i]), count - i, 0);
  program[before + count] = result(SECCOMP_RET_ERRNO | EPERM);
  program[before + count + 1] = result(SECCOMP_RET_ALLOW);
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0);
}

}  // namespace

int give_up_rights(int file) {
  const int kept = close_files_but(file);
  reset_signals();
  reserved = reserved_memory();
  const rlimit no_core_dump{0, 0};
  setrlimit(RLIMIT_CORE, &no_core_dump);
  filter_calls();
  return kept;
}

void allow(double cpu_seconds, std::size_t memory) {
  if (reserved != RLIM_INFINITY) {
    const rlimit address_space{reserved + memory, RLIM_INFINITY};
    syscall(SYS_setrlimit, RLIMIT_AS, &address_space);  // glibc's own makes another call
  }
  itimerval timer{};
  timer.it_value.tv_sec = static_cast<time_t>(cpu_seconds);
  const double rest = cpu_seconds - static_cast<double>(timer.it_value.tv_sec);
  timer.it_value.tv_usec = static_cast<suseconds_t>(rest * 1e6);
  setitimer(ITIMER_PROF, &timer, nullptr);  // its signal ends the process
}

}  // namespace keratin
