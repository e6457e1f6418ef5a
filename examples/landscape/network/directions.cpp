#include "landscape/network/directions.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace landscape::network {

using namespace gradus;

namespace {
double dot(const Point& a, const Point& b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }

void add(Point& to, double factor, const Point& x) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += factor * x[i];
}

Point minus(const Point& a, const Point& b) {
  Point out = a;
  add(out, -1, b);
  return out;
}

void scale(Point& x, double factor) {
  for (double& v : x) v *= factor;
}

Point filter_normalised(const Classifier& net, Generator& generator) {
  Point out;
  for (const NamedParameter& p : net.parameters()) {
    const Array& value = p.leaf->value;
    const std::vector<double> weights = value.to_vector();
    if (value.rank() < 2) {
      out.insert(out.end(), weights.size(), 0.0);
      continue;
    }
    const auto width = static_cast<std::ptrdiff_t>(value.size() / value.dim(0));
    for (auto row = weights.begin(); row != weights.end(); row += width) {
      Point direction(static_cast<std::size_t>(width));
      for (double& d : direction) d = generator.normal();
      const double length = std::sqrt(std::inner_product(row, row + width, row, 0.0));
      scale(direction, length / std::sqrt(dot(direction, direction)));
      out.insert(out.end(), direction.begin(), direction.end());
    }
  }
  return out;
}

// The largest eigenvalue and its vector (of length 1) of a symmetric, non-negative matrix, by power iteration.
struct Eigen {
  double value;
  Point vector;
};
Eigen largest(const std::vector<Point>& matrix) {
  Point v(matrix.size());
  for (std::size_t i = 0; i < v.size(); ++i) v[i] = 1 + 0.01 * static_cast<double>(i);
  double value = 0;
  for (int round = 0; round < 1000; ++round) {
    Point next(v.size());
    for (std::size_t i = 0; i < v.size(); ++i) next[i] = dot(matrix[i], v);
    value = std::sqrt(dot(next, next));
    if (value == 0) return {0, v};
    scale(next, 1 / value);
    v = std::move(next);
  }
  return {value, v};
}
}  // namespace

Point Plane::at(double a, double b) const {
  Point out = centre;
  add(out, a, first);
  add(out, b, second);
  return out;
}

// The directions need not be orthogonal: the two equations of least squares.
Plane::Place Plane::place(const Point& point) const {
  const Point d = minus(point, centre);
  const double aa = dot(first, first), ab = dot(first, second), bb = dot(second, second), da = dot(d, first), db = dot(d, second);
  const double determinant = aa * bb - ab * ab;
  return {(da * bb - db * ab) / determinant, (db * aa - da * ab) / determinant};
}

Plane filter_normalised_plane(const Classifier& net, Generator& generator) {
  Point first = filter_normalised(net, generator), second = filter_normalised(net, generator);
  return {net.point(), std::move(first), std::move(second)};
}

// The components of m points in n dimensions come from the m by m matrix of their dot products, which is the small one.
PathPlane principal_plane(const std::vector<Point>& path) {
  std::vector<Point> moved, gram;
  for (const Point& p : path) moved.push_back(minus(p, path.back()));
  double variance = 0, held = 0;
  for (const Point& a : moved) {
    Point& row = gram.emplace_back();
    for (const Point& b : moved) row.push_back(dot(a, b));
    variance += dot(a, a);
  }
  Plane plane{.centre = path.back(), .first = {}, .second = {}};
  for (Point* direction : {&plane.first, &plane.second}) {
    const Eigen e = largest(gram);
    held += e.value;
    direction->assign(path.back().size(), 0.0);
    for (std::size_t i = 0; i < moved.size(); ++i) add(*direction, e.vector[i], moved[i]);
    scale(*direction, 1 / std::sqrt(dot(*direction, *direction)));
    for (std::size_t i = 0; i < gram.size(); ++i) add(gram[i], -e.value * e.vector[i], e.vector);
  }
  return {std::move(plane), held / variance};
}

}  // namespace landscape::network
