// Charts as an SVG.
#include <algorithm>
#include <cmath>
#include <tuple>

#include <gradus/autograd/base/draw/internal/chart_range.h>
#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/internal/file.h>

namespace gradus::optim {
namespace {

constexpr double left = 84, width = 640, height = 220, gap = 84;

// The step 1, 2 or 5 · 10^k that cuts `range` into about `pieces` pieces.
double nice_step(double range, int pieces) {
  const double rough = range / pieces, power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1., 2., 5.})
    if (rough <= factor * power) return factor * power;
  return 10 * power;
}

std::string escaped(std::string_view plain) {
  std::string out;
  for (const char c : plain) out += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : std::string(1, c);
  return out;
}

// Cut after commas into lines that fit the width.
std::vector<std::string> lines_of(std::string_view options) {
  constexpr std::size_t room = 90;
  std::vector<std::string> out;
  while (!options.empty()) {
    const std::size_t comma = options.size() > room ? options.rfind(", ", room) : std::string_view::npos;
    const std::size_t end = comma == std::string_view::npos ? options.size() : comma + 2;
    out.emplace_back(options.substr(0, end));
    options.remove_prefix(end);
  }
  return out;
}

struct Panel {
  const Chart& chart;
  double y0, low, high, step;
  std::size_t n;

  Panel(const Chart& c, double y) : chart(c), y0(y), n(c.curves[0].size()) {
    std::tie(low, high) = range_of(chart.curves, chart.least);
    if (high == low) high = low + 1;
    step = nice_step(high - low, 5);
    low = std::floor(low / step + 1e-9) * step;
    high = std::ceil(high / step - 1e-9) * step;
  }
  double x(double t) const { return left + (n < 2 ? 0 : width * t / static_cast<double>(n - 1)); }
  double y(double value) const { return y0 + height * (high - value) / (high - low); }

  // Where the axis has its ticks (which point), and what they say.
  std::vector<std::pair<double, double>> ticks() const {
    std::vector<std::pair<double, double>> out;
    if (n < 2) return {{0, chart.first}};
    if (chart.axis == Chart::Axis::logarithmic) {
      const double low = std::log10(chart.first), high = std::log10(chart.last), points = static_cast<double>(n) - 1;
      for (double power = std::ceil(low - 1e-9); power <= high + 1e-9; ++power) out.emplace_back(points * (power - low) / (high - low), std::pow(10, power));
      return out;
    }
    const bool counted = chart.axis == Chart::Axis::counted;
    const double range = chart.last - chart.first, every = counted ? std::max(1., nice_step(range + 1, 10)) : nice_step(range, 10);
    for (double k = std::ceil(chart.first / every - 1e-9) + 0.0; k * every <= chart.last + 1e-9 * every; ++k)
      out.emplace_back(range > 0 ? (static_cast<double>(n) - 1) * (k * every - chart.first) / range : 0, k * every);
    return out;
  }

  std::string axes() const {
    std::string out = text("<text x='", left, "' y='", y0 - 12, "' class='panel'>", escaped(chart.title), "</text>\n");
    for (int i = 0; i <= std::lround((high - low) / step); ++i) {
      const double value = low + i * step, at = y(value);
      out += text("<line x1='", left, "' x2='", left + width, "' y1='", at, "' y2='", at, "' class='", i ? "grid" : "axis", "'/><text x='", left - 8,
                  "' y='", at + 4, "' class='tick' text-anchor='end'>", std::abs(value) < step / 2 ? 0 : value, "</text>\n");
    }
    for (const auto& [t, value] : ticks())
      out += text("<line x1='", x(t), "' x2='", x(t), "' y1='", y0 + height, "' y2='", y0 + height + 5, "' class='axis'/><text x='", x(t), "' y='",
                  y0 + height + 20, "' class='tick' text-anchor='middle'>", value, "</text>\n");
    for (std::size_t i = 0; i < chart.marks.size(); ++i) {
      const Chart::Mark& mark = chart.marks[i];
      out += text("<line x1='", x(mark.at), "' x2='", x(mark.at), "' y1='", y0, "' y2='", y0 + height, "' class='mark'/><text x='", x(mark.at) + 5,
                  "' y='", y0 + 14 + 16 * static_cast<double>(i), "' class='tick'>", escaped(mark.label), "</text>\n");
    }
    return out + text("<text x='", left + width / 2, "' y='", y0 + height + 40, "' class='tick' text-anchor='middle'>", escaped(chart.x_title), "</text>\n");
  }
  // All points, or of very many the lowest and the highest in every half pixel.
  std::string curve(std::size_t group) const {
    static constexpr const char* colours[] = {"#2563a8", "#d9622b", "#3b8f4e", "#8a4fa3"};
    const auto& values = chart.curves[group];
    std::string out = text("<path fill='none' stroke-width='2' stroke-linejoin='round' stroke='", colours[group % 4], "' d='");
    const std::size_t bin = std::max<std::size_t>(1, n / static_cast<std::size_t>(2 * width));
    const char* pen = "M";
    for (std::size_t t = 0; t < n; t += bin) {
      const auto [least, most] = range_of(std::span(values).subspan(t, std::min(bin, n - t)), INFINITY);
      if (std::isfinite(least)) out += text(pen, x(static_cast<double>(t)), " ", y(least), " ");
      if (std::isfinite(least) && most > least) out += text("L", x(static_cast<double>(t)), " ", y(most), " ");
      pen = std::isfinite(least) ? "L" : "M";
    }
    return out + "'/>\n";
  }
  std::string paint() const {
    std::string out = axes();
    for (std::size_t group = 0; group < chart.curves.size(); ++group) out += curve(group);
    return out;
  }
};

}  // namespace

std::string draw_svg(const std::string& title, const std::vector<Chart>& charts) {
  const std::size_t open = std::min(title.find('('), title.size());   // the name above, the options below it
  const std::vector<std::string> options = lines_of(std::string_view(title).substr(open));
  const double top = 74 + 18 * static_cast<double>(options.size()), total_width = left + width + 32;
  const double total_height = top + (height + gap) * static_cast<double>(charts.size()) - 28;
  std::string out = text("<svg xmlns='http://www.w3.org/2000/svg' width='", total_width, "' height='", total_height, "' viewBox='0 0 ", total_width,
                                 " ", total_height, "'>\n");
  out += "<style>text{font-family:'DejaVu Sans',Verdana,sans-serif;fill:#333}.title{font-size:15px;font-weight:bold}"
         ".panel{font-size:14px;font-weight:bold}.tick{font-size:12px}.grid{stroke:#e3e3e3}.axis{stroke:#888}.mark{stroke:#888;stroke-dasharray:4 4}</style>\n"
         "<rect width='100%' height='100%' fill='white'/>\n";
  out += text("<text x='", left, "' y='30' class='title'>", escaped(title.substr(0, open)), "</text>\n");
  for (std::size_t i = 0; i < options.size(); ++i)
    out += text("<text x='", left, "' y='", 50 + 18 * i, "' class='tick'>", escaped(options[i]), "</text>\n");
  for (std::size_t i = 0; i < charts.size(); ++i) out += Panel(charts[i], top + (height + gap) * static_cast<double>(i)).paint();
  return out + "</svg>\n";
}

void save_text(const std::string& text, const FileName& file) {
  FileReplacement out(file);
  out.write(std::as_bytes(std::span(text)));
  out.commit();
}

}  // namespace gradus::optim
