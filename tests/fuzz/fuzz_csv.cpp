// CSV: every way of reading a text gives the same records, or the same refusal.

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "data/csv.hpp"

using namespace keratin;

namespace {

// The records, or what the reader refused.
std::string read(const unsigned char* text, std::size_t size, const CsvOptions& options,
                 CsvReader::Keep keep) {
  std::FILE* file = fmemopen(const_cast<unsigned char*>(text), size, "rb");
  std::string all;
  try {
    const CsvValues values("fuzz", options);
    CsvReader reader(std::make_unique<ByteSource>("FILE", file, size, "fuzz"), "fuzz", options,
                     keep);
    std::string buffer;
    while (reader.next())
      for (std::size_t i = 0; i < reader.columns().size(); ++i) {
        const std::string_view field = reader.field(i);
        all += csv_value(field, buffer);
        all += values.missing(field) ? '?' : values.number(field) ? '#' : '|';
      }
  } catch (const std::runtime_error& error) {
    all += error.what();
  }
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size < 2) return 0;
  const CsvOptions options = {.delimiter = data[0] & 1 ? ';' : ',',
                              .decimal = data[0] & 1 && data[0] & 2 ? ',' : '.',
                              .header = !(data[0] & 4)};
  if (data[1] == 0x1f) return 0;  // gzip is zlib's
  const std::string kept = read(data + 1, size - 1, options, CsvReader::Keep::everything);
  if (kept != read(data + 1, size - 1, options, CsvReader::Keep::record)) __builtin_trap();
  return 0;
}
