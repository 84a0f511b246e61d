// Dataset::from_array_files: rows that are read from files when their batch is made.

#include <cstring>
#include <optional>

#include "data/byte_source.hpp"
#include "data/dataset_stage.hpp"
#include "data/idx.hpp"
#include "data/npy.hpp"
#include "data/random_file.hpp"
#include "data/zip.hpp"
#include "keratin/check.hpp"

namespace keratin {

namespace {

constexpr const char* where_files = "dataset, from_array_files";

/// An array in a file.
class FileArray {
 public:
  explicit FileArray(const ArrayFile& file) : file_(file.path, where_files) {
    const std::string_view start = first_bytes();
    check<std::runtime_error>(!start.starts_with("\x1f\x8b"), where_files, file.path,
                              ": is gzipped, so that its rows cannot be read one by one");
    if (start.starts_with("PK"))
      open_member(file.member);
    else
      open_file(start.starts_with("\x93"));
    name_ = file.member.empty() ? file.path : file.path + ": " + file.member;
    check<std::runtime_error>(!array_.fortran_order || array_.shape.size() < 2, where_files, name_,
                              ": is in Fortran's order, so that its rows are not in one piece");
    check<std::runtime_error>(!array_.shape.empty(), where_files, name_, ": is a single number");
    row_ = array_.shape.without_batch();
    row_bytes_ = row_.elements() * size_of(array_.type);
  }

  const std::string& name() const { return name_; }
  std::size_t rows() const { return array_.shape.front(); }
  void gather(std::span<const detail::Row> rows, Tensor& out) const {
    out.resize(row_.with_batch(rows.size()));
    std::vector<unsigned char> bytes(row_bytes_);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      file_.read(offset_ + std::uint64_t{rows[i]} * row_bytes_, bytes.data(), row_bytes_);
      to_floats(array_, bytes.data(), row_.elements(), out.data() + i * row_.elements());
    }
  }

 private:
  std::string_view first_bytes() {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(file_.size(), 2));
    file_.read(0, start_, count);
    return {start_, count};
  }
  void open_file(bool npy) {
    ByteSource source(file_.path(), where_files);
    array_ = npy ? read_npy_header(where_files, source) : read_idx_header(where_files, source);
    locate(source, 0, file_.size());
  }
  void open_member(const std::string& name) {
    const ZipArchive archive(file_.path(), where_files);
    check(!name.empty(), where_files, file_.path(), ": is an archive: name one of ",
          joined(archive.members(), [](const ZipMember& member) { return member.name; }));
    const ZipMember& member = archive.member(name.ends_with(".npy") ? name : name + ".npy");
    check<std::runtime_error>(!member.deflated, where_files, file_.path(), ": ", member.name,
                              " is compressed, so that its rows cannot be read one by one: "
                              "datasets::load_npz reads all of it");
    const std::unique_ptr<Bytes> source = archive.open(member);
    array_ = read_npy_header(where_files, *source);
    locate(*source, member.offset, member.size);
  }
  // The values begin where_files the header has ended, and fill the rest of `size` bytes.
  void locate(const Bytes& source, std::uint64_t start, std::uint64_t size) {
    const std::size_t bytes = checked_count(where_files, source, array_) * size_of(array_.type);
    check<std::runtime_error>(bytes == size - source.position(), where_files, source.path(),
                              ": has ", size - source.position(), " bytes of values, wanted ",
                              bytes, " for its shape ", array_.shape);
    offset_ = start + source.position();
  }

  RandomFile file_;
  char start_[2] = {};
  std::string name_;
  StoredArray array_;
  Shape row_;
  std::uint64_t offset_ = 0;  // of the first row
  std::size_t row_bytes_ = 0;
};

class FileRows : public detail::Rows {
 public:
  FileRows(const ArrayFile& x, const ArrayFile& y, const ArrayFile& sample_weight) : x_(x) {
    check(x_.rows() > 0, where_files, x_.name(), " holds no samples");
    check(x_.rows() <= UINT32_MAX, where_files, x_.name(), " has ", x_.rows(),
          " rows, wanted at most ", UINT32_MAX);
    open(y_, y);
    open(sample_weight_, sample_weight);
  }

  std::size_t size() const override { return x_.rows(); }
  bool in_memory() const override { return false; }
  void gather(std::span<const detail::Row> rows, Batch& out) const override {
    x_.gather(rows, out.x);
    gather_part(y_, rows, out.y);
    gather_part(sample_weight_, rows, out.sample_weight);
  }

 private:
  void open(std::optional<FileArray>& array, const ArrayFile& file) {
    if (file.path.empty()) return;
    array.emplace(file);
    check(array->rows() == x_.rows(), where_files, array->name(), " has ", array->rows(), " rows, ",
          x_.name(), " has ", x_.rows());
  }
  static void gather_part(const std::optional<FileArray>& array, std::span<const detail::Row> rows,
                          Tensor& out) {
    if (array)
      array->gather(rows, out);
    else
      out.clear();
  }

  FileArray x_;
  std::optional<FileArray> y_, sample_weight_;
};

}  // namespace

Dataset Dataset::from_array_files(const ArrayFile& x, const ArrayFile& y,
                                  const ArrayFile& sample_weight) {
  return Dataset(detail::make_rows(std::make_unique<FileRows>(x, y, sample_weight)));
}

}  // namespace keratin
