#include "landscape/answer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include <gradus/autograd/base/describe/number_text.h>
#include <gradus/autograd/base/error.h>
#include <nlohmann/json.hpp>

#include "landscape/descent.h"
#include "landscape/optimizers.h"
#include "landscape/schedules.h"

namespace landscape {
namespace {

using Json = nlohmann::ordered_json;
using namespace gradus;

// --- Reading requests ---------------------------------------------------------------------------------------------------------

const Json* get(const Json& object, const char* key) {
  const auto at = object.find(key);
  return at == object.end() || at->is_null() ? nullptr : &*at;
}
double number(const Json& value, std::string_view what) {
  check<ValueError>(value.is_number(), "answer: ", what, " must be a number, not ", value.type_name());
  return value.get<double>();
}
int whole(const Json& value, std::string_view what) {
  const double x = number(value, what);
  check<ValueError>(x == std::trunc(x) && std::abs(x) < 1e9, "answer: ", what, " must be a whole number, not ", x);
  return static_cast<int>(x);
}
std::string name(const Json* value, std::string_view what) {
  check<ValueError>(value && value->is_string(), "answer: ", what, " must be given, as a text");
  return value->get<std::string>();
}
const Json& object(const Json* value, std::string_view what) {
  check<ValueError>(value && value->is_object(), "answer: ", what, " must be given, as an object");
  return *value;
}
template <std::size_t n>
std::array<double, n> numbers(const Json& value, std::string_view what) {
  check<ValueError>(value.is_array() && value.size() == n, "answer: ", what, " must be a list of ", n, " numbers");
  std::array<double, n> out;
  for (std::size_t i = 0; i < n; ++i) out[i] = number(value[i], what);
  return out;
}

// {"lr": 0.1, "amsgrad": true, "eps_at": "inside"} as text.
Settings settings(const Json* options) {
  Settings out;
  if (!options) return out;
  check<ValueError>(options->is_object(), "answer: options must be an object");
  for (const auto& [key, value] : options->items()) {
    check<ValueError>(value.is_primitive() && !value.is_null(), "answer: option ", key, " must be a number, a switch or a text");
    if (value.is_string()) out.emplace_back(key, value.get<std::string>());
    else if (value.is_boolean()) out.emplace_back(key, value.get<bool>() ? "true" : "false");
    else out.emplace_back(key, gradus::number_text(value.get<double>()));
  }
  return out;
}

std::optional<double> parameter(const Json& surface) {
  const Json* given = get(surface, "parameter");
  return given ? std::optional(number(*given, "parameter")) : std::nullopt;
}

Descent descent_of(const Json& request) {
  Descent d;
  const Json& surface = object(get(request, "surface"), "surface");
  d.surface = name(get(surface, "name"), "the surface's name");
  d.parameter = parameter(surface);
  if (const Json* start = get(request, "start")) {
    const auto [x, y] = numbers<2>(*start, "start");
    d.start = Point{x, y};
  }
  const Json& optimizer = object(get(request, "optimizer"), "optimizer");
  d.optimizer = name(get(optimizer, "name"), "the optimizer's name");
  d.options = settings(get(optimizer, "options"));
  if (const Json* schedule = get(request, "schedule")) {
    d.schedule = name(get(object(schedule, "schedule"), "name"), "the schedule's name");
    d.schedule_options = settings(get(*schedule, "options"));
  }
  if (const Json* noise = get(request, "noise")) d.noise = number(*noise, "noise");
  if (const Json* steps = get(request, "steps")) d.steps = whole(*steps, "steps");
  if (const Json* seed = get(request, "seed")) {
    const int given = whole(*seed, "seed");
    check<ValueError>(given >= 0, "answer: seed must be at least 0, not ", given);
    d.seed = static_cast<std::uint64_t>(given);
  }
  return d;
}

// --- Writing answers ----------------------------------------------------------------------------------------------------------

Json number_json(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }
Json pair(Point p) { return {number_json(p.x), number_json(p.y)}; }
Json list(const std::vector<double>& values) {
  Json out = Json::array();
  for (const double value : values) out.push_back(number_json(value));
  return out;
}
// Numbers that are only drawn: seven digits.
Json rounded(const std::vector<double>& values) {
  Json out = Json::array();
  for (const double value : values) {
    char digits[32];
    std::snprintf(digits, sizeof digits, "%.7g", value);
    out.push_back(number_json(gradus::parse_number(digits).value_or(value)));
  }
  return out;
}

Json levels_json(const std::vector<Level>& levels) {
  Json out = Json::array();
  for (const Level& level : levels)
    out.push_back({{"at", pair(level.at)}, {"loss", level.loss}, {"kind", kind_names[static_cast<int>(level.kind)]}});
  return out;
}

Json option_json(const Option& option) {
  Json out{{"name", option.name}};
  if (option.kind == Option::Kind::number) {
    const double value = gradus::parse_number(option.value).value();
    const auto& [min, max, log] = option.range;
    out.update({{"kind", "number"}, {"default", value}, {"min", min}, {"max", max}, {"log", log}, {"whole", option.whole}});
  } else if (option.kind == Option::Kind::toggle) {
    out.update({{"kind", "switch"}, {"default", option.value == "true"}});
  } else {
    out.update({{"kind", "choice"}, {"default", option.value}, {"choices", option.choices}});
  }
  return out;
}
Json options_json(const std::vector<Option>& options) {
  Json out = Json::array();
  for (const Option& option : options) out.push_back(option_json(option));
  return out;
}

Json surface_json(const Surface& s) {
  Json parameter = nullptr;
  if (s.parameter) {
    const Knob& p = *s.parameter;
    parameter = {{"name", p.name}, {"symbol", p.symbol}, {"min", p.min}, {"max", p.max}, {"default", p.value}, {"log", p.log}};
  }
  Json rates = Json::object();
  for (const OptimizerKind& kind : optimizers()) rates[std::string(kind.name)] = kind.rate(s);
  return {{"name", s.name}, {"title", s.title}, {"formula", s.formula}, {"tex", s.tex}, {"parameter", parameter},
          {"window", {s.window.x0, s.window.x1, s.window.y0, s.window.y1}}, {"start", pair(s.start)},
              {"minima", levels_json(Ground(s).levels())},
          {"levels", s.log_levels ? "log" : "linear"}, {"rates", rates}};
}

Json catalogue() {
  Json out{{"surfaces", Json::array()}, {"optimizers", Json::array()}, {"schedules", Json::array()}};
  for (const Surface& s : surfaces()) out["surfaces"].push_back(surface_json(s));
  for (const OptimizerKind& kind : optimizers())
    out["optimizers"].push_back({{"name", kind.name}, {"title", kind.title}, {"options", options_json(kind.options)}, {"steps", 200}});
  for (const ScheduleKind& kind : schedules())
    out["schedules"].push_back({{"name", kind.name}, {"title", kind.title}, {"tex", kind.tex}, {"options", options_json(kind.options)}});
  return out;
}

Json grid(const Json& request) {
  const Json& asked = object(get(request, "surface"), "surface");
  const Surface& surface = find(surfaces(), name(get(asked, "name"), "the surface's name"), "surface");
  const Ground ground(surface, parameter(asked));
  Window window = surface.window;
  if (const Json* given = get(request, "window")) {
    const auto [x0, x1, y0, y1] = numbers<4>(*given, "window");
    window = {x0, x1, y0, y1};
  }
  const Json *columns = get(request, "columns"), *rows = get(request, "rows");
  const std::vector<double> values = ground.grid(window, columns ? whole(*columns, "columns") : 121, rows ? whole(*rows, "rows") : 121);
  double least = INFINITY, most = -INFINITY;
  for (const double value : values)
    if (std::isfinite(value)) least = std::min(least, value), most = std::max(most, value);
  return {{"values", rounded(values)}, {"min", number_json(least)}, {"max", number_json(most)}, {"minima", levels_json(ground.levels())}};
}

Json run_json(const Json& request) {
  const Path path = run(descent_of(request));
  std::vector<double> x, y;
  for (const Point at : path.at) x.push_back(at.x), y.push_back(at.y);
  const Outcome& o = path.outcome;
  const Json outcome{{"kind", outcome_names[static_cast<int>(o.kind)]},
                     {"at", o.at ? Json(*o.at) : Json(nullptr)},
                     {"end", pair(path.at.back())},
                     {"loss", number_json(path.loss.back())},
                     {"nearest", o.nearest ? Json(*o.nearest) : Json(nullptr)},
                     {"distance", number_json(o.distance)}};
  return {{"x", list(x)}, {"y", list(y)}, {"loss", list(path.loss)}, {"lr", list(path.lr)}, {"gradient", list(path.gradient)},
          {"step", list(path.step)}, {"formula", path.formula}, {"outcome", outcome}};
}

Json reply(std::string_view text) {
  const Json request = Json::parse(text);
  check<ValueError>(request.is_object(), "answer: a request is an object");
  const std::string ask = name(get(request, "ask"), "ask");
  if (ask == "catalogue") return catalogue();
  if (ask == "grid") return grid(request);
  if (ask == "run") return run_json(request);
  fail_unknown("answer: ask", ask, {"catalogue", "grid", "run"});
}

std::string_view kind_of(const std::exception& error) {
  if (dynamic_cast<const ValueError*>(&error)) return "ValueError";
  if (dynamic_cast<const ShapeError*>(&error)) return "ShapeError";
  if (dynamic_cast<const DtypeError*>(&error)) return "DtypeError";
  if (dynamic_cast<const GraphError*>(&error)) return "GraphError";
  return "Error";
}

std::string dumped(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }
std::string error(std::string_view kind, std::string_view what) { return dumped({{"error", gradus::text(kind, ": ", what)}}); }

}  // namespace

std::string answer(std::string_view request) noexcept {
  try {
    return dumped(reply(request));
  } catch (const Json::exception& e) {
    return error("ValueError", gradus::text("answer: the request is no JSON of the expected form: ", e.what()));
  } catch (const std::exception& e) {
    return error(kind_of(e), e.what());
  }
}

}  // namespace landscape
