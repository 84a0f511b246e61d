// What an installed keratin tells of itself. Its argument is the version that CMake or pkg-config
// has found. check.cmake puts MNIST's files where the installation would have Fashion-MNIST's: no
// other folder has those.

#include <cstdio>
#include <cstring>
#include <keratin/datasets.hpp>
#include <keratin/utils.hpp>
#include <keratin/version.hpp>

int main(int count, char** arguments) {
  if (count != 2 || std::strcmp(arguments[1], KERATIN_VERSION) != 0) return 1;
  if (keratin::utils::system_info().version != KERATIN_VERSION) return 2;
  char text[32];
  std::snprintf(text, sizeof text, "%d.%d.%d", KERATIN_VERSION_NUMBER / 10000,
                KERATIN_VERSION_NUMBER / 100 % 100, KERATIN_VERSION_NUMBER % 100);
  if (std::strcmp(text, KERATIN_VERSION) != 0) return 3;
  const auto [train, test] = keratin::datasets::fashion_mnist::load_data();
  return test.y.values<unsigned char>()[0] == 7 ? 0 : 4;
}
