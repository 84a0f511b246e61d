// What a bug report says of the machine, and the choice of the inner loops.

#include <algorithm>
#include <cstdlib>

#include "keratin/check.hpp"
#include "keratin/utils.hpp"
#include "kernels/simd_tables.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"

using namespace keratin;
using keratin::test::message;

TEST_CASE("the text of a system's description", "[system_info]") {
  utils::SystemInfo info;
  CHECK(to_string(info) ==
        "keratin: unknown\n"
        "compiler: unknown\n"
        "system: unknown\n"
        "processor: unknown\n"
        "processors: unknown on unknown cores, unknown of them usable\n"
        "caches: L1 unknown, L2 unknown, L3 unknown\n"
        "threads: unknown\n"
        "SIMD: unknown (unknown), usable: unknown\n"
        "BLAS: unknown\n"
        "BLAS file: unknown\n"
        "BLAS core: unknown\n"
        "libraries: zlib unknown, xtensor unknown, xtensor-blas unknown, xsimd unknown");
  info.version = "1.2.3";
  info.compiler = "GCC 12.2.0";
  info.system = "Linux 6.1.0 x86_64, glibc 2.36";
  info.processor = "A Processor (GenuineIntel, family 6, model 207)";
  info.processors = 8;
  info.cores = 4;
  info.usable_cores = 3;
  info.l1_bytes = 48 * 1024;
  info.l2_bytes = 2 * 1024 * 1024;
  info.l3_bytes = 300 * 1024 * 1024;
  info.threads = 4;
  info.simd = "avx2";
  info.simd_architecture = "fma3+avx2";
  info.usable_simd = {"avx512", "avx2", "baseline"};
  info.blas = "OpenBLAS 0.3.21 DYNAMIC_ARCH";
  info.blas_file = "/usr/lib/libopenblas.so";
  info.blas_core = "SkylakeX";
  info.blas_core_replaced = "Prescott";
  info.zlib = "1";
  info.xtensor = "2";
  info.xtensor_blas = "3";
  info.xsimd = "4";
  CHECK(to_string(info) ==
        "keratin: 1.2.3\n"
        "compiler: GCC 12.2.0\n"
        "system: Linux 6.1.0 x86_64, glibc 2.36\n"
        "processor: A Processor (GenuineIntel, family 6, model 207)\n"
        "processors: 8 on 4 cores, 3 of them usable\n"
        "caches: L1 48 KiB, L2 2 MiB, L3 300 MiB\n"
        "threads: 4\n"
        "SIMD: avx2 (fma3+avx2), usable: avx512, avx2, baseline\n"
        "BLAS: OpenBLAS 0.3.21 DYNAMIC_ARCH\n"
        "BLAS file: /usr/lib/libopenblas.so\n"
        "BLAS core: SkylakeX, chosen by keratin instead of Prescott\n"
        "libraries: zlib 1, xtensor 2, xtensor-blas 3, xsimd 4");
}

TEST_CASE("this system's description", "[system_info]") {
  const utils::SystemInfo info = utils::system_info();
  CHECK(info.version == KERATIN_VERSION);
  CHECK(info.threads == utils::num_threads());
  CHECK(info.simd == kernels::simd().name);
  CHECK(info.usable_simd.size() == kernels::usable_tables().size());
  CHECK(info.usable_simd.back() == "baseline");
  CHECK(std::ranges::count(info.usable_simd, info.simd) == 1);
  CHECK_FALSE(info.compiler.empty());
  CHECK_FALSE(info.zlib.empty());
  CHECK_FALSE(info.xtensor.empty());
#ifdef __linux__
  CHECK(info.processors >= 1);
  CHECK(info.cores <= info.processors);
  CHECK(info.usable_cores >= 1);
  CHECK(info.usable_cores <= info.processors);
  CHECK(info.system.starts_with("Linux "));
#endif
}

TEST_CASE("the inner loops can be chosen by name", "[simd]") {
  const auto tables = kernels::usable_tables();
  CHECK(&kernels::usable_table(nullptr) == tables.front());
  CHECK(&kernels::usable_table("") == tables.front());
  for (const kernels::Simd* table : tables) CHECK(&kernels::usable_table(table->name) == table);
  CHECK(&kernels::simd() == &kernels::usable_table(std::getenv("KERATIN_SIMD")));
  CHECK(message([] { kernels::usable_table("sse9"); }) ==
        concat("[simd] KERATIN_SIMD is 'sse9', wanted one that this machine can run: ",
               joined(tables, [](const kernels::Simd* table) { return table->name; })));
}
