#include "core/background_task.hpp"

#include <system_error>
#include <utility>

#include "core/signals_blocked.hpp"

namespace keratin {

BackgroundTask::BackgroundTask() {
  const SignalsBlocked in_thread;
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error&) {
    // There can be no thread: start() runs the tasks.
  }
}

BackgroundTask::~BackgroundTask() {
  {
    const std::lock_guard guard(lock_);
    ends_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void BackgroundTask::start(Task task) {
  {
    const std::lock_guard guard(lock_);
    next_ = std::move(task);
  }
  if (thread_.joinable()) return changed_.notify_all();
  std::unique_lock guard(lock_);
  run_next(guard);
}

bool BackgroundTask::is_idle() const {
  const std::lock_guard guard(lock_);
  return !next_ && !at_work_;
}

void BackgroundTask::finish() {
  std::unique_lock guard(lock_);
  changed_.wait(guard, [this] { return !next_ && !at_work_; });
  if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
}

void BackgroundTask::run() {
  std::unique_lock guard(lock_);
  while (true) {
    changed_.wait(guard, [this] { return next_ || ends_; });
    if (!next_) return;
    run_next(guard);
  }
}

void BackgroundTask::run_next(std::unique_lock<std::mutex>& guard) {
  Task task = std::exchange(next_, nullptr);
  at_work_ = true;
  guard.unlock();
  std::exception_ptr error;
  try {
    task();
  } catch (...) {
    error = std::current_exception();
  }
  task = nullptr;  // what it holds is gone before finish() returns
  guard.lock();
  at_work_ = false;
  if (!error_) error_ = error;
  changed_.notify_all();
}

}  // namespace keratin
