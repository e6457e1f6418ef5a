// Gradient descent on a landscape: the path of one optimizer, or of several, as a table and a contour map.
//
//   ./run example descent                                       what surfaces, optimizers and schedules there are
//   ./run example descent ravine Momentum --lr 0.02 --steps 100
//   ./run example descent rosenbrock sgd,adam,lbfgs --svg paths.svg
//   ./run example descent two_wells sgd --noise 5 --seed 1 --schedule cosine
//   ./run example descent ravine all                            everybody's result; with --svg FOLDER a picture each
//
// --option NAME=VALUE,… sets any option of the optimizer (betas.0=0.8,amsgrad=true), --schedule-option those of the schedule, --parameter
// the surface's number (κ, b, A). You should see the path from S to E cross the contours, downhill, and where it ended. Lines of the map
// are coloured on a terminal, and plain in a file.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include <gradus/autograd/base/describe/number_text.h>
#include <gradus/autograd/base/drawing/drawing.h>
#include <gradus/autograd/base/drawing/plane.h>
#include <gradus/autograd/base/drawing/table.h>
#include <gradus/autograd/base/error.h>

#include "landscape/optimizers.h"
#include "landscape/picture.h"
#include "landscape/schedules.h"
#include "support/arguments.h"

using namespace landscape;
namespace drawing = gradus::drawing;
using gradus::check, gradus::text, gradus::ValueError;

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> out;
  for (std::size_t begin = 0; begin < list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    if (end > begin) out.push_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

double number(const std::string& what, const std::string& value) {
  const auto parsed = gradus::parse_number(value);
  check<ValueError>(parsed.has_value(), what, " takes a number, not \"", value, "\"");
  return *parsed;
}

Settings settings(const std::string& list) {
  Settings out;
  for (const std::string& item : split(list)) {
    const std::size_t equals = item.find('=');
    check<ValueError>(equals != std::string::npos, "options are NAME=VALUE,…, not \"", item, "\"");
    out.emplace_back(item.substr(0, equals), item.substr(equals + 1));
  }
  return out;
}

struct Options {
  std::string lr;
  std::string option;
  std::string schedule;
  std::string schedule_option;
  int steps = 200;
  std::string start;
  double noise = 0;
  std::uint64_t seed = 1;
  std::string parameter;
  std::string svg;

  void describe(gradus::Describe& is) const { is(gradus::range::between(0, 1e6), steps); }
};

Descent descent_of(const std::string& surface, const Options& options) {
  Descent d{.surface = surface, .options = settings(options.option), .schedule = options.schedule,
            .schedule_options = settings(options.schedule_option),
            .noise = options.noise, .seed = options.seed, .steps = options.steps};
  if (!options.lr.empty()) d.options.emplace_back("lr", options.lr);
  if (!options.parameter.empty()) d.parameter = number("--parameter", options.parameter);
  if (const std::vector<std::string> start = split(options.start); !start.empty()) {
    check<ValueError>(start.size() == 2, "--start takes x,y, not \"", options.start, "\"");
    d.start = Point{number("--start", start[0]), number("--start", start[1])};
  }
  return d;
}

std::string outcome(const Path& path) {
  static constexpr std::string_view places[] = {"the best valley", "a poor valley", "a saddle", "a top"};
  const Outcome& o = path.outcome;
  if (o.kind == Outcome::Kind::diverged) return text("diverged at step ", *o.at);
  if (!o.nearest) return "still moving";
  const std::string_view place = places[static_cast<int>(path.levels[*o.nearest].kind)];
  if (o.kind == Outcome::Kind::moving) return text("moving, ", std::round(1000 * o.distance) / 1000, " from ", place);
  return text("in ", place, " since step ", *o.at);
}

// Without the sign of zeros.
double clean(double x) { return std::abs(x) < 5e-6 ? 0 : x; }

// The first steps, and then fewer and fewer: 0, 1, 2, 5, 10, 20, 50, …
void print_steps(const Path& path) {
  const drawing::Digits place = drawing::fixed_digits(5), size = drawing::digits(6);
  drawing::Table table({{"step"}, {"x", place, 10}, {"y", place, 10}, {"loss", size, 12}, {"lr", size, 12}, {"|gradient|", size, 12},
                        {"|move|", size, 12}}, {.gap = 1, .indent = 2});
  const std::size_t n = path.at.size();
  for (std::size_t decade = 1, t = 0; t < n;) {
    const auto [x, y] = path.at[t];
    if (t + 1 == n) table.add(t, clean(x), clean(y), path.loss[t]);
    else table.add(t, clean(x), clean(y), path.loss[t], path.lr[t], path.gradient[t], path.step[t]);
    if (t + 1 == n) break;
    const std::size_t next = t == 0 ? 1 : t == decade ? 2 * decade : t == 2 * decade ? 5 * decade : 10 * decade;
    if (next == 10 * decade) decade = next;
    t = std::min(next, n - 1);
  }
  std::printf("\n%s", table.text().c_str());
}

void print_results(const std::vector<Trail>& trails) {
  const drawing::Digits place = drawing::fixed_digits(4);
  drawing::Table table({{"optimizer"}, {"lr", drawing::digits(4)}, {"x", place}, {"y", place}, {"loss", drawing::digits(5)}, {"outcome"}},
                    {.indent = 2, .room = drawing::terminal_columns(1, 1000)});   // in a narrow terminal an outcome has a line of its own
  for (const auto& [label, path] : trails)
    table.add(label, path.lr.front(), clean(path.at.back().x), clean(path.at.back().y), path.loss.back(), outcome(path));
  std::printf("\n%s", table.text().c_str());
}

// "ScheduleFreeAdamW" is schedule_free_adamw, "Lecture: momentum" lecture_momentum.
std::string snake(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto is = [&](std::size_t at, int (*kind)(int)) { return at < name.size() && kind(static_cast<unsigned char>(name[at])); };
    const bool letter = is(i, std::isalnum), begins = i > 0 && is(i, std::isupper) && is(i - 1, std::islower) && is(i + 1, std::islower);
    if ((begins || !letter) && !out.empty() && out.back() != '_') out += '_';
    if (letter) out += static_cast<char>(std::tolower(static_cast<unsigned char>(name[i])));
  }
  return out;
}

