// The rules again, one number at a time in plain double and in the words of the papers: an oracle that shares no code with the library.
#pragma once
#include <algorithm>
#include <cmath>
#include <optional>

namespace gradus::optim::testing {

struct ScalarSGD {
  double momentum = 0, dampening = 0, decay = 0;
  bool nesterov = false, maximize = false;
  std::optional<double> velocity = {};

  double step(double w, double g, double lr) {
    g = (maximize ? -g : g) + decay * w;
    if (momentum == 0) return w - lr * g;
    velocity = velocity ? momentum * *velocity + (1 - dampening) * g : g;
    return w - lr * (nesterov ? g + momentum * *velocity : *velocity);
  }
};

// The lecture's and others' momentum: an average of gradients, or a velocity that has the learning rate in it.
struct ScalarAverage {
  double beta = 0.9, decay = 0;
  bool debiased = false;
  double average = 0;
  int t = 0;

  double step(double w, double g, double lr) {
    g += decay * w;
    average = beta * average + (1 - beta) * g;
    return w - lr * average / (debiased ? 1 - std::pow(beta, ++t) : 1);
  }
};
struct ScalarVelocity {
  double momentum = 0.9;
  bool nesterov = false;
  double velocity = 0;

  double step(double w, double g, double lr) {
    velocity = momentum * velocity - lr * g;
    return nesterov ? w + momentum * velocity - lr * g : w + velocity;
  }
};

struct ScalarRMSprop {
  double alpha = 0.99, eps = 1e-8, decay = 0, momentum = 0;
  bool centered = false, maximize = false, inside = false, lr_inside = false;
  double mean_square = 0, mean = 0, velocity = 0;

  double step(double w, double g, double lr) {
    g = (maximize ? -g : g) + decay * w;
    mean_square = alpha * mean_square + (1 - alpha) * std::pow(g, 2);
    mean = alpha * mean + (1 - alpha) * g;
    const double variance = centered ? std::max(0., mean_square - std::pow(mean, 2)) : mean_square;
    const double direction = g / (inside ? std::sqrt(variance + eps) : std::sqrt(variance) + eps);
    velocity = momentum * velocity + (lr_inside ? lr * direction : direction);
    return w - (lr_inside ? velocity : lr * velocity);
  }
};

struct ScalarAdam {
  double beta1 = 0.9, beta2 = 0.999, eps = 1e-8, coupled = 0, decoupled = 0;
  bool amsgrad = false, maximize = false, uncorrected = false;
  enum { outside, inside, scaled_hat } eps_at = outside;
  double first = 0, second = 0, largest = 0;
  int t = 0;

  double step(double w, double g, double lr) {
    ++t;
    g = (maximize ? -g : g) + coupled * w;
    w -= lr * decoupled * w;
    first = beta1 * first + (1 - beta1) * g;
    second = beta2 * second + (1 - beta2) * std::pow(g, 2);
    largest = std::max(largest, second);
    const double part1 = uncorrected ? 1 : 1 - std::pow(beta1, t), part2 = uncorrected ? 1 : 1 - std::pow(beta2, t);
    const double first_hat = first / part1, second_hat = (amsgrad ? largest : second) / part2;
    if (eps_at == inside) return w - lr * first_hat / std::sqrt(second_hat + eps);
    return w - lr * first_hat / (std::sqrt(second_hat) + (eps_at == scaled_hat ? eps / std::sqrt(part2) : eps));
  }
};

struct ScalarAdagrad {
  double lr_decay = 0, decay = 0, sum = 0, eps = 1e-10;
  bool maximize = false, inside = false;
  int t = 0;

  double step(double w, double g, double lr) {
    g = (maximize ? -g : g) + decay * w;
    sum += std::pow(g, 2);
    const double rate = lr / (1 + lr_decay * t++);
    return w - rate * g / (inside ? std::sqrt(sum + eps) : std::sqrt(sum) + eps);
  }
};

struct ScalarAdadelta {
  double rho = 0.9, eps = 1e-6, decay = 0;
  bool maximize = false;
  double gradients = 0, changes = 0;

  double step(double w, double g, double lr) {
    g = (maximize ? -g : g) + decay * w;
    gradients = rho * gradients + (1 - rho) * std::pow(g, 2);
    const double change = -std::sqrt((changes + eps) / (gradients + eps)) * g;
    changes = rho * changes + (1 - rho) * std::pow(change, 2);
    return w + lr * change;
  }
};

struct ScalarAdamax {
  double beta1 = 0.9, beta2 = 0.999, eps = 1e-8, decay = 0;
  bool maximize = false, outside = false;
  double first = 0, top = 0;
  int t = 0;

  double step(double w, double g, double lr) {
    g = (maximize ? -g : g) + decay * w;
    first = beta1 * first + (1 - beta1) * g;
    top = std::max(beta2 * top, std::fabs(g) + (outside ? 0 : eps));
    return w - lr * (first / (1 - std::pow(beta1, ++t))) / (outside ? top + eps : top);
  }
};

struct ScalarNAdam {
  double beta1 = 0.9, beta2 = 0.999, eps = 1e-8, decay = 0, psi = 4e-3;
  bool decoupled = false, maximize = false;
  double first = 0, second = 0;
  int t = 0;

