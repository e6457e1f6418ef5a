// A surface and the paths on it as text: contours in braille, paths and places as signs, colours where they are wanted.
//   std::fputs(terminal(ground, {{"Adam", path}}, {.columns = 80}).c_str(), stdout);
#pragma once
#include <string>
#include <vector>

#include "landscape/svg.h"

namespace landscape {

struct TerminalOptions {
  int columns = 80;                              // of the whole picture, at least 24
  bool colour = false;                           // ANSI, 256 colours
};
std::string terminal(const Ground& ground, const std::vector<Trail>& trails, const TerminalOptions& options = {});

}  // namespace landscape
