#include "landscape/figures.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include <gradus/autograd/base/error.h>

namespace landscape::figure {

namespace {
std::string shortest(double value, int digits) {
  char out[40];
  std::snprintf(out, sizeof out, "%.*g", digits, value);
  return out;
}
}  // namespace

Json number(double value, int digits) {
  if (!std::isfinite(value)) return nullptr;
  return std::strtod(shortest(value, digits).c_str(), nullptr);
}

std::string text(double value, int digits) {
  std::string out = shortest(value, digits);
  const std::size_t e = out.find('e');
  if (e == std::string::npos) return out;
  static const char* raised[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  const int exponent = std::atoi(out.c_str() + e + 1);
  out.replace(e, std::string::npos, exponent < 0 ? "·10⁻" : "·10");
  for (const char digit : std::to_string(std::abs(exponent))) out += raised[digit - '0'];
  return out;
}

Json numbers(const Numbers& values, int digits) {
  Json out = Json::array();
  for (const double value : values) out.push_back(number(value, digits));
  return out;
}

namespace {
Json series(const std::vector<Series>& all) {
  Json out = Json::array();
  for (const Series& s : all) out.push_back({{"label", s.label}, {"x", numbers(s.x)}, {"y", numbers(s.y)}});
  return out;
}
}  // namespace

Json curves(const Curves& f) {
  return {{"kind", "curves"}, {"caption", f.caption},      {"xlabel", f.x}, {"ylabel", f.y}, {"logx", f.logx},
          {"logy", f.logy},   {"series", series(f.series)}};
}

Json scatter(const Scatter& f) {
  Json points = Json::array();
  for (std::size_t i = 0; i < f.at.size(); ++i) points.push_back(numbers({f.at[i], f.value[i]}));
  return {{"kind", "scatter"}, {"caption", f.caption}, {"xlabel", f.x}, {"ylabel", f.y}, {"points", points}, {"lines", series(f.lines)},
          {"residuals", f.residuals}};
}

Json table(const Table& f) { return {{"kind", "table"}, {"caption", f.caption}, {"columns", f.columns}, {"rows", f.rows}}; }

Json paths(const Paths& f) {
  Json all = Json::array();
  for (const Path& p : f.paths)
    all.push_back({{"label", p.label}, {"x", numbers(p.x)}, {"y", numbers(p.y)}, {"loss", numbers(p.loss)}, {"request", p.request}});
  return {{"kind", "paths"}, {"caption", f.caption}, {"surface", f.surface}, {"window", f.window},
          {"grid", {{"columns", f.grid.columns}, {"rows", f.grid.rows}, {"values", numbers(f.grid.values, 5)}}},
          {"levels", f.log_levels ? "log" : "linear"}, {"minima", f.minima}, {"three", f.three}, {"axes", {f.x, f.y}}, {"paths", all},
          {"curves", f.curves}};
}

Json chapter(const Chapter& c) {
  return {{"id", c.id}, {"title", c.title}, {"text", c.text}, {"tex", c.tex}, {"figures", c.figures}, {"layout", c.layout}};
}

void write(const std::string& file, const std::vector<Json>& chapters) {
  std::ofstream out(file);
  out << Json{{"chapters", chapters}}.dump() << '\n';
  gradus::check<gradus::FileError>(out.flush().good(), "cannot write ", file);
}

}  // namespace landscape::figure
