#include <gradus/data/dataset/split.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include <gradus/autograd/base/parallel.h>
#include <gradus/data/dataset/folds.h>
#include <gradus/data/dataset/take.h>
#include <gradus/data/dataset/zip.h>
#include <gradus/data/sampler/sampler.h>

namespace gradus::data::detail {
namespace {

std::vector<std::int64_t> shuffled(std::int64_t n, std::uint64_t seed) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(n));
  shuffled_order(order, seed, split_epoch);
  return order;
}

// Class after class, in the order of their numbers, the samples of each shuffled.
std::vector<std::vector<std::int64_t>> classes_of(std::span<const std::int64_t> labels, std::uint64_t seed) {
  std::map<std::int64_t, std::vector<std::int64_t>> classes;
  for (const std::int64_t i : shuffled(static_cast<std::int64_t>(labels.size()), seed))
    classes[labels[static_cast<std::size_t>(i)]].push_back(i);
  std::vector<std::vector<std::int64_t>> out;
  for (auto& [label, samples] : classes) out.push_back(std::move(samples));
  return out;
}

// The samples of each part in the order of the shuffle, no longer class after class.
Parts joined(std::vector<std::vector<std::int64_t>> parts, std::int64_t n, std::uint64_t seed) {
  std::vector<std::int64_t> place(static_cast<std::size_t>(n));
  std::int64_t next = 0;
  for (const std::int64_t i : shuffled(n, seed)) place[static_cast<std::size_t>(i)] = next++;
  Parts out;
  for (auto& part : parts) {
    std::ranges::sort(part, {}, [&](std::int64_t i) { return place[static_cast<std::size_t>(i)]; });
    out.order.insert(out.order.end(), part.begin(), part.end());
    out.ends.push_back(static_cast<std::int64_t>(out.order.size()));
  }
  return out;
}

void check_fractions(std::span<const double> fractions, std::string_view who) {
  double sum = 0;
  for (const double fraction : fractions) {
    check<ValueError>(0 <= fraction && fraction <= 1, who, ": fraction must be between 0 and 1, not ", fraction);
    sum += fraction;
  }
  check<ValueError>(std::abs(sum - 1) <= 1e-9, who, ": the fractions add up to ", sum, ", not to 1; whole numbers would be lengths");
}

void check_folds(std::int64_t n, std::int64_t k) {
  check<ValueError>(2 <= k && k <= n, "k_folds: k must be between 2 and the number of samples, ", n, ", not ", k);
}

}  // namespace

std::int64_t repeated_size(std::int64_t size, std::int64_t times) {
  std::int64_t all = 0;
  check<ValueError>(times >= 0, "data::repeat: times must be at least 0, not ", times);
  check<ValueError>(!__builtin_mul_overflow(size, times, &all), "data::repeat: ", size, " samples ", times, " times are too many");
  return all;
}
std::int64_t count_of(std::int64_t n, std::int64_t size, std::string_view who) {
  check<ValueError>(n >= 0, who, ": a number of samples must be at least 0, not ", n);
  return std::min(n, size);
}

std::vector<std::int64_t> number_of_each(std::string_view who, std::int64_t n, std::int64_t (*f)(const void*, std::int64_t),
                                         const void* of) {
  std::vector<std::int64_t> out(static_cast<std::size_t>(n));
  parallel_for(n, 16, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const GeneratorScope numbers(sample_generator(0, split_epoch, i));
      try {
        out[static_cast<std::size_t>(i)] = f(of, i);
      } catch (...) {
        rethrow_with(text(who, ": sample ", i, ": "));
      }
    }
  });
  return out;
}
std::vector<std::int64_t> indices_where(std::vector<std::int64_t> chosen) {
  std::size_t n = 0;
  for (std::size_t i = 0; i < chosen.size(); ++i)
    if (chosen[i]) chosen[n++] = static_cast<std::int64_t>(i);
  chosen.resize(n);
  return chosen;
}

