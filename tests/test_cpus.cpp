// How many threads a process may use.

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "kernels/cpus.hpp"
#include "support/catch.hpp"

using namespace keratin::kernels;
namespace fs = std::filesystem;

namespace {

// A made-up root of a file system, removed again.
class Root {
 public:
  Root() : path_(fs::temp_directory_path() / ("keratin_cgroups_" + std::to_string(getpid()))) {}
  ~Root() { fs::remove_all(path_); }
  Root(const Root&) = delete;
  Root& operator=(const Root&) = delete;

  void write(const std::string& file, const std::string& text) const {
    fs::create_directories((path_ / file).parent_path());
    std::ofstream(path_ / file) << text;
  }
  const fs::path& path() const { return path_; }
  double quota() const { return cgroup_cpu_quota(path_).value_or(0); }

 private:
  fs::path path_;
};

const std::string v2_mount =
    "35 24 0:30 / /sys/fs/cgroup rw,nosuid,nodev,noexec - cgroup2 cgroup2 rw,nsdelegate\n";

}  // namespace

TEST_CASE("the quota is the smallest of a process's cgroup and those above it", "[cpus]") {
  const Root root;
  CHECK(root.quota() == 0);  // no cgroups at all
  root.write("proc/self/mountinfo", "22 1 8:1 / / rw - ext4 /dev/sda rw\n" + v2_mount);
  root.write("proc/self/cgroup", "0::/user.slice/build.service/worker\n");
  root.write("sys/fs/cgroup/user.slice/cpu.max", "800000 100000\n");
  CHECK(root.quota() == 8);
  root.write("sys/fs/cgroup/user.slice/build.service/cpu.max", "150000 100000\n");
  root.write("sys/fs/cgroup/user.slice/build.service/worker/cpu.max", "max 100000\n");
  root.write("sys/fs/cgroup/user.slice/build.service/worker/inner/cpu.max", "1000 100000\n");
  root.write("sys/fs/cgroup/other.slice/cpu.max", "1000 100000\n");
  CHECK(root.quota() == 1.5);
  root.write("sys/fs/cgroup/user.slice/build.service/worker/cpu.max", "50000 100000\n");
  CHECK(root.quota() == 0.5);
  root.write("sys/fs/cgroup/cpu.max", "25000 100000\n");
  CHECK(root.quota() == 0.25);
}

TEST_CASE("quotas of cgroup v1", "[cpus]") {
  const Root root;
  root.write("proc/self/mountinfo",
             "30 25 0:26 / /sys/fs/cgroup/memory rw shared:9 - cgroup cgroup rw,memory\n"
             "31 25 0:27 / /sys/fs/cgroup/cpu,cpuacct rw shared:10 master:2 - cgroup cgroup "
             "rw,cpu,cpuacct\n" +
                 v2_mount);
  root.write("proc/self/cgroup", "7:memory:/wrong\n4:cpuacct,cpu:/batch/job\n0::/wrong\n");
  const std::string cpu = "sys/fs/cgroup/cpu,cpuacct/";
  root.write(cpu + "cpu.cfs_quota_us", "-1\n");
  root.write(cpu + "cpu.cfs_period_us", "100000\n");
  root.write(cpu + "batch/job/cpu.cfs_quota_us", "-1\n");
  root.write(cpu + "batch/job/cpu.cfs_period_us", "100000\n");
  CHECK(root.quota() == 0);
  root.write(cpu + "batch/cpu.cfs_quota_us", "120000\n");
  root.write(cpu + "batch/cpu.cfs_period_us", "40000\n");
  CHECK(root.quota() == 3);
  root.write(cpu + "batch/job/cpu.cfs_quota_us", "200000\n");
  CHECK(root.quota() == 2);
}

