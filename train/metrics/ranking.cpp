#include <gradus/train/metrics/ranking.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gradus/train/metrics/internal/reading.h>

namespace gradus::train {
namespace {

constexpr std::string_view ranking_name = "Ranking";
constexpr std::int64_t most_rows = std::int64_t{1} << 30;   // products of two counts fit into 62 bits
constexpr double no_area = std::numeric_limits<double>::quiet_NaN();

struct Scored {
  double score;
  bool yes;
};

// Calls f(positives, negatives) for every group of equal scores, the highest first.
template <class F>
void each_group(std::vector<Scored>& all, F f) {
  std::sort(all.begin(), all.end(), [](const Scored& a, const Scored& b) { return a.score > b.score; });
  for (std::size_t i = 0; i < all.size();) {
    std::int64_t positives = 0, negatives = 0;
    const double score = all[i].score;
    for (; i < all.size() && all[i].score == score; ++i) ++(all[i].yes ? positives : negatives);
    f(positives, negatives);
  }
}

double roc_area(std::vector<Scored>& all) {
  std::int64_t positives = 0, negatives = 0, twice = 0;   // pairs that are right, ties half
  each_group(all, [&](std::int64_t p, std::int64_t n) {
    twice += n * (2 * positives + p);
    positives += p;
    negatives += n;
  });
  if (positives == 0 || negatives == 0) return no_area;
  return static_cast<double>(twice) / (2 * static_cast<double>(positives) * static_cast<double>(negatives));
}

double precision_area(std::vector<Scored>& all) {
  std::int64_t positives = 0, seen = 0;
  double sum = 0, lost = 0;                                // compensated (Kahan)
  each_group(all, [&](std::int64_t p, std::int64_t n) {
    positives += p;
    seen += p + n;
    const double term = static_cast<double>(p) * (static_cast<double>(positives) / static_cast<double>(seen)) - lost, next = sum + term;
    lost = (next - sum) - term;
    sum = next;
  });
  return positives == 0 ? no_area : sum / static_cast<double>(positives);
}

}  // namespace

void Ranking::expect(std::int64_t width, bool classes) const {
  check<ValueError>(count_ == 0 || (width_ == width && classes_ == classes), ranking_name, ": ", width, classes ? " classes" : " labels",
                    ", after ", width_, classes_ ? " classes" : " labels", " before");
}

void Ranking::update(const Tensor& prediction, const Tensor& target) {
  const metric::Form form = metric::form_of(ranking_name, prediction, target);
  check<DtypeError>(form != metric::Form::classes, ranking_name, ": predicted classes ", prediction.dtype(),
                    " have no order; it wants scores");
  const metric::Rows rows = metric::rows_of(ranking_name, prediction, target, form, options_.ignore_index);
  const bool classes = form == metric::Form::scores_of_classes;
  check<ValueError>(!classes || options_.average != Average::micro, ranking_name, ": the average micro is of labels, not of classes");
  expect(rows.width, classes);
  append(rows.scores.to(f64), rows.targets, rows.n, rows.width, classes);
}

// Ignored rows of classes are left out; an ignored label stays and is passed over.
void Ranking::append(const Array& scores, const Array& targets, std::int64_t rows, std::int64_t width, bool classes) {
  check<ValueError>(rows <= most_rows - count_, ranking_name, ": more than ", most_rows, " rows");
  const std::int64_t per_row = classes ? 1 : width, room = scores_.defined() && count_ > 0 ? scores_.shape()[0] : 0;
  if (count_ + rows > room || !scores_.unique() || !targets_.unique()) {
    const std::int64_t more = std::max({count_ + rows, count_ * 2, std::int64_t{64}});
    Array larger({more, width}, f64), larger_targets({more * per_row}, i64);
    if (count_ > 0) {
      std::copy_n(scores_.data<double>(), count_ * width, larger.mutable_data<double>());
      std::copy_n(targets_.data<std::int64_t>(), count_ * per_row, larger_targets.mutable_data<std::int64_t>());
    }
    scores_ = std::move(larger);
    targets_ = std::move(larger_targets);
  }
  width_ = width;
  classes_ = classes;
  double* to = scores_.mutable_data<double>() + count_ * width;
  std::int64_t* to_target = targets_.mutable_data<std::int64_t>() + count_ * per_row;
  const double* from = scores.data<double>();
  const std::int64_t* target = targets.data<std::int64_t>();
  for (std::int64_t i = 0; i < rows; ++i, from += width, target += per_row) {
    if (classes && metric::is_ignored(*target, options_.ignore_index)) continue;
    to = std::copy_n(from, width, to);
    to_target = std::copy_n(target, per_row, to_target);
    ++count_;
  }
}

void Ranking::reset() {
  scores_ = targets_ = {};
  count_ = 0;
}

void Ranking::merge(const Ranking& other) {
  if (other.count_ == 0) return;
  expect(other.width_, other.classes_);
  const Array scores = other.scores_, targets = other.targets_;   // other may be this
  append(scores, targets, other.count_, other.width_, other.classes_);
}

double Ranking::area_of(Area area, std::int64_t first, std::int64_t last) const {
  std::vector<Scored> all;
  all.reserve(static_cast<std::size_t>(count_ * (last - first)));
  const double* const scores = scores_.data<double>();
  const std::int64_t* const targets = targets_.data<std::int64_t>();
  for (std::int64_t i = 0; i < count_; ++i)
    for (std::int64_t c = first; c < last; ++c) {
      const std::int64_t target = targets[classes_ ? i : i * width_ + c];
      if (metric::is_ignored(target, options_.ignore_index)) continue;
      all.push_back({scores[i * width_ + c], classes_ ? target == c : target != 0});
    }
  return area == Area::roc ? roc_area(all) : precision_area(all);
}

std::int64_t Ranking::positives(std::int64_t column) const {
  const std::int64_t* const targets = targets_.data<std::int64_t>();
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < count_; ++i)
    count += classes_ ? targets[i] == column : targets[i * width_ + column] == 1 && !metric::is_ignored(1, options_.ignore_index);
  return count;
}

