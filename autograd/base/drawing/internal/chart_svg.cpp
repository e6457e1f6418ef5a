// Charts as an SVG.
#include <algorithm>

#include <gradus/autograd/base/drawing/internal/chart_frame.h>
#include <gradus/autograd/base/drawing/internal/columns.h>
#include <gradus/autograd/base/drawing/internal/palette.h>
#include <gradus/autograd/base/drawing/internal/svg.h>

namespace gradus::drawing {
namespace {

constexpr double left_margin = 84, gap = 84, right_margin = 32;
constexpr std::string_view chart_style =
    ".title{font-size:15px;font-weight:bold}.panel{font-size:14px;font-weight:bold}.grid{stroke:#e3e3e3}.axis{stroke:#888}"
    ".mark{stroke:#888;stroke-dasharray:4 4}.curve{fill:none;stroke:currentColor;stroke-width:2;stroke-linejoin:round}"
    ".dot{fill:currentColor}.key{stroke:currentColor;stroke-width:3}";
constexpr std::string_view chart_dark_style = ".grid{stroke:#2b333c}";

// Cut after commas into lines that fit the width.
std::vector<std::string> lines_of(std::string_view options, std::size_t room) {
  std::vector<std::string> out;
  while (!options.empty()) {
    const std::size_t comma = options.size() > room ? options.rfind(", ", room) : std::string_view::npos;
    const std::size_t end = comma == std::string_view::npos ? options.size() : comma + 2;
    out.emplace_back(options.substr(0, comma == std::string_view::npos ? end : comma + 1));
    options.remove_prefix(end);
  }
  return out;
}

class Panel {
 public:
  Panel(const Chart& chart, double left, double top, double width, double height)
      : chart_(chart), frame_(chart), left_(left), top_(top), width_(width), height_(height) {
    Span& span = frame_.y;                       // up to ticks
    if (!span.log) {
      const double step = nice_step(span.high - span.low, 5);
      span.low = std::floor(span.low / step + 1e-9) * step;
      span.high = std::ceil(span.high / step - 1e-9) * step;
      y_ticks_ = even_ticks(span.low, span.high, step);
    } else {
      if (span.high / span.low >= 10) {
        span.low = std::pow(10, std::floor(std::log10(span.low) + 1e-9));
        span.high = std::pow(10, std::ceil(std::log10(span.high) - 1e-9));
      }
      y_ticks_ = ticks(span, 5);
    }
    const Span& along = frame_.x;
    const double range = along.high - along.low;
    const bool counted = frame_.counted && !along.log && range > 0;
    x_ticks_ = counted ? even_ticks(along.low, along.high, std::max(1., nice_step(range + 1, 10))) : ticks(along, 10);
  }

  std::string paint() const {
    std::string out = axes() + legend();
    for (std::size_t i = chart_.curves.size(); i-- > 0;)   // the first one lies on top
      out += curve(chart_.curves[i], colour_class(curve_colour(i)));
    return out;
  }

 private:
  double x(double value) const { return left_ + width_ * frame_.x.at(value); }
  double y(double value) const { return top_ + height_ * (1 - frame_.y.at(value)); }
  double bottom() const { return top_ + height_; }

  std::string axes() const {
    std::string out = svg_text(left_, top_ - 12, chart_.title, "panel") + "\n";
    for (std::size_t i = 0; i < y_ticks_.at.size(); ++i) {
      const double at = y(y_ticks_.at[i]);
      out += svg_line(left_, at, left_ + width_, at, "grid") + svg_text(left_ - 8, at + 4, y_ticks_.text(i), "", "end") + "\n";
    }
    out += svg_line(left_, bottom(), left_ + width_, bottom(), "axis") + "\n";
    for (std::size_t i = 0; i < x_ticks_.at.size(); ++i) {
      const double at = x(x_ticks_.at[i]);
      out += svg_line(at, bottom(), at, bottom() + 5, "axis") + svg_text(at, bottom() + 20, x_ticks_.text(i), "", "middle") + "\n";
    }
    double label = top_ + 14;
    for (const Mark& mark : chart_.marks) {
      if (!frame_.x.takes(mark.x) || mark.x < frame_.x.low || mark.x > frame_.x.high) continue;
      out += svg_line(x(mark.x), top_, x(mark.x), bottom(), "mark") + svg_text(x(mark.x) + 5, label, mark.label, "") + "\n";
      label += 16;
    }
    if (!chart_.y.title.empty()) out += svg_text(left_ - 8, top_ - 12, chart_.y.title, "", "end") + "\n";
    return out + svg_text(left_ + width_ / 2, bottom() + 40, chart_.x.title, "", "middle") + "\n";
  }

