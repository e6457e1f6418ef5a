// PiecewiseLR: the factors of base that are given, from the t that are given on: stairs, or lines or half cosine waves between the points.
//   optim::PiecewiseLR schedule(sgd, {.at = {0, 5, 20}, .factor = {0.1, 1, 0.01}, .between = optim::Between::linear});
// Before the first point its factor holds, after the last one that one's.
#pragma once
#include <gradus/optim/schedules/anneal.h>
#include <gradus/optim/schedules/curve.h>

namespace gradus::optim {

enum class Between { hold, linear, cos };

struct PiecewiseLROptions {
  std::vector<std::int64_t> at = {};     // ascending, none twice
  std::vector<double> factor = {};       // as many
  Between between = Between::hold;
  Unit per = Unit::epoch;

  void describe(Describe& is) const { is(range::at_least_zero, at, factor); }
};

struct PiecewiseLRRule {
  using Options = PiecewiseLROptions;
  static constexpr std::string_view name = "PiecewiseLR";
  static void validate(const Options& o) {
    check<ValueError>(!o.at.empty() || !o.factor.empty(), name, ": at and factor must be given");
    check<ValueError>(!o.at.empty() && o.at.size() == o.factor.size(), name,
                      ": at and factor must be as long as each other and not empty, not ", o.at.size(), " and ", o.factor.size());
    for (std::size_t i = 1; i < o.at.size(); ++i)
      check<ValueError>(o.at[i - 1] < o.at[i], name, ": at must ascend; after ", o.at[i - 1], " comes ", o.at[i]);
  }
  static double lr(const Options& o, double base, double t) {
    std::size_t next = 0;
    while (next < o.at.size() && static_cast<double>(o.at[next]) <= t) ++next;
    if (next == 0) return base * o.factor.front();
    if (next == o.at.size() || o.between == Between::hold) return base * o.factor[next - 1];
    const double from = static_cast<double>(o.at[next - 1]), part = (t - from) / (static_cast<double>(o.at[next]) - from);
    return base * anneal(o.between == Between::linear ? Anneal::linear : Anneal::cos, o.factor[next - 1], o.factor[next], part);
  }
};

extern template Curve Curve::of<PiecewiseLRRule>(const PiecewiseLRRule::Options&);
using PiecewiseLR = ScheduleOf<PiecewiseLRRule>;

}  // namespace gradus::optim
