// What distributions ask of their parameters (distributions.h).
#pragma once
#include <gradus/autograd/tape/op.h>

namespace gradus {

// ValueError that names the first element that `fits` does not take.
template <class Fits>
void check_parameter(const char* op, const char* what, const char* rule, const Tensor& x, Fits fits) {
  check_defined(op, x, what);
  check_computes_in(x.dtype(), op);
  const Array values = x.value().as_contiguous();
  visit_floating(x.dtype(), op, [&]<class T>(T) {
    for (const T value : values.span<T>())
      check<ValueError>(fits(static_cast<double>(value)), op, ": ", what, " must ", rule, ", not be ", value);
  });
}

}  // namespace gradus
