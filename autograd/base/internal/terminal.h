// How wide tables may be.
#pragma once

namespace gradus {

// The columns of the terminal that the file descriptor leads to; `otherwise` where it leads to none, or to one that does not tell.
int terminal_columns(int file, int otherwise);

}  // namespace gradus
