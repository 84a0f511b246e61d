#include "model/progress_bar.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>

namespace keratin {

namespace {

constexpr int bar_width = 30;
constexpr double refresh = 0.05;  // seconds

template <class... Args>
std::string text(const char* format, Args... args) {
  char out[400];
  std::snprintf(out, sizeof out, format, args...);
  return out;
}

// C's %.0f rounds half to even, as Python's does.
std::string duration(double seconds, const char* unit) {
  if (seconds >= 1 || seconds == 0) return text(" %.0fs/%s", seconds, unit);
  if (seconds >= 1e-3) return text(" %.0fms/%s", seconds * 1e3, unit);
  return text(" %.0fus/%s", seconds * 1e6, unit);
}

std::string remaining(double seconds) {
  const long whole = static_cast<long>(seconds);
  if (seconds > 3600) return text("%ld:%02ld:%02ld", whole / 3600, whole % 3600 / 60, whole % 60);
  if (seconds > 60) return text("%ld:%02ld", whole / 60, whole % 60);
  return text("%lds", whole);
}

std::string value(const std::string& name, double value, bool fixed) {
  return " - " + name + ":" + text(fixed ? " %.4f" : " %.4e", value);
}

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

}  // namespace

ProgressBar::ProgressBar(int target, int verbose)
    : ProgressBar(target, verbose, isatty(STDOUT_FILENO), seconds_now, print) {}

ProgressBar::ProgressBar(int target, int verbose, bool terminal, Clock clock, Write write)
    : target_(target),
      verbose_(verbose),
      terminal_(terminal),
      clock_(std::move(clock)),
      write_(std::move(write)),
      start_(clock_()) {}

std::string ProgressBar::bar(int current) const {
  const int digits = static_cast<int>(std::to_string(target_).size());
  const int filled =
      target_ > 0 ? static_cast<int>(bar_width * (static_cast<double>(current) / target_)) : 0;
  std::string line = text("%*d/%d [", digits, current, target_);
  if (filled > 0)
    line +=
        std::string(static_cast<std::size_t>(filled - 1), '=') + (current < target_ ? '>' : '=');
  return line + std::string(static_cast<std::size_t>(std::max(0, bar_width - filled)), '.') + ']';
}

// The first step, which sets everything up, is left out of the rate.
double ProgressBar::step_time(int current, double now) const {
  if (current == 0) return 0;
  if (after_first_step_ >= 0 && current > 1) return (now - after_first_step_) / (current - 1);
  return (now - start_) / current;
}

void ProgressBar::update(int current, const Logs& logs, bool finish) {
  if (verbose_ == 0) return;
  const bool shows = finish || (verbose_ == 1 && terminal_);
  if (!shows && after_first_step_ >= 0)
    return;  // nothing to do between the first step and the last line
  const double now = clock_();
  if (current == target_ && epoch_end_ < 0) epoch_end_ = now;
  std::string line;
  if (verbose_ == 1 && shows && (finish || now - last_update_ >= refresh)) {
    line = bar(current);
    const double time = step_time(current, now);
    line += finish ? text(" - %.0fs", now - start_) + duration(time, "step")
                   : " - ETA: " + remaining(time * (target_ - current));
    for (const auto& [name, number] : logs) line += value(name, number, std::abs(number) > 1e-3);
    const std::size_t width = line.size();
    if (terminal_)
      line = std::string(width_, '\b') + '\r' + line +
             std::string(width_ > width ? width_ - width : 0, ' ');
    width_ = width;
    last_update_ = now;
  } else if (verbose_ == 2 && finish) {
    line = text("%*d/%d - %.0fs", static_cast<int>(std::to_string(target_).size()), current,
                target_, now - start_);
    for (const auto& [name, number] : logs) line += value(name, number, number > 1e-3);
    if (epoch_end_ >= 0)
      line += " -" + duration(epoch_end_ - start_, "epoch") + " -" +
              duration((epoch_end_ - start_) / target_, "step");
  }
  if (after_first_step_ < 0 && current >= 1) after_first_step_ = now;
  if (finish) line += '\n';
  if (!line.empty()) write_(line);
}

}  // namespace keratin
