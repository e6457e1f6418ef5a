#include <gradus/autograd/ops/distance.h>


#include <gradus/autograd/kernels/products/distances.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/blend.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/ops/surrogate.h>
#include <gradus/autograd/tape/internal/described.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

// All differences, [..., M, N, D].
Tensor differences(const Tensor& a, const Tensor& b) { return unsqueeze(a, -2) - unsqueeze(b, -3); }

// p is 1 or 2: a [..., M, D] and b [..., N, D] of one batch, without a tensor of all differences.
struct Distances final : Op, detail::Described {
  std::string_view name() const override { return "cdist"; }
  void describe(detail::OpOptions& o) const override { o("p", p); }
  double p;
  explicit Distances(double p) : p(p) {}
  Array forward(const Tensor& a, const Tensor& b) {
    save(a, b);
    save_output();
    return kernels::distances(a.value(), b.value(), p);
  }
  Grads backward(Tensor g) override {
    const auto [a, b] = saved<2>();
    if (!recording()) {
      const Tensor y = output();
      const Tensor slopes = p == 1 ? g : where(y == 0, 0.0, g / where(y == 0, 1.0, y));
      return {needs(0) ? Tensor(kernels::distances_backward(a.value(), b.value(), slopes.value(), p)) : Tensor{},
              needs(1) ? Tensor(kernels::distances_backward(b.value(), a.value(), transpose(slopes).value(), p)) : Tensor{}};
    }
    const Tensor d = differences(a, b), y = norm(d, p, -1), w = unsqueeze(g, -1);
    const Tensor each = p == 1 ? sign(d) * w : d * where(unsqueeze(y == 0, -1), 0.0, w / unsqueeze(where(y == 0, 1.0, y), -1));
    return {needs(0) ? sum(each, -2) : Tensor{}, needs(1) ? -sum(each, -3) : Tensor{}};
  }
};

Tensor in_batch(const Tensor& x, Shape lead) {
  lead.push_back(x.dim(-2)), lead.push_back(x.dim(-1));
  return x.shape() == lead ? x : expand(x, lead);
}

}  // namespace

Tensor cdist(const Tensor& a, const Tensor& b, double p) {
  check_defined("cdist", a, "a");
  check_defined("cdist", b, "b");
  check<ValueError>(p >= 0, "cdist: p must be at least 0, not ", p);
  check<DtypeError>(a.dtype() == b.dtype() && computes_in(a.dtype()), "cdist: needs one dtype, f32 or f64: ", describe(a), " and ",
                    describe(b));
  check<ShapeError>(a.rank() >= 2 && b.rank() >= 2 && a.dim(-1) == b.dim(-1),
                    "cdist: takes rows of one length, [..., M, D] and [..., N, D]: ", describe(a), " and ", describe(b));
  if (p != 1 && p != 2 && a.dim(-1) > 0) return norm(differences(a, b), p, -1);
  const auto leading = [](const Tensor& x) { return Shape(std::span(x.shape().begin(), static_cast<std::size_t>(x.rank() - 2))); };
  const Shape lead = broadcast_shapes(leading(a), leading(b), "cdist");
  return record(Distances(p == 1 ? 1 : 2), in_batch(a, lead), in_batch(b, lead));
}

namespace {

void check_two(const char* op, const Tensor& a, const Tensor& b) {
  check_defined(op, a, "a");
  check_defined(op, b, "b");
  check<DtypeError>(a.dtype() == b.dtype() && computes_in(a.dtype()), op, ": needs one dtype, f32 or f64: ", describe(a), " and ",
                    describe(b));
  broadcast_shapes(a.shape(), b.shape(), op);
}

Tensor unit(const Tensor& x, Axis axis, double eps) {
  const Tensor length = norm(x, 2, axis, true);
  return x / straight_through(clamp_min(length.detach(), eps), length);
}

}  // namespace

Tensor pairwise_distance(const Tensor& a, const Tensor& b, double p, double eps, bool keepdim) {
  check_two("pairwise_distance", a, b);
  check<ShapeError>(a.rank() >= 1 || b.rank() >= 1, "pairwise_distance: takes vectors along the last dimension, not ", a.shape(), " and ",
                    b.shape());
  return norm(a - b + eps, p, -1, keepdim);
}

Tensor cosine_similarity(const Tensor& a, const Tensor& b, Axis axis, double eps) {
  check_two("cosine_similarity", a, b);
  check<ValueError>(eps >= 0, "cosine_similarity: eps is at least 0, not ", eps);
  const auto both = broadcast_tensors({a, b});
  return sum(unit(both[0], axis, eps) * unit(both[1], axis, eps), axis);
}

}  // namespace gradus