void save_pictures(const Ground& ground, const std::vector<Trail>& trails, const std::string& file, bool each) {
  if (file.empty()) return;
  if (!each) return picture(ground, trails).save_svg(file);
  std::filesystem::create_directories(file);
  for (const Trail& trail : trails)
    picture(ground, {trail}).save_svg(std::filesystem::path(file) / (snake(trail.label) + ".svg"),
                                      {.width = 360, .height = 240, .scales = false});
}

template <class List>
void print_list(const char* title, const List& list) {
  drawing::Table table({{.title = "", .width = 28}, {}}, {.gap = 1, .indent = 2, .head = false});
  for (const auto& item : list) table.add(item.name, item.title == item.name ? "" : item.title);
  std::printf("\n%s\n%s", title, table.text().c_str());
}

int run_descents(const std::string& surface_name, const std::string& optimizer_names, const Options& options) {
  const Surface& surface = find(surfaces(), surface_name, "surface");
  Descent d = descent_of(surface_name, options);
  const Ground ground(surface, d.parameter);
  const bool all = optimizer_names == "all";
  std::vector<std::string> names = split(optimizer_names);
  if (all) {
    names.clear();
    for (const OptimizerKind& kind : optimizers()) names.emplace_back(kind.name);
  }
  check<ValueError>(!names.empty(), "which optimizer?");
  std::vector<Trail> trails;
  for (const std::string& name : names) {
    d.optimizer = find(optimizers(), name, "optimizer").name;
    trails.push_back({d.optimizer, run(d)});
  }
  std::printf("%s: %s", std::string(surface.title).c_str(), std::string(surface.formula).c_str());
  if (surface.parameter) std::printf(", %s = %g", std::string(surface.parameter->symbol).c_str(), ground.parameter());
  std::printf("\n\n");
  const drawing::PlaneTextOptions terminal{.columns = std::min(drawing::terminal_columns(), 130), .colour = drawing::is_terminal()};
  if (!all) std::printf("%s", picture(ground, trails).text(terminal).c_str());
  if (trails.size() == 1) print_steps(trails[0].path);
  print_results(trails);
  if (!all)
    for (const Trail& trail : trails) std::printf("\n%s\n", trail.path.formula.c_str());
  save_pictures(ground, trails, options.svg, all);
  return 0;
}

int main(int argc, char** argv) {
  std::vector<char*> named(argv, argv + 1), places;
  bool help = false;
  for (int i = 1; i < argc; ++i) {
    if (argv[i] == std::string_view("--help") || argv[i] == std::string_view("-h")) help = true;
    else (named.size() == 1 && argv[i][0] != '-' ? places : named).push_back(argv[i]);
  }
  const auto options = support::arguments<Options>(static_cast<int>(named.size()), named.data());
  if (help || places.size() != 2) {
    const std::string program = "./run example descent SURFACE OPTIMIZER[,OPTIMIZER…]";
    std::fputs(gradus::command_line_help(program, Options()).c_str(), stdout);
    print_list("surfaces", surfaces());
    print_list("optimizers", optimizers());
    print_list("schedules", schedules());
    return help || places.empty() ? 0 : 2;
  }
  try {
    return run_descents(places[0], places[1], options);
  } catch (const gradus::Error& error) {
    std::fprintf(stderr, "descent: %s\n", error.what());
    return 2;
  }
}
