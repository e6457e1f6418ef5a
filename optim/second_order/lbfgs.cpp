#include <gradus/optim/second_order/lbfgs.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

#include <gradus/optim/driver/internal/checked_parameters.h>
#include <gradus/optim/kernels/partition.h>
#include <gradus/optim/second_order/internal/vectors.h>

namespace gradus::optim {
namespace {

constexpr double huge = 1e150;                  // squares of such numbers leave the range

using vectors::add, vectors::blend, vectors::dot, vectors::largest, vectors::scaled;

// The parameters as one row, for loops on all cores.
Partition row_of(const Parameters& parameters) {
  Partition row;
  for (const NamedParameter& p : parameters) row.add(p.leaf->value.size());
  return row;
}

// Where each parameter begins in the vector; at last the vector's length.
SmallVector<std::int64_t, 16> offsets_of(const Parameters& parameters) {
  SmallVector<std::int64_t, 16> out;
  std::int64_t at = 0;
  for (const NamedParameter& p : parameters) {
    out.push_back(at);
    at += p.leaf->value.size();
  }
  out.push_back(at);
  return out;
}

// The arrays, one for each parameter and zeros for those that are undefined, as one vector of doubles.
Array joined(const Parameters& parameters, const SmallVector<Array, 16>& arrays) {
  const SmallVector<std::int64_t, 16> offsets = offsets_of(parameters);
  Array out({offsets[parameters.size()]}, f64);
  double* all = out.mutable_data<double>();
  row_of(parameters).for_each([&](std::size_t i, std::int64_t begin, std::int64_t end) {
    double* to = all + offsets[i];
    if (!arrays[i].defined()) std::fill(to + begin, to + end, 0.);
    else
      visit_floating(arrays[i].dtype(), "LBFGS",
                     [&]<class T>(T) { std::copy(arrays[i].data<T>() + begin, arrays[i].data<T>() + end, to + begin); });
  });
  return out;
}

// y·s / y·y, also where y·y leaves the range.
double inverse_curvature(const Array& y, const Array& s, double ys) {
  const double yy = dot(y, y);
  if (std::isfinite(yy)) return ys / yy;
  const double size = largest(y);
  const Array unit = scaled(1 / size, y);
  return dot(unit, s) / dot(unit, unit) / size;
}

}  // namespace

LBFGS::LBFGS(const Parameters& parameters, const LBFGSOptions& options) : parameters_(parameters), options_(options) {
  check_options("LBFGS", options);
  check<ValueError>(!parameters.empty(), "LBFGS: needs at least one parameter");
  std::set<const Leaf*> leaves;
  std::set<std::string> names;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    NamedParameter& p = parameters_[i];
    if (p.name.empty()) p.name = text("parameter.", i);
    check<ValueError>(p.leaf && p.leaf->value.defined(), "LBFGS: parameter ", p.name, " is undefined");
    check<DtypeError>(computes_in(p.leaf->value.dtype()), "LBFGS: parameter ", p.name, " is ", p.leaf->value.dtype(),
                      "; only f32 and f64 can be trained");
    check<ValueError>(leaves.insert(p.leaf.get()).second, "LBFGS: parameter ", p.name, " is given twice");
    check<ValueError>(names.insert(p.name).second, "LBFGS: ", named_alike(p.name));
  }
}

void LBFGS::set_options(const LBFGSOptions& options) {
  check_options("LBFGS", options);
  options_ = options;
}

void LBFGS::zero_grad() {
  for (const NamedParameter& p : parameters_) p.leaf->zero_grad();
}

Array LBFGS::weights() const {
  SmallVector<Array, 16> arrays;
  for (const NamedParameter& p : parameters_) arrays.push_back(p.leaf->value.as_contiguous());
  return joined(parameters_, arrays);
}

Array LBFGS::gradient() const {
  SmallVector<Array, 16> arrays;
  for (const NamedParameter& p : parameters_) {
    const Tensor grad = p.leaf->gradient();
    check_not_abandoned("LBFGS", p.name, *p.leaf);
    check<ShapeError>(!grad.defined() || grad.shape() == p.leaf->value.shape(), "LBFGS: the gradient of ", p.name, " has shape ",
                      grad.shape(), " but the parameter has ", p.leaf->value.shape());
    arrays.push_back(grad.defined() ? grad.value().as_contiguous() : Array());
  }
  return joined(parameters_, arrays);
}

void LBFGS::set_weights(const Array& from, double t, const Array& direction) {
  const SmallVector<std::int64_t, 16> offsets = offsets_of(parameters_);
  const double *x = from.data<double>(), *d = direction.data<double>();
  SmallVector<Array, 16> fresh;
  for (const NamedParameter& p : parameters_) fresh.push_back(Array(p.leaf->value.shape(), p.leaf->value.dtype()));
  row_of(parameters_).for_each([&](std::size_t i, std::int64_t begin, std::int64_t end) {
    visit_floating(fresh[i].dtype(), "LBFGS", [&]<class T>(T) {
      T* w = fresh[i].mutable_data<T>();
      for (std::int64_t j = begin, at = offsets[i] + begin; j < end; ++j, ++at) w[j] = static_cast<T>(x[at] + t * d[at]);
    });
  });
  for (std::size_t i = 0; i < parameters_.size(); ++i) parameters_[i].leaf->value = std::move(fresh[i]);
}

