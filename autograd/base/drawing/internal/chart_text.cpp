// Charts in the terminal.
#include <algorithm>

#include <gradus/autograd/base/drawing/internal/braille.h>
#include <gradus/autograd/base/drawing/internal/chart_frame.h>
#include <gradus/autograd/base/drawing/internal/columns.h>
#include <gradus/autograd/base/drawing/internal/number.h>
#include <gradus/autograd/base/drawing/internal/palette.h>

namespace gradus::drawing {
namespace {

constexpr int chart_margin = 9;                  // numbers on the left
constexpr std::uint8_t grey = palette.size();    // the pen of marks

class Drawing {
 public:
  Drawing(const Chart& chart, const TextOptions& options)
      : chart_(chart), options_(options), frame_(chart), canvas_(options.columns, options.rows),
        names_(static_cast<std::size_t>(options.rows)) {
    const auto pen = [](std::size_t i) { return static_cast<std::uint8_t>(curve_colour(i)); };
    for (std::size_t i = chart.curves.size(); i-- > 0;) curve(chart.curves[i], pen(i));   // the first one lies on top
    for (std::size_t i = 0; i < chart.curves.size(); ++i) name(chart.curves[i], pen(i));
    for (const Mark& mark : chart.marks)
      if (frame_.x.takes(mark.x))
        for (int dot = 0; dot < canvas_.height(); dot += 2) canvas_.dot(x(mark.x), dot, grey);
  }

  std::string text() const {
    std::string out = right(chart_.title, chart_margin) + "\n";
    for (int row = 0; row < options_.rows; ++row) {
      const bool first = row == 0, last = row == options_.rows - 1;
      out += right(first ? short_number(frame_.y.high) : last ? short_number(frame_.y.low) : "", chart_margin) +
             (first || last ? " ┤" : " │");
      out += line(row) + names_[static_cast<std::size_t>(row)] + "\n";
    }
    const auto end_text = [&](double value) { return frame_.counted ? general(value, 6) : short_number(value); };
    const std::string begin = end_text(frame_.x.low), end = chart_.x.title + " " + end_text(frame_.x.high);
    return out + std::string(chart_margin + 2, ' ') + begin + right(end, options_.columns - columns(begin)) + "\n";
  }

 private:
  // In dots, at their middles.
  double x(double value) const { return 0.5 + (canvas_.width() - 1) * frame_.x.at(value); }
  double y(double value) const { return 0.5 + (canvas_.height() - 1) * (1 - frame_.y.at(value)); }

  void curve(const Curve& curve, std::uint8_t pen) {
    std::size_t last = curve.y.size();
    for (std::size_t i = 0; i < curve.y.size(); ++i) {
      if (!frame_.shows(curve, i)) continue;
      const std::size_t from = i && last == i - 1 && curve.style != Curve::Style::points ? last : i;
      canvas_.line(x(frame_.x_of(curve, from)), y(curve.y[from]), x(frame_.x_of(curve, i)), y(curve.y[i]), pen);
      last = i;
    }
  }
  // Beside its last point.
  void name(const Curve& curve, std::uint8_t pen) {
    std::size_t last = curve.y.size();
    while (last > 0 && !frame_.shows(curve, last - 1)) --last;
    if (curve.name.empty() || last == 0) return;
    std::string& names = names_[static_cast<std::size_t>(std::clamp(static_cast<int>(y(curve.y[last - 1])) / 4, 0, options_.rows - 1))];
    names += join({names.empty() ? " " : ", ", coloured(curve.name, pen)});
  }

  std::string coloured(const std::string& glyphs, std::uint8_t pen) const {
    if (!options_.colour) return glyphs;
    return join({"\x1b[38;5;", std::to_string(pen < palette.size() ? palette[pen].terminal : 245), "m", glyphs, "\x1b[0m"});
  }
  std::string line(int row) const {
    std::string out;
    for (int column = 0; column < options_.columns;) {
      const std::uint8_t pen = canvas_.pen(column, row);
      std::string same;                          // one change of colour for all that follow in it
      while (column < options_.columns && canvas_.pen(column, row) == pen) same += canvas_.glyph(column++, row);
      out += coloured(same, pen);
    }
    return out;
  }

  const Chart& chart_;
  const TextOptions& options_;
  Frame frame_;
  Braille canvas_;
  std::vector<std::string> names_;               // of the curves that end in each row
};

}  // namespace

std::string Figure::text(const TextOptions& options) const {
  require_room("chart", options);
  std::string out = title + subtitle;
  if (!out.empty()) out += "\n";
  for (const Chart& chart : charts) out += Drawing(chart, options).text();
  return out;
}

}  // namespace gradus::drawing
