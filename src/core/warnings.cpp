#include "core/warnings.hpp"

#include <atomic>
#include <cstdio>
#include <memory>
#include <mutex>
#include <utility>

#include "core/never_destroyed.hpp"
#include "keratin/utils.hpp"

namespace keratin {

namespace {

// The handler is shared with the calls in progress: one may replace it while another runs it.
struct Current {
  std::mutex lock;
  std::shared_ptr<const utils::WarningHandler> handler;
};

Current& current() {
  static NeverDestroyed<Current> current;
  return *current;
}

std::atomic<bool> enabled = true;

void print(std::string_view message) {
  std::fprintf(stderr, "keratin: warning: %.*s\n", static_cast<int>(message.size()),
               message.data());
}

}  // namespace

void warn(std::string_view message) {
  if (!enabled) return;
  std::unique_lock lock(current().lock);
  const auto handler = current().handler;
  lock.unlock();
  if (handler)
    (*handler)(message);
  else
    print(message);
}

void enable_warnings(bool enable) { enabled = enable; }

utils::WarningHandler utils::set_warning_handler(WarningHandler handler) {
  std::shared_ptr<const WarningHandler> next;
  if (handler) next = std::make_shared<const WarningHandler>(std::move(handler));
  const std::lock_guard lock(current().lock);
  std::swap(current().handler, next);
  return next ? *next : WarningHandler();
}

}  // namespace keratin