// Takes the last step's changes of weights and gradient into the history, if they show positive curvature.
void LBFGS::remember(const Array& gradient) {
  Memory& m = memory_;
  Array y = blend(1, gradient, -1, m.gradient), s = scaled(m.t, m.direction);
  const double curvature = dot(y, s);
  if (!(curvature > 1e-10)) return;
  while (static_cast<std::int64_t>(m.y.size()) >= options_.history_size) {
    m.y.erase(m.y.begin());
    m.s.erase(m.s.begin());
    m.curvature.erase(m.curvature.begin());
  }
  m.scale = inverse_curvature(y, s, curvature);
  m.y.push_back(std::move(y));
  m.s.push_back(std::move(s));
  m.curvature.push_back(curvature);
}

// −H·g by the two loops over the history (Nocedal and Wright 2006, algorithm 7.4).
Array LBFGS::direction(const Array& gradient) const {
  const Memory& m = memory_;
  SmallVector<double, 128> alpha;
  alpha.resize(m.y.size());
  Array q = scaled(-1, gradient);
  for (std::size_t i = m.y.size(); i-- > 0;) {
    alpha[i] = dot(m.s[i], q) / m.curvature[i];
    add(q, -alpha[i], m.y[i]);
  }
  q = scaled(m.scale, q);
  for (std::size_t i = 0; i < m.y.size(); ++i) add(q, alpha[i] - dot(m.y[i], q) / m.curvature[i], m.s[i]);
  return q;
}

double LBFGS::step(const Closure& closure) {
  SmallVector<Array, 16> before;
  for (const NamedParameter& p : parameters_) before.push_back(p.leaf->value);
  try {
    return run(closure);
  } catch (...) {
    for (std::size_t i = 0; i < before.size(); ++i) parameters_[i].leaf->value = before[i];
    const std::int64_t evaluations = memory_.evaluations;
    memory_ = Memory();
    memory_.evaluations = evaluations;
    throw;
  }
}

double LBFGS::run(const Closure& closure) {
  Memory& m = memory_;
  std::int64_t evaluations = 0;
  const auto loss_now = [&] {
    ++evaluations;
    ++m.evaluations;
    return loss_of("LBFGS", closure);
  };
  const std::int64_t most = options_.max_eval > 0 ? options_.max_eval : options_.max_iter * 5 / 4;
  const double first = loss_now();
  double loss = first;
  Array g = gradient();
  const bool any = m.iterations > 0 ||
                   std::any_of(parameters_.begin(), parameters_.end(), [](const NamedParameter& p) { return p.leaf->has_gradient(); });
  check<ValueError>(any, "LBFGS: no parameter has a gradient after the closure: ", no_gradients());
  if (largest(g) <= options_.tolerance_grad) return first;

  for (std::int64_t iteration = 1; iteration <= options_.max_iter; ++iteration) {
    if (++m.iterations > 1) remember(g);
    Array d = direction(g);
    double t = options_.lr;
    if (m.iterations == 1) {
      const double sum = vectors::absolute_sum(g), size = largest(g);
      const bool beyond = size > huge;   // the same step along a shorter direction, whose slope is a number
      if (beyond) d = scaled(1 / size, d);
      t *= beyond ? size / sum : std::min(1., 1 / sum);
    }
    const double slope = dot(g, d), previous = loss;
    m.gradient = g;
    m.direction = d;
    m.t = t;
    if (slope > -options_.tolerance_change) break;

    const Array x = weights();
    if (options_.line_search == LineSearch::strong_wolfe) {
      const auto at = [&](double to) {
        set_weights(x, to, d);
        const double f = loss_now();
        Array gradient_there = gradient();
        const double slope_there = dot(gradient_there, d);
        return LinePoint{to, f, std::move(gradient_there), slope_there};
      };
      LinePoint best = strong_wolfe(std::ref(at), {0, loss, g, slope}, t, largest(d), options_.tolerance_change, most - evaluations);
      m.t = t = best.t;
      loss = best.f;
      g = std::move(best.g);
      set_weights(x, t, d);
    } else {
      set_weights(x, t, d);
      if (iteration == options_.max_iter) break;   // with noisy losses there would be no use in asking again here
      loss = loss_now();
      g = gradient();
    }
    const bool still = largest(d) * std::abs(t) <= options_.tolerance_change || std::abs(loss - previous) < options_.tolerance_change;
    if (evaluations >= most || largest(g) <= options_.tolerance_grad || still) break;
  }
  return first;
}

}  // namespace gradus::optim
