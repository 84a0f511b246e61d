#pragma once

#include <cstddef>

namespace keratin {

/// Asks the system to keep large memory in pages of megabytes: batches gather rows from all over
/// it, and finding which page each row is on takes longer than reading it. Best before the memory
/// is first written. Nothing happens where the system does not know how.
void ask_for_huge_pages(void* memory, std::size_t bytes);

}  // namespace keratin
