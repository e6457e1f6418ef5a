#include <gradus/nn/layers/parametrizations.h>

#include <array>
#include <limits>
#include <string>
#include <vector>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/diagonal.h>
#include <gradus/autograd/ops/linalg.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/norm.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/tape/recording.h>
#include <gradus/nn/layers/conv.h>
#include <gradus/nn/layers/lazy.h>

namespace gradus::nn {
namespace {

template <class... Layers>
bool is_one_of(const std::type_info& type) {
  return ((type == typeid(Layers)) || ...);
}

// The present value of the weight that is to be parametrized, and whose it is.
struct LookAtWeight final : Visitor {
  explicit LookAtWeight(std::string_view name) : name(name), owner(name.substr(0, name.rfind('.') == name.npos ? 0 : name.rfind('.'))) {}
  void module(const Path& path, const VisitedModule& m) override {
    if (path.text() == owner)
      of_transposed_conv = is_one_of<ConvTranspose1d, ConvTranspose2d, ConvTranspose3d, LazyConvTranspose1d, LazyConvTranspose2d,
                                     LazyConvTranspose3d>(*m.type);
  }
  void parameter(const Path& path, Parameter& p) override { meet(path, p); }
  void parametrized(const Path& path, Parameter& p) override { meet(path, p); }
  void meet(const Path& path, const Parameter& p) {
    if (p.defined() && path.text() == name) weight = p.tensor().detach();
  }
  std::string_view name, owner;
  Tensor weight;   // undefined where there is none, which parametrize() says
  bool of_transposed_conv = false;
};

LookAtWeight looked_at(const ModuleRef& net, std::string_view name) {
  LookAtWeight look(name);
  const NoGrad guard;
  net.walk(look);
  return look;
}
Tensor weight_of(const ModuleRef& net, std::string_view name) { return looked_at(net, name).weight; }

// Of one's own rank, or an error.
int axis_of(const char* what, int dim, const Tensor& weight) {
  check<ValueError>(dim >= -weight.rank() && dim < weight.rank(), what, ": dim ", dim, " is out of range for the weight ", weight.shape());
  return dim < 0 ? dim + weight.rank() : dim;
}

struct WeightNorm {
  int dim;   // −1: the whole weight

  Tensor length(const Tensor& v) const {
    if (dim == -1) return norm(v);
    std::vector<std::int64_t> others;
    for (int axis = 0; axis < v.rank(); ++axis)
      if (axis != dim) others.push_back(axis);
    return others.empty() ? abs(v) : norm(v, 2, others, true);
  }
  Tensor operator()(const Tensor& g, const Tensor& v) const { return v * (g / length(v)); }
  std::array<Tensor, 2> right_inverse(const Tensor& weight) const {
    const Tensor g = length(weight);
    check<ValueError>(g.size() == 0 || amin(g).item() > 0, "weight_norm: a part of the weight ", weight.shape(),
                      " is zero, so that it has no direction; give it other initial values before");
    return {g, weight};
  }
};

struct SpectralNorm {
  int dim;
  std::int64_t iterations;
  double eps;
  Buffer _u, _v;   // PyTorch's names
  bool training = true;
  using Fields = nn::Fields<&SpectralNorm::_u, &SpectralNorm::_v>;

  Tensor matrix(const Tensor& weight) const { return flatten(dim == 0 ? weight : movedim(weight, dim, 0), 1); }
  void follow(const Tensor& matrix, std::int64_t steps) const {
    const NoGrad guard;
    Tensor u = _u.value(), v = _v.value();
    for (std::int64_t i = 0; i < steps; ++i) {
      u = normalize(mv(matrix, v), 2, 0, eps);
      v = normalize(mv(transpose(matrix), u), 2, 0, eps);
    }
    _u.set_value(u.value()), _v.set_value(v.value());
  }
  void begin(const Tensor& weight) {
    if (weight.rank() < 2) return;
    const Tensor m = matrix(weight);
    Generator& generator = default_generator();
    _u = normalize(randn({m.dim(0)}, generator, m.dtype()), 2, 0, eps).value();
    _v = normalize(randn({m.dim(1)}, generator, m.dtype()), 2, 0, eps).value();
    follow(m, 15);
  }
  Tensor divided(const Tensor& weight) const {
    const Tensor u = _u.value(), v = _v.value();
    return weight / dot(u, mv(matrix(weight), v));
  }
  Tensor operator()(const Tensor& weight) const {
    if (weight.rank() < 2) return normalize(weight, 2, 0, eps);
    if (!training) return divided(weight);
    const auto alone = _u.exclusive("spectral_norm");
    follow(matrix(weight.detach()), iterations);
    return divided(weight);
  }
  Tensor right_inverse(const Tensor& weight) const { return weight; }
};

// a [..., n, k], n >= k, with orthonormal columns that span the same, in the same order and sense.
Tensor orthonormal(const Tensor& a) {
  const auto [q, r] = linalg::qr(a);
  return q * unsqueeze(sign(diagonal(r, 0, -2, -1)), -2);
}

// The first columns of H₁·H₂⋯, each I − τ·v·vᵀ with v below the diagonal of `a` and 1 on it (LAPACK's convention).
Tensor householder_product(const Tensor& a, const Tensor& tau) {
  const std::int64_t n = a.dim(-2), k = a.dim(-1);
  const Tensor ones = eye(n, k, a.dtype()), v = a + ones;
  Tensor q = broadcast_to(ones, a.shape());
  for (std::int64_t i = k; i-- > 0;) {
    const Tensor vi = narrow(v, -1, i, 1), ti = unsqueeze(narrow(tau, -1, i, 1), -1);
    q = q - ti * matmul(vi, matmul(transpose(vi), q));
  }
  return q;
}

struct Orthogonal {
  OrthogonalMap map;
  Buffer base;   // [..., n, n]
  using Fields = nn::Fields<&Orthogonal::base>;

