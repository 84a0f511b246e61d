#pragma once
// PRIVATE: memory for large arrays.

#include <cstddef>

namespace keratin {

/// Asks the system to back large memory with huge pages (2 MB instead of 4 kB): batches gather rows
/// from all over it, and looking up the page of each row takes longer than reading the row. Works
/// best before the memory is first written. Does nothing for small memory, and on systems without
/// huge pages.
void ask_for_huge_pages(void* memory, std::size_t bytes);

}  // namespace keratin
