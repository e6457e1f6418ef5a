// Samplers and batch samplers (order.h says what these are; opt-in: in data/all.h, not in gradus.h).
//   data::DataLoader loader(dataset, data::WeightedSampler(weights, {.samples = 1000}), {.batch_size = 64});
//   data::DataLoader texts(sentences, data::BucketSampler(lengths, {.batch_size = 32}), {}, data::Pad{});
// Without one the loader's own orders: as samples lie, or shuffled.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <gradus/autograd/base/describe/options.h>
#include <gradus/data/sampler/order.h>

namespace gradus::data {

class SequentialSampler {                         // 0, 1, 2, … n - 1
 public:
  explicit SequentialSampler(std::int64_t n);
  std::int64_t size() const { return n_; }
  std::vector<std::int64_t> order(std::uint64_t seed, std::uint64_t epoch) const;

 private:
  std::int64_t n_;
};

struct RandomOptions {
  bool replacement = false;
  std::optional<std::int64_t> samples = {};       // of an epoch; none: n. More than n without replacement: one permutation after the other
};
class RandomSampler {
 public:
  explicit RandomSampler(std::int64_t n, RandomOptions options = {});
  std::int64_t size() const { return size_; }
  std::vector<std::int64_t> order(std::uint64_t seed, std::uint64_t epoch) const;

 private:
  std::int64_t n_, size_;
  bool replacement_;
};

struct WeightedOptions {
  bool replacement = true;
  std::optional<std::int64_t> samples = {};       // none: as many as there are weights
};
// Sample i in proportion to weight i: with replacement by Vose's alias method (IEEE Trans. Softw. Eng. 17, 1991), in constant time each;
// without, one after the other out of what is left (Efraimidis and Spirakis, Inf. Process. Lett. 97, 2006).
class WeightedSampler {
 public:
  // ValueError: weights below 0, not finite, or all 0; without replacement more samples than weights above 0.
  explicit WeightedSampler(std::vector<double> weights, WeightedOptions options = {});
  std::int64_t size() const { return size_; }
  std::vector<std::int64_t> order(std::uint64_t seed, std::uint64_t epoch) const;

 private:
  std::vector<double> weights_, keep_;
  std::vector<std::int64_t> alias_;
  std::int64_t size_;
  bool replacement_;
};
// Weights with which every class comes up equally often: 1 by the number of samples of its class.
std::vector<double> balancing_weights(std::span<const std::int64_t> labels);

class SubsetSampler {                             // these, in another order each epoch
 public:
  explicit SubsetSampler(std::vector<std::int64_t> indices) : indices_(std::move(indices)) {}
  std::int64_t size() const { return static_cast<std::int64_t>(indices_.size()); }
  std::vector<std::int64_t> order(std::uint64_t seed, std::uint64_t epoch) const;

 private:
  std::vector<std::int64_t> indices_;
};

// All samples, shuffled so that each class is spread evenly: a batch has of each class its share, up to two more or less.
class StratifiedSampler {
 public:
  explicit StratifiedSampler(std::vector<std::int64_t> labels) : labels_(std::move(labels)) {}
  std::int64_t size() const { return static_cast<std::int64_t>(labels_.size()); }
  std::vector<std::int64_t> order(std::uint64_t seed, std::uint64_t epoch) const;

 private:
  std::vector<std::int64_t> labels_;
};

struct BucketOptions {
  std::int64_t batch_size = 64;
  std::int64_t pool = 100;                        // batches that are sorted together: more waste less padding and shuffle less
  bool shuffle = true;
  bool drop_last = false;

  void describe(Describe& is) const { is(range::at_least_one, batch_size, pool); }
};
// Batches of samples of about one length, for sequences that are padded: samples are shuffled, each pool of them is sorted by length and
// cut into batches, and the batches are shuffled. Without shuffle all is one pool, sorted, ties in the samples' order.
class BucketSampler {
 public:
  explicit BucketSampler(std::vector<std::int64_t> lengths, BucketOptions options = {});   // ValueError
  std::int64_t size() const;
  Batches batches(std::uint64_t seed, std::uint64_t epoch) const;

 private:
  std::vector<std::int64_t> lengths_;
  BucketOptions options_;
};

enum class Uneven { pad, drop, keep };
struct DistributedOptions {
  std::int64_t rank = 0, world = 1;               // which of how many processes
  Uneven uneven = Uneven::pad;                    // what does not divide: the order's first samples again, left out, or left uneven

  void describe(Describe& is) const { is(range::at_least_one, world); }
};
// A process's share of another sampler's order: every world-th sample from its rank-th on, as in PyTorch's DistributedSampler. All
// processes must have one seed.
class DistributedSampler {
 public:
  template <Sampler S>
  DistributedSampler(S sampler, DistributedOptions options) : DistributedSampler(Order(std::move(sampler)), options) {}
  std::int64_t size() const;
  std::vector<std::int64_t> order(std::uint64_t seed, std::uint64_t epoch) const;

 private:
  DistributedSampler(Order of, DistributedOptions options);   // ValueError unless 0 <= rank < world
  Order of_;
  DistributedOptions options_;
};

}  // namespace gradus::data
