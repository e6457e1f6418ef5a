// Sequences of unequal length without their padding: all samples' first steps, then all second ones, …, the longest sample first.
//   const PackedSequence packed = pack_padded_sequence(x, {5, 3, 4});                     // x [T, N, …] → data [12, …]
//   const auto [y, h, c] = lstm(packed.data, weights, {.batch_sizes = packed.batch_sizes});
//   const Tensor padded = pad_packed_sequence(packed.with(y));                            // [T, N, …], the samples in their order again
// Lengths come in any order (PyTorch's enforce_sorted=False).
#pragma once
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <vector>

#include <gradus/autograd/tape/tensor.h>

namespace gradus {

// Numbers of steps, one a sample: in braces, a vector, or a tensor [N] of whole numbers (DtypeError, ShapeError).
struct Lengths {
  Lengths() = default;
  Lengths(std::initializer_list<std::int64_t> lengths);
  Lengths(std::vector<std::int64_t> lengths);
  Lengths(const Tensor& lengths);
  std::vector<std::int64_t> values;
};

struct PackedSequence {
  Tensor data;                                // [Σ lengths, …]
  std::vector<std::int64_t> batch_sizes;      // how many samples have each step
  std::vector<std::int64_t> sorted_indices;   // which sample is first, second, …
  PackedSequence with(const Tensor& other) const;
  // ValueError or ShapeError, in the name of `op`, unless the parts fit each other: batch_sizes >= 1 that never grow and add up to data's
  // rows, and an order of as many samples as the first of them.
  void validate(const char* op) const;
};

// x [T, N, …], or [N, T, …] with batch_first. ValueError unless there is one length for each sample, from 1 to T.
PackedSequence pack_padded_sequence(const Tensor& x, const Lengths& lengths, bool batch_first = false);

struct PadOptions {
  bool batch_first = false;
  double padding_value = 0;
  std::optional<std::int64_t> total_length = {};   // the result's T; left out: the longest sample's
};
Tensor pad_packed_sequence(const PackedSequence& packed, const PadOptions& options = {});   // ValueError, ShapeError

}  // namespace gradus