  // Of X [..., n, k], n >= k.
  Tensor mapped(Tensor x) const {
    const std::int64_t n = x.dim(-2), k = x.dim(-1);
    if (map == OrthogonalMap::householder) {
      const Tensor a = tril(x, -1), tau = 2 / (1 + sum(a * a, -2));
      return householder_product(a, tau) * unsqueeze(sign(diagonal(x, 0, -2, -1).detach()), -2);
    }
    x = tril(x);
    if (n != k) {
      std::vector<std::int64_t> rest(x.shape().begin(), x.shape().end());
      rest.back() = n - k;
      x = cat({x, zeros(rest, x.dtype())}, -1);
    }
    const Tensor a = x - transpose(x), one = eye(n, x.dtype());
    const Tensor q = map == OrthogonalMap::matrix_exp ? linalg::matrix_exp(a) : linalg::solve(one - a * 0.5, one + a * 0.5);
    return n == k ? q : narrow(q, -1, 0, k);
  }
  Tensor operator()(const Tensor& x) const {
    const bool wide = x.dim(-2) < x.dim(-1);
    const Tensor q = matmul(Tensor(base.value()), mapped(wide ? transpose(x) : x));
    return wide ? transpose(q) : q;
  }
  Tensor right_inverse(const Tensor& weight) {
    Tensor q = weight.dim(-2) < weight.dim(-1) ? transpose(weight) : weight;
    const std::int64_t n = q.dim(-2), k = q.dim(-1);
    if (n != k) {
      std::vector<std::int64_t> rest(q.shape().begin(), q.shape().end());
      rest.back() = n - k;
      q = cat({q, randn(rest, default_generator(), q.dtype())}, -1);
    }
    const auto epsilon = []<class T>(T) { return static_cast<double>(std::numeric_limits<T>::epsilon()); };
    const double eps = 10 * static_cast<double>(n) * visit_floating(q.dtype(), "orthogonal", epsilon);
    if (n != k || !allclose(matmul(transpose(q), q), eye(n, q.dtype()), 0, eps)) q = orthonormal(q);
    base = Buffer(q.value().as_contiguous());
    return (broadcast_to(-eye(weight.dim(-2), weight.dim(-1), weight.dtype()), weight.shape())).contiguous();
  }
};

}   // namespace

namespace detail {

void weight_norm(ModuleRef net, const WeightNormOptions& o) {
  const Tensor weight = weight_of(net, o.name);
  const int dim = weight.defined() && o.dim != -1 ? axis_of("weight_norm", o.dim, weight) : -1;
  parametrize(net, o.name, std::make_unique<StepOf<WeightNorm>>(WeightNorm{dim}));
}

void spectral_norm(ModuleRef net, const SpectralNormOptions& o) {
  check<ValueError>(o.n_power_iterations >= 1, "spectral_norm: n_power_iterations is at least 1, not ", o.n_power_iterations);
  const LookAtWeight look = looked_at(net, o.name);
  const Tensor& weight = look.weight;
  SpectralNorm step{.dim = 0, .iterations = o.n_power_iterations, .eps = o.eps, ._u = {}, ._v = {}};
  if (weight.defined()) {
    check<ShapeError>(weight.rank() >= 1, "spectral_norm: ", o.name, " is a single number ", weight.shape());
    step.dim = axis_of("spectral_norm", o.dim.value_or(look.of_transposed_conv && weight.rank() > 1 ? 1 : 0), weight);
    step.begin(weight);
  }
  parametrize(net, o.name, std::make_unique<StepOf<SpectralNorm>>(std::move(step)));
}

void orthogonal(ModuleRef net, const OrthogonalOptions& o) {
  const Tensor weight = weight_of(net, o.name);
  Orthogonal step{o.orthogonal_map, {}};
  if (weight.defined()) {
    check<ValueError>(!is_parametrized(net, o.name), "orthogonal: ", o.name,
                      " is parametrized already; of several parametrizations orthogonal comes "
                      "first, since it begins with the weight that is there");
    check<ShapeError>(weight.rank() >= 2, "orthogonal: needs a matrix or a batch of them, but ", o.name, " is ", weight.shape());
    if (step.map == OrthogonalMap::automatic)
      step.map = weight.dim(-2) == weight.dim(-1) ? OrthogonalMap::matrix_exp : OrthogonalMap::householder;
  }
  parametrize(net, o.name, std::make_unique<StepOf<Orthogonal>>(std::move(step)));
}

}   // namespace detail
}   // namespace gradus::nn
