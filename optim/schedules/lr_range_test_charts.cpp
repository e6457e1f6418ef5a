// A range test in the terminal and as an SVG: the loss over the learning rate, as it was and smoothed, with what is suggested.
#include <gradus/optim/schedules/lr_range_test.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <ostream>

#include <gradus/autograd/base/draw/internal/chart.h>

namespace gradus::optim {
namespace {

// Losses beyond the worst that was normal would press all others flat: they end at the upper edge, and what is not finite is left out.
std::vector<double> cut(const std::vector<double>& losses, std::size_t n, double edge) {
  std::vector<double> out;
  for (std::size_t i = 0; i < n; ++i)
    out.push_back(i < losses.size() && std::isfinite(losses[i]) ? std::min(losses[i], edge) : std::numeric_limits<double>::quiet_NaN());
  return out;
}

std::vector<Chart> charts(const RangeTest& test) {
  const std::size_t n = test.lr.size();
  const std::vector<double> normal(test.smoothed.begin(), test.smoothed.end() - (test.diverged && test.smoothed.size() > 1));
  const auto [best, worst] = std::minmax_element(normal.begin(), normal.end());
  const double edge = normal.empty() ? 0 : *worst + 0.25 * (*worst - *best);
  Chart chart{.title = "loss", .x_title = "lr", .curves = {cut(test.smoothed, n, edge), cut(test.loss, n, edge)}, .first = test.lr.front(), .last = test.lr.back(),
              .axis = test.spacing == Spacing::linear ? Chart::Axis::linear : Chart::Axis::logarithmic, .least = normal.empty() ? 0 : INFINITY};
  const auto mark = [&](const std::optional<double>& lr, const char* label) {
    if (!lr || n < 2 || *lr < chart.first) return;
    const double part = test.spacing == Spacing::linear ? (*lr - chart.first) / (chart.last - chart.first)
                                                        : std::log(*lr / chart.first) / std::log(chart.last / chart.first);
    chart.marks.push_back({part * static_cast<double>(n - 1), gradus::text(label, short_number(*lr))});
  };
  mark(test.steepest, "steepest ");
  mark(test.tenth_of_minimum, "minimum/10 ");
  return {chart};
}

std::string words(const RangeTest& test) {
  std::string out;
  if (test.steepest) out += gradus::text("falls fastest at ", short_number(*test.steepest));
  if (test.tenth_of_minimum) out += gradus::text("; a tenth of the minimum's rate is ", short_number(*test.tenth_of_minimum));
  if (!test.reason.empty()) out += (out.empty() ? "no suggestion: " : "; ") + test.reason;
  return out;
}

std::string title(const RangeTest& test) { return gradus::text("Learning rate range test (blue: smoothed; ", words(test), ")"); }

}  // namespace

std::string RangeTest::text(int columns, int rows) const {
  return draw_text("lr_range_test", "Learning rate range test", charts(*this), columns, rows) + words(*this) + "\n";
}

std::string RangeTest::svg() const { return draw_svg(title(*this), charts(*this)); }

void RangeTest::save_svg(const FileName& file) const { save_text(svg(), file); }

std::ostream& operator<<(std::ostream& out, const RangeTest& test) { return out << test.text(); }

}  // namespace gradus::optim