Tensor Ranking::areas(Area area) const {
  const std::int64_t width = count_ == 0 ? 0 : width_;
  Array out({width}, f64);
  for (std::int64_t c = 0; c < width; ++c) out.mutable_data<double>()[c] = area_of(area, c, c + 1);
  return out;
}

double Ranking::average(Area area) const {
  if (count_ == 0) return no_area;
  if (options_.average == Average::micro) return area_of(area, 0, width_);
  const Tensor each = areas(area);
  const double* const value = each.value().data<double>();
  double sum = 0, weights = 0;
  for (std::int64_t c = 0; c < width_; ++c) {
    if (std::isnan(value[c])) continue;
    const double weight = options_.average == Average::weighted ? static_cast<double>(positives(c)) : 1;
    sum += weight * value[c];
    weights += weight;
  }
  return weights > 0 ? sum / weights : no_area;
}

State Ranking::state() const {
  State state;
  state.set("classes", classes_);
  if (count_ > 0) {
    state.arrays["scores"] = scores_.slice(0, 0, count_).contiguous_copy();
    state.arrays["targets"] = targets_.slice(0, 0, count_ * (classes_ ? 1 : width_)).contiguous_copy();
  }
  return state;
}

void Ranking::load_state(const State& state) {
  StateReader reader(state);
  bool classes = false;
  reader.read("classes", Option("classes", classes), ValueReader::Agree::nothing);
  const Array *scores = reader.find_array("scores"), *targets = reader.find_array("targets");
  if (!scores != !targets) reader.problem("scores and targets come together");
  Array kept, kept_targets;
  if (scores && targets) {
    const bool matrix = scores->dtype() == f64 && scores->rank() == 2 && scores->shape()[0] <= most_rows && scores->shape()[1] >= 1;
    if (!matrix || targets->dtype() != i64 || targets->shape() != Shape{classes ? scores->shape()[0] : scores->size()})
      reader.problem("scores is ", scores->shape(), " ", scores->dtype(), ", targets ", targets->shape(), " ", targets->dtype());
    else
      kept = scores->as_contiguous(), kept_targets = targets->as_contiguous();
  }
  reader.expect_no_more_arrays();
  reader.finish(text(ranking_name, ": the state does not fit"));
  if (kept.defined()) {
    metric::check_numbers(ranking_name, kept);
    metric::check_classes(ranking_name, "target", kept_targets, classes ? kept.shape()[1] : 2, options_.ignore_index);
  }
  count_ = kept.defined() ? kept.shape()[0] : 0;
  width_ = kept.defined() ? kept.shape()[1] : 0;
  classes_ = classes;
  scores_ = std::move(kept);
  targets_ = std::move(kept_targets);
}

}  // namespace gradus::train
