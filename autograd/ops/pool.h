// Pooling over sequences [N, C, L], images [N, C, H, W] and volumes [N, C, D, H, W], or over one of them, without N; f32 or f64.
//   max_pool2d(x, {.kernel = 3, .stride = 2, .padding = 1});   const auto [y, at] = max_pool1d_with_indices(x, {.ceil_mode = true});
#pragma once
#include <gradus/autograd/base/random.h>
#include <gradus/autograd/ops/pair.h>
#include <gradus/autograd/ops/values_and_indices.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

// OH = ⌊(H + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1; with ceil_mode ⌈ ⌉, but no window begins in the padding at the end.
struct PoolOptions {
  Pair kernel = 2;
  Pair stride = 0;                        // 0: as the kernel
  Pair padding = 0;                       // at most half the kernel
  Pair dilation = 1;                      // of max pooling
  bool ceil_mode = false;                 // windows that hang over the end count
  bool count_include_pad = true;          // average pooling: whether padding counts in the divisor
  std::int64_t divisor_override = 0;      // average pooling: what the sums are divided by; 0: the size of the window
};
struct PoolOptions1d {
  std::int64_t kernel = 2, stride = 0, padding = 0, dilation = 1;
  bool ceil_mode = false, count_include_pad = true;
  std::int64_t divisor_override = 0;
};
struct PoolOptions3d {
  Triple kernel = 2, stride = 0, padding = 0, dilation = 1;
  bool ceil_mode = false, count_include_pad = true;
  std::int64_t divisor_override = 0;
};

// ---- the largest of each window: the first one gets the gradient; NaN wins

Tensor max_pool1d(const Tensor& x, const PoolOptions1d& options);
Tensor max_pool2d(const Tensor& x, const PoolOptions& options);
Tensor max_pool3d(const Tensor& x, const PoolOptions3d& options);
// And where they are, as numbers of places in their channel: (slice·H + row)·W + column.
ValuesAndIndices max_pool1d_with_indices(const Tensor& x, const PoolOptions1d& options);
ValuesAndIndices max_pool2d_with_indices(const Tensor& x, const PoolOptions& options);
ValuesAndIndices max_pool3d_with_indices(const Tensor& x, const PoolOptions3d& options);

// The way back: x's elements at these places of zeros, whose size is output_size, {H, W}, one of those that pooling makes x's of (unless
// given, (H − 1)·stride − 2·padding + kernel). Of several elements for one place the last one stays, and it alone gets the gradient.
Tensor max_unpool1d(const Tensor& x, const Tensor& indices, const PoolOptions1d& options, const Shape& output_size = {});
Tensor max_unpool2d(const Tensor& x, const Tensor& indices, const PoolOptions& options, const Shape& output_size = {});
Tensor max_unpool3d(const Tensor& x, const Tensor& indices, const PoolOptions3d& options, const Shape& output_size = {});

// Windows that cover the input evenly, output o those from ⌊o·H / OH⌋ to ⌈(o + 1)·H / OH⌉. An output size may be `unchanged`, the input's
// (PyTorch's None): adaptive_avg_pool2d(x, {unchanged, 7}).
inline constexpr std::int64_t unchanged = INT64_MIN;
ValuesAndIndices adaptive_max_pool1d(const Tensor& x, std::int64_t output);
ValuesAndIndices adaptive_max_pool2d(const Tensor& x, Pair output);
ValuesAndIndices adaptive_max_pool3d(const Tensor& x, const Triple& output);

// Windows of one size at random places (Graham, "Fractional max-pooling", 2014): output + kernel − 1 is at most the size of the image.
// samples [N, C, 2] (of one image [C, 2]) in [0, 1) say where, the columns' first; of volumes [N, C, 3], slices', rows' and columns'.
ValuesAndIndices fractional_max_pool2d(const Tensor& x, Pair kernel, Pair output, const Tensor& samples);
ValuesAndIndices fractional_max_pool2d(const Tensor& x, Pair kernel, Pair output, Generator& generator = default_generator());
ValuesAndIndices fractional_max_pool3d(const Tensor& x, const Triple& kernel, const Triple& output, const Tensor& samples);
ValuesAndIndices fractional_max_pool3d(const Tensor& x, const Triple& kernel, const Triple& output,
                                       Generator& generator = default_generator());

// ---- means

Tensor avg_pool1d(const Tensor& x, const PoolOptions1d& options);
Tensor avg_pool2d(const Tensor& x, const PoolOptions& options);
Tensor avg_pool3d(const Tensor& x, const PoolOptions3d& options);
Tensor adaptive_avg_pool1d(const Tensor& x, std::int64_t output);
Tensor adaptive_avg_pool2d(const Tensor& x, Pair output);          // [N, C, output.h, output.w]
Tensor adaptive_avg_pool3d(const Tensor& x, const Triple& output);

// (Σ x^p)^(1/p) over each window, which has no padding; a sum of 0 has gradient 0. A window that hangs over the end (ceil_mode) counts as
// if it were full of its mean.
Tensor lp_pool1d(const Tensor& x, double p, const PoolOptions1d& options);
Tensor lp_pool2d(const Tensor& x, double p, const PoolOptions& options);
Tensor lp_pool3d(const Tensor& x, double p, const PoolOptions3d& options);

}  // namespace gradus
