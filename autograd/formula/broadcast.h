// Elementwise loops over operands of several shapes: broadcasting is undone here into rows in which each operand either moves by one
// element or stands still, and a row function does the work.
#pragma once
#include <span>

#include <gradus/autograd/array/array.h>

namespace gradus::kernels {

inline constexpr std::size_t most_operands = 16;   // of one loop: eight inputs, and the gradients of as many results

// Works on n elements. in[i] points to the first element of operand i, which moves (moves[i]) or is one value for the whole row;
// out[i] is contiguous, or null when that result is not wanted.
using Row = void (*)(const void* formula, const void* const* in, const bool* moves, void* const* out, std::int64_t n);

// Runs `row` over all of `shape`, to which every operand broadcasts; the outs have that shape and are all row-major or all channels-last
// (null: not wanted). An operand may be one of the outs, if it has the whole shape.
// `grain`: how many elements are worth a thread.
void for_rows(const Shape& shape, std::span<const Array* const> in, std::span<Array* const> out, Row row, const void* formula,
              std::int64_t grain = 1 << 14);

}  // namespace gradus::kernels
