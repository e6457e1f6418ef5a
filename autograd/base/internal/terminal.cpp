#include <gradus/autograd/base/internal/terminal.h>

#include <sys/ioctl.h>

namespace gradus {

int terminal_columns(int file, int otherwise) {
  winsize size{};
  return ::ioctl(file, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : otherwise;
}

}  // namespace gradus
