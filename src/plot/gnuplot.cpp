#include "plot/gnuplot.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>

#include "core/files.hpp"
#include "keratin/plot.hpp"

namespace keratin::plot {

namespace {

std::string why(int error) { return std::strerror(error); }

/// A file without a name that disappears when it is closed. Used in place of a pipe, as it neither
/// blocks nor raises SIGPIPE.
class TemporaryFile {
 public:
  TemporaryFile() : file_(std::tmpfile()) {
    check<std::runtime_error>(file_ != nullptr, "plot",
                              "there is no room for a temporary file: ", why(errno));
    // Not below 3, even if our own 0 to 2 are closed: the child has those for itself.
    descriptor_ = fcntl(fileno(file_), F_DUPFD_CLOEXEC, 3);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    close(descriptor_);
    std::fclose(file_);
  }
  int descriptor() const { return descriptor_; }
  void write(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), file_);
    check<std::runtime_error>(std::fflush(file_) == 0, "plot",
                              "a temporary file cannot be written: ", why(errno));
    std::rewind(file_);
  }
  std::string read() {
    std::rewind(file_);
    std::string text;
    char buffer[65536];
    while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, file_))
      text.append(buffer, count);
    return text;
  }

 private:
  std::FILE* file_;
  int descriptor_;
};

/// What gnuplot prints when it runs the script, or nothing if there is no gnuplot. It is started
/// directly, without a shell, and with -d, without the user's settings.
std::optional<std::string> run_gnuplot(const std::string& script) {
  TemporaryFile in, out, err;
  in.write(script);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  int target = 0;
  for (const TemporaryFile* file : {&in, &out, &err})
    posix_spawn_file_actions_adddup2(&actions, file->descriptor(), target++);
  char name[] = "gnuplot", defaults[] = "-d";
  char* const arguments[] = {name, defaults, nullptr};
  pid_t child = 0;
  const int error = posix_spawnp(&child, name, &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error == ENOENT || error == ENOTDIR || error == EACCES) return std::nullopt;
  check<std::runtime_error>(error == 0, "plot", "gnuplot cannot be started: ", why(error));
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) break;  // no status if the program ignores SIGCHLD: the output will tell
  std::string message = err.read();
  while (!message.empty() && (message.back() == '\n' || message.back() == ' ')) message.pop_back();
  if (status != 0)
    fail<std::runtime_error>("plot",
                             "gnuplot failed: ", message.empty() ? "it said nothing" : message);
  return out.read();
}

bool has_ending(const std::string& path, std::string_view ending) {
  if (path.size() <= ending.size() || path[path.size() - ending.size() - 1] == '/') return false;
  for (std::size_t i = 0; i < ending.size(); ++i)
    if ((path[path.size() - ending.size() + i] | 0x20) != (ending[i] | 0x20)) return false;
  return true;
}

std::string terminal(const Drawing& drawing, bool png) {
  if (!png)
    return concat("set terminal svg size ", drawing.width, ',', drawing.height,
                  " fixed font 'sans-serif,12' background rgb 'white' standalone noenhanced\n");
  const std::string rest =
      concat(" size ", 2 * drawing.width, ',', 2 * drawing.height,
             " font 'Liberation Sans,12' fontscale 2 linewidth 2 noenhanced background '#ffffff'");
  return "if (strstrt(GPVAL_TERMINALS, 'pngcairo') > 0) {\nset terminal pngcairo" + rest +
         " pointscale 2\n} else {\nset terminal png truecolor" + rest + "\n}\n";
}

}  // namespace

bool available() { return run_gnuplot("exit\n").has_value(); }

void check_ending(const std::string& path) {
  check(has_ending(path, ".svg") || has_ending(path, ".png"), "plot", "'", path,
        "' ends in neither .svg nor .png");
}

void draw(const Drawing& drawing, const std::string& path) {
  check_ending(path);
  const bool png = has_ending(path, ".png");
  std::optional<std::string> picture = run_gnuplot(terminal(drawing, png) + "set encoding utf8\n" +
                                                   drawing.script + "\nunset output\n");
  if (!picture) {
    const std::string csv = path.substr(0, path.size() - 4) + ".csv";
    write_file("plot", csv, drawing.csv);
    fail<std::runtime_error>("plot", "there is no gnuplot to draw '", path,
                             "': install Debian's package gnuplot-nox. The data are in '", csv,
                             "'");
  }
  // gnuplot does not notice a full disk.
  const bool whole = png ? picture->find("IEND") != std::string::npos
                         : picture->find("</svg>") != std::string::npos;
  check<std::runtime_error>(whole, "plot", "gnuplot left '", path,
                            "' unfinished: is the disk of temporary files full?");
  write_file("plot", path, png ? *picture : tidy(std::move(*picture), drawing.title));
}

}  // namespace keratin::plot
