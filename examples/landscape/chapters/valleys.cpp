#include <algorithm>
#include <cmath>

#include "landscape/chapters/chapters.h"
#include "landscape/chapters/fit.h"
#include "landscape/chapters/laboratory.h"

namespace landscape::chapters {

using namespace figure;

namespace {

Path path(const std::string& label, const Walk& walk) { return {label, walk.w1, walk.w2, walk.loss, nullptr}; }

Json noisy_paths(const Fit& line) {
  constexpr double window[4] = {-0.6, 2.2, -2.4, 1.2};
  Paths figure{.caption =
                   "Paths of ten passes over the sixty-four points with η = 0.12. The smaller the batch, the more steps a pass has, and "
                   "the noisier they are.",
               .surface = nullptr,
               .window = {window[0], window[1], window[2], window[3]},
               .grid = line.grid(window, 61, 61),
               .log_levels = true,
               .paths = {},
               .curves = {}};
  for (const std::int64_t batch : {64, 16, 4})
    figure.paths.push_back(
        path("batches of " + std::to_string(batch), line.descend({0, -2}, {.rate = 0.12, .batch = batch, .epochs = 10})));
  return paths(figure);
}

Json loss_against_time(const Fit& line) {
  Curves figure{.caption =
      "Time is counted in passes over the data. With small batches the loss is down before the whole batch has moved a few times; "
                           "in the end the whole batch gets lower, since nothing shakes it.",
                .x = "passes over the points", .y = "loss − lowest loss", .series = {}, .logy = true};
  const double lowest = line.descend({0, -2}, {.rate = 0.2, .epochs = 3000}).loss.back();
  for (const std::int64_t batch : {64, 16, 4}) {
    const Walk walk = line.descend({0, -2}, {.rate = 0.06, .batch = batch, .epochs = 40});
    Series& series = figure.series.emplace_back(Series{"batches of " + std::to_string(batch), walk.epochs, {}});
    for (const double loss : walk.loss) series.y.push_back(std::max(loss - lowest, 1e-7));
  }
  return curves(figure);
}

// The end of a run with mini-batches, once it is left to settle with all points.
double settled(const Fit& fit, const Walk& walk) {
  return fit.descend({walk.w1.back(), walk.w2.back()}, {.rate = 0.1, .epochs = 400}).loss.back();
}

Json escape() {
  const Fit wave = wave_through_points();
  constexpr double window[4] = {-0.6, 4, -1.6, 2};
  const Weights start{0.2, 0.4};
  const Walk stuck = wave.descend(start, {.rate = 0.2, .epochs = 200});
  const double poor = stuck.loss.back();
  int escaped = 0;
  Walk shown;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Walk walk = wave.descend(start, {.rate = 0.2, .batch = 2, .epochs = 20, .seed = seed});
    if (settled(wave, walk) > poor / 2) continue;
    if (++escaped == 1) shown = walk;
  }
  Paths figure{.caption = "Fitting sin(w₁·x + w₂) to a wave. All points at once (η = 0.2) end in a valley of loss " + text(poor, 2) +
                          ", where a low frequency fits a little. Batches of two get out: with " + std::to_string(escaped) +
                          " of 20 orders of the points; one is shown. It goes on trembling, until the rate decays.",
               .surface = nullptr, .window = {window[0], window[1], window[2], window[3]}, .grid = wave.grid(window, 81, 81), .three = true,
               .paths = {path("all points", stuck), path("batches of 2", shown)}, .curves = {"loss"}};
  return paths(figure);
}

}  // namespace

Json poor_minimum() {
  std::vector<Path> walks;
  const Json own = catalogue_entry("surfaces", "two_wells").at("start");
  walks.push_back(walk("from the left", run({.surface = "two_wells", .steps = 120})));
  walks.push_back(
      walk("from the right", run({.surface = "two_wells", .start = {{-own[0].get<double>(), own[1].get<double>()}}, .steps = 120})));
  return chapter(
      {.id = "valleys",
       .title = "What if there is a local minimum?",
       .text = {"Gradient descent sees the slope under its feet and nothing else. Which valley it ends in was settled by where it began."},
       .tex = "\\frac{\\partial\\mathcal L}{\\partial w} = 0\\quad\\text{in either valley}",
       .figures = {
           paths(on_surface("two_wells", {}, "Two starts, the same rule and rate: one ends in the deep valley, the other in the poor one.",
                            std::move(walks)))}});
}

Json mini_batches() {
  const Fit line = line_through_points();
  return chapter(
      {.id = "batches",
       .title = "Mini-batches",
       .text =
           {"The gradient over a few points is a guess at the gradient over all of them, and much cheaper. Its errors make the path noisy, "
            "which helps twice: there are many more steps in the same time, and a path that trembles can leave a poor valley.",
            "Hyper-parameters now: the size of the batch, and the learning rate, which belongs to it."},
       .tex = "w \\leftarrow w - \\eta\\,\\frac{\\partial}{\\partial w}\\,\\frac1{|B|}\\sum_{i\\in B}(v_i-\\hat v_i)^2,\\qquad "
              "|B|\\in\\{4,\\,16,\\,64\\}",
       .figures = {noisy_paths(line), loss_against_time(line), escape()}});
}

}  // namespace landscape::chapters
