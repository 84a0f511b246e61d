#pragma once
// Dataset: samples as a stream. A source (arrays or a generator) followed by transformations, with
// the meaning they have in tf.data.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "keratin/array_view.hpp"
#include "keratin/batch.hpp"
#include "keratin/csv.hpp"
#include "keratin/random.hpp"

namespace KERATIN_API keratin {

class Dataset;

namespace detail {

class Stage;  // src/data/dataset_stage.hpp: the source or one transformation of a Dataset
template <class Element>
class Pass;
Dataset make_dataset(std::shared_ptr<const Stage> stage);
/// The same batches, but of each only part number `index` of `parts`, as BatchRows::part() says.
Dataset divide(const Dataset& batches, std::size_t index, std::size_t parts);

}  // namespace detail

/// A number of elements, from any integer type: `10000` and `images.rows()` both fit without a
/// cast.
struct ElementCount {
  template <std::integral T>
  constexpr ElementCount(T count) : value(static_cast<long long>(count)) {}
  long long value;
};

struct ShuffleOptions {
  /// Elements to choose from. A buffer as large as the dataset gives every order the same
  /// probability; with a smaller one an element comes at most buffer_size - 1 places early. At
  /// least 1.
  ElementCount buffer_size = 0;
  /// With a seed, the n-th pass has the same order in every run. Without one, each pass draws from
  /// the library's own random numbers: see utils::set_random_seed.
  std::optional<std::uint64_t> seed = {};
  /// false: all passes have the order of the first.
  bool reshuffle_each_iteration = true;
};

struct BatchOptions {
  /// true: leaves out a last batch with fewer samples than the others.
  bool drop_remainder = false;
};

/// A file with one array: .npy, uncompressed IDX, or a member of an .npz archive that was written
/// without compression: `ArrayFile("data.npz", "x_train")`.
struct ArrayFile {
  ArrayFile() = default;  // not given
  ArrayFile(const char* file_path) : path(file_path) {}
  ArrayFile(std::string file_path, std::string member_name = "")
      : path(std::move(file_path)), member(std::move(member_name)) {}
  std::string path = {}, member = {};
};

/// The columns of a CSV file that make a sample.
struct CsvColumns {
  std::vector<std::string> x = {};
  std::vector<std::string> y = {};
  std::string sample_weight = {};
};

/// A description of where samples come from and what is done with them. A value: transformations
/// return a new Dataset, copies share the (unchanging) description. Nothing is read before a pass
/// begins.
///
///     Dataset digits = Dataset::from_tensor_slices(train.x, train.y)
///                          .shuffle({.buffer_size = train.x.shape()[0], .seed = 4})
///                          .batch(128)
///                          .prefetch(2);
///
/// The elements are single samples before batch() and batches after it. Wrong arguments throw
/// std::invalid_argument at once; errors in the data are thrown by Iterator::next. Several
/// iterators of one Dataset may be in use at once, each in a thread of its own.
class Dataset {
 public:
  class Iterator;
  struct Position;

  /// One sample for each row of x, with the same row of y and of sample_weight if these are given;
  /// their numbers of rows must agree. Arrays are borrowed, and must outlive the Dataset, unless
  /// they are temporaries, which are kept.
  /// Shuffling, choosing and caching samples moves row numbers only; values are copied and
  /// converted to float32 when a batch is made.
  static Dataset from_tensor_slices(ArrayView x, ArrayView y = {}, ArrayView sample_weight = {});

  /// Calls `generator` for each sample, to set its x (without batch axis), y and sample_weight;
  /// false says that there are no more. The sample passed to it is empty, with memory to reuse.
  /// Every pass calls a copy of `generator`, so what it holds by value starts afresh, while what it
  /// refers to goes on.
  static Dataset from_generator(std::function<bool(Batch& sample)> generator);

  /// Rows of arrays in files, which are read when their batch is made: for data larger than memory.
  /// The files must not change meanwhile. Throws std::runtime_error for a file that is damaged or
  /// compressed (read that with datasets::load_npz or load_idx), std::invalid_argument if the
  /// numbers of rows differ.
  static Dataset from_array_files(const ArrayFile& x, const ArrayFile& y = {},
                                  const ArrayFile& sample_weight = {});

  /// Rows of a CSV file, read one after the other in each pass; see Table for how files are read,
  /// and for those that fit into memory. x has shape (columns.x.size(),), NaN where a value is
  /// missing; y and sample_weight likewise, if they are named. Reads the header at once.
  static Dataset from_csv(const std::string& path, CsvColumns columns, CsvOptions options = {});

