// A picture of curves as an SVG file: panels side by side, each with axes, ticks and a legend. Needs no library; any browser shows it.
//   write_chart("curves.svg", "title", {{"loss", {{"train", losses}}}, {"accuracy", {{"train", a}, {"test", b}}}});
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

namespace support {

struct Curve {
  std::string name;
  std::vector<double> values;   // one an epoch, the first is epoch 1
};
struct Panel {
  std::string title;
  std::vector<Curve> curves;
};

namespace detail {

[[gnu::format(printf, 1, 2)]] inline std::string format(const char* pattern, ...) {
  char text[512];
  va_list list;
  va_start(list, pattern);
  std::vsnprintf(text, sizeof text, pattern, list);
  va_end(list);
  return text;
}

// The step 1, 2 or 5 · 10^k that cuts `range` into about `pieces` pieces.
inline double nice_step(double range, int pieces) {
  const double rough = range / pieces, power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (rough <= factor * power) return factor * power;
  return 10 * power;
}

class PanelPainter {
 public:
  PanelPainter(const Panel& panel, double left, double top, double width, double height)
      : panel_(panel), left_(left), top_(top), width_(width), height_(height) {
    low_ = INFINITY, high_ = -INFINITY;
    for (const Curve& curve : panel.curves) {
      epochs_ = std::max(epochs_, curve.values.size());
      for (const double value : curve.values)
        if (std::isfinite(value)) low_ = std::min(low_, value), high_ = std::max(high_, value);
    }
    if (!(high_ > low_)) low_ = std::isfinite(low_) ? low_ - 0.5 : 0, high_ = low_ + 1;
    step_ = nice_step(high_ - low_, 5);
    low_ = std::floor(low_ / step_) * step_;
    high_ = std::ceil(high_ / step_) * step_;
  }

  std::string paint() const { return axes() + curves() + legend(); }

 private:
  double x(std::size_t i) const { return left_ + width_ * (epochs_ < 2 ? 0.5 : static_cast<double>(i) / static_cast<double>(epochs_ - 1)); }
  double y(double value) const { return top_ + height_ * (high_ - value) / (high_ - low_); }
  static const char* colour(std::size_t i) {
    static constexpr const char* colours[] = {"#2563a8", "#d9622b", "#3b8f4e", "#8a4fa3"};
    return colours[i % 4];
  }

  std::string axes() const {
    std::string out = format("<text x='%.1f' y='%.1f' class='panel'>%s</text>\n", left_, top_ - 16, panel_.title.c_str());
    const int digits = std::max(0, static_cast<int>(std::ceil(-std::log10(step_) - 1e-9)));
    for (int i = 0; i <= static_cast<int>(std::lround((high_ - low_) / step_)); ++i) {
      const double value = low_ + i * step_;
      out += format("<line x1='%.1f' x2='%.1f' y1='%.1f' y2='%.1f' class='%s'/>", left_, left_ + width_, y(value), y(value),
                    i ? "grid" : "axis");
      out += format("<text x='%.1f' y='%.1f' class='tick' text-anchor='end'>%.*f</text>\n", left_ - 8, y(value) + 4, digits, value);
    }
    const auto every = static_cast<std::size_t>(std::max(1.0, nice_step(static_cast<double>(epochs_), 10)));
    for (std::size_t i = 0; i < epochs_; ++i) {
      if ((i + 1) % every) continue;
      out += format("<line x1='%.1f' x2='%.1f' y1='%.1f' y2='%.1f' class='axis'/>", x(i), x(i), top_ + height_, top_ + height_ + 5);
      out += format("<text x='%.1f' y='%.1f' class='tick' text-anchor='middle'>%zu</text>\n", x(i), top_ + height_ + 20, i + 1);
    }
    return out +
           format("<text x='%.1f' y='%.1f' class='tick' text-anchor='middle'>epoch</text>\n", left_ + width_ / 2, top_ + height_ + 42);
  }

  std::string curves() const {
    std::string out;
    for (std::size_t c = 0; c < panel_.curves.size(); ++c) {
      const auto& values = panel_.curves[c].values;
      out += format("<g fill='%s' stroke='%s'><path fill='none' stroke-width='2' stroke-linejoin='round' d='", colour(c), colour(c));
      bool pen = false;
      for (std::size_t i = 0; i < values.size(); ++i) {
        if (std::isfinite(values[i])) out += format("%s%.1f %.1f ", pen ? "L" : "M", x(i), y(values[i]));
        pen = std::isfinite(values[i]);
      }
      out += "'/>";
      for (std::size_t i = 0; i < values.size(); ++i)
        if (std::isfinite(values[i])) out += format("<circle cx='%.1f' cy='%.1f' r='3' stroke='none'/>", x(i), y(values[i]));
      out += "</g>\n";
    }
    return out;
  }

  // In the line of the title, from the right.
  std::string legend() const {
    std::string out;
    double right = left_ + width_;
    for (std::size_t c = panel_.curves.size(); c-- > 0;) {
      const Curve& curve = panel_.curves[c];
      const std::string name = curve.values.empty() ? curve.name : format("%s %.4f", curve.name.c_str(), curve.values.back());
      out += format("<text x='%.1f' y='%.1f' class='tick' text-anchor='end'>%s</text>", right, top_ - 16, name.c_str());
      right -= 7.0 * static_cast<double>(name.size()) + 6;
      out += format("<line x1='%.1f' x2='%.1f' y1='%.1f' y2='%.1f' stroke='%s' stroke-width='3'/>\n", right - 18, right, top_ - 20,
                    top_ - 20, colour(c));
      right -= 36;
    }
    return out;
  }

  const Panel& panel_;
  double left_, top_, width_, height_, low_, high_, step_;
  std::size_t epochs_ = 0;
};

}  // namespace detail

// Returns whether the file could be written.
inline bool write_chart(const std::string& file, const std::string& title, const std::vector<Panel>& panels) {
  constexpr double width = 440, height = 280, left = 64, top = 100;
  const double total = static_cast<double>(panels.size()) * (width + left) + 32;
  std::ofstream out(file);
  out << detail::format("<svg xmlns='http://www.w3.org/2000/svg' width='%.0f' height='%.0f' viewBox='0 0 %.0f %.0f'>\n", total,
                        top + height + 64, total, top + height + 64)
      << "<style>text{font-family:'DejaVu Sans',Verdana,sans-serif;fill:#333}.title{font-size:18px;font-weight:bold}"
         ".panel{font-size:14px;font-weight:bold}.tick{font-size:12px}.grid{stroke:#e3e3e3}.axis{stroke:#888}</style>\n"
      << "<rect width='100%' height='100%' fill='white'/>\n"
      << detail::format("<text x='%.0f' y='40' class='title'>%s</text>\n", left, title.c_str());
  for (std::size_t i = 0; i < panels.size(); ++i)
    out << detail::PanelPainter(panels[i], left + static_cast<double>(i) * (width + left), top, width, height).paint();
  out << "</svg>\n";
  return out.good();
}

}  // namespace support
