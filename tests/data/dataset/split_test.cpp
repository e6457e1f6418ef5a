// Parts and folds: each a partition, of the sizes and the classes' shares that were asked for, made by the seed alone.
#include <algorithm>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gradus/data/dataset/folds.h>

namespace gradus::data::split_test {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

// Sample i is i, of class i % 10 == 0 ? 2 : i % 3 == 0: unequal ones.
struct Samples {
  std::int64_t n;
  std::int64_t size() const { return n; }
  std::int64_t get(std::int64_t i) const { return check_index(i, n, "Samples"), i; }
};
std::int64_t class_of(std::int64_t i) { return i % 10 == 0 ? 2 : i % 3 == 0; }

template <class Parts>
std::vector<std::vector<std::int64_t>> samples_of(const Parts& parts) {
  std::vector<std::vector<std::int64_t>> out;
  for (const auto& part : parts) out.emplace_back(part.indices().begin(), part.indices().end());
  return out;
}
void expect_partition(const std::vector<std::vector<std::int64_t>>& parts, std::int64_t n) {
  std::vector<std::int64_t> all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  std::ranges::sort(all);
  ASSERT_EQ(static_cast<std::int64_t>(all.size()), n);
  for (std::int64_t i = 0; i < n; ++i) EXPECT_EQ(all[static_cast<std::size_t>(i)], i);
}
std::map<std::int64_t, int> classes_in(const std::vector<std::int64_t>& part) {
  std::map<std::int64_t, int> out;
  for (const std::int64_t i : part) ++out[class_of(i)];
  return out;
}

TEST(Split, ByFractionsAndLengths) {
  const auto three = samples_of(split(Samples{103}, {0.8, 0.1, 0.1}, 7)), same = samples_of(split(Samples{103}, {83, 10, 10}, 7));
  expect_partition(three, 103);
  EXPECT_EQ(three, same) << "PyTorch gives what rounding leaves over to the first";
  EXPECT_NE(three, samples_of(split(Samples{103}, {0.8, 0.1, 0.1}, 8)));
  EXPECT_EQ(samples_of(split(Samples{0}, {0.5, 0.5}))[1].size(), 0u);
  EXPECT_THAT([] { split(Samples{10}, {0.5, 0.4}); }, ThrowsMessage<ValueError>(HasSubstr("the fractions add up to 0.9, not to 1")));
  EXPECT_THROW(split(Samples{10}, {1.5, -0.5}), ValueError);
  EXPECT_THAT([] { split(Samples{10}, {5, 4}); },
              ThrowsMessage<ValueError>(HasSubstr("the lengths add up to 9, and there are 10 samples")));
  EXPECT_THROW(split(Samples{10}, {5, 6}), ValueError);
  EXPECT_THROW(split(Samples{10}, {11, -1}), ValueError);
}

TEST(Split, KeepsTheSharesOfClasses) {
  const auto parts = samples_of(stratified_split(Samples{300}, {0.6, 0.3, 0.1}, class_of, 5));
  expect_partition(parts, 300);
  auto whole = classes_in(parts[0]);
  for (int p : {1, 2})
    for (const auto& [label, n] : classes_in(parts[static_cast<std::size_t>(p)])) whole[label] += n;
  const double fractions[] = {0.6, 0.3, 0.1};
  for (std::size_t p = 0; p < 3; ++p) {
    EXPECT_NEAR(static_cast<double>(parts[p].size()), 300 * fractions[p], 1);
    for (const auto& [label, n] : whole) EXPECT_NEAR(classes_in(parts[p])[label], n * fractions[p], 1.5) << label;
    EXPECT_FALSE(std::ranges::is_sorted(parts[p], {}, class_of)) << "shuffled, not class after class";
  }
  std::vector<std::int64_t> labels;
  for (std::int64_t i = 0; i < 300; ++i) labels.push_back(class_of(i));
  EXPECT_EQ(samples_of(stratified_split(Samples{300}, {0.6, 0.3, 0.1}, labels, 5)), parts);
  EXPECT_NE(samples_of(stratified_split(Samples{300}, {0.6, 0.3, 0.1}, labels, 6)), parts);
  const auto parity = [](std::int64_t i) { return Tensor(Array::full({}, static_cast<double>(i % 2), i64)); };
  const auto [first, second] = stratified_split(Samples{10}, 0.5, parity);
  EXPECT_EQ(first.size(), 5);
  EXPECT_EQ(second.size(), 5);
  EXPECT_THAT([&] { stratified_split(Samples{10}, 0.5, labels); }, ThrowsMessage<ValueError>(HasSubstr("300 labels for 10 samples")));
}

TEST(Folds, ValidateEachSampleOnce) {
  const auto check_folds = [](const auto& folds, std::int64_t n) {
    std::vector<std::vector<std::int64_t>> validation;
    std::set<std::size_t> sizes;
    for (const auto& fold : folds) {
      validation.emplace_back(fold.validation.indices().begin(), fold.validation.indices().end());
      sizes.insert(validation.back().size());
      expect_partition({validation.back(), {fold.train.indices().begin(), fold.train.indices().end()}}, n);
    }
    expect_partition(validation, n);
    EXPECT_LE(*sizes.rbegin() - *sizes.begin(), 1u);
    return validation;
  };
  const auto plain = check_folds(k_folds(Samples{23}, 5, 1), 23);
  EXPECT_EQ(plain.size(), 5u);
  EXPECT_EQ(check_folds(k_folds(Samples{23}, 5, 1), 23), plain);
  EXPECT_NE(check_folds(k_folds(Samples{23}, 5, 2), 23), plain);
  EXPECT_EQ(check_folds(k_folds(Samples{4}, 4), 4)[3].size(), 1u);   // leave one out
  const auto stratified = check_folds(stratified_k_folds(Samples{101}, 4, class_of, 1), 101);
  for (std::int64_t label : {0, 1, 2}) {
    std::set<int> counts;
    for (const auto& fold : stratified) counts.insert(classes_in(fold)[label]);
    EXPECT_LE(*counts.rbegin() - *counts.begin(), 1) << label;
  }
  EXPECT_THAT([] { k_folds(Samples{3}, 4); },
              ThrowsMessage<ValueError>(HasSubstr("k must be between 2 and the number of samples, 3, not 4")));
  EXPECT_THROW(k_folds(Samples{3}, 1), ValueError);
  EXPECT_THROW(stratified_k_folds(Samples{3}, 1, class_of), ValueError);
}

}  // namespace gradus::data::split_test
