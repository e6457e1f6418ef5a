#include <gradus/train/tune/overfit.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <ostream>

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/nn/model/check.h>
#include <gradus/train/tune/untouched.h>

namespace gradus::train {
namespace {

std::string some_of(const std::vector<std::string>& names) {   // "a, b, c and 12 more"
  constexpr std::size_t most = 3;
  std::string out;
  for (std::size_t i = 0; i < std::min(names.size(), most); ++i) out += (i ? ", " : "") + names[i];
  return names.size() > most ? text(out, " and ", names.size() - most, " more") : out;
}

std::int64_t count_not_finite(const Array& a) {
  std::int64_t count = 0;
  for (const double x : a.to_vector()) count += !std::isfinite(x);
  return count;
}

// Samples whose inputs are all equal and whose targets are not.
void find_contradiction(std::span<const Tensor* const> batch, std::vector<std::string>& findings) {
  constexpr std::int64_t most_samples = 1024;
  std::vector<Array> parts;
  for (const Tensor* part : batch) {
    if (!part || part->rank() == 0 || (!parts.empty() && part->dim(0) != parts[0].dim(0))) return;
    parts.push_back(part->value().as_contiguous());
  }
  if (parts.size() < 2 || parts[0].dim(0) > most_samples || parts[0].dim(0) == 0) return;
  const auto bytes_of = [](const Array& a, std::int64_t i) {
    const std::size_t row = static_cast<std::size_t>(a.size() / a.dim(0)) * size_of(a.dtype());
    return std::string_view(static_cast<const char*>(a.raw()) + static_cast<std::size_t>(i) * row, row);
  };
  std::map<std::string, std::int64_t> seen;
  std::int64_t pairs = 0, first = 0, second = 0;
  for (std::int64_t i = 0; i < parts[0].dim(0); ++i) {
    std::string inputs;
    for (std::size_t k = 0; k + 1 < parts.size(); ++k) inputs += bytes_of(parts[k], i);
    const auto [at, is_new] = seen.emplace(std::move(inputs), i);
    if (is_new || bytes_of(parts.back(), at->second) == bytes_of(parts.back(), i)) continue;
    if (++pairs == 1) first = at->second, second = i;
  }
  if (pairs > 0)
    findings.push_back(text("samples ", first, " and ", second, " have equal inputs and different targets",
                            pairs > 1 ? ", as have others" : "", ": no model can learn both"));
}

void look_at_batch(std::span<const Tensor* const> batch, std::vector<std::string>& findings) {
  for (std::size_t k = 0; k < batch.size(); ++k) {
    if (!batch[k] || !is_floating(batch[k]->dtype()) || batch[k]->size() == 0) continue;
    const std::string name = k + 1 == batch.size() ? "the target" : text("input ", k);
    const Array x = batch[k]->value().to(f64);
    if (const std::int64_t wrong = count_not_finite(x); wrong > 0) {
      findings.push_back(text(name, " has ", wrong, " numbers that are NaN or infinite"));
      continue;
    }
    double sum = 0, squares = 0;
    const std::vector<double> all = x.to_vector();
    for (const double v : all) sum += v, squares += v * v;
    const double n = static_cast<double>(all.size()), mean = sum / n, deviation = std::sqrt(std::max(0., squares / n - mean * mean));
    constexpr double wide = 20;
    if (k + 1 < batch.size() && (deviation > wide || std::abs(mean) > wide))
      findings.push_back(text(name, " has mean ", mean, " and deviation ", deviation, ": bring it near to 0 and 1"));
    if (k + 1 < batch.size() && all.size() > 1 && deviation == 0) findings.push_back(text(name, " is ", mean, " everywhere"));
  }
  find_contradiction(batch, findings);
}

// Which outputs of a weight [outputs, …] have had a gradient that is not 0.
class Units {
 public:
  void look(const Parameters& parameters) {
    for (const NamedParameter& p : parameters) {
      if (p.leaf->value.rank() < 2 || !p.leaf->has_gradient()) continue;
      const Array gradient = p.leaf->gradient().value().as_contiguous();
      std::vector<bool>& alive = alive_[p.name];
      alive.resize(static_cast<std::size_t>(gradient.dim(0)));
      visit_floating(gradient.dtype(), "overfit_batch", [&]<class T>(T) {
        const std::int64_t row = gradient.size() / std::max<std::int64_t>(gradient.dim(0), 1);
        const T* g = gradient.data<T>();
        for (std::size_t i = 0; i < alive.size(); ++i, g += row)
          if (!alive[i]) alive[i] = std::any_of(g, g + row, [](T x) { return x != T(0); });
      });
    }
  }
  void tell(std::vector<std::string>& findings) const {
    for (const auto& [name, alive] : alive_) {
      const auto dead = std::count(alive.begin(), alive.end(), false);
      if (dead == 0) continue;
      const bool all = dead == std::ssize(alive);
      if (all) findings.push_back(name + ": its gradient is 0 everywhere");
      else findings.push_back(text(name, ": ", dead, " of its ", alive.size(), " units have no gradient: dead, or not used by this batch"));
    }
  }

