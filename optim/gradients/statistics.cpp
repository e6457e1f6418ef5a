#include <gradus/optim/gradients/statistics.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <ostream>

#include <gradus/autograd/base/drawing/table.h>
#include <gradus/optim/kernels/gradient_row.h>

namespace gradus::optim {
namespace {

// Σ over a block, and over a parameter or group as blocks are added.
struct Sums {
  double gradient = 0, weight = 0, update = 0;
  std::int64_t nonfinite = 0;

  void operator+=(const Sums& o) {
    gradient += o.gradient, weight += o.weight, update += o.update;
    nonfinite += o.nonfinite;
  }
};

// Sums of blocks of several arrays, on all cores and the same for any number of them; blocks are small enough to stay in cache from one sum
// to the next.
class BlockSums {
 public:
  void add(std::int64_t n) {
    row_.add(n);
    ++parts_;
  }
  // block(i, begin, n) returns the sums of n elements of array i.
  template <class Block>
  void compute(Block block) {
    sums_.resize(row_.units());
    row_.for_each([&](std::size_t i, std::int64_t begin, std::int64_t end) {
      for (std::int64_t at = begin; at < end; at += GradientRow::block)
        sums_[row_.first_unit(i) + at / GradientRow::block] = block(i, at, std::min(GradientRow::block, end - at));
    });
  }
  Sums of(std::size_t i) const {
    Sums total;
    const std::int64_t end = i + 1 < parts_ ? row_.first_unit(i + 1) : row_.units();
    for (std::int64_t unit = row_.first_unit(i); unit < end; ++unit) total += sums_[unit];
    return total;
  }

 private:
  Partition row_{GradientRow::block};
  std::size_t parts_ = 0;
  SmallVector<Sums, 64> sums_;
};

template <class T>
Sums weight_sums(const T* before, const T* after, std::int64_t n) {
  return {.weight = vector_loops(T{}).square_sum(before, n), .update = vector_loops(T{}).square_distance(before, after, n)};
}

template <class T>
Sums gradient_sums(const T* g, std::int64_t n) {
  Sums sums{.gradient = vector_loops(T{}).square_sum(g, n)};
  if (!std::isfinite(sums.gradient)) sums.nonfinite = std::count_if(g, g + n, [](T x) { return !std::isfinite(x); });
  return sums;
}

StepStatistics statistics_of(const Sums& sums, std::int64_t parameters, std::int64_t elements) {
  StepStatistics out{parameters, elements, std::sqrt(sums.gradient), std::sqrt(sums.weight), std::sqrt(sums.update), 0, sums.nonfinite};
  if (out.update_norm != 0) out.update_ratio = out.update_norm / out.parameter_norm;
  return out;
}

std::string warning(const StepStatistics& s) {
  return s.nonfinite ? gradus::text(s.nonfinite, " of ", s.elements, " gradients are not finite") : "";
}

}  // namespace

Statistics::Statistics(Optimizer& optimizer, const StatisticsOptions& options) : optimizer_(optimizer), options_(options) {
  check_options("Statistics", options);
  meet_new_groups();
  optimizer_.add_watcher(*this);
}

Statistics::~Statistics() { optimizer_.remove_watcher(*this); }

void Statistics::meet_new_groups() {
  for (int group = groups(); group < optimizer_.groups(); ++group) {
    for (NamedParameter& p : optimizer_.parameters(group)) parameters_.push_back({std::move(p.name), group, std::move(p.leaf), {}, {}});
    groups_.emplace_back();
  }
}

void Statistics::before_step() {
  meet_new_groups();
  if (optimizer_.steps() % options_.every != 0) return;
  for (Watched& p : parameters_) p.before = p.leaf->has_gradient() ? p.leaf->value : Array{};   // shared, until the step writes
}

void Statistics::after_step() {
  if ((optimizer_.steps() - 1) % options_.every != 0) return;
  measure();
  measured_ = optimizer_.steps();
  for (Watched& p : parameters_) p.before = {};
}

void Statistics::measure() {
  SmallVector<Array, 16> gradients;
  BlockSums weights, slopes;
  for (Watched& p : parameters_) {
    Array& gradient = gradients.emplace_back();
    if (p.before.defined()) {
      p.before = p.before.as_contiguous();
      gradient = p.leaf->grad.elements().as_contiguous();
    }
    weights.add(p.before.defined() ? p.before.size() : 0);
    slopes.add(p.before.defined() ? gradient.size() : 0);
  }
  weights.compute([&](std::size_t i, std::int64_t at, std::int64_t n) {
    const Array &before = parameters_[i].before, &after = parameters_[i].leaf->value;
    return visit_floating(before.dtype(), "Statistics",
                          [&]<class T>(T) { return weight_sums(before.data<T>() + at, after.data<T>() + at, n); });
  });
  slopes.compute([&](std::size_t i, std::int64_t at, std::int64_t n) {
    return visit_floating(gradients[i].dtype(), "Statistics", [&]<class T>(T) { return gradient_sums(gradients[i].data<T>() + at, n); });
  });

  SmallVector<Sums, 8> groups;
  groups.resize(groups_.size());
  std::fill(groups_.begin(), groups_.end(), StepStatistics{});
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    Watched& p = parameters_[i];
    Sums sums = weights.of(i);
    sums += slopes.of(i);
    p.statistics = p.before.defined() ? statistics_of(sums, 1, p.before.size()) : StepStatistics{};
    groups[p.group] += sums;
    groups_[p.group].parameters += p.statistics.parameters;
    groups_[p.group].elements += p.statistics.elements;
  }
  for (std::size_t k = 0; k < groups_.size(); ++k) groups_[k] = statistics_of(groups[k], groups_[k].parameters, groups_[k].elements);
}

