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

struct ScalarRMSprop {
  double alpha = 0.99, eps = 1e-8, decay = 0, momentum = 0;
  bool centered = false, maximize = false;
  double mean_square = 0, mean = 0, velocity = 0;

  double step(double w, double g, double lr) {
    g = (maximize ? -g : g) + decay * w;
    mean_square = alpha * mean_square + (1 - alpha) * std::pow(g, 2);
    mean = alpha * mean + (1 - alpha) * g;
    const double variance = centered ? std::max(0., mean_square - std::pow(mean, 2)) : mean_square;
    const double direction = g / (std::sqrt(variance) + eps);
    velocity = momentum * velocity + direction;
    return w - lr * velocity;
  }
};

struct ScalarAdam {
  double beta1 = 0.9, beta2 = 0.999, eps = 1e-8, coupled = 0, decoupled = 0;
  bool amsgrad = false, maximize = false;
  double first = 0, second = 0, largest = 0;
  int t = 0;

  double step(double w, double g, double lr) {
    ++t;
    g = (maximize ? -g : g) + coupled * w;
    w -= lr * decoupled * w;
    first = beta1 * first + (1 - beta1) * g;
    second = beta2 * second + (1 - beta2) * std::pow(g, 2);
    largest = std::max(largest, second);
    const double first_hat = first / (1 - std::pow(beta1, t));
    const double second_hat = (amsgrad ? largest : second) / (1 - std::pow(beta2, t));
    return w - lr * first_hat / (std::sqrt(second_hat) + eps);
  }
};

}  // namespace gradus::optim::testing
