// Computes the last chapter of the page, the landscape of a real network, into a JSON file: trains a small classifier with several
// optimizers, and looks at its loss along two random directions and along the two main directions of a path.
//   landscape_network network.json
#include <algorithm>
#include <cstdio>

#include <gradus/autograd/base/random.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/optim/rules/adam.h>
#include <gradus/optim/rules/rmsprop.h>
#include <gradus/optim/rules/sgd.h>

#include "landscape/figures.h"
#include "landscape/network/directions.h"
#include "landscape/network/sharpness.h"
#include "landscape/network/training.h"

using namespace landscape::figure;
using namespace landscape::network;
namespace optim = gradus::optim;

namespace {

constexpr std::uint64_t seed = 7;

template <class Optimizer>
Plan plan(std::string label, typename Optimizer::Options options) {
  return {std::move(label), [options](const gradus::Parameters& parameters) { return std::make_unique<Optimizer>(parameters, options); }};
}

Grid look(const Plane& plane, const double (&window)[4], int columns, int rows, const Pictures& pictures) {
  Classifier net(seed);
  Grid grid{columns, rows, {}};
  for (int row = 0; row < rows; ++row)
    for (int column = 0; column < columns; ++column) {
      net.move_to(
          plane.at(window[0] + (window[1] - window[0]) * column / (columns - 1), window[2] + (window[3] - window[2]) * row / (rows - 1)));
      grid.values.push_back(net.loss(pictures));
    }
  return grid;
}

std::vector<Path> project(const Plane& plane, const std::vector<Course>& courses) {
  std::vector<Path> out;
  for (const Course& course : courses) {
    Path& path = out.emplace_back(Path{.label = course.label, .x = {}, .y = {}, .loss = course.losses, .request = nullptr});
    for (const Point& point : course.points) {
      const auto [a, b] = plane.place(point);
      path.x.push_back(a);
      path.y.push_back(b);
    }
  }
  return out;
}

// The smallest window that holds all paths, and a fifth more on each side.
void frame(const std::vector<Path>& paths, double (&window)[4]) {
  window[0] = window[2] = 1e9;
  window[1] = window[3] = -1e9;
  for (const Path& path : paths) {
    for (const double x : path.x) window[0] = std::min(window[0], x), window[1] = std::max(window[1], x);
    for (const double y : path.y) window[2] = std::min(window[2], y), window[3] = std::max(window[3], y);
  }
  for (int side = 0; side < 4; side += 2) {
    const double margin = (window[side + 1] - window[side]) / 5;
    window[side] -= margin;
    window[side + 1] += margin;
  }
}

Json random_view(const std::vector<Course>& courses, const Pictures& pictures) {
  Classifier net(seed);
  net.move_to(courses.front().points.back());
  gradus::Generator generator(seed, 1);
  const Plane plane = filter_normalised_plane(net, generator);
  Paths figure{.caption = "Two random directions, each row of weights as long as the network's own. " + courses.front().label +
                          " ends at the origin. Random directions see little of a path among thousands: all seem to come straight down.",
               .surface = nullptr, .window = {-1.5, 1.5, -1.5, 1.5}, .grid = {}, .log_levels = true, .three = true,
                   .x = "random direction 1",
               .y = "random direction 2", .paths = project(plane, courses), .curves = {}};
  figure.grid = look(plane, figure.window, 41, 41, pictures);
  return paths(figure);
}

Json path_view(const std::vector<Course>& courses, const Pictures& pictures) {
  const auto [plane, share] = principal_plane(courses.front().points);
  Paths figure{.caption = "The two main directions of the path of " + courses.front().label + ", which hold " +
                          text(100 * share) + " % of it, with a point for every fifth step. The other paths are projected onto this plane, "
                                              "so " +
                          "their own losses are not quite those of the ground they are drawn on.",
               .surface = nullptr, .window = {}, .grid = {}, .log_levels = true, .three = true, .x = "first main direction",
               .y = "second main direction", .paths = project(plane, courses), .curves = {"loss"}};
  frame(figure.paths, figure.window);
  figure.grid = look(plane, figure.window, 49, 49, pictures);
  return paths(figure);
}

Series sharpness_along(const Course& course, int every, const Pictures& pictures) {
  Series out{course.label, {}, {}};
  Classifier net(seed);
  std::vector<gradus::Tensor> direction;
  for (std::size_t i = 0; i < course.points.size(); i += static_cast<std::size_t>(every)) {
    net.move_to(course.points[i]);
    out.x.push_back(course.steps[i]);
    out.y.push_back(sharpness(net, pictures, direction, i == 0 ? 60 : 12));
  }
  return out;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2) {
    std::fprintf(stderr, "usage: landscape_network FILE.json\n");
    return 2;
  }
  const Pictures pictures = small_pictures(10000);
  const std::vector<Plan> plans{plan<optim::SGD>("SGD with momentum", {.lr = 0.05, .momentum = 0.9}), plan<optim::SGD>("SGD", {.lr = 0.1}),
                                plan<optim::RMSprop>("RMSprop", {.lr = 1e-3}), plan<optim::Adam>("Adam", {.lr = 3e-3})};
  std::vector<Course> courses;
  for (const Plan& each : plans) courses.push_back(train(each, pictures, seed, {}));

  Table ends{
      .caption = "Where each run ended after 600 steps with batches of 100.", .columns = {"optimizer", "loss", "accuracy"}, .rows = {}};
  Curves losses{.caption = "The loss over all 10 000 pictures.", .x = "step", .y = "loss", .series = {}, .logy = true};
  Curves sharp{.caption = "The largest eigenvalue of the Hessian along each path, over 2000 of the pictures.",
               .x = "step",
               .y = "λ max",
               .series = {}};
  for (const Course& course : courses) {
    ends.rows.push_back({course.label, text(course.losses.back()), text(course.accuracy)});
    losses.series.push_back({course.label, course.steps, course.losses});
    sharp.series.push_back(sharpness_along(course, 6, pictures.part(0, 2000)));
  }

  const double rate = 0.2;
  const Pictures few = pictures.part(0, 2000);
  const Course whole =
      train(plan<optim::SGD>("gradient descent, η = 0.2", {.lr = rate}), few, seed, {.steps = 1500, .every = 25, .batch = few.size()});
  Curves edge{.caption =
                  "Gradient descent on whole batches climbs to the edge of stability: the curvature grows until it meets 2/η, beyond "
                  "which steps along the steepest direction would overshoot, and stays there.",
              .x = "step",
              .y = "λ max",
              .series = {sharpness_along(whole, 1, few), {"2/η", {0, 1500}, {2 / rate, 2 / rate}}}};

  const Json last = chapter(
      {.id = "network",
       .title = "The landscape of a real network",
       .text =
           {"A network of 196 inputs, 24 hidden units and 10 outputs has 4978 weights: its loss is a surface over that many dimensions. "
            "Trained on ten thousand small pictures of clothes, it can be looked at along any two of them.",
            "Each point of these surfaces is the true loss over all ten thousand pictures, computed anew."},
       .tex = "\\mathcal L(a, b) = \\frac1n \\sum_{i=1}^{n} \\ell\\bigl(f_{w^* + a\\,d_1 + b\\,d_2}(x_i),\\, y_i\\bigr)",
       .figures = {random_view(courses, pictures), path_view(courses, pictures), curves(losses), table(ends), curves(sharp),
                   curves(edge)}});
  write(argv[1], {last});
} catch (const gradus::Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