const StepStatistics& Statistics::group(int group) const {
  check<ValueError>(0 <= group && group < groups(), "Statistics: there is no group ", group, "; it has ", groups());
  return groups_[group];
}

const StepStatistics& Statistics::parameter(std::string_view name) const {
  const auto at = std::find_if(parameters_.begin(), parameters_.end(), [&](const Watched& p) { return p.name == name; });
  check<ValueError>(at != parameters_.end(), "Statistics: there is no parameter ", name, "; there are ", parameters_.size(),
                    ", the first being ", parameters_.front().name);
  return at->statistics;
}

std::vector<std::string> Statistics::names() const {
  std::vector<std::string> out;
  for (const Watched& p : parameters_) out.push_back(p.name);
  return out;
}

std::string Statistics::text() const {
  const drawing::Digits norm = drawing::scientific_digits(2);
  drawing::Table table({{}, {}, {"", norm, 8}, {}, {"", norm, 8}, {}, {"", norm, 8}, {}, {"", norm, 8}, {}},
                       {.gap = 1, .indent = 0, .head = false});
  for (int k = 0; k < groups(); ++k) {
    const StepStatistics& s = groups_[k];
    table.add(gradus::text("step ", measured_, "  group ", k), " ‖g‖", s.gradient_norm, " ‖w‖", s.parameter_norm, " ‖Δw‖", s.update_norm,
              " ‖Δw‖/‖w‖", s.update_ratio, s.nonfinite ? gradus::text(" ", warning(s)) : "");
  }
  return table.text();
}

std::string Statistics::table() const {
  const drawing::Digits norm = drawing::scientific_digits(2);
  drawing::Table table({{"parameter"}, {"‖g‖", norm, 8}, {"‖w‖", norm, 8}, {"‖Δw‖", norm, 8}, {"‖Δw‖/‖w‖", norm, 8}, {}},
                       {.gap = 2, .indent = 0});
  for (const Watched& p : parameters_)
    if (const StepStatistics& s = p.statistics; s.parameters != 0)
      table.add(p.name, s.gradient_norm, s.parameter_norm, s.update_norm, s.update_ratio, warning(s));
  return table.text();
}

std::ostream& operator<<(std::ostream& out, const Statistics& statistics) { return out << statistics.text(); }

}  // namespace gradus::optim
