#include <gradus/autograd/base/drawing/internal/ticks.h>

#include <algorithm>

#include <gradus/autograd/base/drawing/internal/number.h>

namespace gradus::drawing {

void Span::meet(double value) {
  if (takes(value)) low = std::min(low, value), high = std::max(high, value);
}

double Span::at(double value) const {
  if (!(high > low)) return 0.5;
  return log ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low);
}

double nice_step(double range, int pieces) {
  const double rough = range / pieces, power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1., 2., 5.})
    if (rough <= factor * power) return factor * power;
  return 10 * power;
}

Ticks even_ticks(double low, double high, double step) {
  Ticks out{.at = {}, .step = step};
  const double first = std::ceil(low / step - 1e-9);
  for (int i = 0; (first + i) * step <= high + 1e-9 * step && i < 100; ++i) out.at.push_back((first + i) * step + 0.0);
  return out;
}

Ticks ticks(const Span& span, int pieces) {
  if (!(span.high > span.low)) return {.at = {span.low}};
  if (!span.log) return even_ticks(span.low, span.high, nice_step(span.high - span.low, pieces));
  const double first = std::floor(std::log10(span.low) + 1e-9), last = std::ceil(std::log10(span.high) - 1e-9);
  const bool few = last - first < 3;
  const double every = std::ceil((last - first) / (2 * pieces));
  const auto inside = [&](double value) { return value >= span.low * (1 - 1e-9) && value <= span.high * (1 + 1e-9); };
  Ticks out;
  for (double power = first; power <= last; power += every)
    for (const double factor : {1., 2., 5.})
      if (const double value = factor * std::pow(10, power); (factor == 1 || few) && inside(value)) out.at.push_back(value);
  return out;
}

std::string Ticks::text(std::size_t i) const {
  const double value = at[i];
  if (step != 0 && std::abs(value) < step / 2) return "0";
  const bool plain = step == 0 || step < 1e-4 || std::abs(value) >= 1e6;
  const int decimals = plain ? 0 : std::max(0, static_cast<int>(std::ceil(-std::log10(step) - 1e-9)));
  const std::string size = plain ? general(std::abs(value), 6) : fixed(std::abs(value), decimals);
  return (value < 0 ? "−" : "") + size;
}

}  // namespace gradus::drawing