std::vector<std::int64_t> Parts::part(std::size_t i) const {
  return {order.begin() + (i ? ends[i - 1] : 0), order.begin() + ends[i]};
}
std::vector<std::int64_t> Parts::all_but(std::size_t i) const {
  std::vector<std::int64_t> out(order.begin(), order.begin() + (i ? ends[i - 1] : 0));
  out.insert(out.end(), order.begin() + ends[i], order.end());
  return out;
}

Parts parts_of_two(std::int64_t n, double fraction, std::uint64_t seed) {
  check<ValueError>(0 <= fraction && fraction <= 1, "split: fraction must be between 0 and 1, not ", fraction);
  return {shuffled(n, seed), {std::llround(fraction * static_cast<double>(n)), n}};
}

Parts parts_of(std::int64_t n, std::span<const std::int64_t> lengths, std::uint64_t seed) {
  std::int64_t left = n;
  Parts out;
  for (const std::int64_t length : lengths) {
    check<ValueError>(length >= 0, "split: a length must be at least 0, not ", length);
    check<ValueError>(length <= left, "split: the lengths add up to more than the ", n, " samples that there are");
    left -= length;
    out.ends.push_back(n - left);
  }
  check<ValueError>(left == 0, "split: the lengths add up to ", n - left, ", and there are ", n, " samples");
  out.order = shuffled(n, seed);
  return out;
}

Parts parts_of(std::int64_t n, std::span<const double> fractions, std::uint64_t seed) {
  check_fractions(fractions, "split");
  std::vector<std::int64_t> lengths;
  for (const double fraction : fractions) lengths.push_back(static_cast<std::int64_t>(std::floor(fraction * static_cast<double>(n))));
  const std::int64_t left = n - std::accumulate(lengths.begin(), lengths.end(), std::int64_t{0});
  for (std::int64_t i = 0; i < left; ++i) ++lengths[static_cast<std::size_t>(i) % lengths.size()];
  return parts_of(n, lengths, seed);
}

// Dealt out class after class, each sample to the part that lacks most of its share of what has been dealt so far.
Parts stratified_parts(std::span<const std::int64_t> labels, std::span<const double> fractions, std::uint64_t seed) {
  check_fractions(fractions, "stratified_split");
  std::vector<std::vector<std::int64_t>> parts(fractions.size());
  double dealt = 0;
  for (const auto& samples : classes_of(labels, seed))
    for (const std::int64_t i : samples) {
      dealt += 1;
      std::size_t poorest = 0;
      double most = -1;
      for (std::size_t p = 0; p < parts.size(); ++p) {
        const double lacks = fractions[p] * dealt - static_cast<double>(parts[p].size());
        if (lacks > most && fractions[p] > 0) most = lacks, poorest = p;
      }
      parts[poorest].push_back(i);
    }
  return joined(std::move(parts), static_cast<std::int64_t>(labels.size()), seed);
}

Parts folds(std::int64_t n, std::int64_t k, std::uint64_t seed) {
  check_folds(n, k);
  Parts out{shuffled(n, seed), {}};
  for (std::int64_t i = 0; i < k; ++i) out.ends.push_back((i ? out.ends.back() : 0) + n / k + (i < n % k));
  return out;
}

Parts stratified_folds(std::span<const std::int64_t> labels, std::int64_t k, std::uint64_t seed) {
  check_folds(static_cast<std::int64_t>(labels.size()), k);
  std::vector<std::vector<std::int64_t>> parts(static_cast<std::size_t>(k));
  std::size_t dealt = 0;
  for (const auto& samples : classes_of(labels, seed))
    for (const std::int64_t i : samples) parts[dealt++ % parts.size()].push_back(i);
  return joined(std::move(parts), static_cast<std::int64_t>(labels.size()), seed);
}

void check_labels(std::size_t labels, std::int64_t samples) {
  check<ValueError>(labels == static_cast<std::size_t>(samples), "data: ", labels, " labels for ", samples, " samples");
}

void check_equal_sizes(std::initializer_list<std::int64_t> sizes) {
  for (const std::int64_t size : sizes)
    check<ValueError>(size == *sizes.begin(), "data::zip: datasets of different size: ", *sizes.begin(), " and ", size);
}

}  // namespace gradus::data::detail
