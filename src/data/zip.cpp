#include "data/zip.hpp"

#include <zlib.h>

#include <algorithm>

#include "data/zip_format.hpp"
#include "keratin/check.hpp"

namespace keratin {

namespace {

constexpr std::size_t end_size = 22, end64_size = 56, locator_size = 20;  // bytes of records
constexpr std::size_t entry_size = 46, local_size = 30;
constexpr std::size_t longest_comment = 65535;
constexpr std::uint64_t most_listed = 1 << 26;  // bytes of the list of members

template <class T>
T number(const unsigned char* bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = sizeof(T); i-- > 0;) value = value << 8 | bytes[i];
  return static_cast<T>(value);
}
std::uint16_t two(const unsigned char* bytes) { return number<std::uint16_t>(bytes); }
std::uint32_t four(const unsigned char* bytes) { return number<std::uint32_t>(bytes); }
std::uint64_t eight(const unsigned char* bytes) { return number<std::uint64_t>(bytes); }

/// The contents of a member.
class MemberBytes : public Bytes {
 public:
  MemberBytes(const RandomFile& file, const ZipMember& member, const char* where)
      : Bytes(file.path() + ": " + member.name),
        file_(file),
        member_(member),
        where_(where),
        buffer_(std::min<std::uint64_t>(member.packed, 1 << 16)) {
    constexpr int raw_deflate = -15;  // zlib: the largest window, no header
    if (member_.deflated)
      check<std::runtime_error>(inflateInit2(&stream_, raw_deflate) == Z_OK, where_,
                                "zlib cannot start");
  }
  ~MemberBytes() override {
    if (member_.deflated) inflateEnd(&stream_);
  }
  std::size_t at_most() const override { return member_.size; }

 private:
  std::size_t read_more(void* out, std::size_t size) override {
    size = static_cast<std::size_t>(std::min<std::uint64_t>(size, member_.size - position()));
    if (size == 0) return 0;
    auto* const bytes = static_cast<unsigned char*>(out);
    if (member_.deflated)
      inflate_exactly(bytes, size);
    else
      file_.read(member_.offset + position(), bytes, size);
    for (std::size_t done = 0; done < size; done += most_at_once)
      crc_ = crc32(crc_, bytes + done, static_cast<uInt>(std::min(most_at_once, size - done)));
    check<std::runtime_error>(position() + size < member_.size || crc_ == member_.crc, where_,
                              path(), ": its checksum is wrong");
    return size;
  }

  void inflate_exactly(unsigned char* out, std::size_t size) {
    for (std::size_t done = 0; done < size;) {
      const auto room = static_cast<uInt>(std::min(most_at_once, size - done));
      stream_.next_out = out + done;
      stream_.avail_out = room;
      if (stream_.avail_in == 0) refill();
      const int code = inflate(&stream_, Z_NO_FLUSH);
      done += room - stream_.avail_out;
      check<std::runtime_error>(code == Z_OK || (code == Z_STREAM_END && done == size), where_,
                                path(), ": its compressed contents are damaged");
    }
  }
  void refill() {
    const std::uint64_t left = member_.packed - packed_read_;
    check<std::runtime_error>(left > 0, where_, path(), ": its compressed contents end too early");
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left, buffer_.size()));
    file_.read(member_.offset + packed_read_, buffer_.data(), count);
    packed_read_ += count;
    stream_.next_in = buffer_.data();
    stream_.avail_in = static_cast<uInt>(count);
  }

  static constexpr std::size_t most_at_once = 1 << 30;  // zlib counts in unsigned int
  const RandomFile& file_;
  const ZipMember& member_;
  const char* where_;
  std::vector<unsigned char> buffer_;
  z_stream stream_{};
  std::uint64_t packed_read_ = 0;
  uLong crc_ = 0;
};

}  // namespace

ZipArchive::ZipArchive(const std::string& path, const char* where)
    : where_(where), file_(path, where) {
  const std::uint64_t size = file_.size();
  const std::size_t tail = static_cast<std::size_t>(
      std::min<std::uint64_t>(size, end_size + longest_comment + locator_size));
  std::vector<unsigned char> bytes(tail);
  file_.read(size - tail, bytes.data(), tail);
  std::size_t at = tail + 1;  // of the end record, which a comment may follow
  for (std::size_t i = tail < end_size ? 0 : tail - end_size + 1; i-- > 0;)
    if (four(&bytes[i]) == end_magic && i + end_size + two(&bytes[i + 20]) == tail) {
      at = i;
      break;
    }
  check<std::runtime_error>(at < tail, where_, path, ": is no ZIP archive, or cut off");
  std::uint64_t count = two(&bytes[at + 10]), listed = four(&bytes[at + 12]),
                offset = four(&bytes[at + 16]);
  std::uint64_t end = size - tail + at;  // of the list of members
  if (at >= locator_size && four(&bytes[at - locator_size]) == locator_magic) {
    unsigned char end64[end64_size];
    const std::uint64_t place = eight(&bytes[at - locator_size + 8]);
    check<std::runtime_error>(place < end && end - place >= end64_size + locator_size, where_, path,
                              ": its ZIP64 record lies outside of it");
    file_.read(place, end64, sizeof end64);
    check<std::runtime_error>(four(end64) == end64_magic, where_, path,
                              ": its ZIP64 record is damaged");
    count = eight(end64 + 32);
    listed = eight(end64 + 40);
    offset = eight(end64 + 48);
    end = place;
  }
  check<std::runtime_error>(offset <= end && listed <= end - offset && listed <= most_listed,
                            where_, path, ": its list of members lies outside of it");
  read_members(offset, listed, count);
  find_contents();
}