  /// Lines of a text file, read one after the other in each pass, without their ends (LF or CR LF).
  /// `parse` sets the sample that a line stands for; false leaves the line out. A gzipped file is
  /// decompressed.
  static Dataset from_text_lines(const std::string& path,
                                 std::function<bool(std::string_view line, Batch& sample)> parse);

  /// The elements in random order, chosen from a buffer of the next ones.
  Dataset shuffle(const ShuffleOptions& options) const;
  /// Stacks `batch_size` elements at a time along a new first axis. A last batch may be smaller.
  /// Elements of one batch must have equal shapes.
  Dataset batch(long batch_size, const BatchOptions& options = {}) const;
  /// Changes each element by a function. It is not called for elements that a later skip or shard
  /// passes over. If several passes run at once, it is called by several threads at once.
  Dataset map(std::function<void(Batch&)> function) const;
  /// The elements for which `predicate` is true.
  Dataset filter(std::function<bool(const Batch&)> predicate) const;
  /// The first elements; all of them for -1.
  Dataset take(long count) const;
  /// All but the first elements; none for -1.
  Dataset skip(long count) const;
  /// The elements `count` times over; endlessly for -1, unless there are none. A shuffle before it
  /// has another order each time.
  Dataset repeat(long count = -1) const;
  /// Keeps the elements of the first complete pass in memory: later passes read them from there
  /// and no longer run what comes before. Of rows in memory it keeps the numbers only.
  Dataset cache() const;
  /// Makes elements ahead of time, up to `buffer_size` of them, on a thread of its own that runs
  /// everything before prefetch. Elements and their order do not change. If no thread can be
  /// created, elements are made when they are asked for.
  Dataset prefetch(long buffer_size) const;
  /// Every `num_shards`-th element, beginning with number `index`: one worker's part.
  Dataset shard(long num_shards, long index) const;

  /// The number of elements in a pass (after batch: of batches). Empty if it is not known, as after
  /// filter and from_generator, or infinite.
  std::optional<std::size_t> size() const;
  /// Whether a pass is known to have no end.
  bool infinite() const;
  /// Whether the elements are batches.
  bool batched() const;

  /// Begins a new pass. Random numbers for its shuffles are drawn here, on the calling thread.
  Iterator iterator() const;
  /// Continues the pass in which `position` was taken, with the element that came next there; also
  /// in another run of the program, where the next pass after it is again the one that followed.
  ///
  /// The elements before are skipped. Among rows of from_tensor_slices this costs little; elements
  /// of a generator, and of all stages before a filter or a shuffle, are made and thrown away.
  /// Functions of map are not called for skipped elements unless a filter or a shuffle follows. The
  /// source, generators included, has to give the same samples as before. Throws
  /// std::invalid_argument if the Dataset has fewer elements or another number of shuffles.
  Iterator iterator(const Position& position) const;

 private:
  friend Dataset detail::make_dataset(std::shared_ptr<const detail::Stage> stage);
  friend Dataset detail::divide(const Dataset& batches, std::size_t index, std::size_t parts);
  explicit Dataset(std::shared_ptr<const detail::Stage> stage);
  std::shared_ptr<const detail::Stage> stage_;
};

/// How far a pass has come: enough to continue it. A small value that can be written to a file.
struct Dataset::Position {
  /// The random numbers of one shuffle.
  struct Shuffle {
    random::Stream stream;   // the order is drawn from it
    std::uint64_t pass = 0;  // number of passes begun before this one
    bool reshuffle = true;   // whether repetitions within the pass have other orders
  };
  std::uint64_t elements = 0;          // delivered so far
  std::vector<Shuffle> shuffles = {};  // from the source on
};

/// One pass over a Dataset. Keeps what it needs of it, apart from the arrays.
class Dataset::Iterator {
 public:
  Iterator(Iterator&&) noexcept;
  Iterator& operator=(Iterator&&) noexcept;
  ~Iterator();  // stops and joins a prefetching thread; waits for a user's function that it runs

  /// Writes the next element to `out`, whose memory is reused; false if there are no more. Throws
  /// what a generator, map or filter has thrown, and then throws the same each time.
  bool next(Batch& out);
  Position position() const { return position_; }

 private:
  friend class Dataset;
  Iterator(std::shared_ptr<const detail::Stage> stage, Position position);

  std::shared_ptr<const detail::Stage> stage_;
  std::unique_ptr<detail::Pass<Batch>> pass_;
  Position position_;
  std::exception_ptr failure_;
};

}  // namespace keratin
