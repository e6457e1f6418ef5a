#include <gradus/data/sampler/samplers.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include <gradus/data/sampler/sampler.h>

namespace gradus::data {
namespace {

std::vector<std::int64_t> numbers_up_to(std::int64_t n) {
  std::vector<std::int64_t> out(static_cast<std::size_t>(n));
  sequential_order(out);
  return out;
}
std::vector<std::int64_t> permutation(std::int64_t n, std::uint64_t seed, std::uint64_t epoch) {
  std::vector<std::int64_t> out(static_cast<std::size_t>(n));
  shuffled_order(out, seed, epoch);
  return out;
}
void check_count(std::int64_t n, std::string_view who) {
  check<ValueError>(n >= 0, who, ": a number of samples must be at least 0, not ", n);
}

}  // namespace

Batches Order::make(std::uint64_t seed, std::uint64_t epoch, std::int64_t samples) const {
  Batches out = make_(sampler_.get(), seed, epoch);
  for (const std::int64_t i : out.order)
    check<ValueError>(0 <= i && i < samples, "DataLoader: the sampler asks for sample ", i, "; there are ", samples);
  if (!in_batches_) {
    check<ValueError>(static_cast<std::int64_t>(out.order.size()) == size(), "DataLoader: the sampler gives ", out.order.size(),
                      " samples, and says that there are ", size());
    return out;
  }
  check<ValueError>(static_cast<std::int64_t>(out.ends.size()) == size(), "DataLoader: the batch sampler gives ", out.ends.size(),
                    " batches, and says that there are ", size());
  std::int64_t end = 0;
  for (const std::int64_t next : out.ends) {
    check<ValueError>(end < next, "DataLoader: a batch of the batch sampler ends at ", next, " and begins at ", end);
    end = next;
  }
  check<ValueError>(end == static_cast<std::int64_t>(out.order.size()), "DataLoader: the batch sampler's batches end at ", end, " of ",
                    out.order.size(), " samples");
  return out;
}

SequentialSampler::SequentialSampler(std::int64_t n) : n_(n) { check_count(n, "SequentialSampler"); }
std::vector<std::int64_t> SequentialSampler::order(std::uint64_t, std::uint64_t) const { return numbers_up_to(n_); }

RandomSampler::RandomSampler(std::int64_t n, RandomOptions options)
    : n_(n), size_(options.samples.value_or(n)), replacement_(options.replacement) {
  check_count(n, "RandomSampler");
  check_count(size_, "RandomSampler");
  check<ValueError>(n > 0 || size_ == 0, "RandomSampler: ", size_, " samples of none");
}
std::vector<std::int64_t> RandomSampler::order(std::uint64_t seed, std::uint64_t epoch) const {
  if (!replacement_ && size_ == n_) return permutation(n_, seed, epoch);
  Generator random = order_generator(seed, epoch, 0);
  std::vector<std::int64_t> out;
  out.reserve(static_cast<std::size_t>(size_));
  if (replacement_) {
    const auto n = static_cast<std::uint64_t>(n_);
    while (static_cast<std::int64_t>(out.size()) < size_) out.push_back(static_cast<std::int64_t>(random.below(n)));
    return out;
  }
  while (static_cast<std::int64_t>(out.size()) < size_) {
    const auto round = permutation(n_, random.fork(), epoch);
    const auto left = std::min(n_, size_ - static_cast<std::int64_t>(out.size()));
    out.insert(out.end(), round.begin(), round.begin() + left);
  }
  return out;
}

WeightedSampler::WeightedSampler(std::vector<double> weights, WeightedOptions options)
    : weights_(std::move(weights)), size_(options.samples.value_or(static_cast<std::int64_t>(weights_.size()))),
      replacement_(options.replacement) {
  check_count(size_, "WeightedSampler");
  double sum = 0;
  std::int64_t positive = 0;
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    check<ValueError>(weights_[i] >= 0 && std::isfinite(weights_[i]), "WeightedSampler: weight ", i, " is ", weights_[i],
                      "; weights are finite and at least 0");
    sum += weights_[i];
    positive += weights_[i] > 0;
  }
  check<ValueError>(std::isfinite(sum) && (sum > 0 || size_ == 0), "WeightedSampler: the weights add up to ", sum);
  check<ValueError>(replacement_ || size_ <= positive, "WeightedSampler: without replacement no more samples than weights above 0, ",
                    positive, ", not ", size_);
  if (!replacement_ || positive == 0) return;
  // Vose: what is below its share is filled up by one that is above.
  const auto n = weights_.size();
  keep_.resize(n);
  alias_ = numbers_up_to(static_cast<std::int64_t>(n));
  std::vector<std::size_t> small, large;
  for (std::size_t i = 0; i < n; ++i) {
    keep_[i] = weights_[i] / sum * static_cast<double>(n);
    (keep_[i] < 1 ? small : large).push_back(i);
  }
  while (!small.empty() && !large.empty()) {
    const std::size_t low = small.back(), high = large.back();
    small.pop_back();
    alias_[low] = static_cast<std::int64_t>(high);
    keep_[high] -= 1 - keep_[low];
    if (keep_[high] < 1) {
      large.pop_back();
      small.push_back(high);
    }
  }
  for (const std::size_t i : large) keep_[i] = 1;
  // What rounding has left over here is full, unless its weight is 0.
  const auto heaviest = std::max_element(weights_.begin(), weights_.end()) - weights_.begin();
  for (const std::size_t i : small) {
    keep_[i] = weights_[i] > 0;
    if (weights_[i] == 0) alias_[i] = heaviest;
  }
}
std::vector<std::int64_t> WeightedSampler::order(std::uint64_t seed, std::uint64_t epoch) const {
  Generator random = order_generator(seed, epoch, 1);
  std::vector<std::int64_t> out;
  out.reserve(static_cast<std::size_t>(size_));
  if (replacement_) {
    const std::uint64_t n = weights_.size();
    while (static_cast<std::int64_t>(out.size()) < size_) {
      const auto place = static_cast<std::size_t>(random.below(n));
      out.push_back(random.uniform() < keep_[place] ? static_cast<std::int64_t>(place) : alias_[place]);
    }
    return out;
  }
  // Who waits shortest, where sample i waits an exponential time of rate weight i.
  std::vector<std::pair<double, std::int64_t>> waits;
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    const double u = 1 - random.uniform();   // in (0, 1]
    if (weights_[i] > 0) waits.emplace_back(-std::log(u) / weights_[i], static_cast<std::int64_t>(i));
  }
  std::ranges::partial_sort(waits, waits.begin() + size_);
  for (std::int64_t i = 0; i < size_; ++i) out.push_back(waits[static_cast<std::size_t>(i)].second);
  return out;
}