void ZipArchive::read_members(std::uint64_t offset, std::uint64_t size, std::uint64_t count) {
  std::vector<unsigned char> list(static_cast<std::size_t>(size));
  file_.read(offset, list.data(), list.size());
  const unsigned char* at = list.data();
  const unsigned char* const end = at + list.size();
  const auto left = [&] { return static_cast<std::size_t>(end - at); };
  check<std::runtime_error>(count <= size / entry_size, where_, path(), ": says that it has ",
                            count, " members, more than its list can hold");
  for (std::uint64_t i = 0; i < count; ++i) {
    const bool fits = left() >= entry_size && four(at) == entry_magic;
    const std::size_t name = fits ? two(at + 28) : 0, extra = fits ? two(at + 30) : 0,
                      comment = fits ? two(at + 32) : 0;
    check<std::runtime_error>(fits && left() - entry_size >= name + extra + comment, where_, path(),
                              ": member ", i, " of its list is damaged");
    ZipMember member;
    member.name.assign(reinterpret_cast<const char*>(at + entry_size), name);
    const std::uint16_t flags = two(at + 8), method = two(at + 10);
    check<std::runtime_error>((flags & 1) == 0, where_, path(), ": ", member.name, " is encrypted");
    check<std::runtime_error>(method == 0 || method == 8, where_, path(), ": ", member.name,
                              " is compressed by method ", method,
                              ", wanted 0 (stored) or 8 "
                              "(deflated)");
    member.deflated = method == 8;
    member.crc = four(at + 16);
    member.packed = four(at + 20);
    member.size = four(at + 24);
    member.offset = four(at + 42);  // of the member's own header, for now
    // Numbers of 64 bits stand in the extra field 1, if these have no room for them.
    const unsigned char* field = at + entry_size + name;
    const unsigned char* const fields_end = field + extra;
    while (fields_end - field >= 4) {
      const std::size_t length = two(field + 2);
      const unsigned char* value = field + 4;
      if (static_cast<std::size_t>(fields_end - value) < length) break;
      const unsigned char* const value_end = value + length;
      if (two(field) == 1)
        for (std::uint64_t* part : {&member.size, &member.packed, &member.offset})
          if (*part == 0xFFFFFFFF && value_end - value >= 8) {
            *part = eight(value);
            value += 8;
          }
      field = value_end;
    }
    check<std::runtime_error>(member.deflated ? member.size / deflate_limit <= member.packed + 1
                                              : member.size == member.packed,
                              where_, path(), ": ", member.name, " says that ", member.packed,
                              " bytes hold ", member.size);
    members_.push_back(std::move(member));
    at += entry_size + name + extra + comment;
  }
}

// Replaces the offset of each member's header by that of its contents.
void ZipArchive::find_contents() {
  std::vector<const ZipMember*> by_name, by_place;
  for (ZipMember& member : members_) {
    unsigned char header[local_size];
    const bool inside = member.offset < file_.size() && file_.size() - member.offset >= local_size;
    if (inside) file_.read(member.offset, header, local_size);
    check<std::runtime_error>(inside && four(header) == local_magic, where_, path(), ": ",
                              member.name, " is not where the list of members says");
    member.offset += local_size + two(header + 26) + std::uint64_t{two(header + 28)};
    check<std::runtime_error>(
        member.offset <= file_.size() && member.packed <= file_.size() - member.offset, where_,
        path(), ": ", member.name, " is cut off");
    by_name.push_back(&member);
    by_place.push_back(&member);
  }
  std::sort(by_name.begin(), by_name.end(), [](auto* a, auto* b) { return a->name < b->name; });
  std::sort(by_place.begin(), by_place.end(),
            [](auto* a, auto* b) { return a->offset < b->offset; });
  for (std::size_t i = 1; i < members_.size(); ++i) {
    check<std::runtime_error>(by_name[i - 1]->name != by_name[i]->name, where_, path(),
                              ": has two members ", by_name[i]->name);
    check<std::runtime_error>(
        by_place[i - 1]->offset + by_place[i - 1]->packed <= by_place[i]->offset, where_, path(),
        ": ", by_place[i - 1]->name, " and ", by_place[i]->name, " overlap");
  }
}

const ZipMember& ZipArchive::member(const std::string& name) const {
  for (const ZipMember& member : members_)
    if (member.name == name) return member;
  fail<std::runtime_error>(where_, path(), ": has no member ", name, ", it has ",
                           joined(members_, [](const ZipMember& each) { return each.name; }));
}

std::unique_ptr<Bytes> ZipArchive::open(const ZipMember& member) const {
  return std::make_unique<MemberBytes>(file_, member, where_);
}

}  // namespace keratin
