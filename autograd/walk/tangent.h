// Forward mode: tangents along the tape. Where grad() goes from a result down to what it was computed from, tangent() goes up: how the
// result moves when x moves along v. One walk, whatever the number of results; the graph is kept.
//   Tensor dy = tangent(y, x, v);                                   // J·v, in y's shape
//   Tensor hv = tangent(grad(y, x, {.create_graph = true}), x, v);  // forward over reverse: the Hessian times v
// What was computed under NoGrad, or from detached tensors, is a constant, as it is for grad(). walk/functional.h starts from functions.
#pragma once
#include <span>
#include <vector>

#include <gradus/autograd/tape/tensor.h>

namespace gradus {

struct TangentOptions {
  bool create_graph = false;     // record the walk itself: the tangents can be differentiated, with respect to v too
  bool transposed = false;       // take no operation's own tangent, but the transposed backward of each: the slow oracle
};

// Σᵢ ∂y/∂xᵢ·vᵢ for each y, in y's shape; zeros where y does not depend on any x. An undefined v is zero. An x may be any tracked tensor;
// where one was computed from another, both move.
// GraphError: a y or an x not tracked, or the graph released by an earlier walk; ShapeError, DtypeError: a v that is not like its x.
std::vector<Tensor> tangent(std::span<const Tensor> ys, std::span<const Tensor> xs, std::span<const Tensor> vs,
                            const TangentOptions& options = {});
Tensor tangent(const Tensor& y, const Tensor& x, const Tensor& v, const TangentOptions& options = {});

}  // namespace gradus
