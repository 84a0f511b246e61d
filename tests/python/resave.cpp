// resave FROM TO: loads every .keras file in one folder and saves it to another.
#include <cstdio>
#include <filesystem>
#include <keratin/keratin.hpp>

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  std::filesystem::create_directories(argv[2]);
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
    if (entry.path().extension() != ".keras") continue;
    const keratin::Sequential model = keratin::saving::load_model(entry.path().string());
    model.save((argv[2] / entry.path().filename()).string());
  }
}
