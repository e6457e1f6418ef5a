#include <gradus/autograd/base/drawing/terminal.h>

#include <cstdlib>
#include <string_view>

#include <sys/ioctl.h>
#include <unistd.h>

namespace gradus::drawing {

int terminal_columns(int file, int otherwise) {
  winsize size{};
  return ::ioctl(file, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : otherwise;
}

int terminal_rows(int file, int otherwise) {
  winsize size{};
  return ::ioctl(file, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row : otherwise;
}

// What the first of these that is set says, as the C library decides it.
bool terminal_is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"})
    if (const char* value = std::getenv(name); value && *value) {
      const std::string_view locale = value;
      for (const std::string_view word : {"UTF-8", "utf-8", "utf8", "UTF8"})
        if (locale.find(word) != locale.npos) return true;
      return false;
    }
  return false;
}

bool is_terminal(int file) {
  const char* kind = std::getenv("TERM");
  return ::isatty(file) == 1 && kind && std::string_view(kind) != "dumb";
}

}  // namespace gradus::drawing
