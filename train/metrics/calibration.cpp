#include <gradus/train/metrics/calibration.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gradus/train/metrics/exact_sum.h>
#include <gradus/train/metrics/internal/reading.h>

namespace gradus::train {
namespace {

constexpr std::string_view calibration_name = "CalibrationError";

// A bin at work.
struct Bin {
  std::int64_t count = 0, right = 0;
  ExactSum confidence;
};

std::vector<Bin> bins_of(const Array& counts, const Array& sums) {
  std::vector<Bin> bins(static_cast<std::size_t>(counts.shape()[0]));
  for (std::size_t i = 0; i < bins.size(); ++i) {
    const auto at = static_cast<std::int64_t>(i);
    bins[i] = {counts.data<std::int64_t>()[2 * at], counts.data<std::int64_t>()[2 * at + 1],
               ExactSum::from(sums.slice(0, at, at + 1).squeeze(0))};
  }
  return bins;
}

void write_bins(const std::vector<Bin>& bins, Array& counts, Array& sums) {
  std::int64_t* count = counts.mutable_data<std::int64_t>();
  std::int64_t* sum = sums.mutable_data<std::int64_t>();
  for (const Bin& bin : bins) {
    *count++ = bin.count;
    *count++ = bin.right;
    const Array digits = bin.confidence.array();
    sum = std::copy_n(digits.data<std::int64_t>(), ExactSum::words, sum);
  }
}

template <class T>
double softmax_of(const T* row, std::int64_t width, std::int64_t at) {
  double sum = 0;
  for (std::int64_t j = 0; j < width; ++j) sum += std::exp(static_cast<double>(row[j]) - static_cast<double>(row[at]));
  return 1 / sum;
}

}  // namespace

CalibrationError::CalibrationError(const CalibrationOptions& options) : options_(options) {
  check_options(calibration_name, options_);
  reset();
}

void CalibrationError::reset() {
  counts_ = Array::zeros({options_.bins, 2}, i64);
  sums_ = Array::zeros({options_.bins, ExactSum::words}, i64);
}

void CalibrationError::update(const Tensor& prediction, const Tensor& target) {
  const metric::Form form = metric::form_of(calibration_name, prediction, target);
  check<DtypeError>(form != metric::Form::classes, calibration_name, ": predicted classes ", prediction.dtype(),
                    " have no confidence; it wants probabilities");
  const metric::Rows rows = metric::rows_of(calibration_name, prediction, target, form, options_.ignore_index);
  const std::int64_t* const targets = rows.targets.data<std::int64_t>();
  std::vector<Bin> bins = bins_of(counts_, sums_);
  const auto add = [&](double confidence, bool right, std::int64_t row) {
    check<ValueError>(confidence >= 0 && confidence <= 1, calibration_name, ": the score ", confidence, " in row ", row,
                      " is no probability; set .from_logits where scores are logits");
    const auto at = static_cast<std::int64_t>(confidence * static_cast<double>(options_.bins));
    Bin& bin = bins[static_cast<std::size_t>(std::min(at, options_.bins - 1))];
    ++bin.count;
    bin.right += right;
    bin.confidence.add(confidence);
  };
  visit_floating(rows.scores.dtype(), calibration_name, [&]<class T>(T) {
    const T* const scores = rows.scores.data<T>();
    for (std::int64_t i = 0; i < rows.targets.size(); ++i) {
      if (metric::is_ignored(targets[i], options_.ignore_index)) continue;
      if (form == metric::Form::scores_of_classes) {
        const T* const row = scores + i * rows.width;
        const std::int64_t best = metric::largest(row, rows.width);
        add(options_.from_logits ? softmax_of(row, rows.width, best) : static_cast<double>(row[best]), best == targets[i], i);
      } else {
        const auto score = static_cast<double>(scores[i]);
        add(options_.from_logits ? 1 / (1 + std::exp(-score)) : score, targets[i] != 0, i / rows.width);
      }
    }
  });
  write_bins(bins, counts_, sums_);
}

Tensor CalibrationError::table() const {
  Array out({options_.bins, 3}, f64);
  double* to = out.mutable_data<double>();
  for (const Bin& bin : bins_of(counts_, sums_)) {
    const auto n = static_cast<double>(bin.count);
    *to++ = n;
    *to++ = bin.count == 0 ? std::numeric_limits<double>::quiet_NaN() : bin.confidence.value() / n;
    *to++ = metric::ratio(bin.right, bin.count);
  }
  return out;
}

double CalibrationError::value() const {
  double gaps = 0, most = 0, all = 0;
  for (const Bin& bin : bins_of(counts_, sums_)) {
    if (bin.count == 0) continue;
    ExactSum gap = bin.confidence;
    gap.add(-static_cast<double>(bin.right));
    const double size = std::abs(gap.value());
    gaps += size;
    most = std::max(most, size / static_cast<double>(bin.count));
    all += static_cast<double>(bin.count);
  }
  if (all == 0) return std::numeric_limits<double>::quiet_NaN();
  return options_.largest ? most : gaps / all;
}

void CalibrationError::merge(const CalibrationError& other) {
  check<ValueError>(options_.bins == other.options_.bins, calibration_name, ": ", other.options_.bins, " bins do not go into ",
                    options_.bins);
  std::vector<Bin> bins = bins_of(counts_, sums_);
  const std::vector<Bin> given = bins_of(other.counts_, other.sums_);
  for (std::size_t i = 0; i < bins.size(); ++i) {
    bins[i].count += given[i].count;
    bins[i].right += given[i].right;
    bins[i].confidence.add(given[i].confidence);
  }
  write_bins(bins, counts_, sums_);
}

State CalibrationError::state() const {
  State state;
  state.arrays["counts"] = counts_;
  state.arrays["sums"] = sums_;
  return state;
}

void CalibrationError::load_state(const State& state) {
  StateReader reader(state);
  const Array counts = reader.array("counts", {options_.bins, 2}, i64), sums = reader.array("sums", {options_.bins, ExactSum::words}, i64);
  if (counts.defined() && sums.defined())
    for (std::int64_t i = 0; i < options_.bins && reader.fits(); ++i) {
      const std::int64_t count = counts.data<std::int64_t>()[2 * i], right = counts.data<std::int64_t>()[2 * i + 1];
      if (right < 0 || right > count || !ExactSum::fits(sums.slice(0, i, i + 1).squeeze(0)))
        reader.problem("bin ", i, " is of no predictions");
    }
  reader.expect_no_more_arrays();
  reader.finish(text(calibration_name, ": the state does not fit"));
  counts_ = counts;
  sums_ = sums;
}

}  // namespace gradus::train
