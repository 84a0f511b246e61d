// Loads a shared library that contains the pool, uses it and unloads it, again and again: no helper
// may be left behind, in code that is not there any more. (Built by g++ a library may stay loaded:
// variables of inline functions are unique in the process then. Helpers may stay with it.)
//
// unload MODULE

#include <dlfcn.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <iterator>

namespace {

std::ptrdiff_t threads_of_this_process() {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  return std::distance(begin(tasks), end(tasks));
}

}  // namespace

int main(int, char** argv) {
  const std::ptrdiff_t before = threads_of_this_process();
  for (int round = 0; round < 10; ++round) {
    void* module = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    if (!module) {
      std::puts(dlerror());
      return 1;
    }
    const auto run_tiles = reinterpret_cast<int (*)()>(dlsym(module, "run_tiles"));
    if (run_tiles() != 1000) {
      std::puts("not every tile ran once");
      return 1;
    }
    dlclose(module);
    if (fork() == 0) _exit(0);  // calls no handler of the library's any more
    const bool gone = dlopen(argv[1], RTLD_NOW | RTLD_NOLOAD) == nullptr;
    if (gone && threads_of_this_process() != before) {
      std::puts("helpers outlive the library");
      return 1;
    }
    usleep(1000);
  }
  std::puts("unloaded ten times");
}
