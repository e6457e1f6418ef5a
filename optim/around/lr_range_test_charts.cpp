// A range test in the terminal and as an SVG: the loss over the learning rate, as it was and smoothed, with what is suggested.
#include <gradus/optim/around/lr_range_test.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <ostream>

#include <gradus/autograd/base/drawing/internal/chart_frame.h>
#include <gradus/autograd/base/drawing/internal/number.h>
#include <gradus/autograd/base/drawing/internal/svg.h>

namespace gradus::optim {
namespace {

// Losses beyond the worst that was normal would press all others flat: they end at the upper edge, and what is not finite is left out.
std::vector<double> flat(const std::vector<double>& losses, std::size_t n, double edge) {
  std::vector<double> out;
  for (std::size_t i = 0; i < n; ++i)
    out.push_back(i < losses.size() && std::isfinite(losses[i]) ? std::min(losses[i], edge) : std::numeric_limits<double>::quiet_NaN());
  return out;
}

drawing::Chart chart(const RangeTest& test) {
  const std::size_t n = test.lr.size();
  const std::vector<double> normal(test.smoothed.begin(), test.smoothed.end() - (test.diverged && test.smoothed.size() > 1));
  const auto [best, worst] = std::minmax_element(normal.begin(), normal.end());
  const double edge = normal.empty() ? 0 : *worst + 0.25 * (*worst - *best);
  drawing::Chart out{.title = "loss", .x = {.title = "lr", .log = test.spacing != Spacing::linear},
                  .curves = {{"smoothed", flat(test.smoothed, n, edge), test.lr}, {"of each step", flat(test.loss, n, edge), test.lr}}};
  if (normal.empty()) out.y.from = 0;
  const auto mark = [&](const std::optional<double>& lr, const char* label) {
    if (lr && n >= 2 && *lr >= test.lr.front()) out.marks.push_back({*lr, gradus::text(label, drawing::short_number(*lr))});
  };
  mark(test.steepest, "steepest ");
  mark(test.tenth_of_minimum, "minimum/10 ");
  return out;
}

std::string words(const RangeTest& test) {
  std::string out;
  if (test.steepest) out += gradus::text("falls fastest at ", drawing::short_number(*test.steepest));
  if (test.tenth_of_minimum) out += gradus::text("; a tenth of the minimum's rate is ", drawing::short_number(*test.tenth_of_minimum));
  if (!test.reason.empty()) out += (out.empty() ? "no suggestion: " : "; ") + test.reason;
  return out;
}

}  // namespace

std::string RangeTest::text(int columns, int rows) const {
  drawing::require_room("lr_range_test", {.columns = columns, .rows = rows});
  const drawing::Figure figure{.title = "Learning rate range test", .charts = {chart(*this)}};
  return figure.text({.columns = columns, .rows = rows}) + words(*this) + "\n";
}

std::string RangeTest::svg() const {
  return drawing::Figure{.title = "Learning rate range test", .subtitle = words(*this), .charts = {chart(*this)}}.svg();
}

void RangeTest::save_svg(const FileName& file) const { drawing::save_svg_text(svg(), file.string()); }

std::ostream& operator<<(std::ostream& out, const RangeTest& test) { return out << test.text(); }

}  // namespace gradus::optim
