#include <gradus/autograd/base/drawing/bars.h>

#include <algorithm>
#include <ostream>

#include <gradus/autograd/base/drawing/internal/columns.h>
#include <gradus/autograd/base/drawing/internal/number.h>
#include <gradus/autograd/base/drawing/internal/svg.h>
#include <gradus/autograd/base/drawing/internal/ticks.h>
#include <gradus/autograd/base/error.h>

namespace gradus::drawing {
namespace {

// What the bars must have room for, which has zero in it.
Span span_of(const Bars& all) {
  Span span{.low = 0, .high = 0};
  for (const Bar& bar : all.bars) span.meet(bar.value);
  if (span.low == span.high) span.high = 1;
  return span;
}

int longest_name(const Bars& all) {
  int out = 0;
  for (const Bar& bar : all.bars) out = std::max(out, columns(bar.name));
  return out;
}

// Columns from one place to another, in eighths where a character has them: they fill from the left only.
std::string block(double from, double to, int width) {
  static constexpr std::string_view eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const int begin = static_cast<int>(std::lround(from)), units = std::max(0, static_cast<int>(std::lround(8 * (to - begin))));
  const int whole = units / 8;
  std::string out(static_cast<std::size_t>(begin), ' ');
  for (int i = 0; i < whole; ++i) out += "█";
  out += eighths[units % 8];
  return left(out, width);
}

}  // namespace

std::string Bars::text(int width) const {
  check<ValueError>(width >= 8, "bars: text needs at least 8 columns, not ", width);
  const Span span = span_of(*this);
  const int names = longest_name(*this);
  std::string out = title.empty() ? "" : title + "\n";
  for (const Bar& bar : bars) {
    const double zero = width * span.at(0), at = span.takes(bar.value) ? width * span.at(bar.value) : zero;
    const std::string drawn = block(std::min(zero, at), at < zero ? std::round(zero) : at, width);
    out += join({left(bar.name, names), "  ", drawn, "  ", general(bar.value, digits), "\n"});
  }
  return out;
}

std::string Bars::svg() const {
  constexpr double width = 480, height = 22;
  const Span span = span_of(*this);
  const double margin = 24 + 7.0 * longest_name(*this), top = title.empty() ? 16 : 50;
  const double bottom = top + height * static_cast<double>(bars.size());
  std::string content = title.empty() ? "" : svg_text(16, 28, title, "title") + "\n";
  const auto x = [&](double value) { return margin + width * span.at(value); };
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const double y = top + height * static_cast<double>(i), value = span.takes(bars[i].value) ? bars[i].value : 0;
    const double from = x(std::min(value, 0.)), to = x(std::max(value, 0.));
    content += svg_text(margin - 8, y + 15, bars[i].name, "", "end");
    content += join({"<rect class='bar c0' x='", pixels(from), "' y='", pixels(y + 3), "' width='", pixels(to - from), "' height='",
                     pixels(height - 6), "'/>", svg_text(to + 6, y + 15, general(bars[i].value, digits), ""), "\n"});
  }
  content += svg_line(x(0), top - 2, x(0), bottom + 2, "axis") + "\n";
  constexpr std::string_view style = ".title{font-size:15px;font-weight:bold}.axis{stroke:#888}.bar{fill:currentColor}";
  return svg_page(margin + width + 80, bottom + 16, style, "", content);
}

void Bars::save_svg(const std::string& file) const { save_svg_text(svg(), file); }
std::ostream& operator<<(std::ostream& out, const Bars& bars) { return out << bars.text(); }

}  // namespace gradus::drawing
