// Loads the plugin named by its argument and runs it.

#include <dlfcn.h>

#include <cstdio>

int main(int count, char** arguments) {
  if (count != 2) return 1;
  void* plugin = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
  if (plugin == nullptr) {
    std::printf("%s\n", dlerror());
    return 1;
  }
  const auto run = reinterpret_cast<int (*)()>(dlsym(plugin, "plugin_run"));
  const int failed = run == nullptr ? -1 : run();
  std::printf("plugin_run: %d\n", failed);
  dlclose(plugin);
  return failed;
}
