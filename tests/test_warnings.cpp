// Warnings and the handler that receives them.

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "core/warnings.hpp"
#include "keratin/utils.hpp"
#include "support/catch.hpp"

using keratin::warn;
using keratin::utils::set_warning_handler;
using keratin::utils::WarningHandler;

namespace {

// What `body` writes to stderr.
template <class Body>
std::string written_to_stderr(const Body& body) {
  std::FILE* file = std::tmpfile();
  std::fflush(stderr);
  const int before = dup(STDERR_FILENO);
  dup2(fileno(file), STDERR_FILENO);
  body();
  std::fflush(stderr);
  dup2(before, STDERR_FILENO);
  close(before);
  std::rewind(file);
  std::string text;
  for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) text += static_cast<char>(c);
  std::fclose(file);
  return text;
}

}  // namespace

TEST_CASE("warnings go to stderr, or to the handler that is set", "[warnings]") {
  std::vector<std::string> heard;
  const WarningHandler before =
      set_warning_handler([&](std::string_view message) { heard.emplace_back(message); });
  CHECK_FALSE(before);  // the default
  CHECK(written_to_stderr([] { warn("one"); }) == "");
  warn("pool", "got ", 3, " threads");
  CHECK(heard == std::vector<std::string>{"one", "[pool] got 3 threads"});

  const WarningHandler ours = set_warning_handler(before);
  CHECK(ours);
  CHECK(written_to_stderr([] { warn("two"); }) == "keratin: warning: two\n");
  CHECK(heard.size() == 2);
}

TEST_CASE("a warning handler may throw, warn, and replace itself", "[warnings]") {
  set_warning_handler([](std::string_view message) {
    set_warning_handler(
        [](std::string_view inner) { throw std::runtime_error(std::string(inner)); });
    warn(std::string(message) + " again");
  });
  CHECK_THROWS_WITH(warn("once"), "once again");
  set_warning_handler({});
}

TEST_CASE("threads may warn while another sets the handler", "[warnings]") {
  std::atomic<int> heard{0};
  const auto handler = [&](std::string_view) { ++heard; };
  set_warning_handler(handler);
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i)
    threads.emplace_back([] {
      for (int j = 0; j < 200; ++j) warn("busy");
    });
  for (int i = 0; i < 200; ++i) set_warning_handler(handler);
  for (std::thread& thread : threads) thread.join();
  CHECK(heard == 600);
  set_warning_handler({});
}
