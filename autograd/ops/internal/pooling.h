// What the pooling operations share: their options without the number of dimensions, and their rules.
#pragma once
#include <gradus/autograd/kernels/images/pool.h>
#include <gradus/autograd/ops/internal/spatial.h>
#include <gradus/autograd/ops/pool.h>

namespace gradus::detail {

struct Pooling {
  const char* op;
  int dims;
  Sizes kernel, stride, padding, dilation;
  bool ceil_mode, count_include_pad;
  std::int64_t divisor;

  template <class Options>
  Pooling(const char* op, int dims, const Options& o)
      : op(op), dims(dims), kernel(o.kernel), stride(o.stride), padding(o.padding), dilation(o.dilation), ceil_mode(o.ceil_mode),
        count_include_pad(o.count_include_pad), divisor(o.divisor_override) {
    settle();
  }
  std::string each(const Sizes& sizes) const { return text_of(sizes, dims); }

 private:
  void settle();   // the stride; ValueError for what no x could be pooled with
};

// x's frame. ShapeError unless it has `dims` dimensions and channels, DtypeError unless f32 or f64.
Frame frame_of(const char* op, const Tensor& x, int dims);

// As a kernel takes it. ShapeError where the windows do not fit.
kernels::PoolShape windows_of(const Tensor& x, const Frame& frame, const Pooling& pooling);
kernels::PoolShape adaptive_windows(const char* op, const Tensor& x, const Frame& frame, const Sizes& output);

}  // namespace gradus::detail
