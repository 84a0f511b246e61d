#include <dlfcn.h>
#include <sys/utsname.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <xsimd/config/xsimd_config.hpp>
#include <xtensor-blas/xblas_config.hpp>

#if __has_include(<xtensor/core/xtensor_config.hpp>)  // since xtensor 0.26
#include <xtensor/core/xtensor_config.hpp>
#else
#include <xtensor/xtensor_config.hpp>
#endif
#if __has_include(<gnu/libc-version.h>)
#include <gnu/libc-version.h>
#endif

#include "keratin/check.hpp"
#include "keratin/utils.hpp"
#include "keratin/version.hpp"
#include "kernels/blas_core.hpp"
#include "kernels/cpus.hpp"
#include "kernels/pool.hpp"
#include "kernels/simd_tables.hpp"

namespace keratin::utils {

namespace {

std::string compiler() {
#ifdef __clang__
  return concat("Clang ", __clang_version__);
#elif defined(__GNUC__)
  return concat("GCC ", __VERSION__);
#else
  return "";
#endif
}

std::string operating_system() {
  utsname system = {};
  if (uname(&system) != 0) return "";
  std::string text = concat(system.sysname, ' ', system.release, ' ', system.machine);
#ifdef __GLIBC__
  text += concat(", glibc ", gnu_get_libc_version());
#endif
  return text;
}

// Fills in what /proc/cpuinfo says: for each processor lines "name : value".
void read_processors(SystemInfo& info) {
  std::ifstream lines("/proc/cpuinfo");
  std::map<std::string, std::string> first;  // of the first processor
  std::set<std::string> cores;
  std::string package;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t colon = line.find(": ");
    if (colon == std::string::npos) continue;
    const std::string name = line.substr(0, line.find_last_not_of(" \t", colon - 1) + 1);
    const std::string value = line.substr(colon + 2);
    first.try_emplace(name, value);
    if (name == "processor") ++info.processors;
    if (name == "physical id") package = value;
    if (name == "core id") cores.insert(concat(package, ' ', value));
  }
  info.cores = static_cast<int>(cores.size());
  if (first.contains("model name"))
    info.processor = concat(first["model name"], " (", first["vendor_id"], ", family ",
                            first["cpu family"], ", model ", first["model"], ')');
}

// The size of the cache of this level for data, of the first processor.
std::size_t cache_bytes(int level) {
  const std::filesystem::path caches = "/sys/devices/system/cpu/cpu0/cache";
  for (int index = 0;; ++index) {
    const std::filesystem::path cache = caches / concat("index", index);
    int its_level = 0;
    if (!(std::ifstream(cache / "level") >> its_level)) return 0;
    std::string type;
    std::ifstream(cache / "type") >> type;
    if (its_level != level || type == "Instruction") continue;
    std::size_t kibibytes = 0;  // "48K"
    std::ifstream(cache / "size") >> kibibytes;
    return kibibytes * 1024;
  }
}

// What a library's function without arguments says of it, if the function is there.
std::string text_of(const char* function) {
  const auto tell = reinterpret_cast<const char* (*)()>(dlsym(RTLD_DEFAULT, function));
  return tell ? tell() : "";
}

std::string blas() {
  const std::string openblas = text_of("openblas_get_config");
  const std::string blis = text_of("bli_info_get_version_str");
  return blis.empty() ? openblas : concat("BLIS ", blis);
}

std::string blas_file() {
  void* const product = dlsym(RTLD_DEFAULT, "cblas_sgemm");
  Dl_info library = {};
  if (!product || dladdr(product, &library) == 0) return "";
  std::error_code error;
  const auto file = std::filesystem::canonical(library.dli_fname, error);
  return error ? library.dli_fname : file.string();
}

void read_choices(SystemInfo& info) {
  for (const kernels::Simd* table : kernels::usable_tables())
    info.usable_simd.emplace_back(table->name);
  try {
    info.simd = kernels::simd().name;
    info.simd_architecture = kernels::simd().architecture;
    info.threads = kernels::thread_count();
  } catch (const std::invalid_argument&) {
    // The environment asks for what there is not. Whoever computes something hears of it.
  }
}

std::string version(int major, int minor, int patch) {
  return concat(major, '.', minor, '.', patch);
}

std::string known(const std::string& text) { return text.empty() ? "unknown" : text; }

std::string known(int number) { return number == 0 ? "unknown" : std::to_string(number); }

std::string known_size(std::size_t bytes) {
  constexpr std::size_t kibi = 1024, mebi = kibi * kibi;
  if (bytes == 0) return "unknown";
  return bytes >= mebi ? concat(bytes / mebi, " MiB") : concat(bytes / kibi, " KiB");
}

}  // namespace

SystemInfo system_info() {
  SystemInfo info;
  info.version = KERATIN_VERSION;
  info.compiler = compiler();
  info.system = operating_system();
  read_processors(info);
  info.usable_cores = kernels::physical_core_count();
  info.l1_bytes = cache_bytes(1);
  info.l2_bytes = cache_bytes(2);
  info.l3_bytes = cache_bytes(3);
  read_choices(info);
  info.blas = blas();
  info.blas_file = blas_file();
  info.blas_core = kernels::blas_core().name;
  info.blas_core_replaced = kernels::blas_core().replaced;
  info.zlib = zlibVersion();
  info.xtensor = version(XTENSOR_VERSION_MAJOR, XTENSOR_VERSION_MINOR, XTENSOR_VERSION_PATCH);
  info.xtensor_blas =
      version(XTENSOR_BLAS_VERSION_MAJOR, XTENSOR_BLAS_VERSION_MINOR, XTENSOR_BLAS_VERSION_PATCH);
  info.xsimd = version(XSIMD_VERSION_MAJOR, XSIMD_VERSION_MINOR, XSIMD_VERSION_PATCH);
  return info;
}

std::string to_string(const SystemInfo& info) {
  std::string text;
  const auto line = [&](const char* name, const auto&... parts) {
    text += concat(text.empty() ? "" : "\n", name, ": ", parts...);
  };
  const auto same = [](const std::string& name) { return name; };
  const std::string& replaced = info.blas_core_replaced;
  line("keratin", known(info.version));
  line("compiler", known(info.compiler));
  line("system", known(info.system));
  line("processor", known(info.processor));
  line("processors", known(info.processors), " on ", known(info.cores), " cores, ",
       known(info.usable_cores), " of them usable");
  line("caches", "L1 ", known_size(info.l1_bytes), ", L2 ", known_size(info.l2_bytes), ", L3 ",
       known_size(info.l3_bytes));
  line("threads", known(info.threads));
  line("SIMD", known(info.simd), " (", known(info.simd_architecture),
       "), usable: ", known(joined(info.usable_simd, same)));
  line("BLAS", known(info.blas));
  line("BLAS file", known(info.blas_file));
  line("BLAS core", known(info.blas_core),
       replaced.empty() ? "" : concat(", chosen by keratin instead of ", replaced));
  line("libraries", "zlib ", known(info.zlib), ", xtensor ", known(info.xtensor), ", xtensor-blas ",
       known(info.xtensor_blas), ", xsimd ", known(info.xsimd));
  return text;
}

}  // namespace keratin::utils
