#include <algorithm>

#include "landscape/chapters/chapters.h"
#include "landscape/chapters/laboratory.h"

namespace landscape::chapters {

using namespace figure;

namespace {

struct Racer {
  Path path;
  std::string name;
  Json reply;
};

std::vector<Racer> all_on(const std::string& surface, int steps) {
  const Json catalogue = ask({{"ask", "catalogue"}});
  std::vector<Racer> out;
  for (const Json& entry : catalogue.at("optimizers")) {
    const Json request = run({.surface = surface, .optimizer = entry.at("name"), .steps = steps});
    out.push_back({walk(entry.at("title"), request), entry.at("name"), ask(request)});
  }
  return out;
}

std::string entry(const Json& value) {
  return value.is_null() ? "–" : value.is_string() ? value.get<std::string>() : text(value.get<double>());
}

Table results(const std::vector<Racer>& racers) {
  Table out{.caption = "In the order of their last loss. Each had a rate chosen for it; with another, the order would be another.",
            .columns = {"optimizer", "how it went", "near the bottom since step", "last loss"}, .rows = {}};
  for (const Racer& racer : racers) {
    const Json& end = racer.reply.at("outcome");
    out.rows.push_back({racer.path.label, end.at("kind"), entry(end.at("at")), entry(end.at("loss"))});
  }
  return out;
}

}  // namespace

Json race() {
  std::vector<Racer> racers = all_on("rosenbrock", 400);
  std::sort(racers.begin(), racers.end(), [](const Racer& a, const Racer& b) {
    const auto key = [](const Racer& r) { return r.path.loss.empty() || !(r.path.loss.back() < 1e30) ? 1e30 : r.path.loss.back(); };
    return key(a) < key(b);
  });
  std::vector<Path> walks;
  for (const Racer& racer : racers) walks.push_back(racer.path);
  return chapter({.id = "race",
                  .title = "All optimizers in a race",
                  .text = {"Rosenbrock's valley is easy to find and hard to follow: it bends, and its floor is nearly level. Every "
                           "optimizer starts at the same "
                           "place and takes four hundred steps.",
                           "LBFGS, which learns the curvature as it goes and searches along each direction, is made for this. On a noisy "
                           "network it would not be."},
                  .tex = "\\mathcal L(x, y) = (1-x)^2 + 100\\,(y-x^2)^2",
                  .figures = {paths(on_surface("rosenbrock", {}, "All at once. Choose those you want to compare.", std::move(walks))),
                              table(results(racers))}});
}

Json hyper_parameters() {
  Table all{.caption = "What each does to the path.",
            .columns = {"hyper-parameter", "usual value", "smaller", "larger"},
            .rows = {
                {"learning rate η", "0.001 – 0.1", "slow, may not arrive", "swings, then diverges"},
                {"batch size", "32 – 512", "noisy, many steps, leaves poor valleys", "smooth, few steps, stays where it is"},
                {"decay k, stairs", "down to η/10 – η/1000", "trembles at the end", "stops before it has arrived"},
                {"momentum β", "0.9", "swings from wall to wall", "long memory: overshoots and comes back"},
                {"RMSprop β′", "0.9 – 0.99", "each step has nearly the same length", "scales adapt slowly"},
                {"Adam β₁, β₂", "0.9, 0.999", "as β and β′", "as β and β′"},
                {"ε", "1e-8", "first steps and flat directions at full pace", "towards plain gradient descent"},
            }};
  std::vector<Path> betas;
  for (const double beta : {0.0, 0.7, 0.9, 0.98})
    betas.push_back(walk("β = " + text(beta), run({.surface = "ravine",
                                                   .parameter = 40,
                                                   .start = {{-4.6, 1.5}},
                                                   .optimizer = "SGD",
                                                   .options = {{"lr", 0.04}, {"momentum", beta}, {"form", "ema"}},
                                                   .steps = 150})));
  return chapter(
      {.id = "hyper-parameters",
       .title = "The hyper-parameters at a glance",
       .text = {"None of these numbers is found by gradient descent. One tries, looks at the path, and tries again: that is what the "
                "laboratory below is for."},
       .tex = "\\eta,\\ |B|,\\ k,\\ \\beta,\\ \\beta',\\ \\beta_1,\\ \\beta_2,\\ \\varepsilon",
       .figures = {table(all), paths(on_surface("ravine", 40, "One of them, turned: momentum at the same η = 0.04.", std::move(betas)))}});
}

}  // namespace landscape::chapters
