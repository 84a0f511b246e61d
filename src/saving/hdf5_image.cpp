#ifdef KERATIN_HAS_KERAS_FILES

#include "saving/hdf5.hpp"

namespace keratin {

namespace {

// HDF5 1.10 has no constant for float16. This is how h5py describes it.
Id half_type(hid_t single) {
  Id type(H5Tcopy(single), H5Tclose);
  H5Tset_fields(type.get(), 15, 10, 5, 0, 10);
  H5Tset_size(type.get(), 2);
  H5Tset_ebias(type.get(), 15);
  return type;
}

std::vector<Hdf5NumberType> number_types() {
  std::vector<Hdf5NumberType> types;
  for (hid_t single : {H5T_IEEE_F32LE, H5T_IEEE_F32BE}) types.push_back({half_type(single), true});
  const auto add = [&types](hid_t type, bool floating) {
    types.push_back({Id(H5Tcopy(type), H5Tclose), floating});
  };
  for (hid_t type : {H5T_IEEE_F32LE, H5T_IEEE_F64LE, H5T_IEEE_F32BE, H5T_IEEE_F64BE})
    add(type, true);
  for (hid_t type :
       {H5T_STD_I8LE, H5T_STD_I16LE, H5T_STD_I32LE, H5T_STD_I64LE, H5T_STD_U8LE, H5T_STD_U16LE,
        H5T_STD_U32LE, H5T_STD_U64LE, H5T_STD_I8BE, H5T_STD_I16BE, H5T_STD_I32BE, H5T_STD_I64BE,
        H5T_STD_U8BE, H5T_STD_U16BE, H5T_STD_U32BE, H5T_STD_U64BE})
    add(type, false);
  return types;
}

// The names between the slashes of a path.
std::vector<std::string> names_of(std::string_view path) {
  std::vector<std::string> names;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    names.emplace_back(path.substr(0, slash));
    path.remove_prefix(slash == path.npos ? path.size() : slash + 1);
  }
  return names;
}

// HDF5 asks for memory of its own and copies a file in memory there. These callbacks give it the
// file's own memory every time. The last argument is the std::string that the file is in.
void* lend(std::size_t size, H5FD_file_image_op_t, void* bytes) {
  auto& file = *static_cast<std::string*>(bytes);
  return size <= file.size() ? file.data() : nullptr;
}
void* copy(void* to, const void* from, std::size_t, H5FD_file_image_op_t, void*) {
  return to == from ? to : nullptr;
}
void* grow(void*, std::size_t, H5FD_file_image_op_t, void*) { return nullptr; }
herr_t take_back(void*, H5FD_file_image_op_t, void*) { return 0; }
void* copy_argument(void* bytes) { return bytes; }
herr_t free_argument(void*) { return 0; }

Id open_in_place(std::string& bytes) {
  const Id access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  constexpr std::size_t growth = 1 << 16;  // bytes; a file that is only read does not grow
  constexpr bool on_disk = false;
  H5FD_file_image_callbacks_t callbacks{lend,          copy,          grow,  take_back,
                                        copy_argument, free_argument, &bytes};
  if (H5Pset_fclose_degree(access.get(), H5F_CLOSE_STRONG) < 0 ||
      H5Pset_fapl_core(access.get(), growth, on_disk) < 0 ||
      H5Pset_file_image_callbacks(access.get(), &callbacks) < 0 ||
      H5Pset_file_image(access.get(), bytes.data(), bytes.size()) < 0)
    return {};
  return {H5Fopen("keratin-image", H5F_ACC_RDONLY, access.get()), H5Fclose};
}

}  // namespace

Hdf5Image::Hdf5Image(std::string_view where_, std::string name_, std::string bytes_)
    : where(where_), name(std::move(name_)), bytes(std::move(bytes_)) {
  if (!bytes.empty()) file = open_in_place(bytes);
  require(file.valid(), "is no HDF5 file, or a damaged one");
  types = number_types();
}

Id Hdf5Image::open(const std::string& path) const {
  Id object(H5Gopen2(file.get(), "/", H5P_DEFAULT), H5Oclose);
  require(object.valid(), "is damaged: it has no root group");
  for (const std::string& link : names_of(path)) {
    if (H5Iget_type(object.get()) != H5I_GROUP) return {};
    const htri_t exists = H5Lexists(object.get(), link.c_str(), H5P_DEFAULT);
    require(exists >= 0, "is damaged: cannot look for ", path);
    if (exists == 0) return {};
    H5L_info_t info;
    require(H5Lget_info(object.get(), link.c_str(), &info, H5P_DEFAULT) >= 0,
            "is damaged: cannot follow ", path);
    require(info.type == H5L_TYPE_HARD, path, " is a soft or external link, which is not followed");
    object = Id(H5Oopen(object.get(), link.c_str(), H5P_DEFAULT), H5Oclose);
    require(object.valid(), "is damaged: cannot open ", path);
  }
  return object;
}

}  // namespace keratin

#endif
