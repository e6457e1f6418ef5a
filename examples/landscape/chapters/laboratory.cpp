#include "landscape/chapters/laboratory.h"

#include <cmath>

#include <gradus/autograd/base/error.h>

#include "landscape/answer.h"

namespace landscape::chapters {

using gradus::check;
using gradus::ValueError;

Json ask(const Json& request) {
  Json reply = Json::parse(answer(request.dump()));
  check<ValueError>(!reply.contains("error"), reply.value("error", ""), " — asked: ", request.dump());
  return reply;
}

Json catalogue_entry(const std::string& list, const std::string& name) {
  static const Json catalogue = ask({{"ask", "catalogue"}});
  for (const Json& entry : catalogue.at(list))
    if (entry.at("name") == name) return entry;
  throw ValueError("the laboratory has no " + name + " among its " + list);
}

namespace {
Json surface(const std::string& name, std::optional<double> parameter) {
  const Json own = catalogue_entry("surfaces", name).at("parameter");
  Json out{{"name", name}, {"parameter", nullptr}};
  if (!own.is_null()) out["parameter"] = parameter.value_or(own.at("default").get<double>());
  return out;
}

// The page has null where a run has left all bounds; so have these.
figure::Numbers column(const Json& reply, const char* name) {
  figure::Numbers out;
  for (const Json& value : reply.at(name)) out.push_back(value.is_null() ? NAN : value.get<double>());
  return out;
}
}  // namespace

Json run(const Run& r) {
  const Json start = r.start ? Json(*r.start) : catalogue_entry("surfaces", r.surface).at("start");
  return {{"ask", "run"}, {"surface", surface(r.surface, r.parameter)}, {"start", start},
          {"optimizer", {{"name", r.optimizer}, {"options", r.options}}}, {"schedule", r.schedule}, {"noise", r.noise}, {"seed", r.seed},
          {"steps", r.steps}};
}

figure::Path walk(const std::string& label, const Json& request) {
  const Json reply = ask(request);
  return {label, column(reply, "x"), column(reply, "y"), column(reply, "loss"), request};
}

figure::Paths on_surface(const std::string& name, std::optional<double> parameter, std::string caption, std::vector<figure::Path> paths,
                         std::optional<std::array<double, 4>> window) {
  const Json entry = catalogue_entry("surfaces", name);
  const auto edges = window.value_or(entry.at("window").get<std::array<double, 4>>());
  figure::Paths out{.caption = std::move(caption), .surface = surface(name, parameter), .window = {edges[0], edges[1], edges[2], edges[3]},
                    .grid = {}, .log_levels = entry.at("levels") == "log", .minima = entry.at("minima"), .x = "x", .y = "y",
                    .paths = std::move(paths), .curves = {"loss"}};
  const Json grid = ask({{"ask", "grid"}, {"surface", out.surface}, {"window", edges}, {"columns", 81}, {"rows", 81}});
  out.grid = {81, 81, column(grid, "values")};
  return out;
}

}  // namespace landscape::chapters
