#pragma once
// What training reports: the Logs of one step or epoch, and the History of a whole fit.

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "keratin/export.hpp"

namespace KERATIN_API keratin {

/// (name, value) pairs in the order in which they are logged: the loss, the metrics as compiled,
/// then the same of the validation with a prefix of val_.
class Logs {
 public:
  double& operator[](std::string_view name) &;      // added at the end if it is not there yet
  double operator[](std::string_view name) const&;  // throws, listing the names that exist
  bool contains(std::string_view name) const;
  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }
  void clear() { entries_.clear(); }
  auto begin() const& { return entries_.begin(); }
  auto end() const& { return entries_.end(); }
  void begin() const&& = delete;  // would point into a temporary: name the logs first
  void end() const&& = delete;

 private:
  std::vector<std::pair<std::string, double>> entries_;
};

/// What fit returns: the logs of every epoch, and which epochs those were. A series has a value for
/// each epoch in which it was logged, which need not be all: see epochs().
class History {
 public:
  /// What fit was asked for, as in Keras.
  struct Params {
    int verbose = 1, epochs = 1;
    long steps = 0;  // batches in an epoch; 0 if that is not known
  };

  /// (name, values) pairs in log order.
  class Values {
   public:
    const std::vector<double>& operator[](std::string_view name) const&;  // throws as in Logs
    std::vector<double> operator[](std::string_view name) &&;
    bool contains(std::string_view name) const;
    bool empty() const { return entries_.empty(); }
    std::size_t size() const { return entries_.size(); }
    auto begin() const& { return entries_.begin(); }
    auto end() const& { return entries_.end(); }
    void begin() const&& = delete;  // would point into a temporary: name the history first
    void end() const&& = delete;

   private:
    friend class History;
    std::vector<std::pair<std::string, std::vector<double>>> entries_;
    std::vector<std::vector<int>> epochs_;  // of each entry, one for each of its values
  };

  Values history;
  std::vector<int> epoch;  // indices of the epochs that ran, from 0
  Params params;

  /// Records the logs of an epoch, which must come after those that are recorded already.
  void append(int epoch_index, const Logs& logs);

  /// The values of a series, as in `history`. Throws, listing the names that exist.
  const std::vector<double>& operator[](std::string_view name) const& { return history[name]; }
  std::vector<double> operator[](std::string_view name) && { return std::move(history)[name]; }
  /// The indices of the epochs in which the values of a series were logged.
  const std::vector<int>& epochs(std::string_view name) const&;
  std::vector<int> epochs(std::string_view name) &&;

  /// Writes a line of column names, `epoch` first, and a line for each epoch, counted from 0. The
  /// cell of a series without a value in that epoch is empty. Replaces the file only once all is
  /// written. Throws std::runtime_error if the file cannot be written, std::invalid_argument if a
  /// series is named "epoch".
  void to_csv(const std::string& path) const;
  /// The same as an object of columns, {"epoch": [0, 1], "loss": [0.5, 0.25], ...}: null where a
  /// series has no value, or one that is not finite.
  void to_json(const std::string& path) const;
};

}  // namespace keratin
