#include "keratin/dataset.hpp"

#include <utility>

#include "data/dataset_stage.hpp"
#include "keratin/check.hpp"

namespace keratin {

namespace {

std::size_t at_least_one(const char* where, const char* name, long long value) {
  check(value >= 1, where, name, " is ", value, ", wanted 1 or more");
  return static_cast<std::size_t>(value);
}

/// A count where -1 stands for all that there are.
std::size_t count_or_all(const char* where, long count) {
  check(count >= -1, where, "count is ", count, ", wanted 0 or more, or -1");
  return count == -1 ? detail::infinite : static_cast<std::size_t>(count);
}

}  // namespace

Dataset::Dataset(std::shared_ptr<const detail::Stage> stage) : stage_(std::move(stage)) {}

Dataset detail::make_dataset(std::shared_ptr<const Stage> stage) {
  return Dataset(std::move(stage));
}

Dataset detail::divide(const Dataset& batches, std::size_t index, std::size_t parts) {
  return Dataset(make_divide(batches.stage_, index, parts));
}

Dataset Dataset::from_generator(std::function<bool(Batch&)> generator) {
  check(bool(generator), "dataset, from_generator", "there is no function to call");
  return Dataset(detail::make_generator(std::move(generator)));
}

Dataset Dataset::shuffle(const ShuffleOptions& options) const {
  const std::size_t size =
      at_least_one("dataset, shuffle", "buffer_size", options.buffer_size.value);
  return Dataset(detail::make_shuffle(stage_, size, options));
}

Dataset Dataset::batch(long batch_size, const BatchOptions& options) const {
  const std::size_t size = at_least_one("dataset, batch", "batch_size", batch_size);
  return Dataset(detail::make_batch(stage_, size, options.drop_remainder));
}

Dataset Dataset::map(std::function<void(Batch&)> function) const {
  check(bool(function), "dataset, map", "there is no function to call");
  return Dataset(detail::make_map(stage_, std::move(function)));
}

Dataset Dataset::filter(std::function<bool(const Batch&)> predicate) const {
  check(bool(predicate), "dataset, filter", "there is no function to call");
  return Dataset(detail::make_filter(stage_, std::move(predicate)));
}

Dataset Dataset::take(long count) const {
  return Dataset(detail::make_take(stage_, count_or_all("dataset, take", count)));
}

Dataset Dataset::skip(long count) const {
  return Dataset(detail::make_skip(stage_, count_or_all("dataset, skip", count)));
}

Dataset Dataset::repeat(long count) const {
  return Dataset(detail::make_repeat(stage_, count_or_all("dataset, repeat", count)));
}

Dataset Dataset::cache() const { return Dataset(detail::make_cache(stage_)); }

Dataset Dataset::prefetch(long buffer_size) const {
  const std::size_t size = at_least_one("dataset, prefetch", "buffer_size", buffer_size);
  return Dataset(detail::make_prefetch(stage_, size));
}

Dataset Dataset::shard(long num_shards, long index) const {
  const std::size_t shards = at_least_one("dataset, shard", "num_shards", num_shards);
  check(index >= 0 && index < num_shards, "dataset, shard", "index is ", index,
        ", wanted 0 or more and below num_shards = ", num_shards);
  return Dataset(detail::make_shard(stage_, shards, static_cast<std::size_t>(index)));
}

std::optional<std::size_t> Dataset::size() const {
  return infinite() ? std::nullopt : stage_->size();
}

bool Dataset::infinite() const { return stage_->size() == detail::infinite; }

bool Dataset::batched() const { return stage_->batched(); }

Dataset::Iterator Dataset::iterator() const {
  Position start;
  stage_->begin_pass(start.shuffles);
  return Iterator(stage_, std::move(start));
}

Dataset::Iterator Dataset::iterator(const Position& position) const {
  check(position.shuffles.size() == stage_->shuffle_count(), "dataset, iterator",
        "the position is one in a dataset with ", position.shuffles.size(),
        " shuffles, this one has ", stage_->shuffle_count());
  stage_->resume_after(position.shuffles);
  Iterator iterator(stage_, position);
  const std::size_t skipped = iterator.pass_->skip(position.elements);
  check(skipped == position.elements, "dataset, iterator", "the position is behind ",
        position.elements, " elements, this dataset has ", skipped);
  return iterator;
}

Dataset::Iterator::Iterator(std::shared_ptr<const detail::Stage> stage, Position position)
    : stage_(std::move(stage)),
      pass_(stage_->open(position.shuffles)),
      position_(std::move(position)) {}

Dataset::Iterator::Iterator(Iterator&&) noexcept = default;

Dataset::Iterator& Dataset::Iterator::operator=(Iterator&& other) noexcept {
  pass_ = std::move(other.pass_);  // before the stages that the old one refers to
  stage_ = std::move(other.stage_);
  position_ = std::move(other.position_);
  failure_ = std::move(other.failure_);
  return *this;
}

Dataset::Iterator::~Iterator() = default;

bool Dataset::Iterator::next(Batch& out) {
  if (failure_) std::rethrow_exception(failure_);
  try {
    if (pass_->read({&out, 1}) == 0) return false;
  } catch (...) {
    failure_ = std::current_exception();
    throw;
  }
  ++position_.elements;
  return true;
}

}  // namespace keratin
