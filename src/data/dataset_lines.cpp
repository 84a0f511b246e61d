// Dataset::from_csv and from_text_lines: files that are read from start to end in each pass.

#include <algorithm>
#include <cstring>
#include <utility>

#include "data/csv.hpp"
#include "keratin/check.hpp"
#include "keratin/dataset.hpp"

namespace keratin {

namespace {

constexpr const char* csv_where = "dataset, from_csv";
constexpr const char* lines_where = "dataset, from_text_lines";

/// The columns of a sample as positions in the file.
class CsvSamples {
 public:
  CsvSamples(std::string path, const CsvColumns& names, CsvOptions options)
      : path_(std::move(path)), options_(std::move(options)), values_(csv_where, options_) {
    const CsvReader reader = open();
    check(!names.x.empty(), csv_where, "x names no columns");
    const auto find = [&](const std::string& name) {
      const auto& all = reader.columns();
      const auto at = std::find(all.begin(), all.end(), name);
      check(at != all.end(), csv_where, path_, ": has no column '", name, "', its columns are ",
            joined(all, [](const std::string& each) { return '\'' + each + '\''; }));
      return static_cast<std::size_t>(at - all.begin());
    };
    for (const std::string& name : names.x) x_.push_back(find(name));
    for (const std::string& name : names.y) y_.push_back(find(name));
    if (!names.sample_weight.empty()) sample_weight_.push_back(find(names.sample_weight));
  }

  CsvReader open() const {
    return CsvReader(std::make_unique<ByteSource>(path_, csv_where), csv_where, options_,
                     CsvReader::Keep::record);
  }

  void read(const CsvReader& record, Batch& sample) const {
    read_part(record, x_, {x_.size()}, sample.x);
    read_part(record, y_, {y_.size()}, sample.y);
    read_part(record, sample_weight_, {}, sample.sample_weight);
  }

 private:
  void read_part(const CsvReader& record, const std::vector<std::size_t>& columns,
                 const Shape& shape, Tensor& out) const {
    if (columns.empty()) return;
    out.resize(shape);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const std::optional<float> number = values_.number(record.field(columns[i]));
      if (!number)
        fail<std::runtime_error>(csv_where, record.place(columns[i]), ": '",
                                 record.field(columns[i]), "' is not a number");
      out.data()[i] = *number;
    }
  }

  std::string path_;
  CsvOptions options_;
  CsvValues values_;
  std::vector<std::size_t> x_ = {}, y_ = {}, sample_weight_ = {};
};

/// Splits a file into lines.
class LineReader {
 public:
  explicit LineReader(const std::string& path) : source_(path, lines_where), text_(chunk) {}

  /// The next line, valid until the next call; nothing at the end.
  std::optional<std::string_view> next() {
    for (std::size_t searched = first_;;) {
      const char* const start = text_.data() + searched;
      if (const void* end = std::memchr(start, '\n', size_ - searched)) {
        const auto length = static_cast<std::size_t>(static_cast<const char*>(end) - line_start());
        return take(length, length + 1);
      }
      if (ended_) break;
      searched = size_ - first_;  // where the new text will be
      read_more();
    }
    if (first_ == size_) return std::nullopt;
    return take(size_ - first_, size_ - first_);
  }

 private:
  static constexpr std::size_t chunk = 1 << 16;         // bytes
  static constexpr std::size_t longest_line = 1 << 26;  // bytes

  const char* line_start() const { return text_.data() + first_; }
  std::string_view take(std::size_t length, std::size_t with_end) {
    std::string_view line(line_start(), length);
    if (line.ends_with('\r')) line.remove_suffix(1);
    first_ += with_end;
    return line;
  }
  void read_more() {
    std::memmove(text_.data(), line_start(), size_ - first_);
    size_ -= first_;
    first_ = 0;
    if (size_ == text_.size()) {
      check<std::runtime_error>(size_ < longest_line, lines_where, source_.path(),
                                ": has a line of more than ", longest_line, " bytes");
      text_.resize(2 * size_);
    }
    const std::size_t got = source_.read(text_.data() + size_, text_.size() - size_);
    ended_ = got < text_.size() - size_;
    size_ += got;
  }

  ByteSource source_;
  std::vector<char> text_;
  std::size_t first_ = 0, size_ = 0;  // what was read and not handed out: [first_, size_)
  bool ended_ = false;
};

}  // namespace

Dataset Dataset::from_csv(const std::string& path, CsvColumns columns, CsvOptions options) {
  const auto samples = std::make_shared<const CsvSamples>(path, columns, std::move(options));
  // Each pass calls a copy of this, and opens the file itself.
  return from_generator([samples, reader = std::shared_ptr<CsvReader>()](Batch& sample) mutable {
    if (!reader) reader = std::make_shared<CsvReader>(samples->open());
    if (!reader->next()) return false;
    samples->read(*reader, sample);
    return true;
  });
}

Dataset Dataset::from_text_lines(const std::string& path,
                                 std::function<bool(std::string_view line, Batch& sample)> parse) {
  check(bool(parse), lines_where, "there is no function to call");
  ByteSource(path, lines_where);  // throws now if it cannot be read
  return from_generator(
      [path, parse, lines = std::shared_ptr<LineReader>()](Batch& sample) mutable {
        if (!lines) lines = std::make_shared<LineReader>(path);
        while (const auto line = lines->next())
          if (parse(*line, sample)) return true;
        return false;
      });
}

}  // namespace keratin
