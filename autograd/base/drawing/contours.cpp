#include <gradus/autograd/base/drawing/contours.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <map>

#include <gradus/autograd/base/error.h>

namespace gradus::drawing {
namespace {

// Crossed edges have numbers: 2·(row·columns + column) for the one to the right of a grid point, one more for the one above it.
using Edge = std::int64_t;

class Squares {
 public:
  Squares(std::span<const double> values, int columns, int rows, const Window& window, double level)
      : values_(values), columns_(columns), rows_(rows), window_(window), level_(level) {
    for (int row = 0; row + 1 < rows; ++row)
      for (int column = 0; column + 1 < columns; ++column) cell(row, column);
  }

  std::vector<Line> lines() {
    std::vector<Line> out;
    for (const bool open : {true, false})                // open ones first, from an end
      for (const auto& [edge, crossing] : crossings_)
        if (!crossing.done && crossing.is_end() == open) out.push_back(line_from(edge));
    return out;
  }

 private:
  struct Crossing {
    std::array<Edge, 2> next{-1, -1};                    // on its line; -1 is none
    bool done = false;
    bool is_end() const { return next[1] < 0; }
  };

  double value(int row, int column) const { return values_[static_cast<std::size_t>(row) * columns_ + column]; }
  Edge edge(int row, int column, bool up) const { return 2 * (static_cast<Edge>(row) * columns_ + column) + up; }

  // The cell above and to the right of a grid point: its crossed edges, two or four, are linked in pairs.
  void cell(int row, int column) {
    const std::array corners{value(row, column), value(row, column + 1), value(row + 1, column + 1), value(row + 1, column)};
    if (!std::all_of(corners.begin(), corners.end(), [](double v) { return std::isfinite(v); })) return;
    const std::array edges{edge(row, column, false), edge(row, column + 1, true), edge(row + 1, column, false), edge(row, column, true)};
    std::array<Edge, 4> crossed;
    std::size_t n = 0;
    for (std::size_t i = 0; i < 4; ++i)
      if ((corners[i] < level_) != (corners[(i + 1) % 4] < level_)) crossed[n++] = edges[i];
    if (n == 2) return link(crossed[0], crossed[1]);
    if (n == 0) return;
    const bool middle_below = (corners[0] + corners[1] + corners[2] + corners[3]) / 4 < level_;   // a saddle: its middle decides
    const std::size_t turn = middle_below == (corners[0] < level_) ? 0 : 3;   // lines cut off corners 1 and 3, or 0 and 2
    link(crossed[turn], crossed[(turn + 1) % 4]);
    link(crossed[(turn + 2) % 4], crossed[(turn + 3) % 4]);
  }
  void link(Edge a, Edge b) {
    const auto add = [&](Edge from, Edge to) {
      auto& next = crossings_[from].next;
      next[next[0] >= 0] = to;
    };
    add(a, b);
    add(b, a);
  }

  Line line_from(Edge start) {
    const bool closed = !crossings_[start].is_end();
    Line line;
    for (Edge at = start; at >= 0;) {
      Crossing& here = crossings_[at];
      here.done = true;
      line.push_back(point(at));
      const auto next = std::find_if(here.next.begin(), here.next.end(), [&](Edge e) { return e >= 0 && !crossings_[e].done; });
      at = next == here.next.end() ? -1 : *next;
    }
    if (closed) line.push_back(line.front());
    return line;
  }

  Point point(Edge edge) const {
    const int row = static_cast<int>(edge / 2 / columns_), column = static_cast<int>(edge / 2 % columns_), up = edge % 2, right = 1 - up;
    const double from = value(row, column), to = value(row + up, column + right), share = (level_ - from) / (to - from);
    return {window_.x0 + (window_.x1 - window_.x0) * (column + right * share) / (columns_ - 1),
            window_.y0 + (window_.y1 - window_.y0) * (row + up * share) / (rows_ - 1)};
  }

  std::span<const double> values_;
  int columns_, rows_;
  Window window_;
  double level_;
  std::map<Edge, Crossing> crossings_;
};

// How far p is from the line through a and b, or from a where these are one point.
double off(Point p, Point a, Point b) {
  const double dx = b.x - a.x, dy = b.y - a.y, length = std::hypot(dx, dy);
  return length == 0 ? std::hypot(p.x - a.x, p.y - a.y) : std::abs(dx * (p.y - a.y) - dy * (p.x - a.x)) / length;
}

}  // namespace

std::vector<double> contour_levels(std::span<const double> values, int count, bool log) {
  std::vector<double> sorted;
  for (const double value : values)
    if (std::isfinite(value)) sorted.push_back(value);
  if (sorted.empty()) return {};
  std::sort(sorted.begin(), sorted.end());
  const auto share = [&](double part) { return sorted[static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1))]; };
  const double least = sorted.front(), low = log ? share(0.004) - least : 0, high = share(0.97) - least;
  std::vector<double> out;
  for (int i = 0; i < count; ++i) {
    const double part = (i + (log ? 0. : 0.5)) / (count - (log ? 1 : 0));
    const double level = least + (log ? low * std::pow(high / low, part) : high * part);
    if (std::isfinite(level) && level > (out.empty() ? least : out.back())) out.push_back(level);
  }
  return out;
}

std::vector<Line> contours(std::span<const double> values, int columns, int rows, const Window& window, double level) {
  const bool fits = columns >= 2 && rows >= 2 && values.size() == static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows);
  check<ValueError>(fits, "contours: needs columns × rows values, at least 2 × 2, not ", values.size(), " for ", columns, " × ", rows);
  return Squares(values, columns, rows, window, level).lines();
}

Line simplified(const Line& line, double tolerance) {
  if (line.size() < 3) return line;
  std::vector<bool> keep(line.size());
  keep.front() = keep.back() = true;
  std::vector<std::pair<std::size_t, std::size_t>> stretches{{0, line.size() - 1}};
  while (!stretches.empty()) {
    const auto [first, last] = stretches.back();
    stretches.pop_back();
    std::size_t farthest = first;
    double distance = tolerance;
    for (std::size_t i = first + 1; i < last; ++i)
      if (const double d = off(line[i], line[first], line[last]); d > distance) farthest = i, distance = d;
    if (farthest == first) continue;
    keep[farthest] = true;
    stretches.push_back({first, farthest});
    stretches.push_back({farthest, last});
  }
  Line out;
  for (std::size_t i = 0; i < line.size(); ++i)
    if (keep[i]) out.push_back(line[i]);
  return out;
}

}  // namespace gradus::drawing
