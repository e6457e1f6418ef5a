// Whether somebody listens who writes operations down (ONNX), where nothing is recorded: then what a host decides by looking at numbers is
// done by operations instead, for other numbers, though it takes longer.
#pragma once
#include <gradus/autograd/tape/recording.h>

namespace gradus::detail {

inline bool written_down() { return (mode & looks) != 0 && !recording(); }

}  // namespace gradus::detail
