#pragma once
// PRIVATE: a thread beside the one that trains, for writing files.

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

namespace keratin {

/// Runs tasks one after the other in a thread of its own. At most one waits: a newer one takes its
/// place. The destructor runs what waits and ignores errors. Where the system has no thread to
/// give, tasks are run by whoever starts them.
class BackgroundTask {
 public:
  using Task = std::function<void()>;

  BackgroundTask();
  ~BackgroundTask();
  BackgroundTask(const BackgroundTask&) = delete;
  BackgroundTask& operator=(const BackgroundTask&) = delete;

  /// Returns at once, unless there is no thread.
  void start(Task task);
  bool is_idle() const;
  /// Waits until nothing is left to do. Throws what the first task threw that failed since the last
  /// call.
  void finish();

 private:
  void run();
  void run_next(std::unique_lock<std::mutex>& guard);

  mutable std::mutex lock_;  // of all the following
  std::condition_variable changed_;
  Task next_;             // null: none
  bool at_work_ = false;  // on a task that was next_
  bool ends_ = false;
  std::exception_ptr error_;
  std::thread thread_;
};

}  // namespace keratin
