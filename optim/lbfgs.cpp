#include <gradus/optim/lbfgs.h>

#include <algorithm>
#include <cmath>
#include <set>

#include <gradus/optim/require.h>

namespace gradus::optim {
namespace {

using Vector = std::vector<double>;

double dot(const Vector& a, const Vector& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

double largest(const Vector& a) {
  double out = 0;
  for (double x : a) out = std::isnan(x) ? x : std::max(out, std::abs(x));
  return out;
}

// y ← y + a·x
void add(Vector& y, double a, const Vector& x) {
  for (std::size_t i = 0; i < y.size(); ++i) y[i] += a * x[i];
}

}  // namespace

LBFGS::LBFGS(const Parameters& parameters, const LBFGSOptions& options) : parameters_(parameters), options_(options) {
  validate(options);
  check<ValueError>(!parameters.empty(), "LBFGS: needs at least one parameter");
  std::set<const Leaf*> leaves;
  std::set<std::string> names;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    NamedParameter& p = parameters_[i];
    if (p.name.empty()) p.name = text("parameter.", i);
    check<ValueError>(p.leaf && p.leaf->value.defined(), "LBFGS: parameter ", p.name, " is undefined");
    check<DtypeError>(is_floating(p.leaf->value.dtype()), "LBFGS: parameter ", p.name, " is ", p.leaf->value.dtype(),
                      "; only f32 and f64 can be trained");
    check<ValueError>(leaves.insert(p.leaf.get()).second && names.insert(p.name).second, "LBFGS: parameter ", p.name, " is given twice");
  }
}

void LBFGS::set_options(const LBFGSOptions& options) {
  validate(options);
  options_ = options;
}

void LBFGS::zero_grad() {
  for (const NamedParameter& p : parameters_) p.leaf->grad = {};
}

LBFGS::Vector LBFGS::weights() const {
  Vector out;
  for (const NamedParameter& p : parameters_)
    for (double x : p.leaf->value.to_vector()) out.push_back(x);
  return out;
}

LBFGS::Vector LBFGS::gradient() const {
  Vector out;
  for (const NamedParameter& p : parameters_) {
    const Array& value = p.leaf->value;
    const Tensor& grad = p.leaf->grad;
    if (!grad.defined()) {
      out.resize(out.size() + static_cast<std::size_t>(value.size()));
      continue;
    }
    check<ShapeError>(grad.shape() == value.shape(), "LBFGS: the gradient of ", p.name, " has shape ", grad.shape(), " but the parameter has ",
                      value.shape());
    for (double x : grad.value().to_vector()) out.push_back(x);
  }
  return out;
}

void LBFGS::set_weights(const Vector& from, double t, const Vector& direction) {
  std::size_t at = 0;
  for (const NamedParameter& p : parameters_) {
    Array fresh(p.leaf->value.shape(), p.leaf->value.dtype());
    visit_floating(fresh.dtype(), "LBFGS", [&]<class T>(T) {
      for (T& w : fresh.mutable_span<T>()) {
        w = static_cast<T>(from[at] + t * direction[at]);
        ++at;
      }
    });
    p.leaf->value = std::move(fresh);
  }
}

// Takes the last step's changes of weights and gradient into the history, if they show positive curvature.
void LBFGS::remember(const Vector& gradient) {
  Memory& m = memory_;
  Vector y = gradient, s(m.direction.size());
  add(y, -1, m.gradient);
  for (std::size_t i = 0; i < s.size(); ++i) s[i] = m.t * m.direction[i];
  const double curvature = dot(y, s);
  if (!(curvature > 1e-10)) return;
  while (static_cast<std::int64_t>(m.y.size()) >= options_.history_size) {
    m.y.erase(m.y.begin());
    m.s.erase(m.s.begin());
  }
  m.scale = curvature / dot(y, y);
  m.y.push_back(std::move(y));
  m.s.push_back(std::move(s));
}

// −H·g by the two loops over the history (Nocedal and Wright 2006, algorithm 7.4).
LBFGS::Vector LBFGS::direction(const Vector& gradient) const {
  const Memory& m = memory_;
  Vector q(gradient.size()), alpha(m.y.size());
  add(q, -1, gradient);
  for (std::size_t i = m.y.size(); i-- > 0;) {
    alpha[i] = dot(m.s[i], q) / dot(m.y[i], m.s[i]);
    add(q, -alpha[i], m.y[i]);
  }
  for (double& x : q) x *= m.scale;
  for (std::size_t i = 0; i < m.y.size(); ++i) add(q, alpha[i] - dot(m.y[i], q) / dot(m.y[i], m.s[i]), m.s[i]);
  return q;
}

double LBFGS::step(const Closure& closure) {
  std::vector<Array> before;
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
    return closure().value().item();
  };
  const std::int64_t most = options_.max_eval > 0 ? options_.max_eval : options_.max_iter * 5 / 4;
  const double first = loss_now();
  double loss = first;
  Vector g = gradient();
  if (largest(g) <= options_.tolerance_grad) return first;

  for (std::int64_t iteration = 1; iteration <= options_.max_iter; ++iteration) {
    if (++m.iterations > 1) remember(g);
    Vector d = direction(g);
    double size = 0;
    for (double x : g) size += std::abs(x);
    double t = m.iterations == 1 ? std::min(1., 1 / size) * options_.lr : options_.lr;
    const double slope = dot(g, d), previous = loss;
    m.gradient = g;
    m.direction = d;
    m.t = t;
    if (slope > -options_.tolerance_change) break;

    const Vector x = weights();
    if (options_.line_search == LineSearch::strong_wolfe) {
      const auto at = [&](double to) {
        set_weights(x, to, d);
        const double f = loss_now();
        Vector gradient_there = gradient();
        const double slope_there = dot(gradient_there, d);
        return LinePoint{to, f, std::move(gradient_there), slope_there};
      };
      LinePoint best = strong_wolfe(at, {0, loss, g, slope}, t, largest(d), options_.tolerance_change, most - evaluations);
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
