// Loads the plugin named by its argument, runs it and closes it; twice, as programs do that reload
// their plugins. (Whether it is unloaded in between is the loader's choice: libstdc++'s
// std::make_shared has g++ make libraries that stay.)

#include <dlfcn.h>

#include <cstdio>

int main(int count, char** arguments) {
  if (count != 2) return 1;
  for (int round = 0; round < 2; ++round) {
    void* plugin = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
    if (plugin == nullptr) {
      std::printf("%s\n", dlerror());
      return 1;
    }
    const auto run = reinterpret_cast<int (*)()>(dlsym(plugin, "plugin_run"));
    const int failed = run == nullptr ? -1 : run();
    std::printf("plugin_run: %d\n", failed);
    dlclose(plugin);
    if (failed != 0) return failed;
  }
  return 0;
}
