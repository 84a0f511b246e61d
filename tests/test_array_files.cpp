// .npy, .npz and IDX files: read whole and row by row, and bad ones refused one by one.

#include <zlib.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <keratin/dataset.hpp>
#include <keratin/datasets.hpp>
#include <keratin/saving.hpp>
#include <limits>
#include <numeric>

#include "data/zip.hpp"
#include "data/zip_writer.hpp"
#include "support/catch.hpp"
#include "support/datasets.hpp"
#include "support/folder.hpp"
#include "support/message.hpp"

using namespace keratin;
using datasets::load_npy;
using datasets::load_npz;

namespace {

const std::string arrays = std::string(KERATIN_GOLDEN_DIR) + "/../arrays/";

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

template <class T>
std::vector<T> values(const Array& array) {
  const auto all = array.values<T>();
  return {all.begin(), all.end()};
}

std::string little(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}

std::string npy(const std::string& header, const std::string& contents, int version = 1) {
  return "\x93NUMPY" + little(static_cast<unsigned>(version), 1) + little(0, 1) +
         little(header.size(), version == 1 ? 2 : 4) + header + contents;
}

const std::string good = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n";

// A member of an archive, and the archives of some members.
struct Member {
  std::string name, contents;
  int method = 0;
  std::string packed = contents;
  std::uint32_t size = static_cast<std::uint32_t>(contents.size());
  std::uint32_t crc = static_cast<std::uint32_t>(crc32(
      0, reinterpret_cast<const Bytef*>(contents.data()), static_cast<uInt>(contents.size())));
  int flags = 0;
};

std::string zip(const std::vector<Member>& members, const std::string& comment = "") {
  std::string archive, list;
  for (const Member& m : members) {
    const std::string common = little(20, 2) + little(static_cast<unsigned>(m.flags), 2) +
                               little(static_cast<unsigned>(m.method), 2) + little(0, 4) +
                               little(m.crc, 4) + little(m.packed.size(), 4) + little(m.size, 4) +
                               little(m.name.size(), 2) + little(0, 2);
    list +=
        "PK\x01\x02" + little(20, 2) + common + little(0, 10) + little(archive.size(), 4) + m.name;
    archive += "PK\x03\x04" + common + m.name + m.packed;
  }
  const std::string end = "PK\x05\x06" + little(0, 4) + little(members.size(), 2) +
                          little(members.size(), 2) + little(list.size(), 4) +
                          little(archive.size(), 4) + little(comment.size(), 2) + comment;
  return archive + list + end;
}

}  // namespace

