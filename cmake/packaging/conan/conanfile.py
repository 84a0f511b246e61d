"""Conan 2 recipe: conan create cmake/packaging/conan

What keratin is built from comes from the system's packages, which Conan checks, and installs with
-c tools.system.package_manager:mode=install.
"""

import os

from conan import ConanFile
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain
from conan.tools.files import copy, load
from conan.tools.system.package_manager import Apt

required_version = ">=2.0"


class KeratinRecipe(ConanFile):
    name = "keratin"
    description = "A miniature Keras-style training framework in C++20"
    license = "MIT AND CC-BY-SA-3.0"  # the second one is that of the data in share/keratin/mnist
    topics = ("machine-learning", "neural-networks", "keras")
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {
        "shared": [True, False],
        "images": [True, False],
        "keras_files": [True, False],
        "onnx": [True, False],
    }
    default_options = {"shared": False, "images": True, "keras_files": True, "onnx": True}

    @property
    def source_root(self):
        return os.path.join(self.recipe_folder, "..", "..", "..")

    def set_version(self):
        header = load(self, os.path.join(self.source_root, "include/keratin/version.hpp"))
        self.version = header.split('#define KERATIN_VERSION "')[1].split('"')[0]

    def export_sources(self):
        for pattern in ("CMakeLists.txt", "LICENSE", "cmake/*", "data/*", "docs/changelog.md", "include/*", "src/*"):
            copy(self, pattern, self.source_root, self.export_sources_folder)

    def system_requirements(self):
        packages = ["libopenblas-dev", "zlib1g-dev", "libxtensor-dev", "libxtensor-blas-dev", "libxsimd-dev"]
        if self.options.images:
            packages += ["libpng-dev", "libjpeg-dev"]
        if self.options.keras_files:
            packages += ["libhdf5-dev", "libzip-dev", "nlohmann-json3-dev"]
        if self.options.onnx:
            packages += ["libprotobuf-dev", "protobuf-compiler"]
        Apt(self).install(packages, update=True)

    def generate(self):
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables["CMAKE_UNITY_BUILD"] = "ON"  # which takes a third of the time
        toolchain.cache_variables["KERATIN_BUILD_APPS"] = "OFF"
        toolchain.cache_variables["KERATIN_BUILD_TESTS"] = "OFF"
        for part in ("images", "keras_files", "onnx"):
            toolchain.cache_variables["KERATIN_" + part.upper()] = "ON" if self.options.get_safe(part) else "OFF"
        toolchain.generate()
        CMakeDeps(self).generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build(target="keratin")

    def package(self):
        CMake(self).install()
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))

    def package_info(self):
        # keratin's own files for find_package know what a static library has to be linked with.
        self.cpp_info.set_property("cmake_find_mode", "none")
        self.cpp_info.builddirs = [os.path.join("lib", "cmake", "keratin")]
        self.cpp_info.libs = ["keratin"]
        if not self.options.shared:
            self.cpp_info.defines = ["KERATIN_STATIC"]
