#include "keratin/flush_denormals.hpp"

namespace keratin {

namespace {

#if defined(__SSE__)

constexpr std::uint64_t flush_bits = 0x8040;     // FTZ for results, DAZ for inputs
constexpr std::uint64_t rounding_bits = 0x6000;  // 0: to nearest
std::uint64_t read_register() { return __builtin_ia32_stmxcsr(); }
void write_register(std::uint64_t value) {
  __builtin_ia32_ldmxcsr(static_cast<unsigned int>(value));
}

#elif defined(__aarch64__)

constexpr std::uint64_t flush_bits = 1 << 24;     // FZ, for inputs and results
constexpr std::uint64_t rounding_bits = 3 << 22;  // 0: to nearest
std::uint64_t read_register() {
  std::uint64_t value;
  asm volatile("mrs %0, fpcr" : "=r"(value));
  return value;
}
void write_register(std::uint64_t value) { asm volatile("msr fpcr, %0" : : "r"(value)); }

#else

constexpr std::uint64_t flush_bits = 0;
constexpr std::uint64_t rounding_bits = 0;
std::uint64_t read_register() { return 0; }
void write_register(std::uint64_t) {}

#endif

}  // namespace

// Not inline: the compiler must not move arithmetic past them.
FlushDenormals::FlushDenormals() : before_(read_register()) {
  const std::uint64_t wanted = (before_ | flush_bits) & ~rounding_bits;
  changed_ = wanted != before_;
  if (changed_) write_register(wanted);
}

FlushDenormals::~FlushDenormals() {
  if (changed_) write_register(before_);
}

}  // namespace keratin