TEST_CASE("arrays of every type that NumPy writes are read", "[array_files]") {
  const std::map<std::string, Array> kinds = load_npz(arrays + "kinds.npz");
  CHECK(kinds.size() == 19);
  const auto wanted = [](int first, double low, double high) {
    std::vector<double> all;
    for (int i = 0; i < 10; ++i) all.push_back(first + i);
    all.push_back(low);
    all.push_back(high);
    return all;
  };
  const auto check = [&]<class T>(const char* name, int first, double low, double high, T) {
    INFO(name);
    const Array& array = kinds.at(name);
    CHECK(array.shape() == Shape{3, 4});
    REQUIRE(array.dtype() == dtype_of<T>());
    const std::vector<T> got = values<T>(array);
    CHECK(std::vector<double>(got.begin(), got.end()) == wanted(first, low, high));
  };
  const auto float32 = std::numeric_limits<float>::max();
  const auto float64 = std::numeric_limits<double>::max();
  check("u1", 0, 0, 255, std::uint8_t{});
  check("i1", -5, -128, 127, std::int32_t{});
  check("i2", -5, -32768, 32767, std::int32_t{});
  check("big_i2", -5, -32768, 32767, std::int32_t{});
  check("u2", 0, 0, 65535, std::int32_t{});
  check("i4", -5, INT32_MIN, INT32_MAX, std::int32_t{});
  check("big_i4", -5, INT32_MIN, INT32_MAX, std::int32_t{});
  check("u4", 0, 0, UINT32_MAX, std::int64_t{});
  check("i8", -5, static_cast<double>(INT64_MIN), static_cast<double>(INT64_MAX), std::int64_t{});
  check("f2", -5, -65504, 65504, float{});
  check("f4", -5, -float32, float32, float{});
  check("big_f4", -5, -float32, float32, float{});
  check("f8", -5, -float64, float64, double{});
  check("big_f8", -5, -float64, float64, double{});
  CHECK(values<std::uint8_t>(kinds.at("bool")) == std::vector<std::uint8_t>{1, 0, 1});
  CHECK(kinds.at("scalar").shape() == Shape{});
  CHECK(values<float>(kinds.at("scalar")) == std::vector<float>{2.5f});
  CHECK(kinds.at("empty").shape() == Shape{0, 3});
  CHECK(values<float>(kinds.at("halves")) ==
        std::vector<float>{0.0999755859375f, -0x1p-24f, INFINITY, 65504, 0x1.5p-17f});
  std::vector<std::int32_t> ordered(24);
  std::iota(ordered.begin(), ordered.end(), 0);
  CHECK(values<std::int32_t>(kinds.at("fortran")) == ordered);

  CHECK(values<std::int32_t>(load_npz(arrays + "kinds.npz", "fortran")) == ordered);
  CHECK(load_npz(arrays + "packed.npz", "x").shape() == Shape{100, 2, 3});
  CHECK(values<float>(load_npz(arrays + "packed.npz", "x")) == test::range(600));
  for (const char* version : {"1", "2", "3"})
    CHECK(values<std::int64_t>(load_npy(arrays + "version" + version + ".npy")) ==
          std::vector<std::int64_t>{0, 1, 2, 3, 4, 5});
}

TEST_CASE("bad .npy files are refused", "[array_files]") {
  const test::Folder folder;
  const auto refusal = [&](const std::string& bytes) {
    const std::string path = folder.file("a.npy", bytes);
    const std::string text = folder.refusal([&] { load_npy(path); });
    const std::string start = "[npy] a.npy: ";
    return text.starts_with(start) ? text.substr(start.size()) : text;
  };
  const std::string two(8, '\0');
  CHECK(refusal(npy(good, two)) == "no error");
  CHECK(refusal(npy(good, two, 3)) == "no error");
  CHECK(refusal("") == "ends after 0 of 8 bytes of header");
  CHECK(refusal("\x93NUMPZ\x01\x00and so on") ==
        "is no .npy file: it does not start with \\x93NUMPY");
  CHECK(refusal(npy(good, two, 4)) == "has version 4 of the format, wanted 1 to 3");
  CHECK(refusal(npy(good, two.substr(1))) == "ends after 7 of 8 bytes of values");
  CHECK(refusal(npy(good, two + "x")) == "goes on after the 2 values of its shape (2,)");
  CHECK(refusal(npy(good, "").substr(0, 30)) == "ends after 20 of 58 bytes of header");
  CHECK(refusal("\x93NUMPY\x02" + little(0, 1) + little(0xFFFFFFFF, 4)) ==
        "has a header of 4294967295 bytes, wanted at most 65536");
  const auto header = [&](const std::string& descr, const std::string& shape,
                          const std::string& rest = "") {
    return refusal(npy(
        "{'descr': " + descr + ", 'fortran_order': False, 'shape': " + shape + rest + "}", two));
  };
  CHECK(header("'<f4'", "(4611686018427387904, 4)") ==
        "its header says shape (4611686018427387904, 4), more than a file of its size can hold");
  CHECK(header("'<f4'", "(4294967296, 4294967296)") ==
        "its header says shape (4294967296, 4294967296), more than a file of its size can hold");
  CHECK(header("'<f4'", "(1000000,)") ==
        "its header says shape (1000000,), more than a file of its size can hold");
  CHECK(header("'<f4'", "(99999999999999999999,)") == "its header has a size that is too large");
  CHECK(header("'<f4'", "(-2,)") == "its header has a size that is no number before '-2,)}'");
  CHECK(header("'<f4'", "(1,1,1,1,1,1,1,1,2)") == "its header has more than 8 axes");
  CHECK(header("'<f4'", "(2,)", ", 'shape': (2,)") == "its header has the key 'shape' twice");
  CHECK(header("'<f4'", "(2,)", ", 'x': 1") == "its header has the key 'x'");
  CHECK(header("'<f4'", "(2,") == "its header has a size that is no number before '}'");
  CHECK(header("'<f4'", "2") == "its header lacks a '(' before '2}'");
  CHECK(header("'<q9'", "(2,)") ==
        "its header says that the values have the type '<q9', wanted booleans, integers or "
        "floating-point numbers of at most 64 bits");
  CHECK(header("''", "(2,)").starts_with("its header says that the values have the type ''"));
  CHECK(refusal(npy("{}", two)) == "its header lacks descr, fortran_order or shape");
  CHECK(refusal(npy("", two)) == "its header lacks a '{' before ''");
  CHECK(refusal(npy(good + "x", two)) == "its header goes on after its end");
  CHECK(refusal(npy("{'fortran_order': 1}", two)) ==
        "its header has a fortran_order that is neither True nor False");
  CHECK(refusal(
            npy("{'descr': '<u8', 'fortran_order': True, 'shape': ()}", std::string(8, '\xFF'))) ==
        "value 0 is 18446744073709551615, more than int64 can hold");
  for (const auto& [name, text] :
       {std::pair<std::string, std::string>{
            "pickled",
            "its header says that the values are Python objects (pickled), wanted numbers"},
        {"records", "its header says that the values are structures, wanted numbers"},
        {"words",
         "its header says that the values have the type '<U2', wanted booleans, integers or "
         "floating-point numbers of at most 64 bits"},
        {"complex",
         "its header says that the values have the type '<c16', wanted booleans, integers or "
         "floating-point numbers of at most 64 bits"}})
    CHECK(refusal(bytes_of(arrays + name + ".npy")) == text);
}