  // In the line of the title, from the right.
  std::string legend() const {
    std::string out;
    double right = left_ + width_;
    for (std::size_t i = chart_.curves.size(); i-- > 0;) {
      const std::string& name = chart_.curves[i].name;
      if (name.empty()) continue;
      out += svg_text(right, top_ - 12, name, "", "end");
      right -= 7.5 * columns(name) + 6;
      out += svg_line(right - 18, top_ - 16, right, top_ - 16, join({"key ", colour_class(curve_colour(i))})) + "\n";
      right -= 36;
    }
    return out;
  }

  std::string curve(const Curve& curve, const std::string& colour) const {
    std::string out;
    if (curve.style != Curve::Style::points) out += join({"<path class='curve ", colour, "' d='", path(curve), "'/>\n"});
    if (curve.style == Curve::Style::line) return out;
    for (std::size_t i = 0; i < curve.y.size(); ++i)
      if (frame_.shows(curve, i)) out += svg_circle(x(frame_.x_of(curve, i)), y(curve.y[i]), "3", join({"dot ", colour}));
    return out + "\n";
  }
  // All points, or of very many in one half pixel the lowest and the highest.
  std::string path(const Curve& curve) const {
    std::string out;
    const char* pen = "M";
    for (std::size_t i = 0; i < curve.y.size();) {
      const double at = x(frame_.x_of(curve, i));
      Span here;
      std::size_t end = i;
      for (; end < curve.y.size() && (end == i || std::floor(2 * x(frame_.x_of(curve, end))) == std::floor(2 * at)); ++end)
        if (frame_.shows(curve, end)) here.meet(curve.y[end]);
      const bool empty = !(here.low <= here.high);
      if (!empty) out += join({pen, pixels(at), " ", pixels(y(here.low)), " "});
      if (here.high > here.low) out += join({"L", pixels(at), " ", pixels(y(here.high)), " "});
      pen = empty ? "M" : "L";
      i = end;
    }
    return out;
  }

  const Chart& chart_;
  Frame frame_;
  double left_, top_, width_, height_;
  Ticks x_ticks_, y_ticks_;
};

}  // namespace

std::string Figure::svg() const {
  const int n = static_cast<int>(charts.size()), columns = std::max(1, std::min(across, n)), rows = (n + columns - 1) / columns;
  const double total_width = columns * (left_margin + width) + right_margin;
  const std::vector<std::string> lines = lines_of(subtitle, static_cast<std::size_t>((total_width - left_margin - right_margin) / 7.1));
  const double top = (title.empty() && lines.empty() ? 34 : 74) + 18 * static_cast<double>(lines.size());
  std::string content;
  if (!title.empty()) content += svg_text(left_margin, 30, title, "title") + "\n";
  for (std::size_t i = 0; i < lines.size(); ++i) content += svg_text(left_margin, 50 + 18 * static_cast<double>(i), lines[i], "") + "\n";
  for (int i = 0; i < n; ++i) {
    const double left = left_margin + (i % columns) * (left_margin + width), above = top + (i / columns) * (height + gap);
    content += Panel(charts[static_cast<std::size_t>(i)], left, above, width, height).paint();
  }
  return svg_page(total_width, top + rows * (height + gap) - 28, chart_style, chart_dark_style, content);
}

}  // namespace gradus::drawing
