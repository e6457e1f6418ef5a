#include <gradus/autograd/ops/ctc.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <gradus/autograd/kernels/sequences/ctc.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/scatter.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

constexpr double none = -std::numeric_limits<double>::infinity();

// The same for every step of a batch, for its gradient in differentiable operations. States [N, U] in turn blanks and labels.
struct States {
  Tensor labels, exists, skips, skipped, first, last;  // i64 and bool [N, U]; `skipped`: its next but one may be reached from it
  Array lengths;                                       // i64 [N, 1]: steps
};

States states_of(const kernels::Ctc& batch) {
  const auto samples = static_cast<std::int64_t>(batch.starts.size());
  std::int64_t width = 1;
  for (std::int64_t n = 0; n < samples; ++n) width = std::max(width, batch.states(n));
  const Shape shape{samples, width};
  const auto filled = [&](Dtype dtype) { return Array::zeros(shape, dtype); };
  Array labels = filled(i64), exists = filled(boolean), skips = filled(boolean), skipped = filled(boolean), first = filled(boolean),
        last = filled(boolean);
  for (std::int64_t n = 0; n < samples; ++n)
    for (std::int64_t s = 0; s < batch.states(n); ++s) {
      const std::int64_t at = n * width + s, states = batch.states(n);
      labels.mutable_data<std::int64_t>()[at] = batch.label(n, s);
      exists.mutable_data<bool>()[at] = true;
      skips.mutable_data<bool>()[at] = batch.skips(n, s);
      skipped.mutable_data<bool>()[at] = s + 2 < states && batch.skips(n, s + 2);
      first.mutable_data<bool>()[at] = s < 2;
      last.mutable_data<bool>()[at] = s >= states - 2;
    }
  return {labels, exists, skips, skipped, first, last, Array::from(batch.input_lengths, {samples, 1})};
}

// x [N, U] moved by so many states to the right (negative: left); −∞ comes in.
Tensor moved(const Tensor& x, std::int64_t by) {
  const std::int64_t width = x.dim(1), gone = std::min(std::abs(by), width);
  const Tensor edge = Tensor(Array::full({x.dim(0), gone}, none, x.dtype()));
  return by > 0 ? cat({edge, slice(x, 1, 0, width - gone)}, 1) : cat({slice(x, 1, gone, width), edge}, 1);
}

Tensor log_sum(const Tensor& a, const Tensor& b, const Tensor& c) { return logsumexp(stack({a, b, c}), 0); }

struct CtcLoss final : Op {
  std::string_view name() const override { return "ctc_loss"; }
  kernels::Ctc batch;
  bool zero_infinity;
  kernels::CtcResult result;
  SmallVector<Array, 4> keeps() const override { return {result.losses, result.alphas}; }
  CtcLoss(const kernels::Ctc& batch, bool zero_infinity) : batch(batch), zero_infinity(zero_infinity) {}

  Array forward(const Tensor& x) {
    save(x);
    kernels::Ctc all = batch;
    all.log_probs = x.value().as_contiguous();
    result = kernels::ctc(all, tracked());
    Array losses = result.losses;
    if (zero_infinity)
      for (double& loss : losses.mutable_span<double>())
        if (std::isinf(loss)) loss = 0;
    return losses.to(x.dtype());
  }

  Grads backward(Tensor g) override {
    const auto [x] = saved<1>();
    if (recording()) return {composed(x, g)};
    kernels::Ctc all = batch;
    all.log_probs = x.value().as_contiguous();
    return {kernels::ctc_backward(all, result, g.value().to(f64).as_contiguous(), zero_infinity)};
  }

  // With α and β the logarithms of being in a state and of what follows it, −g·exp(α + β − log Z) at each label and time.
  Tensor composed(const Tensor& x, const Tensor& g) const {
    const std::int64_t steps = x.dim(0), samples = x.dim(1);
    if (steps == 0 || samples == 0) return Tensor(Array::zeros(x.shape(), x.dtype()));
    const States states = states_of(batch);
    std::vector<Tensor> alphas, betas(static_cast<std::size_t>(steps)), said, slopes;
    for (std::int64_t t = 0; t < steps; ++t) {
      said.push_back(where(states.exists, gather(select(x, 0, t), 1, states.labels), none));
      if (t == 0) {
        alphas.push_back(where(states.first, said[0], none));
        continue;
      }
      const Tensor& a = alphas.back();
      const Tensor next = log_sum(a, moved(a, 1), where(states.skips, moved(a, 2), none)) + said.back();
      alphas.push_back(where(running(states, t), next, a));  // a sample that has ended stays as it was
    }
    const Tensor ways = logsumexp(where(states.last, alphas.back(), none), 1, true);
    const Tensor impossible = Tensor(ways.value()) == none, total = where(impossible, 0.0, ways);
    const Tensor end = where(states.last, 0.0, none, x.dtype());
    for (std::int64_t t = steps - 1; t >= 0; --t) {
      Tensor& beta = betas[static_cast<std::size_t>(t)];
      if (t == steps - 1) {
        beta = end;
      } else {
        const Tensor b = betas[static_cast<std::size_t>(t + 1)] + said[static_cast<std::size_t>(t + 1)];
        beta = where(running(states, t + 1), log_sum(b, moved(b, -1), where(states.skipped, moved(b, -2), none)), end);
      }
      const Tensor there = exp(alphas[static_cast<std::size_t>(t)] + beta - total) * unsqueeze(-g, 1);
      const Tensor counted = where(running(states, t), there, 0.0);
      slopes.push_back(scatter_add(Tensor(Array::zeros({samples, x.dim(2)}, x.dtype())), 1, states.labels, counted));
    }
    std::reverse(slopes.begin(), slopes.end());
    const Tensor all = stack(slopes);
    const Tensor lost = unsqueeze(impossible, 0);
    return where(lost, zero_infinity ? 0.0 : std::numeric_limits<double>::quiet_NaN(), all);
  }