  double mu(int at) const { return beta1 * (1 - std::pow(0.96, at * psi) / 2); }
  double step(double w, double g, double lr) {
    ++t;
    g = maximize ? -g : g;
    if (decoupled) w -= lr * decay * w;
    else g += decay * w;
    first = beta1 * first + (1 - beta1) * g;
    second = beta2 * second + (1 - beta2) * std::pow(g, 2);
    double product = 1;
    for (int i = 1; i <= t; ++i) product *= mu(i);
    const double ahead = mu(t + 1) * first / (1 - product * mu(t + 1)) + (1 - mu(t)) * g / (1 - product);
    return w - lr * ahead / (std::sqrt(second / (1 - std::pow(beta2, t))) + eps);
  }
};

struct ScalarRAdam {
  double beta1 = 0.9, beta2 = 0.999, eps = 1e-8, decay = 0;
  bool decoupled = false, maximize = false;
  double first = 0, second = 0;
  int t = 0;

  double step(double w, double g, double lr) {
    ++t;
    g = maximize ? -g : g;
    if (decoupled) w -= lr * decay * w;
    else g += decay * w;
    first = beta1 * first + (1 - beta1) * g;
    second = beta2 * second + (1 - beta2) * std::pow(g, 2);
    const double first_hat = first / (1 - std::pow(beta1, t)), power = std::pow(beta2, t);
    const double infinite = 2 / (1 - beta2) - 1, rho = infinite - 2 * t * power / (1 - power);
    if (rho <= 5) return w - lr * first_hat;
    const double rectification = std::sqrt((rho - 4) / (infinite - 4) * (rho - 2) / (infinite - 2) * infinite / rho);
    return w - lr * first_hat * rectification * std::sqrt(1 - power) / (std::sqrt(second) + eps);
  }
};

struct ScalarASGD {
  double lambda = 1e-4, alpha = 0.75, decay = 0;
  bool maximize = false;
  double eta = 0;
  int t = 0;

  double step(double w, double g, double lr) {
    if (t == 0) eta = lr;
    g = (maximize ? -g : g) + decay * w;
    w -= eta * (lambda * w + g);
    eta = lr * std::pow(1 + lambda * lr * ++t, -alpha);
    return w;
  }
};

struct ScalarRprop {
  double minus = 0.5, plus = 1.2, least = 1e-6, most = 50;
  bool maximize = false;
  double before = 0;
  std::optional<double> size = {};

  double step(double w, double g, double lr) {
    g = maximize ? -g : g;
    if (!size) size = lr;
    if ((g > 0 && before > 0) || (g < 0 && before < 0)) *size *= plus;
    if ((g > 0 && before < 0) || (g < 0 && before > 0)) {
      *size *= minus;
      g = 0;
    }
    size = std::clamp(*size, least, most);
    before = g;
    return g > 0 ? w - *size : g < 0 ? w + *size : w;
  }
};

// In the paper's three sequences; w is y.
struct ScalarScheduleFree {
  double beta1 = 0.9, beta2 = 0.999, eps = 1e-8, decay = 0, warmup = 0, r = 0, power = 2;
  double x = 0, z = 0, second = 0, sum = 0, top = 0;
  int t = 0;

  double step(double y, double g, double lr) {
    if (t++ == 0) x = z = y;
    if (t < warmup) lr *= t / warmup;
    top = std::max(top, lr);
    sum += std::pow(t, r) * std::pow(top, power);
    const double c = std::pow(t, r) * std::pow(top, power) / sum;
    second = beta2 * second + (1 - beta2) * std::pow(g, 2);
    z -= lr * (g / (std::sqrt(second / (1 - std::pow(beta2, t))) + eps) + decay * y);
    x = (1 - c) * x + c * z;
    return (1 - beta1) * z + beta1 * x;
  }
};

// In the paper's words: σ for the proximal term, z, and the closed form of the minimum; with Keras's power, shrinkage and doubled λ₂.
struct ScalarFtrl {
  double l1 = 0, l2 = 0, shrinkage = 0, beta = 0, n = 0.1, power = 0.5;
  bool maximize = false;
  double z = 0;

  double step(double w, double g, double lr) {
    g = maximize ? -g : g;
    const double sigma = (std::pow(n + g * g, power) - std::pow(n, power)) / lr;
    z += g + 2 * shrinkage * w - sigma * w;
    n += g * g;
    return std::abs(z) <= l1 ? 0 : -(z - std::copysign(l1, z)) / ((beta + std::pow(n, power)) / lr + 2 * l2);
  }
};

struct ScalarLion {
  double beta1 = 0.9, beta2 = 0.99, decay = 0, average = 0;

  double step(double w, double g, double lr) {
    const double blend = beta1 * average + (1 - beta1) * g;
    average = beta2 * average + (1 - beta2) * g;
    return w - lr * ((blend > 0) - (blend < 0) + decay * w);
  }
};

}  // namespace gradus::optim::testing