TEST_CASE("a container sees its own cgroup at the mount point", "[cpus]") {
  const Root root;
  root.write("proc/self/mountinfo",
             "31 25 0:27 /docker/1a2b /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu\n");
  root.write("proc/self/cgroup", "4:cpu:/docker/1a2b/job\n");
  root.write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "400000\n");
  root.write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  CHECK(root.quota() == 4);
  root.write("sys/fs/cgroup/cpu/job/cpu.cfs_quota_us", "300000\n");
  root.write("sys/fs/cgroup/cpu/job/cpu.cfs_period_us", "100000\n");
  CHECK(root.quota() == 3);
  root.write("proc/self/cgroup", "4:cpu:/../elsewhere\n");  // outside of a cgroup namespace
  CHECK(root.quota() == 4);
}

TEST_CASE("files that are not as expected are no limit", "[cpus]") {
  const Root root;
  root.write("proc/self/mountinfo", "\n35 24\n- - -\n" + v2_mount);
  root.write("proc/self/cgroup", "0::\nnonsense\n::\n");
  CHECK(root.quota() == 0);
  for (const char* text : {"", "max", "100000", "0 100000", "-1 100000", "100000 0", "a b"}) {
    CAPTURE(text);
    root.write("sys/fs/cgroup/cpu.max", text);
    CHECK(root.quota() == 0);
  }
}

TEST_CASE("this process's own quota can be read", "[cpus]") {
  CHECK(cgroup_cpu_quota().value_or(1) > 0);
}

TEST_CASE("hyper-threads of one core count once", "[cpus]") {
  const Root root;
  const auto cores = [&](const std::vector<int>& processors) {
    return core_count(processors, root.path());
  };
  CHECK(cores({0, 1, 2, 3}) == 4);  // no topology at all, as in some containers
  const std::string folder = "sys/devices/system/cpu/cpu";
  root.write(folder + "0/topology/core_cpus_list", "0,4\n");
  root.write(folder + "4/topology/core_cpus_list", "0,4\n");
  root.write(folder + "1/topology/core_cpus_list", "1,5\n");
  root.write(folder + "2/topology/thread_siblings_list", "2,6\n");  // Linux before 5.3
  root.write(folder + "6/topology/thread_siblings_list", "2,6\n");
  root.write(folder + "7/topology/core_cpus_list", "");
  CHECK(cores({0, 4}) == 1);
  CHECK(cores({0, 1, 2, 4, 6}) == 3);
  CHECK(cores({4, 5}) == 2);  // processor 5 has no file
  CHECK(cores({0, 4, 7}) == 2);
  CHECK(cores({}) == 0);
}

TEST_CASE("this process may run on at least one core", "[cpus]") {
  CHECK(physical_core_count() >= 1);
  CHECK(physical_core_count() <= static_cast<int>(std::thread::hardware_concurrency()));
}

TEST_CASE("KERATIN_NUM_THREADS sets the number of threads", "[cpus][messages]") {
  const char* before = std::getenv("KERATIN_NUM_THREADS");
  const std::string saved = before ? before : "";
  const auto with = [](const char* value) {
    setenv("KERATIN_NUM_THREADS", value, 1);
    return default_thread_count();
  };
  CHECK(with("3") == 3);
  CHECK(with("") >= 1);
  CHECK_THROWS_WITH(with("0"),
                    "[threads] KERATIN_NUM_THREADS is '0', wanted a whole number from 1 to 256");
  CHECK_THROWS_WITH(with("-2"),
                    "[threads] KERATIN_NUM_THREADS is '-2', wanted a whole number from 1 to 256");
  CHECK_THROWS_WITH(with("2x"),
                    "[threads] KERATIN_NUM_THREADS is '2x', wanted a whole number from 1 to 256");
  CHECK_THROWS_WITH(with("257"),
                    "[threads] KERATIN_NUM_THREADS is '257', wanted a whole number from 1 to 256");
  CHECK_THROWS_WITH(
      with("99999999999"),
      "[threads] KERATIN_NUM_THREADS is '99999999999', wanted a whole number from 1 to 256");
  before ? setenv("KERATIN_NUM_THREADS", saved.c_str(), 1) : unsetenv("KERATIN_NUM_THREADS");
}
