// What the elements of a tensor are like, and a number that tensors of the same bytes have in common.
//   const Statistics s = statistics_of(array);   s.nans > 0;   s.deviation == torch.std(x)
#pragma once
#include <array>
#include <cstdint>
#include <optional>

#include <gradus/autograd/array/array.h>

namespace gradus::tool {

struct Statistics {
  std::int64_t count = 0, zeros = 0, nans = 0, infinities = 0;
  // Of the elements that are finite; none where there is none (the deviation, with n − 1 as in PyTorch: fewer than two).
  std::optional<double> least, most, mean, deviation;
  std::optional<std::int64_t> least_whole, most_whole;  // the same exactly, of whole numbers
  std::array<std::uint64_t, 2> fingerprint{};           // of the bytes: equal bytes, equal fingerprints

  std::int64_t nonfinite() const { return nans + infinities; }
  double share_of_zeros() const { return count == 0 ? 0 : static_cast<double>(zeros) / static_cast<double>(count); }
  // Nothing but one value, such as the zeros that biases begin with.
  bool is_constant() const { return count > 0 && nonfinite() == 0 && least == most; }
};

Statistics statistics_of(const Array& array);

}  // namespace gradus::tool