  static Tensor running(const States& states, std::int64_t t) { return Tensor(states.lengths) > static_cast<double>(t); }
};

std::vector<std::int64_t> numbers(const char* what, const Tensor& x, std::int64_t count) {
  check_defined("ctc_loss", x, what);
  check<DtypeError>(is_integer(x.dtype()), "ctc_loss: ", what, " must be whole numbers, not ", x.dtype());
  check<ShapeError>(count < 0 || x.size() == count, "ctc_loss: ", what, " must be one for each of ", count, " samples, not ", x.shape());
  const Array whole = x.value().to(i64).as_contiguous();
  const auto span = whole.span<std::int64_t>();
  return {span.begin(), span.end()};
}

kernels::Ctc batch_of(const Tensor& x, const Tensor& targets, const Tensor& input_lengths, const Tensor& target_lengths,
                      std::int64_t blank) {
  const std::int64_t steps = x.dim(0), samples = x.dim(1), classes = x.dim(2);
  check<ValueError>(0 <= blank && blank < classes, "ctc_loss: blank must be one of ", classes, " classes, not ", blank, ": log_probs ",
                    x.shape());
  kernels::Ctc batch{.log_probs = {},
                     .targets = numbers("targets", targets, -1),
                     .starts = {},
                     .target_lengths = numbers("target_lengths", target_lengths, samples),
                     .input_lengths = numbers("input_lengths", input_lengths, samples),
                     .blank = blank};
  const bool rows = targets.rank() == 2;
  check<ShapeError>(rows ? targets.dim(0) == samples : targets.rank() == 1, "ctc_loss: targets must be [N, S] or all in a row, not ",
                    targets.shape(), ", for log_probs ", x.shape());
  std::int64_t start = 0;
  for (std::int64_t n = 0; n < samples; ++n) {
    const std::int64_t length = batch.target_lengths[static_cast<std::size_t>(n)], time = batch.input_lengths[static_cast<std::size_t>(n)];
    check<ValueError>(0 <= time && time <= steps, "ctc_loss: sample ", n, " has ", time, " steps of ", steps, ": log_probs ", x.shape());
    const std::int64_t there = rows ? targets.dim(1) : targets.size() - start;
    check<ValueError>(0 <= length && length <= there, "ctc_loss: sample ", n, " has ", length, " labels, of which ", there,
                      " are there: targets ", targets.shape());
    batch.starts.push_back(rows ? n * targets.dim(1) : start);
    start += length;
    for (std::int64_t i = 0; i < length; ++i) {
      const std::int64_t label = batch.targets[static_cast<std::size_t>(batch.starts.back() + i)];
      check<ValueError>(0 <= label && label < classes && label != blank, "ctc_loss: label ", i, " of sample ", n, " is ", label,
                        ", which is not one of ", classes, " classes without the blank ", blank);
    }
  }
  return batch;
}

}  // namespace

Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths, const Tensor& target_lengths,
                const CtcLossOptions& options) {
  check_defined("ctc_loss", log_probs, "log_probs");
  check_defined("ctc_loss", targets, "targets");
  check_computes_in(log_probs.dtype(), "ctc_loss");
  check<ShapeError>(log_probs.rank() == 3 || log_probs.rank() == 2, "ctc_loss: log_probs must be [T, N, C] or [T, C], not ",
                    log_probs.shape());
  const bool one = log_probs.rank() == 2;
  const Tensor x = one ? unsqueeze(log_probs, 1) : log_probs;
  const kernels::Ctc batch = batch_of(x, targets, input_lengths, target_lengths, options.blank);
  check<ValueError>(options.reduction != Reduction::mean || x.dim(1) > 0, "ctc_loss: the mean of no samples: log_probs ", x.shape());
  const Tensor losses = record(CtcLoss(batch, options.zero_infinity), x);
  if (options.reduction == Reduction::sum) return sum(losses);
  if (options.reduction == Reduction::none) return one ? squeeze(losses, 0) : losses;
  std::vector<std::int64_t> labels = batch.target_lengths;
  for (std::int64_t& count : labels) count = std::max<std::int64_t>(count, 1);
  return mean(losses / Tensor(Array::from(labels, {labels.size()}).to(x.dtype())));
}

}  // namespace gradus
