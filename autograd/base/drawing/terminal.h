// What the terminal can show: how wide it is, and whether a line may be drawn again and in colour.
//   std::cout << loss.text({.columns = drawing::terminal_columns() - 12, .colour = drawing::is_terminal()});
#pragma once

namespace gradus::drawing {

// The columns of the terminal that the file descriptor leads to (1: standard output, 2: standard error); `otherwise` where it leads to
// none, or to one that does not tell.
int terminal_columns(int file = 1, int otherwise = 80);
int terminal_rows(int file = 1, int otherwise = 24);         // the same of its lines

// Whether the environment (LC_ALL, LC_CTYPE, LANG) says that texts are UTF-8.
bool terminal_is_utf8();

// Whether it leads to a terminal that knows more than plain lines, which one of the kind "dumb" does not.
bool is_terminal(int file = 1);

}  // namespace gradus::drawing
