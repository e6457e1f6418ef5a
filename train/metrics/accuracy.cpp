#include <gradus/train/metrics/accuracy.h>

#include <algorithm>
#include <atomic>

#include <gradus/autograd/base/parallel.h>
#include <gradus/train/metrics/internal/reading.h>

namespace gradus::train {
namespace {

struct Counted2 {
  std::atomic<std::int64_t> right{0}, count{0};
};

// A row is right if fewer than k classes come before its target.
template <class T>
void count_classes(const metric::Rows& rows, const AccuracyOptions& options, Counted2& out, std::atomic<bool>& nan) {
  const T* const scores = rows.scores.data<T>();
  const std::int64_t* const target = rows.targets.data<std::int64_t>();
  const std::int64_t width = rows.width;
  parallel_for(rows.n, items_worth(1 << 15, width), [&](std::int64_t begin, std::int64_t end) {
    std::int64_t right = 0, count = 0;
    T zero = 0;                                  // NaN of NaN, and of infinity, which is looked at again
    for (std::int64_t i = begin; i < end; ++i) {
      const T* const row = scores + i * width;
      const bool counts = !metric::is_ignored(target[i], options.ignore_index);
      const std::int64_t at = counts ? target[i] : 0;
      const T score = row[at];
      int above = 0, not_below = 0;
      T zeros = 0;
      for (std::int64_t j = 0; j < width; ++j) {
        above += row[j] > score;
        not_below += row[j] >= score;
        zeros += row[j] * T(0);
      }
      if (not_below != above + 1)                // ties
        for (std::int64_t j = 0; j < at; ++j) above += row[j] == score;
      zero += zeros;
      count += counts;
      right += counts && above < options.top_k;
    }
    out.right += right;
    out.count += count;
    if (zero != 0) nan = true;
  });
}

template <class T>
void count_answers(const metric::Rows& rows, const AccuracyOptions& options, Counted2& out, std::atomic<bool>& nan) {
  const T* const scores = rows.scores.data<T>();
  const std::int64_t* const target = rows.targets.data<std::int64_t>();
  const std::int64_t width = options.whole_rows ? rows.width : 1, items = options.whole_rows ? rows.n : rows.n * rows.width;
  // In T: double(x) > threshold for a float x.
  parallel_for(items, items_worth(1 << 16, width), [&](std::int64_t begin, std::int64_t end) {
    std::int64_t right = 0, count = 0;
    int unordered = 0;
    for (std::int64_t i = begin; i < end; ++i) {
      std::int64_t good = 0, seen = 0;
      for (std::int64_t j = i * width; j < (i + 1) * width; ++j) {
        const bool counts = !metric::is_ignored(target[j], options.ignore_index);
        unordered |= scores[j] != scores[j];
        seen += counts;
        good += counts & ((static_cast<double>(scores[j]) > options.threshold) == (target[j] != 0));
      }
      count += seen > 0;
      right += seen > 0 && good == seen;
    }
    out.right += right;
    out.count += count;
    if (unordered) nan = true;
  });
}

}  // namespace

Accuracy::Accuracy(const AccuracyOptions& options) : options_(options) { check_options("Accuracy", options_); }

void Accuracy::update(const Tensor& prediction, const Tensor& target) {
  constexpr std::string_view who = "Accuracy";
  const metric::Form form = metric::form_of(who, prediction, target);
  Counted2 counted;
  if (form == metric::Form::classes) {
    check<ValueError>(options_.top_k == 1, who, ": top_k = ", options_.top_k, " wants scores [N, C], not predicted classes");
    const Array p = prediction.value().to(i64).as_contiguous(), t = metric::whole_targets(who, target);
    const auto predicted = p.span<std::int64_t>(), truth = t.span<std::int64_t>();
    std::int64_t right = 0, count = 0;
    for (std::size_t i = 0; i < truth.size(); ++i) {
      const bool counts = !metric::is_ignored(truth[i], options_.ignore_index);
      count += counts;
      right += counts & (predicted[i] == truth[i]);
    }
    counted.right = right;
    counted.count = count;
  } else {
    const metric::Rows rows = metric::rows_of(who, prediction, target, form, options_.ignore_index, false);
    std::atomic<bool> nan{false};
    if (form == metric::Form::scores_of_classes)
      check<ValueError>(options_.top_k <= rows.width, who, ": top_k = ", options_.top_k, " of ", rows.width, " classes");
    else
      check<ValueError>(options_.top_k == 1, who, ": top_k = ", options_.top_k, " wants scores [N, C], not scores of yes");
    visit_floating(rows.scores.dtype(), who, [&]<class T>(T) {
      if (form == metric::Form::scores_of_classes) count_classes<T>(rows, options_, counted, nan);
      else count_answers<T>(rows, options_, counted, nan);
    });
    if (nan) metric::check_numbers(who, rows.scores);
  }
  right_ += counted.right;
  count_ += counted.count;
}

double Accuracy::value() const { return metric::ratio(right_, count_); }

void Accuracy::merge(const Accuracy& other) {
  right_ += other.right_;
  count_ += other.count_;
}

State Accuracy::state() const {
  State state;
  state.set("right", right_);
  state.set("count", count_);
  return state;
}

void Accuracy::load_state(const State& state) {
  StateReader reader(state);
  const std::int64_t right = reader.count("right"), count = reader.count("count");
  if (right > count) reader.problem("right is ", right, ", more than count, ", count);
  reader.expect_no_more_arrays();
  reader.finish("Accuracy: the state does not fit");
  right_ = right;
  count_ = count;
}

}  // namespace gradus::train