std::vector<double> balancing_weights(std::span<const std::int64_t> labels) {
  std::map<std::int64_t, double> counts;
  for (const std::int64_t label : labels) ++counts[label];
  std::vector<double> out;
  for (const std::int64_t label : labels) out.push_back(1 / counts[label]);
  return out;
}

std::vector<std::int64_t> SubsetSampler::order(std::uint64_t seed, std::uint64_t epoch) const {
  std::vector<std::int64_t> out = permutation(size(), seed, epoch);
  for (std::int64_t& i : out) i = indices_[static_cast<std::size_t>(i)];
  return out;
}

// The j-th of a class's n samples, as they are shuffled, comes at (j + u) / n of the epoch, u uniform in [0, 1).
std::vector<std::int64_t> StratifiedSampler::order(std::uint64_t seed, std::uint64_t epoch) const {
  std::map<std::int64_t, std::pair<double, double>> classes;   // samples, those that have been placed
  for (const std::int64_t label : labels_) ++classes[label].first;
  Generator random = order_generator(seed, epoch, 2);
  std::vector<std::pair<double, std::int64_t>> places;
  for (const std::int64_t i : permutation(size(), seed, epoch)) {
    auto& [count, placed] = classes[labels_[static_cast<std::size_t>(i)]];
    places.emplace_back((placed + random.uniform()) / count, i);
    ++placed;
  }
  std::ranges::sort(places);
  std::vector<std::int64_t> out;
  for (const auto& [place, i] : places) out.push_back(i);
  return out;
}

BucketSampler::BucketSampler(std::vector<std::int64_t> lengths, BucketOptions options) : lengths_(std::move(lengths)), options_(options) {
  check_options("BucketSampler", options_);
}
std::int64_t BucketSampler::size() const {
  const auto n = static_cast<std::int64_t>(lengths_.size());
  return n / options_.batch_size + (!options_.drop_last && n % options_.batch_size != 0);
}
Batches BucketSampler::batches(std::uint64_t seed, std::uint64_t epoch) const {
  const auto n = static_cast<std::int64_t>(lengths_.size()), size = options_.batch_size;
  auto order = options_.shuffle ? permutation(n, seed, epoch) : numbers_up_to(n);
  if (options_.drop_last) order.resize(static_cast<std::size_t>(n - n % size));
  const auto end = static_cast<std::int64_t>(order.size());
  std::int64_t pool = end;
  if (!options_.shuffle || __builtin_mul_overflow(options_.pool, size, &pool)) pool = end;
  for (std::int64_t begin = 0; begin < end; begin += pool)
    std::ranges::stable_sort(order.begin() + begin, order.begin() + std::min(begin + pool, end), {},
                             [&](std::int64_t i) { return lengths_[static_cast<std::size_t>(i)]; });
  auto turns = numbers_up_to(this->size());
  if (options_.shuffle) shuffled_order(turns, order_generator(seed, epoch, 3).fork(), epoch);
  Batches out;
  for (const std::int64_t turn : turns) {
    const auto begin = order.begin() + turn * size;
    out.order.insert(out.order.end(), begin, order.begin() + std::min((turn + 1) * size, end));
    out.ends.push_back(static_cast<std::int64_t>(out.order.size()));
  }
  return out;
}

DistributedSampler::DistributedSampler(Order of, DistributedOptions options) : of_(std::move(of)), options_(options) {
  check_options("DistributedSampler", options_);
  check<ValueError>(0 <= options_.rank && options_.rank < options_.world, "DistributedSampler: rank must lie in [0, ", options_.world,
                    "), not ", options_.rank);
}
std::int64_t DistributedSampler::size() const {
  const std::int64_t n = of_.size(), each = n / options_.world, rest = n % options_.world;
  if (options_.uneven == Uneven::keep) return each + (options_.rank < rest);
  return each + (options_.uneven == Uneven::pad && rest != 0);
}
std::vector<std::int64_t> DistributedSampler::order(std::uint64_t seed, std::uint64_t epoch) const {
  const auto all = of_.make(seed, epoch, std::numeric_limits<std::int64_t>::max()).order;
  const std::int64_t mine = size();
  std::vector<std::int64_t> out;
  for (std::int64_t k = 0; k < mine; ++k)
    out.push_back(all[static_cast<std::size_t>(options_.rank + k * options_.world) % all.size()]);
  return out;
}

}  // namespace gradus::data
