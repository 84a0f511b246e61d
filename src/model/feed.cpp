#include "model/feed.hpp"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "core/exact_numbers.hpp"
#include "keratin/check.hpp"

namespace keratin {

namespace {

// This process's part of the data.
Dataset part_of(const Dataset& data) {
  const Replicas* const processes = replicas();
  if (!processes || !processes->divides_data() || !data.batched()) return data;
  return detail::divide(data, processes->rank(), processes->size());
}

}  // namespace

DatasetFeed::DatasetFeed(const Dataset& data) : data_(part_of(data)) {}

void DatasetFeed::begin_pass() {
  pass_.emplace(data_.iterator());
  remaining_ = data_.size();
  has_ahead_ = false;
}

void DatasetFeed::read(Batch& batch) {
  check<std::runtime_error>(pass_->next(batch), "dataset", "ended before its size of ",
                            data_.size().value_or(0), " batches");
  if (remaining_) --*remaining_;
}

bool DatasetFeed::has_next() {
  if (!pass_) begin_pass();
  if (has_ahead_) return true;
  if (remaining_) return *remaining_ > 0;
  has_ahead_ = pass_->next(ahead_);
  return has_ahead_;
}

const Batch& DatasetFeed::peek() {
  check(has_next(), "dataset", "has no batches");
  if (!has_ahead_) read(ahead_);
  has_ahead_ = true;
  return ahead_;
}

void DatasetFeed::next(Batch& batch) {
  if (has_ahead_)
    std::swap(batch, ahead_);
  else
    read(batch);
  has_ahead_ = false;
  if (!sample_) return;
  const Shape wanted = sample_->with_batch(batch.x.shape().empty() ? 0 : batch.x.shape().front());
  if (batch.x.shape() == wanted) return;
  check_sample("dataset", "", batch.x.shape().without_batch(), *sample_);
  batch.x = batch.x.reshaped(wanted);
}

void DatasetFeed::end_pass() {
  if (pass_) last_end_ = pass_->position();
  pass_.reset();
}

Config DatasetFeed::position() const {
  const std::optional<Dataset::Position> at = pass_ ? pass_->position() : last_end_;
  if (!at) return {};  // nothing has been read
  Config::List shuffles;
  for (const Dataset::Position::Shuffle& shuffle : at->shuffles)
    shuffles.push_back(Config::Object{{"seed", word_bits(shuffle.stream.seed)},
                                      {"stream", word_bits(shuffle.stream.number)},
                                      {"pass", word_bits(shuffle.pass)},
                                      {"reshuffle", shuffle.reshuffle}});
  return Config::Object{{"batches", word_bits(at->elements - (has_ahead_ ? 1 : 0))},
                        {"in_pass", pass_.has_value()},
                        {"shuffles", std::move(shuffles)}};
}

void DatasetFeed::restore(const Config& position) {
  pass_.reset();
  last_end_.reset();
  has_ahead_ = false;
  if (position.is_null()) return;
  const StateReader values("dataset", position);
  Dataset::Position at;
  at.elements = values.word("batches");
  for (const Config& described : values.list("shuffles")) {
    const StateReader shuffle("dataset", described);
    at.shuffles.push_back({{shuffle.word("seed"), shuffle.word("stream")},
                           shuffle.word("pass"),
                           shuffle.truth("reshuffle")});
  }
  const bool in_pass = values.truth("in_pass");
  if (!in_pass && at.shuffles.empty()) return;  // all passes are alike
  pass_.emplace(data_.iterator(at));            // shuffles now know which pass it was
  remaining_ = data_.size();
  if (remaining_) *remaining_ -= std::min<std::size_t>(*remaining_, at.elements);
  if (!in_pass) end_pass();
}

BatchRows joint_rows(Replicas& processes, std::size_t own) {
  const std::uint64_t mine[] = {own};
  std::vector<std::uint64_t> all(processes.size());
  processes.gather(mine, all);
  const auto here = all.begin() + static_cast<std::ptrdiff_t>(processes.rank());
  return {std::accumulate(all.begin(), here, std::size_t{0}), own,
          std::accumulate(all.begin(), all.end(), std::size_t{0})};
}

JointFeed::JointFeed(Feed& own, Replicas& processes) : own_(own), processes_(processes) {
  const std::uint64_t mine[] = {own.size().value_or(0)};
  std::vector<std::uint64_t> all(processes.size());
  processes.gather(mine, all);
  if (std::ranges::find(all, 0u) == all.end()) size_ = *std::ranges::max_element(all);
}

bool JointFeed::has_next() {
  if (asked_) return rows_.total > 0;
  std::size_t own = 0;
  if (own_.has_next()) {
    own_.next(ahead_);
    own = ahead_.x.shape().front();
  } else {
    for (Tensor* tensor : {&ahead_.x, &ahead_.y, &ahead_.sample_weight})
      if (tensor->defined()) tensor->resize(tensor->shape().without_batch().with_batch(0));
  }
  rows_ = joint_rows(processes_, own);
  asked_ = true;
  return rows_.total > 0;
}

void JointFeed::next(Batch& batch) {
  has_next();
  batch.x = ahead_.x;  // copied: where the data end, the next has its shapes
  batch.y = ahead_.y;
  batch.sample_weight = ahead_.sample_weight;
  batch.rows = rows_;
  asked_ = false;
}

void JointFeed::end_pass() {
  own_.end_pass();
  asked_ = false;
}

void JointFeed::restore(const Config& position) {
  own_.restore(position);
  asked_ = false;
}

void check_sample(const char* where, const std::string& model, const Shape& got,
                  const Shape& wanted) {
  Shape longer = got.size() > wanted.size() ? got : wanted;
  const Shape& shorter = got.size() > wanted.size() ? wanted : got;
  const bool last_axis_of_one = longer.size() == shorter.size() + 1 && longer.back() == 1;
  if (last_axis_of_one) longer.pop_back();
  check(got == wanted || (last_axis_of_one && longer == shorter), where, "samples have shape ", got,
        ", the model ", model, model.empty() ? "" : " ", "wants ", wanted);
}

}  // namespace keratin