TEST_CASE("bad .npz archives are refused", "[array_files]") {
  const test::Folder folder;
  const auto refusal = [&](const std::string& bytes) {
    const std::string path = folder.file("a.npz", bytes);
    const std::string text = folder.refusal([&] { load_npz(path); });
    const std::string start = "[npz] a.npz: ";
    return text.starts_with(start) ? text.substr(start.size()) : text;
  };
  const std::string x = npy(good, std::string(8, '\0'));
  const std::string whole = zip({{"x.npy", x}, {"y.npy", x}});
  CHECK(refusal(whole) == "no error");
  CHECK(refusal(zip({{"x.npy", x}}, "a comment")) == "no error");
  CHECK(refusal(zip({})) == "no error");
  for (std::size_t size = 0; size < whole.size(); ++size)
    if (refusal(whole.substr(0, size)) != "is no ZIP archive, or cut off")
      CHECK(refusal(whole.substr(0, size)) == std::to_string(size));
  CHECK(refusal(zip({{"x.npy", x}, {"x.npy", x}})) == "has two members x.npy");
  CHECK(refusal(zip({{"../x", x}})) == "member ../x is no array: its name does not end with .npy");
  CHECK(refusal(zip({{.name = "x.npy", .contents = x, .crc = 1}})) ==
        "x.npy: its checksum is wrong");
  CHECK(refusal(zip({{.name = "x.npy", .contents = x, .flags = 1}})) == "x.npy is encrypted");
  CHECK(refusal(zip({{.name = "x.npy", .contents = x, .method = 9}})) ==
        "x.npy is compressed by method 9, wanted 0 (stored) or 8 (deflated)");
  CHECK(refusal(zip({{.name = "x.npy", .contents = x, .size = 1000}})) ==
        "x.npy says that " + std::to_string(x.size()) + " bytes hold 1000");
  CHECK(refusal(zip(
            {{.name = "x.npy", .contents = x, .method = 8, .packed = "abc", .size = 1 << 30}})) ==
        "x.npy says that 3 bytes hold 1073741824");
  CHECK(refusal(zip({{.name = "x.npy", .contents = x, .method = 8, .packed = "\xFF garbage"}})) ==
        "x.npy: its compressed contents are damaged");
  CHECK(refusal(zip({{.name = "x.npy", .contents = x, .method = 8, .packed = "", .size = 20}})) ==
        "x.npy: its compressed contents end too early");
  std::string moved = whole;  // the second member is said to be where the first one is
  const std::size_t second = moved.rfind("PK\x01\x02");
  std::memset(&moved[second + 42], 0, 4);
  CHECK(refusal(moved) == "x.npy and y.npy overlap");
  moved[second + 42] = 5;
  CHECK(refusal(moved) == "y.npy is not where the list of members says");
  std::string many = whole;
  many[many.size() - 12] = many[many.size() - 11] = '\x7F';
  CHECK(refusal(many) == "says that it has 32639 members, more than its list can hold");
  many = whole;
  many[many.size() - 4] = '\x7F';
  CHECK(refusal(many) == "its list of members lies outside of it");
  const std::string path = folder.file("a.npz", whole);
  CHECK(folder.refusal([&] { load_npz(path, "z"); }) ==
        "[npz] a.npz: has no member z.npy, it has x.npy, y.npy");
}

