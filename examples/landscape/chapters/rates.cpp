#include "landscape/chapters/chapters.h"
#include "landscape/chapters/laboratory.h"

namespace landscape::chapters {

using namespace figure;

namespace {

constexpr double kappa = 10;

Json one_rate(double rate, const std::string& what) {
  const Json request = run({.surface = "ravine", .parameter = kappa, .start = {{-4.5, 1.5}}, .options = {{"lr", rate}}, .steps = 60});
  return paths(on_surface("ravine", kappa, what, {walk("η = " + text(rate), request)}));
}

struct Decay {
  std::string label;
  Json schedule;
};
const Decay decays[] = {
    {"constant", nullptr},
    {"η₀/√t", {{"name", "inverse_sqrt"}, {"options", Json::object()}}},
    {"η₀·e^(−kt), k = 0.015", {{"name", "exponential"}, {"options", {{"gamma", 0.98511194}}}}},
    {"staircase: ×0.4 every 50", {{"name", "staircase"}, {"options", {{"every", 50}, {"of.gamma", 0.4}}}}},
};

}  // namespace

Json learning_rates() {
  return chapter({.id = "rates", .title = "Too small, good, too big",
                  .text = {"Three runs of sixty steps from the same place; only η differs. Too small, and the valley floor stays far away. "
                           "Too big, and "
                           "every step lands higher up the opposite wall. In between it is quick.",
                           "What counts as big is up to the steepest direction: on this ravine its curvature is 10, and beyond η = 2/10 a "
                           "step overshoots "
                           "by more than it came from."},
                  .tex = "w \\leftarrow w - \\eta\\,\\frac{\\partial\\mathcal L}{\\partial w},\\qquad \\eta\\in\\{0.01,\\ 0.15,\\ "
                         "0.203\\},\\qquad \\eta_{\\max} = \\frac{2}{\\kappa} = 0.2",
                  .figures = {one_rate(0.01, "Too small: after sixty steps it is not half of the way there."),
                              one_rate(0.15, "Good: across the ravine in a few swings, then straight along it."),
                              one_rate(0.203, "Too big: each swing is a little wider than the one before.")},
                  .layout = "row"});
}

Json decaying_rates() {
  Curves rates{.caption = "What each makes of η₀ = 0.12 in two hundred steps.", .x = "iteration t", .y = "η(t)", .series = {}};
  std::vector<Path> walks;
  for (const Decay& decay : decays) {
    const Json request = run({.surface = "ravine", .parameter = kappa, .start = {{-4.5, 1.5}}, .options = {{"lr", 0.12}},
                              .schedule = decay.schedule,
                              .noise = 4, .seed = 3, .steps = 200});
    walks.push_back(walk(decay.label, request));
    Series& series = rates.series.emplace_back(Series{decay.label, {}, {}});
    const Json reply = ask(request);
    for (const Json& lr : reply.at("lr")) {
      series.x.push_back(static_cast<double>(series.x.size() + 1));
      series.y.push_back(lr.get<double>());
    }
  }
  return chapter({.id = "decays", .title = "Learning rates that decay",
                  .text = {"With noisy gradients a constant rate never comes to rest: it wanders about in a cloud whose size grows with η. "
                           "A rate that "
                           "decays takes big steps while it is far away, and small ones when the noise would otherwise have the last word.",
                           "t counts iterations here; k, the height and the length of the stairs are hyper-parameters like η₀."},
                  .tex = "\\eta(t)=\\frac{\\eta_0}{\\sqrt t},\\qquad \\eta(t)=\\eta_0\\,e^{-0.015\\,t},\\qquad "
                         "\\eta(t)=\\eta_0\\cdot0.4^{\\lfloor t/50\\rfloor},\\qquad \\eta_0 = 0.12",
                  .figures = {curves(rates),
                              paths(on_surface("ravine", kappa, "The same noise for all four, of deviation 4 in each gradient.",
                                               std::move(walks)))}});
}

}  // namespace landscape::chapters
