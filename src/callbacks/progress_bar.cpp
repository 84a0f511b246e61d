#include "callbacks/progress_bar.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "core/numbers.hpp"
#include "core/text.hpp"
#include "keratin/check.hpp"

namespace keratin {

namespace {

constexpr long bar_width = 30;             // characters
constexpr std::size_t unknown_width = 7;   // of the count when the number of steps is not known
constexpr double refresh_interval = 0.05;  // seconds
constexpr double least_fixed = 1e-3;       // values up to this are written with an exponent

std::string two_digits(long number) { return (number < 10 ? "0" : "") + std::to_string(number); }

std::string whole_seconds(double seconds) { return " - " + fixed(seconds, 0) + 's'; }

std::string duration(double seconds, std::string_view unit) {
  if (seconds >= 1 || seconds == 0) return concat(' ', fixed(seconds, 0), "s/", unit);
  if (seconds >= 1e-3) return concat(' ', fixed(seconds * 1e3, 0), "ms/", unit);
  return concat(' ', fixed(seconds * 1e6, 0), "us/", unit);
}

std::string remaining(double seconds) {
  const long whole = static_cast<long>(seconds);
  const long hours = whole / 3600, minutes = whole % 3600 / 60;
  if (seconds > 3600) return concat(hours, ':', two_digits(minutes), ':', two_digits(whole % 60));
  if (seconds > 60) return concat(minutes, ':', two_digits(whole % 60));
  return concat(whole, 's');
}

std::string log_value(const std::string& name, double value, bool with_exponent) {
  return " - " + name + ": " + (with_exponent ? scientific(value, 4) : fixed(value, 4));
}

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

}  // namespace

ProgressBar::ProgressBar(std::optional<long> steps, int verbose)
    : ProgressBar(steps, verbose, isatty(STDOUT_FILENO), seconds_now, print) {}

ProgressBar::ProgressBar(std::optional<long> steps, int verbose, bool terminal, Clock clock,
                         Write write)
    : steps_(steps),
      verbose_(verbose),
      terminal_(terminal),
      clock_(std::move(clock)),
      write_(std::move(write)),
      start_(clock_()) {
  check<std::logic_error>(steps.value_or(0) >= 0, "progress_bar", "cannot count to ",
                          steps.value_or(0), " steps");
}

std::string ProgressBar::count(long done) const {
  if (!steps_) return right_aligned(std::to_string(done), unknown_width) + "/Unknown";
  const std::string all = std::to_string(*steps_);
  return right_aligned(std::to_string(done), all.size()) + '/' + all;
}

std::string ProgressBar::bar(long done) const {
  const double share = *steps_ > 0 ? static_cast<double>(done) / static_cast<double>(*steps_) : 0;
  const long filled = static_cast<long>(bar_width * share);
  std::string text;
  if (filled > 0)
    text = std::string(static_cast<std::size_t>(filled - 1), '=') + (done < *steps_ ? '>' : '=');
  return text + std::string(static_cast<std::size_t>(std::max(0L, bar_width - filled)), '.');
}

// The first step, which sets everything up, is left out of the average.
double ProgressBar::step_time(long done, double now) const {
  if (done == 0) return 0;
  if (after_first_step_ >= 0 && done > 1)
    return (now - after_first_step_) / static_cast<double>(done - 1);
  return (now - start_) / static_cast<double>(done);
}

std::string ProgressBar::line_with_bar(long done, const Logs& logs, double now, bool finish) const {
  std::string line = count(done);
  if (steps_) line += " [" + bar(done) + ']';
  const double time = step_time(done, now);
  if (finish || !steps_)
    line += whole_seconds(now - start_) + duration(time, "step");
  else
    line += " - ETA: " + remaining(time * static_cast<double>(*steps_ - done));
  for (const auto& [name, value] : logs)
    line += log_value(name, value, std::abs(value) <= least_fixed);
  return line;
}

// Here, unlike beside a bar, Keras writes all negative values with an exponent.
std::string ProgressBar::line_without_bar(long done, const Logs& logs, double now) const {
  std::string line = count(done) + whole_seconds(now - start_);
  for (const auto& [name, value] : logs) line += log_value(name, value, value <= least_fixed);
  if (after_last_step_ < 0) return line;
  const double epoch_time = after_last_step_ - start_;
  const double steps = static_cast<double>(std::max(1L, *steps_));
  return line + " -" + duration(epoch_time, "epoch") + " -" + duration(epoch_time / steps, "step");
}

std::string ProgressBar::in_place_of_last_line(std::string line) {
  const std::size_t last_width = width_;
  width_ = utf8_length(line);
  line.append(last_width > width_ ? last_width - width_ : 0, ' ');
  return std::string(last_width, '\b') + '\r' + line;
}

void ProgressBar::update(long done, const Logs& logs, bool finish) {
  if (verbose_ == 0) return;
  const bool live = verbose_ == 1 && terminal_;
  if (!live && !finish && after_first_step_ >= 0) return;  // spares reading the clock
  if (finish && !steps_) steps_ = done;
  const double now = clock_();
  if (done == steps_ && after_last_step_ < 0) after_last_step_ = now;
  std::string text;
  if (live && (finish || now - last_refresh_ >= refresh_interval)) {
    text = in_place_of_last_line(line_with_bar(done, logs, now, finish));
    last_refresh_ = now;
  } else if (finish) {
    text =
        verbose_ == 1 ? line_with_bar(done, logs, now, finish) : line_without_bar(done, logs, now);
  }
  if (after_first_step_ < 0 && done >= 1) after_first_step_ = now;
  if (finish) text += '\n';
  if (!text.empty()) write_(text);
}

}  // namespace keratin