TEST_CASE("arrays are written in their own types", "[array_files]") {
  const test::Folder folder;
  const std::string path = folder / "arrays.npz";
  const std::vector<std::uint8_t> bytes = {1, 2, 255};
  const Tensor floats = {{1, 2.5}, {-3, 4}};
  const std::int64_t scalar = -7;
  saving::save_npz(path, {{"x", ArrayView(floats).slice(1, 1)},
                          {"a/b", bytes},
                          {"scalar", ArrayView({}, &scalar)},
                          {"temporary", std::vector<double>{0.1}},
                          {"none", std::vector<std::int32_t>{}}});
  const auto read = load_npz(path);
  CHECK(read.size() == 5);
  CHECK(read.at("x").shape() == Shape{1, 2});
  CHECK(values<float>(read.at("x")) == std::vector<float>{-3, 4});
  CHECK(values<std::uint8_t>(read.at("a/b")) == bytes);
  CHECK(read.at("scalar").shape() == Shape{});
  CHECK(values<std::int64_t>(read.at("scalar")) == std::vector<std::int64_t>{-7});
  CHECK(values<double>(read.at("temporary")) == std::vector<double>{0.1});
  CHECK(read.at("none").shape() == Shape{0});
  saving::save_npz(path, {});
  CHECK(load_npz(path).empty());

  using test::message;
  CHECK(message([&] {
          saving::save_npz(path, {{"x", bytes}, {"x", floats}});
        }) == "[save_npz] two arrays are named 'x'");
  CHECK(message([&] {
          saving::save_npz(path, {{"", bytes}});
        }) == "[save_npz] a name has 0 bytes, wanted 1 to 60000");
  CHECK(message([&] {
          saving::save_npz(path, {{"x", Tensor()}});
        }) == "[save_npz] the array 'x' is not given");
  CHECK(folder.refusal([&] { saving::save_npz(folder / "no/x.npz", {}); }) ==
        "[save_npz] cannot write 'no/x.npz': No such file or directory");
}

TEST_CASE("archives of more than 4 GiB have numbers of 64 bits", "[array_files]") {
  const test::Folder folder;
  for (const std::uint64_t limit : {std::uint64_t{0}, std::uint64_t{150}, ZipWriter::zip64_limit}) {
    ZipWriter writer(limit);
    const std::string contents(100, 'x');
    for (const char* name : {"first", "second", "third"}) writer.add(name, contents + name);
    const std::string bytes = writer.finish();
    ZipWriter without_copy(limit);
    for (const char* name : {"first", "second"}) without_copy.add(name, contents + name);
    const std::string last = contents + "third";
    const ZipWriter::Around around = without_copy.finish_around("third", last);
    CHECK(around.before + last + around.after == bytes);
    const ZipArchive archive(folder.file("some.zip", bytes), "test");
    CHECK(archive.members().size() == 3);
    std::string text(106, '\0');
    archive.open(archive.member("second"))->read(text.data(), text.size());
    CHECK(text == contents + "second");
  }
}

