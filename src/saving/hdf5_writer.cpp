#ifdef KERATIN_HAS_KERAS_FILES

#include <algorithm>
#include <array>
#include <atomic>

#include "saving/hdf5.hpp"

namespace keratin {

struct Hdf5Writer::State {
  std::string where;
  Id file;
  Id with_parents;  // link properties: groups on the way are made

  ~State() {
    const Turn turn;
    with_parents = Id();
    file = Id();
  }

  void require(bool ok, std::string_view what, const std::string& path) const {
    check<std::logic_error>(ok, where, "HDF5 cannot ", what, " ", path);
  }

  // Links the array as h5py does, once it is written. Returns where its values are.
  std::size_t write(const std::string& path, const Shape& shape, hid_t file_type, hid_t memory_type,
                    const void* values) const {
    std::array<hsize_t, Shape::max_rank> sizes{};
    std::copy(shape.begin(), shape.end(), sizes.begin());
    const Id space(shape.empty()
                       ? H5Screate(H5S_SCALAR)
                       : H5Screate_simple(static_cast<int>(shape.size()), sizes.data(), nullptr),
                   H5Sclose);
    const Id properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    H5Pset_obj_track_times(properties.get(), false);
    const Id dataset(
        H5Dcreate_anon(file.get(), file_type, space.get(), properties.get(), H5P_DEFAULT),
        H5Dclose);
    require(dataset.valid(), "make an array for", path);
    require(shape.elements() == 0 ||
                H5Dwrite(dataset.get(), memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0,
            "write", path);
    require(H5Olink(dataset.get(), file.get(), path.c_str(), with_parents.get(), H5P_DEFAULT) >= 0,
            "add", path);
    return static_cast<std::size_t>(H5Dget_offset(dataset.get()));
  }
};

Hdf5Writer::Hdf5Writer(std::string_view where) : state_(std::make_unique<State>()) {
  state_->where = where;
  const Turn turn;
  const Id access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  constexpr std::size_t growth = 1 << 20;  // bytes
  constexpr bool on_disk = false;
  H5Pset_fapl_core(access.get(), growth, on_disk);
  // No room is set aside for more metadata or small arrays: that is how h5py writes to memory.
  H5Pset_meta_block_size(access.get(), 0);
  H5Pset_small_data_block_size(access.get(), 0);
  static std::atomic<unsigned> count = 0;  // HDF5 tells open files apart by their names
  const std::string name = concat("keratin-", count++);
  state_->file = Id(H5Fcreate(name.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access.get()), H5Fclose);
  state_->require(state_->file.valid(), "make a file in memory,", name);
  state_->with_parents = Id(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
  H5Pset_create_intermediate_group(state_->with_parents.get(), true);
}

Hdf5Writer::~Hdf5Writer() = default;
Hdf5Writer::Hdf5Writer(Hdf5Writer&&) noexcept = default;
Hdf5Writer& Hdf5Writer::operator=(Hdf5Writer&&) noexcept = default;

void Hdf5Writer::add_object(const std::string& path, const std::string& name) {
  const Turn turn;
  const std::string variables = path.empty() ? "vars" : path + "/vars";
  const Id group(H5Gcreate2(state_->file.get(), variables.c_str(), state_->with_parents.get(),
                            H5P_DEFAULT, H5P_DEFAULT),
                 H5Gclose);
  state_->require(group.valid(), "make the group", variables);
  const Id text(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(text.get(), H5T_VARIABLE);
  H5Tset_cset(text.get(), H5T_CSET_UTF8);
  const Id one(H5Screate(H5S_SCALAR), H5Sclose);
  const Id attribute(
      H5Acreate2(group.get(), "name", text.get(), one.get(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  const char* const value = name.c_str();
  state_->require(attribute.valid() && H5Awrite(attribute.get(), text.get(), &value) >= 0,
                  "write the name of", variables);
}

std::size_t Hdf5Writer::write(const std::string& path, const Tensor& values) {
  const Turn turn;
  return state_->write(path, values.shape(), H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, values.data());
}

std::size_t Hdf5Writer::write_integer(const std::string& path, std::int64_t value) {
  const Turn turn;
  return state_->write(path, Shape{}, H5T_STD_I64LE, H5T_NATIVE_INT64, &value);
}

std::string Hdf5Writer::finish() {
  const Turn turn;
  const hid_t file = state_->file.get();
  const ssize_t size =
      H5Fflush(file, H5F_SCOPE_LOCAL) < 0 ? -1 : H5Fget_file_image(file, nullptr, 0);
  state_->require(size > 0, "finish", "the file");
  std::string bytes(static_cast<std::size_t>(size), '\0');
  state_->require(H5Fget_file_image(file, bytes.data(), bytes.size()) == size, "finish",
                  "the file");
  state_->file = Id();
  return bytes;
}

}  // namespace keratin

#else

#include "saving/hdf5_file.hpp"
#include "saving/without_keras_files.hpp"

namespace keratin {

struct Hdf5Writer::State {};
Hdf5Writer::Hdf5Writer(std::string_view where) { fail_without_keras_files(where); }
Hdf5Writer::~Hdf5Writer() = default;
Hdf5Writer::Hdf5Writer(Hdf5Writer&&) noexcept = default;
Hdf5Writer& Hdf5Writer::operator=(Hdf5Writer&&) noexcept = default;
void Hdf5Writer::add_object(const std::string&, const std::string&) {}
std::size_t Hdf5Writer::write(const std::string&, const Tensor&) { return 0; }
std::size_t Hdf5Writer::write_integer(const std::string&, std::int64_t) { return 0; }
std::string Hdf5Writer::finish() { return {}; }

}  // namespace keratin

#endif
