// Runs on the laboratory's surfaces, asked for as the page asks: so whoever opens a figure in the laboratory sees the same path.
//   Json request = run({.surface = "ravine", .parameter = 25, .start = {-9, 2}, .optimizer = "SGD", .options = {{"lr", 0.05}}});
//   figure::Path path = walk("η = 0.05", request);
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "landscape/figures.h"

namespace landscape::chapters {

using figure::Json;

Json ask(const Json& request);                       // an answer of answer.h; ValueError with its text if that is an error
Json catalogue_entry(const std::string& list, const std::string& name);

struct Run {
  std::string surface;
  std::optional<double> parameter = {};
  std::optional<std::array<double, 2>> start = {};   // default: the surface's own
  std::string optimizer = "SGD";
  Json options = Json::object();
  Json schedule = nullptr;                           // {"name", "options"}
  double noise = 0;
  std::uint64_t seed = 1;
  int steps = 200;
};
Json run(const Run& run);

figure::Path walk(const std::string& label, const Json& request);

// A figure of paths on that surface, with its grid, its minima and its window (or another).
figure::Paths on_surface(const std::string& name, std::optional<double> parameter, std::string caption, std::vector<figure::Path> paths,
                         std::optional<std::array<double, 4>> window = {});

}  // namespace landscape::chapters
