// The rules for whole parameters again, in plain loops over double and in the words of the papers: an oracle that shares no code with the
// library. A parameter is a stack of `matrices` matrices of rows × columns; a vector has rows 0.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace gradus::optim::testing {

using Values = std::vector<double>;

inline double root_mean_square(const Values& x) {
  double sum = 0;
  for (double v : x) sum += v * v;
  return std::sqrt(sum / static_cast<double>(x.size()));
}

struct NaiveAdafactor {
  std::size_t rows = 0, columns = 1;
  double decay_power = -0.8, eps1 = 0x1p-52, eps2 = 1e-3, clip = 1, decay = 0;
  bool maximize = false;
  Values row = {}, column = {}, all = {};
  int t = 0;

  void step(Values& w, Values g, double lr) {
    const double old = 1 - std::pow(++t, decay_power), fresh = 1 - old,
                 rate = std::max(eps2, root_mean_square(w)) * std::min(lr, 1 / std::sqrt(t));
    for (double& x : g) x = maximize ? -x : x;
    Values v(g.size());
    if (rows == 0) {
      all.resize(g.size());
      for (std::size_t i = 0; i < g.size(); ++i) v[i] = all[i] = old * all[i] + fresh * g[i] * g[i];
    } else {
      const std::size_t matrices = g.size() / (rows * columns);
      row.resize(matrices * rows);
      column.resize(matrices * columns);
      for (std::size_t k = 0; k < matrices; ++k) {
        const auto at = [&](std::size_t i, std::size_t j) { return (k * rows + i) * columns + j; };
        double mean = 0;
        for (std::size_t i = 0; i < rows; ++i) {
          double sum = 0;
          for (std::size_t j = 0; j < columns; ++j) sum += std::pow(g[at(i, j)], 2);
          row[k * rows + i] = old * row[k * rows + i] + fresh * sum / static_cast<double>(columns);
          mean += row[k * rows + i] / static_cast<double>(rows);
        }
        for (std::size_t j = 0; j < columns; ++j) {
          double sum = 0;
          for (std::size_t i = 0; i < rows; ++i) sum += std::pow(g[at(i, j)], 2);
          column[k * columns + j] = old * column[k * columns + j] + fresh * sum / static_cast<double>(rows);
        }
        for (std::size_t i = 0; i < rows; ++i)
          for (std::size_t j = 0; j < columns; ++j) v[at(i, j)] = row[k * rows + i] * column[k * columns + j] / std::max(mean, eps1);
      }
    }
    for (std::size_t i = 0; i < g.size(); ++i) g[i] /= std::max(std::sqrt(v[i]), eps1);
    const double shrink = std::max(1., root_mean_square(g) / clip);
    for (std::size_t i = 0; i < g.size(); ++i) w[i] = w[i] - lr * decay * w[i] - rate * g[i] / shrink;
  }
};

struct NaiveLAMB {
  double beta1 = 0.9, beta2 = 0.999, eps = 1e-6, decay = 0;
  bool maximize = false;
  Values first = {}, second = {};
  int t = 0;

  void step(Values& w, const Values& gradient, double lr) {
    ++t;
    first.resize(w.size());
    second.resize(w.size());
    Values r(w.size());
    for (std::size_t i = 0; i < w.size(); ++i) {
      const double g = maximize ? -gradient[i] : gradient[i];
      first[i] = beta1 * first[i] + (1 - beta1) * g;
      second[i] = beta2 * second[i] + (1 - beta2) * g * g;
      r[i] = first[i] / (1 - std::pow(beta1, t)) / (std::sqrt(second[i] / (1 - std::pow(beta2, t))) + eps) + decay * w[i];
    }
    const double length = root_mean_square(w), step = root_mean_square(r), trust = length > 0 && step > 0 ? length / step : 1;
    for (std::size_t i = 0; i < w.size(); ++i) w[i] -= lr * trust * r[i];
  }
};

struct NaiveMuon {
  std::size_t rows, columns;
  double momentum = 0.95, decay = 0.1, a = 3.4445, b = -4.7750, c = 2.0315;
  int iterations = 5;
  bool nesterov = true, match_adamw = false;
  Values average = {};

  // The iteration as it is published, X ← aX + b(XXᵀ)X + c(XXᵀ)²X, whichever side is longer.
  static Values product(const Values& x, const Values& y, std::size_t m, std::size_t k, std::size_t n) {
    Values out(m * n);
    for (std::size_t i = 0; i < m; ++i)
      for (std::size_t l = 0; l < k; ++l)
        for (std::size_t j = 0; j < n; ++j) out[i * n + j] += x[i * k + l] * y[l * n + j];
    return out;
  }
  void step(Values& w, const Values& g, double lr) {
    average.resize(w.size());
    Values x(w.size());
    for (std::size_t i = 0; i < w.size(); ++i) {
      average[i] = momentum * average[i] + (1 - momentum) * g[i];
      x[i] = nesterov ? (1 - momentum) * g[i] + momentum * average[i] : average[i];
    }
    const double norm = root_mean_square(x) * std::sqrt(static_cast<double>(x.size()));
    for (double& v : x) v /= std::max(norm, 1e-7);
    for (int k = 0; k < iterations; ++k) {
      Values transposed(x.size());
      for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < columns; ++j) transposed[j * rows + i] = x[i * columns + j];
      const Values gram = product(x, transposed, rows, columns, rows), once = product(gram, x, rows, rows, columns),
                     twice = product(gram, once, rows, rows, columns);
      for (std::size_t i = 0; i < x.size(); ++i) x[i] = a * x[i] + b * once[i] + c * twice[i];
    }
    const double m = static_cast<double>(rows), n = static_cast<double>(columns);
    const double scale = match_adamw ? 0.2 * std::sqrt(std::max(m, n)) : std::sqrt(std::max(1., m / n));
    for (std::size_t i = 0; i < w.size(); ++i) w[i] -= lr * decay * w[i] + lr * scale * x[i];
  }
};

}  // namespace gradus::optim::testing
