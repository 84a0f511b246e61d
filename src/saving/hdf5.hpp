#pragma once
// PRIVATE: what the files of this folder that call HDF5 share.

#include <hdf5.h>

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "keratin/check.hpp"
#include "saving/hdf5_file.hpp"

namespace keratin {

/// The right to call HDF5, which one thread of this process has at a time. Meanwhile HDF5 prints no
/// errors.
class Turn {
 public:
  Turn() : lock_(mutex()) {
    H5Eget_auto2(H5E_DEFAULT, &print_, &data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  ~Turn() {
    H5Eclear2(H5E_DEFAULT);
    H5Eset_auto2(H5E_DEFAULT, print_, data_);
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  static std::mutex& mutex() {
    static std::mutex one;
    return one;
  }

  std::lock_guard<std::mutex> lock_;
  H5E_auto2_t print_ = nullptr;
  void* data_ = nullptr;
};

/// An open object of HDF5.
class Id {
 public:
  using Close = herr_t (*)(hid_t);

  Id() = default;
  Id(hid_t id, Close close) : id_(id), close_(close) {}
  Id(Id&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)), close_(other.close_) {}
  Id& operator=(Id&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  ~Id() {
    if (id_ >= 0) close_(id_);
  }

  bool valid() const { return id_ >= 0; }
  hid_t get() const { return id_; }

 private:
  hid_t id_ = H5I_INVALID_HID;
  Close close_ = nullptr;
};

/// A type of numbers in a file.
struct Hdf5NumberType {
  Id id;
  bool floating;
};

/// A file in memory, open for reading. Used in a child process only, which is lost if HDF5 crashes.
/// Errors are std::runtime_error "[where] name: ...".
struct Hdf5Image {
  std::string where, name, bytes;
  std::vector<Hdf5NumberType> types;  // that are read, in both byte orders
  Id file;

  Hdf5Image(std::string_view where, std::string name, std::string bytes);

  template <class... Parts>
  void require(bool ok, const Parts&... parts) const {
    check<std::runtime_error>(ok, where, name, ": ", parts...);
  }

  /// What the links of `path` lead to, hard ones only; invalid if one of them does not exist.
  Id open(const std::string& path) const;

  bool has_group(const std::string& path) const;
  std::optional<Hdf5Dataset> find(const std::string& path) const;
  /// As Hdf5Reader's: the bytes of float32 values.
  std::string read(const std::string& path, const Shape& expected) const;
  std::int64_t read_integer(const std::string& path) const;
  Hdf5Texts read_texts(const Hdf5Attribute& attribute) const;
};

}  // namespace keratin