 private:
  std::map<std::string, std::vector<bool>> alive_;
};

void look_at_parameters(nn::ModuleRef net, const optim::Optimizer& optimizer, std::vector<std::string>& findings) {
  const nn::CheckReport report = nn::detail::check_training(net, {optimizer.parameters()});
  if (!report.untrained.empty()) findings.push_back(some_of(report.untrained) + ": in no group of the optimizer");
  if (!report.without_gradient.empty())
    findings.push_back(some_of(report.without_gradient) + ": no gradient, the loss does not depend on it");
  if (!report.foreign.empty()) findings.push_back(some_of(report.foreign) + ": the optimizer has it, and the model does not");
  const std::int64_t all = nn::parameter_count(net);
  std::int64_t trained = 0;
  for (const NamedParameter& p : nn::parameters(net)) trained += p.leaf->value.size();
  if (trained < all) findings.push_back(text(all - trained, " of ", all, " numbers are frozen"));
  for (const NamedParameter& p : optimizer.parameters())
    if (p.leaf->has_gradient())
      if (const std::int64_t wrong = count_not_finite(p.leaf->gradient().value()); wrong > 0) {
        findings.push_back(text("the gradient of ", p.name, " has ", wrong,
                                " numbers that are NaN or infinite; train::NanGuard says which operation made them"));
        break;
      }
}

void look_at_losses(const std::vector<double>& losses, bool learned, std::vector<std::string>& findings) {
  if (losses.empty() || learned) return;
  const double first = losses.front(), last = losses.back(), least = *std::min_element(losses.begin(), losses.end());
  const double near_end = losses[losses.size() * 9 / 10], half = losses[losses.size() / 2], some = 0.01 * std::abs(first);
  if (!std::isfinite(last))
    findings.push_back(text("the loss became ", last, " after ", losses.size() - 1, " steps: the learning rate is too large"));
  else if (least < 0)
    findings.push_back(text("the loss is ", least, ", below 0: there is no least one that could be reached; is its sign right?"));
  else if (last > first)
    findings.push_back("the loss has grown: the learning rate is too large, or the sign of the loss is wrong");
  else if (first - least < 0.1 * some)
    findings.push_back("the loss hardly moved: the learning rate is too small, or nothing that it hangs from is trained");
  else if (last <= near_end - some)
    findings.push_back("the loss still falls: more steps, or a larger learning rate");
  else if (half - last > 0.3 * (first - half))   // a loss that has gone as far as it can flattens
    findings.push_back(text("the loss has fallen by ", 100 * (first - last) / std::abs(first), " % in ", losses.size() - 1,
                            " steps, and falls at the end as at the begin: the learning rate is too small"));
}

}  // namespace

OverfitReport detail::overfit(nn::ModuleRef net, optim::Optimizer& optimizer, std::span<const Tensor* const> batch,
                              const std::function<Tensor()>& loss, const OverfitOptions& options) {
  check_options("overfit_batch", options);
  OverfitReport report;
  look_at_batch(batch, report.findings);
  untouched(net, optimizer, {}, [&] {
    nn::train(net);
    Units units;
    try {
      for (std::int64_t step = 0; step <= options.steps; ++step) {
        const Tensor value = loss();
        report.losses.push_back(value.item());
        report.learned = report.losses.back() >= 0 && report.losses.back() <= options.goal * report.losses.front();
        if ((report.learned && step > 0) || !std::isfinite(report.losses.back()) || step == options.steps) break;
        optimizer.zero_grad();
        value.backward();
        if (step == 0) look_at_parameters(net, optimizer, report.findings);
        constexpr std::int64_t looks = 20;
        if (step < looks) units.look(optimizer.parameters());
        optimizer.step();
      }
    } catch (const Error& e) {
      report.learned = false;
      report.findings.push_back(e.what());
    }
    if (!report.learned) units.tell(report.findings);
  });
  look_at_losses(report.losses, report.learned, report.findings);
  return report;
}

std::string OverfitReport::text() const {
  std::string out = learned ? "learned" : "not learned";
  if (!losses.empty()) out += gradus::text(": ", losses.front(), " -> ", losses.back(), " in ", losses.size() - 1, " steps");
  for (const std::string& finding : findings) out += "\n  " + finding;
  return out + "\n";
}

std::ostream& operator<<(std::ostream& out, const OverfitReport& report) { return out << report.text(); }

}  // namespace gradus::train