TEST_CASE("rows of files are read as they are needed", "[array_files][dataset]") {
  const test::Folder folder;
  const std::string header = "{'descr': '>i2', 'fortran_order': False, 'shape': (50, 2), }";
  std::string contents;
  for (int i = 0; i < 100; ++i) contents += std::string{'\0', static_cast<char>(i)};
  const std::string x = folder.file("x.npy", npy(header, contents));
  std::string labels = std::string("\0\0\x08\x01\0\0\0\x32", 8);
  for (int i = 0; i < 50; ++i) labels += static_cast<char>(i);
  const std::string y = folder.file("y.idx", labels);
  const Dataset data = Dataset::from_array_files(x, y);
  CHECK(data.size() == 50u);
  CHECK(test::numbers(data) == test::range(100));
  CHECK(test::numbers(data.cache().batch(7)) == test::range(100));
  const Dataset shuffled = data.shuffle({.buffer_size = 50, .seed = 1}).batch(8).prefetch(2);
  Dataset::Iterator iterator = shuffled.iterator();
  std::vector<float> seen;
  for (Batch batch; iterator.next(batch);)
    for (std::size_t i = 0; i < batch.y.size(); ++i) {
      CHECK(batch.x.data()[2 * i] == 2 * batch.y.data()[i]);
      seen.push_back(batch.y.data()[i]);
    }
  std::sort(seen.begin(), seen.end());
  CHECK(seen == test::range(50));

  const std::string kinds = arrays + "kinds.npz";
  CHECK(test::numbers(Dataset::from_array_files({kinds, "u1"}, {kinds, "f8.npy"}).take(1)) ==
        std::vector<float>{0, 1, 2, 3});

  const auto failure = [&](const ArrayFile& file, const ArrayFile& with = {}) {
    return folder.refusal([&] { Dataset::from_array_files(file, with); });
  };
  const std::string where = "[dataset, from_array_files] ";
  CHECK(failure({folder.file("p.npz", bytes_of(arrays + "packed.npz")), "x"}) ==
        where +
            "p.npz: x.npy is compressed, so that its rows cannot be read one by one: "
            "datasets::load_npz reads all of it");
  CHECK(failure({folder.file("k.npz", bytes_of(kinds)), "fortran"}) ==
        where + "k.npz: fortran: is in Fortran's order, so that its rows are not in one piece");
  CHECK(failure({folder.file("k.npz", bytes_of(kinds)), "scalar"}) ==
        where + "k.npz: scalar: is a single number");
  CHECK(failure(folder.file("s.npy", npy(header, contents.substr(1)))) ==
        where + "s.npy: has 199 bytes of values, wanted 200 for its shape (50, 2)");
  CHECK(failure(folder.file("z.gz", "\x1f\x8b")) ==
        where + "z.gz: is gzipped, so that its rows cannot be read one by one");
  CHECK(folder.refusal<std::invalid_argument>([&] {
    Dataset::from_array_files(x, folder.file("q.idx", std::string("\0\0\x08\x01\0\0\0\1x", 9)));
  }) == where + "q.idx has 1 rows, x.npy has 50");
  CHECK(
      folder
          .refusal<std::invalid_argument>([&] { Dataset::from_array_files(arrays + "packed.npz"); })
          .ends_with("is an archive: name one of x.npy, y.npy"));
  // A file that shrinks while it is read.
  std::filesystem::resize_file(x, 250);
  CHECK(folder.refusal([&] { test::read(data); }).starts_with(where + "x.npy: ends before byte "));
}
