#include <gradus/autograd/base/random.h>

#include "landscape/chapters/chapters.h"
#include "landscape/chapters/fit.h"

namespace landscape::chapters {

using namespace figure;

namespace {

constexpr double window[4] = {-2.2, 3.2, -3, 2.4};
constexpr double rate = 0.12;

// Anywhere in the window, drawn once.
Weights random_start() {
  gradus::Generator generator(11);
  const double w1 = window[0] + (window[1] - window[0]) * generator.uniform();
  const double w2 = window[2] + (window[3] - window[2]) * generator.uniform();
  return {w1, w2};
}

Walk way_down(const Fit& line) { return line.descend(random_start(), {.rate = rate, .epochs = 60}); }
Weights end_of(const Walk& walk) { return {walk.w1.back(), walk.w2.back()}; }

Series drawn(const std::string& label, const Fit& fit, Weights w) {
  Series out{label, {}, {}};
  for (int i = 0; i <= 40; ++i) {
    out.x.push_back(-1 + 3.5 * i / 40);
    out.y.push_back(fit.predict(w, out.x.back()));
  }
  return out;
}

Paths bowl(const Fit& line, std::string caption, std::vector<Path> paths) {
  const Weights bottom = end_of(line.descend(random_start(), {.rate = 0.2, .epochs = 2000}));
  Paths out{.caption = std::move(caption), .surface = nullptr, .window = {window[0], window[1], window[2], window[3]},
            .grid = line.grid(window, 61, 61), .log_levels = true,
            .minima = {{{"at", {number(bottom.w1), number(bottom.w2)}}, {"loss", number(line.loss(bottom))}, {"kind", "global"}}},
            .three = true,
            .paths = std::move(paths), .curves = {}};
  return out;
}

}  // namespace

Json predictions_and_loss() {
  const Fit line = line_through_points();
  const Weights guess = random_start(), found = end_of(way_down(line));
  Scatter points{.caption =
      "Sixty-four points and two lines. The thin strokes are what the first line gets wrong; the loss is the mean of their squares.",
                 .x = "x", .y = "v", .at = line.x.value().to_vector(), .value = line.v.value().to_vector(),
                 .lines = {drawn("a random start, loss " + text(line.loss(guess)), line, guess),
                           drawn("after descent, loss " + text(line.loss(found)), line, found)},
                 .residuals = true};
  return chapter(
      {.id = "predictions",
       .title = "How close are the predictions?",
       .text = {"A model with weights w predicts v̂ from x. How far off is it? A loss puts one number on that: here the mean squared "
                "difference between what was measured and what was predicted."},
       .tex = "\\mathcal L_w(v, \\hat v) = \\frac1{64} \\sum_{i=1}^{64} (v_i - \\hat v_i)^2,\\qquad \\hat v = w_1 x + w_2,\\qquad "
              "\\mathcal L_{(" +
              text(guess.w1) + ",\\," + text(guess.w2) + ")} = " + text(line.loss(guess)),
       .figures = {scatter(points)}});
}

Json loss_landscape() {
  const Fit line = line_through_points();
  return chapter(
      {.id = "landscape",
       .title = "The loss is a landscape",
       .text = {"Each pair of weights has a loss, so the loss is a surface over the plane of weights. To train is to look for its lowest "
                "point. For a line and squared differences the surface is a bowl; for a network it is not, as the last chapter shows."},
       .tex = "\\min_{w}\\ \\mathcal L(w)",
       .figures = {paths(bowl(line,
                              "The loss of every line w₁·x + w₂ over the sixty-four points: contours, and the same in space. "
                              "The cross is the lowest point.",
                              {}))}});
}

Json gradient_descent() {
  const Fit line = line_through_points();
  const Walk walk = way_down(line);
  Table first{.caption = "Its first steps, and its last.", .columns = {"step", "w₁", "w₂", "∂L/∂w₁", "∂L/∂w₂", "loss"}, .rows = {}};
  for (const std::size_t i : {0, 1, 2, 3, 5, 10, 20, 60}) {
    const Weights w{walk.w1[i], walk.w2[i]}, slope = line.slope(w);
    first.rows.push_back({std::to_string(i), text(w.w1), text(w.w2), text(slope.w1), text(slope.w2),
                          text(walk.loss[i])});
  }
  Paths down = bowl(
      line, "Sixty steps from a random start. Each goes at a right angle to the contours, and the flatter the ground, the shorter it is.",
      {{"gradient descent, η = " + text(rate), walk.w1, walk.w2, walk.loss, nullptr}});
  down.curves = {"loss"};
  return chapter(
      {.id = "descent",
       .title = "Gradient descent",
       .text =
           {"Start with random weights. Compute the gradient, which points uphill; step the other way; repeat. The learning rate η says "
            "how far.",
            "It is like a ball that rolls downhill, but one without weight: it has no speed of its own, and stops where the ground is "
            "level."},
       .tex = "w \\leftarrow w - " + text(rate) + "\\;\\frac{\\partial\\mathcal L}{\\partial w}",
       .figures = {paths(down), table(first)}});
}

}  // namespace landscape::chapters
