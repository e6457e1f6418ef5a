// The SVG of a preview: a panel for the learning rate and one for the momentum, a curve for each group.
#include <algorithm>
#include <cmath>
#include <tuple>

#include <gradus/optim/schedules/preview_range.h>

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
  const std::vector<std::vector<double>>& groups;
  double y0, low, high, step;
  std::size_t n;

  Panel(const std::vector<std::vector<double>>& values, double y, double least) : groups(values), y0(y), n(values[0].size()) {
    std::tie(low, high) = range_of(groups, least);
    if (high == low) high = low + 1;
    step = nice_step(high - low, 5);
    low = std::floor(low / step + 1e-9) * step;
    high = std::ceil(high / step - 1e-9) * step;
  }
  double x(std::size_t t) const { return left + (n < 2 ? 0 : width * static_cast<double>(t) / static_cast<double>(n - 1)); }
  double y(double value) const { return y0 + height * (high - value) / (high - low); }

  std::string axes(std::string_view title, Unit unit) const {
    std::string out = text("<text x='", left, "' y='", y0 - 12, "' class='panel'>", title, "</text>\n");
    for (int i = 0; i <= std::lround((high - low) / step); ++i) {
      const double value = low + i * step, at = y(value);
      out += text("<line x1='", left, "' x2='", left + width, "' y1='", at, "' y2='", at, "' class='", i ? "grid" : "axis", "'/><text x='", left - 8,
                  "' y='", at + 4, "' class='tick' text-anchor='end'>", std::abs(value) < step / 2 ? 0 : value, "</text>\n");
    }
    const auto every = static_cast<std::size_t>(std::max(1., nice_step(static_cast<double>(n), 10)));
    for (std::size_t t = 0; t < n; t += every)
      out += text("<line x1='", x(t), "' x2='", x(t), "' y1='", y0 + height, "' y2='", y0 + height + 5, "' class='axis'/><text x='", x(t), "' y='",
                  y0 + height + 20, "' class='tick' text-anchor='middle'>", t, "</text>\n");
    return out + text("<text x='", left + width / 2, "' y='", y0 + height + 40, "' class='tick' text-anchor='middle'>", unit_text(unit), "</text>\n");
  }
  // All points, or of very many the lowest and the highest in every half pixel.
  std::string curve(std::size_t group) const {
    static constexpr const char* colours[] = {"#2563a8", "#d9622b", "#3b8f4e", "#8a4fa3"};
    const auto& values = groups[group];
    std::string out = text("<path fill='none' stroke-width='2' stroke-linejoin='round' stroke='", colours[group % 4], "' d='");
    const std::size_t bin = std::max<std::size_t>(1, n / static_cast<std::size_t>(2 * width));
    const char* pen = "M";
    for (std::size_t t = 0; t < n; t += bin) {
      const auto [least, most] = range_of(std::span(values).subspan(t, std::min(bin, n - t)), INFINITY);
      if (std::isfinite(least)) out += text(pen, x(t), " ", y(least), " ");
      if (std::isfinite(least) && most > least) out += text("L", x(t), " ", y(most), " ");
      pen = std::isfinite(least) ? "L" : "M";
    }
    return out + "'/>\n";
  }
  std::string paint(std::string_view title, Unit unit) const {
    std::string out = axes(title, unit);
    for (std::size_t group = 0; group < groups.size(); ++group) out += curve(group);
    return out;
  }
};

}  // namespace

std::string Preview::svg() const {
  const std::size_t open = std::min(title.find('('), title.size());   // the name above, the options below it
  const std::vector<std::string> options = lines_of(std::string_view(title).substr(open));
  const double top = 74 + 18 * static_cast<double>(options.size()), total_width = left + width + 32;
  const double total_height = top + (height + gap) * (momentum.empty() ? 1 : 2) - 28;
  std::string out = gradus::text("<svg xmlns='http://www.w3.org/2000/svg' width='", total_width, "' height='", total_height, "' viewBox='0 0 ", total_width,
                                 " ", total_height, "'>\n");
  out += "<style>text{font-family:'DejaVu Sans',Verdana,sans-serif;fill:#333}.title{font-size:15px;font-weight:bold}"
         ".panel{font-size:14px;font-weight:bold}.tick{font-size:12px}.grid{stroke:#e3e3e3}.axis{stroke:#888}</style>\n"
         "<rect width='100%' height='100%' fill='white'/>\n";
  out += gradus::text("<text x='", left, "' y='30' class='title'>", escaped(title.substr(0, open)), "</text>\n");
  for (std::size_t i = 0; i < options.size(); ++i)
    out += gradus::text("<text x='", left, "' y='", 50 + 18 * i, "' class='tick'>", escaped(options[i]), "</text>\n");
  out += Panel(lr, top, 0).paint("lr", unit);
  if (!momentum.empty()) out += Panel(momentum, top + height + gap, INFINITY).paint("momentum", unit);
  return out + "</svg>\n";
}

}  // namespace gradus::optim
