#include "data/zip_writer.hpp"

#include <zlib.h>

#include <algorithm>
#include <utility>

#include "data/zip_format.hpp"

namespace keratin {

namespace {

constexpr std::uint16_t version = 20, version64 = 45;  // of the format, times 10
constexpr std::uint16_t utf8_names = 1 << 11;
constexpr std::uint16_t date = 1 << 5 | 1;  // 1980-01-01, as numpy.savez writes
constexpr std::uint16_t made_by_unix = 3 << 8;
constexpr std::uint32_t attributes = 0600U << 16;     // its owner can read and write it
constexpr std::uint32_t in_extra_field = 0xFFFFFFFF;  // in place of a number
constexpr std::uint16_t in_end64 = 0xFFFF, zip64_field = 1;
constexpr std::uint64_t end64_rest = 44;  // bytes of that record behind its size

void two(std::string& bytes, std::uint16_t value) {
  for (int shift = 0; shift < 16; shift += 8) bytes += static_cast<char>(value >> shift);
}
void four(std::string& bytes, std::uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(value >> shift);
}
void eight(std::string& bytes, std::uint64_t value) {
  for (int shift = 0; shift < 64; shift += 8) bytes += static_cast<char>(value >> shift);
}

std::uint32_t checksum(std::string_view contents) {
  constexpr std::size_t most_at_once = 1 << 30;  // zlib counts in unsigned int
  uLong crc = crc32(0, nullptr, 0);
  for (std::size_t done = 0; done < contents.size(); done += most_at_once) {
    const std::string_view part = contents.substr(done, most_at_once);
    crc = crc32(crc, reinterpret_cast<const Bytef*>(part.data()), static_cast<uInt>(part.size()));
  }
  return static_cast<std::uint32_t>(crc);
}

}  // namespace

// What a member's own header and the list of members have in common: the fields from the version
// that is needed to read it up to the length of its name.
void ZipWriter::write_common(const Member& member, bool large) {
  two(bytes_, large ? version64 : version);
  two(bytes_, utf8_names);
  two(bytes_, 0);  // stored
  two(bytes_, 0);  // midnight
  two(bytes_, date);
  four(bytes_, member.crc);
  for (int i = 0; i < 2; ++i)  // as it is stored, and as it is
    four(bytes_, large ? in_extra_field : static_cast<std::uint32_t>(member.size));
  two(bytes_, static_cast<std::uint16_t>(member.name.size()));
}

void ZipWriter::add(const std::string& name, std::string_view contents) {
  add_header(name, contents);
  bytes_ += contents;
}

void ZipWriter::add_header(const std::string& name, std::string_view contents) {
  const Member& member =
      members_.emplace_back(Member{name, checksum(contents), contents.size(), place()});
  const bool large = member.size >= limit_;
  four(bytes_, local_magic);
  write_common(member, large);
  constexpr std::uint16_t sizes = 16;  // bytes
  two(bytes_, large ? 4 + sizes : 0);
  bytes_ += name;
  if (large) {
    two(bytes_, zip64_field);
    two(bytes_, sizes);
    eight(bytes_, member.size);
    eight(bytes_, member.size);
  }
}

void ZipWriter::write_listed(const Member& member) {
  const bool large = member.size >= limit_ || member.offset >= limit_;
  four(bytes_, entry_magic);
  two(bytes_, made_by_unix | (large ? version64 : version));  // of the format that wrote it
  write_common(member, large);
  constexpr std::uint16_t sizes_and_place = 24;  // bytes
  two(bytes_, large ? 4 + sizes_and_place : 0);
  two(bytes_, 0);  // bytes of a comment
  two(bytes_, 0);  // the disk it is on
  two(bytes_, 0);  // no text
  four(bytes_, attributes);
  four(bytes_, large ? in_extra_field : static_cast<std::uint32_t>(member.offset));
  bytes_ += member.name;
  if (!large) return;
  two(bytes_, zip64_field);
  two(bytes_, sizes_and_place);
  eight(bytes_, member.size);
  eight(bytes_, member.size);
  eight(bytes_, member.offset);
}

std::string ZipWriter::finish() {
  const std::uint64_t start = place();
  for (const Member& member : members_) write_listed(member);
  const std::uint64_t end = place(), count = members_.size();
  const bool large = end >= limit_ || count >= in_end64;
  if (large) {
    four(bytes_, end64_magic);
    eight(bytes_, end64_rest);
    two(bytes_, version64);
    two(bytes_, version64);
    four(bytes_, 0);  // this disk
    four(bytes_, 0);  // the disk of the list
    eight(bytes_, count);
    eight(bytes_, count);
    eight(bytes_, end - start);
    eight(bytes_, start);
    four(bytes_, locator_magic);
    four(bytes_, 0);  // the disk of that record
    eight(bytes_, end);
    four(bytes_, 1);  // disks
  }
  four(bytes_, end_magic);
  two(bytes_, 0);  // this disk
  two(bytes_, 0);  // the disk of the list
  for (int i = 0; i < 2; ++i) two(bytes_, large ? in_end64 : static_cast<std::uint16_t>(count));
  four(bytes_, large ? in_extra_field : static_cast<std::uint32_t>(end - start));
  four(bytes_, large ? in_extra_field : static_cast<std::uint32_t>(start));
  two(bytes_, 0);  // bytes of a comment
  return std::move(bytes_);
}

ZipWriter::Around ZipWriter::finish_around(const std::string& name, std::string_view contents) {
  add_header(name, contents);
  Around around;
  around.before = std::exchange(bytes_, std::string());
  elsewhere_ = around.before.size() + contents.size();
  around.after = finish();
  return around;
}

}  // namespace keratin
