// Two directions to look along from a point, and where other points lie in the plane that they span.
#pragma once
#include <gradus/autograd/base/random.h>

#include "landscape/network/classifier.h"

namespace landscape::network {

struct Plane {
  Point centre, first, second;
  Point at(double a, double b) const;             // centre + a·first + b·second
  // The coordinates of the nearest point of the plane.
  struct Place { double a, b; };
  Place place(const Point& point) const;
};

// Random directions in which each row of a weight matrix ("filter") is as long as the network's own row; biases stay.
// Li, Xu, Taylor, Studer and Goldstein, "Visualizing the loss landscape of neural nets", 2018.
Plane filter_normalised_plane(const Classifier& at, gradus::Generator& generator);

// The two principal components of a path around its end, of length 1, and the share of its variance that they hold.
struct PathPlane {
  Plane plane;
  double share;
};
PathPlane principal_plane(const std::vector<Point>& path);

}  // namespace landscape::network
