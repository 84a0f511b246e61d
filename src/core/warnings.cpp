#include "core/warnings.hpp"

#include <cstdio>
#include <memory>
#include <mutex>
#include <utility>

#include "core/never_destroyed.hpp"
#include "core/replicas.hpp"
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

void print(std::string_view message) {
  std::fprintf(stderr, "keratin: warning: %.*s\n", static_cast<int>(message.size()),
               message.data());
}

}  // namespace

void warn(std::string_view message) {
  if (!is_first_process()) return;
  std::unique_lock lock(current().lock);
  const auto handler = current().handler;
  lock.unlock();
  if (handler)
    (*handler)(message);
  else
    print(message);
}

utils::WarningHandler utils::set_warning_handler(WarningHandler handler) {
  std::shared_ptr<const WarningHandler> next;
  if (handler) next = std::make_shared<const WarningHandler>(std::move(handler));
  const std::lock_guard lock(current().lock);
  std::swap(current().handler, next);
  return next ? *next : WarningHandler();
}

}  // namespace keratin
