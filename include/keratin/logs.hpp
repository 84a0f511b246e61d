#pragma once
// What training reports: Logs of one step or epoch, and the History of a fit.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace keratin {

/// (name, value) pairs in the order they are logged: loss, metrics as compiled, then val_.
class Logs {
 public:
  double& operator[](std::string_view name);       // added at the end when it is not there
  double operator[](std::string_view name) const;  // throws, listing the names there are
  bool contains(std::string_view name) const;
  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }
  void clear() { entries_.clear(); }
  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }

 private:
  std::vector<std::pair<std::string, double>> entries_;
};

/// What fit returns: every logged value, an entry an epoch.
struct History {
  struct Params {
    int verbose = 1, epochs = 1, steps = 0;
  };
  /// name -> values, in log order.
  class Values {
   public:
    std::vector<double>& operator[](std::string_view name);
    const std::vector<double>& operator[](
        std::string_view name) const;  // throws, listing the names there are
    bool contains(std::string_view name) const;
    bool empty() const { return entries_.empty(); }
    std::size_t size() const { return entries_.size(); }
    auto begin() const { return entries_.begin(); }
    auto end() const { return entries_.end(); }

   private:
    std::vector<std::pair<std::string, std::vector<double>>> entries_;
  };

  Values history;
  std::vector<int> epoch;  // indices of the epochs that ran, from 0
  Params params;

  const std::vector<double>& operator[](std::string_view name) const { return history[name]; }
};

}  // namespace keratin
