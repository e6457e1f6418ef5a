// Metrics: scikit-learn's numbers, formulas of their own, batches and parts in any order, states, and what is refused.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include <gradus/autograd/creation.h>
#include <gradus/train/metrics/metrics.h>

#include <golden_values.h>
#include <message_of.h>

namespace metrics_test {

using namespace gradus;
using namespace gradus::train;
using ::testing::HasSubstr;

constexpr double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();

// What all metrics can do, so that one test goes through all of them.
struct Any {
  std::function<void(const Tensor&, const Tensor&)> update;
  std::function<double()> value;
  std::function<void()> reset;
  std::function<void(const Any&)> merge;
  std::function<State()> state;
  std::function<void(const State&)> load;
  const void* metric;
};
template <class M>
std::function<Any()> made(M metric) {
  static_assert(MergeableMetric<M>);
  return [metric] {
    const auto m = std::make_shared<M>(metric);
    return Any{[m](const Tensor& p, const Tensor& t) { m->update(p, t); },
               [m] { return m->value(); },
               [m] { m->reset(); },
               [m](const Any& other) { m->merge(*static_cast<const M*>(other.metric)); },
               [m] { return m->state(); },
               [m](const State& s) { m->load_state(s); },
               m.get()};
  };
}

struct Row {
  const char *prediction, *target, *value;       // names of golden values
  std::function<Any()> metric;
};
std::vector<Row> rows() {
  const auto all = [](Average a) { return ClassOptions{.average = a}; };
  std::vector<Row> out;
  const auto with_averages = [&](const char* p, const char* t, std::vector<const char*> names) {
    int at = 0;
    for (const Average a : {Average::micro, Average::macro, Average::weighted}) {
      out.push_back({p, t, names[at], made(Precision(all(a)))});
      out.push_back({p, t, names[at + 1], made(Recall(all(a)))});
      out.push_back({p, t, names[at + 2], made(F1(all(a)))});
      out.push_back({p, t, names[at + 3], made(FBeta(2, all(a)))});
      at += 4;
    }
  };
  with_averages("classes.logits", "classes.target",
                {"classes.precision_micro", "classes.recall_micro", "classes.f1_micro", "classes.f2_micro", "classes.precision_macro",
                 "classes.recall_macro", "classes.f1_macro", "classes.f2_macro", "classes.precision_weighted", "classes.recall_weighted",
                 "classes.f1_weighted", "classes.f2_weighted"});
  with_averages("tied.logits", "tied.target",
                {"tied.precision_micro", "tied.recall_micro", "tied.f1_micro", "tied.f2_micro", "tied.precision_macro", "tied.recall_macro",
                 "tied.f1_macro", "tied.f2_macro", "tied.precision_weighted", "tied.recall_weighted", "tied.f1_weighted",
                 "tied.f2_weighted"});
  with_averages("labels.scores", "labels.target",
                {"labels.precision_micro", "labels.recall_micro", "labels.f1_micro", "labels.f2_micro", "labels.precision_macro",
                 "labels.recall_macro", "labels.f1_macro", "labels.f2_macro", "labels.precision_weighted", "labels.recall_weighted",
                 "labels.f1_weighted", "labels.f2_weighted"});
  const auto ranking = [](Average a) { return RankingOptions{.average = a}; };
  const std::vector<Row> others{
      {"classes.logits", "classes.target", "classes.accuracy", made(Accuracy())},
      {"classes.logits", "classes.target", "classes.accuracy", made(ConfusionMatrix())},
      {"classes.logits", "classes.target", "classes.top_2", made(Accuracy({.top_k = 2}))},
      {"classes.logits", "classes.target", "classes.matthews", made(MatthewsCorrelation())},
      {"classes.logits", "classes.target", "classes.perplexity", made(Perplexity())},
      {"classes.ranked", "classes.target", "classes.roc_macro", made(RocAuc())},
      {"classes.ranked", "classes.target", "classes.roc_weighted", made(RocAuc(ranking(Average::weighted)))},
      {"classes.ranked", "classes.target", "classes.ap_macro", made(AveragePrecision())},
      {"classes.ranked", "classes.target", "classes.ap_weighted", made(AveragePrecision(ranking(Average::weighted)))},
      {"tied.logits", "tied.target", "tied.accuracy", made(Accuracy())},
      {"tied.logits", "tied.target", "tied.matthews", made(MatthewsCorrelation())},
      {"tied.logits", "tied.target", "tied.perplexity", made(Perplexity())},
      {"tied.ranked", "tied.target", "tied.roc_macro", made(RocAuc())},
      {"tied.ranked", "tied.target", "tied.roc_weighted", made(RocAuc(ranking(Average::weighted)))},
      {"tied.ranked", "tied.target", "tied.ap_macro", made(AveragePrecision())},
      {"tied.ranked", "tied.target", "tied.ap_weighted", made(AveragePrecision(ranking(Average::weighted)))},
      {"labels.scores", "labels.target", "labels.accuracy", made(Accuracy())},
      {"labels.scores", "labels.target", "labels.whole_rows", made(Accuracy({.whole_rows = true}))},
      {"labels.scores", "labels.target", "labels.roc_micro", made(RocAuc(ranking(Average::micro)))},
      {"labels.scores", "labels.target", "labels.roc_macro", made(RocAuc())},
      {"labels.scores", "labels.target", "labels.roc_weighted", made(RocAuc(ranking(Average::weighted)))},
      {"labels.scores", "labels.target", "labels.ap_micro", made(AveragePrecision(ranking(Average::micro)))},
      {"labels.scores", "labels.target", "labels.ap_macro", made(AveragePrecision())},
      {"labels.scores", "labels.target", "labels.ap_weighted", made(AveragePrecision(ranking(Average::weighted)))},
      {"yes.scores", "yes.target", "yes.accuracy", made(Accuracy())},
      {"yes.scores", "yes.target", "yes.matthews", made(MatthewsCorrelation())},
      {"yes.scores", "yes.target", "yes.precision", made(Precision())},
      {"yes.scores", "yes.target", "yes.recall", made(Recall())},
      {"yes.scores", "yes.target", "yes.f1", made(F1())},
      {"yes.scores", "yes.target", "yes.roc", made(RocAuc())},
      {"yes.scores", "yes.target", "yes.ap", made(AveragePrecision())},
      {"regression.prediction", "regression.target", "regression.mae", made(MeanAbsoluteError())},
      {"regression.prediction", "regression.target", "regression.mse", made(MeanSquaredError())},
      {"regression.prediction", "regression.target", "regression.rmse", made(MeanSquaredError({.root = true}))},
      {"regression.prediction", "regression.target", "regression.r2", made(R2Score())},
      {"regression_far.prediction", "regression_far.target", "regression_far.mse", made(MeanSquaredError())},
      {"regression_far.prediction", "regression_far.target", "regression_far.r2", made(R2Score())},
  };
  out.insert(out.end(), others.begin(), others.end());
  return out;
}

// The whole at once; batches in three orders, merged in two; a state in the middle; a reset: the same bits.
TEST(Metrics, AreScikitLearnsInAnyOrderAndParts) {
  const auto& golden = golden_values("metrics");
  for (const Row& row : rows()) {
    SCOPED_TRACE(row.value);
    const Array &p = golden.at(row.prediction), &t = golden.at(row.target);
    const Any whole = row.metric();
    EXPECT_TRUE(std::isnan(whole.value()));      // of nothing
    whole.update(p, t);
    EXPECT_NEAR(whole.value(), golden.at(row.value).item(), 1e-12);

    const std::int64_t n = p.dim(0), cuts[] = {0, 7, 8, n / 2, n};
    std::vector<Any> parts;
    for (int i = 0; i < 4; ++i) {
      parts.push_back(row.metric());
      parts.back().update(p.slice(0, cuts[i], cuts[i + 1]), t.slice(0, cuts[i], cuts[i + 1]));
    }
    for (const std::vector<int>& order : {std::vector<int>{0, 1, 2, 3}, {3, 1, 0, 2}, {2, 0, 3, 1}}) {
      const Any sum = row.metric();
      for (const int i : order) sum.merge(parts[i]);
      EXPECT_EQ(sum.value(), whole.value());
    }
    const Any resumed = row.metric(), batches = row.metric();
    batches.update(p.slice(0, n / 2, n), t.slice(0, n / 2, n));
    resumed.load(batches.state());
    for (const Any& m : {resumed, batches}) m.update(p.slice(0, 0, n / 2), t.slice(0, 0, n / 2));
    EXPECT_EQ(batches.value(), whole.value());
    EXPECT_EQ(resumed.value(), whole.value());
    resumed.reset();
    EXPECT_TRUE(std::isnan(resumed.value()));
    resumed.load(row.metric().state());          // of nothing, too
    resumed.update(p, t);
    EXPECT_EQ(resumed.value(), whole.value());

    State wrong = whole.state();
    wrong.arrays["more"] = Array::zeros({1});
    EXPECT_THROW(resumed.load(wrong), ValueError);
    if (!whole.state().arrays.empty()) {
      State short_state = whole.state();
      short_state.arrays.begin()->second = Array::zeros({2, 2, 2}, i64);
      EXPECT_THROW(resumed.load(short_state), ValueError);
    }
    EXPECT_EQ(resumed.value(), whole.value());   // nothing has changed
  }
}

TEST(Metrics, TablesAndEachClass) {
  const auto& golden = golden_values("metrics");
  const auto expect_each = [&](const Tensor& each, const char* name) {
    SCOPED_TRACE(name);
    ASSERT_EQ(each.shape(), golden.at(name).shape());
    for (std::int64_t i = 0; i < each.size(); ++i) EXPECT_NEAR(each.value().at({i}), golden.at(name).at({i}), 1e-12);
  };
  for (const char* which : {"tied", "classes", "labels"}) {
    const std::string name = which;
    const Tensor p = golden.at(name + (name == "labels" ? ".scores" : ".logits")), t = golden.at(name + ".target");
    Precision precision;
    precision.update(p, t);
    Recall recall;
    recall.merge(Recall());
    static_cast<ClassCounts&>(recall).merge(precision);   // the counts are the same ones
    F1 f1;
    static_cast<ClassCounts&>(f1).merge(recall);
    expect_each(precision.per_class(), (name + ".precision_each").c_str());
    expect_each(recall.per_class(), (name + ".recall_each").c_str());
    expect_each(f1.per_class(), (name + ".f1_each").c_str());
    CalibrationError mean({.bins = name == "labels" ? 10 : 15, .from_logits = name != "labels"});
    mean.update(p, t);
    EXPECT_NEAR(mean.value(), golden.at(name + ".calibration").at({0}), 1e-12);
    CalibrationError most({.bins = name == "labels" ? 10 : 15, .from_logits = name != "labels", .largest = true}), half = most;
    most.update(p.value().slice(0, 0, 9), t.value().slice(0, 0, 9));
    half.load_state(most.state());
    most.update(p.value().slice(0, 9, p.dim(0)), t.value().slice(0, 9, p.dim(0)));
    CalibrationError rest = half;
    rest.reset();
    rest.update(p.value().slice(0, 9, p.dim(0)), t.value().slice(0, 9, p.dim(0)));
    half.merge(rest);
    EXPECT_NEAR(most.value(), golden.at(name + ".calibration").at({1}), 1e-12);
    EXPECT_EQ(most.value(), half.value());
  }
  for (const char* which : {"tied", "yes"}) {
    const std::string name = which;
    ConfusionMatrix confusion;
    confusion.update(golden.at(name + (name == "yes" ? ".scores" : ".logits")), golden.at(name + ".target"));
    EXPECT_EQ(confusion.matrix().value().to_vector(), golden.at(name + ".confusion").to_vector());
  }
}

// The same numbers in other forms: element types, views, pictures [N, C, H, W], predicted classes, ignored targets.
TEST(Metrics, ReadEveryForm) {
  Generator g(3);
  const Array scores = randn({6, 3, 2, 2}, g).value(), rows = scores.permute({0, 2, 3, 1}).reshape({24, 3});
  std::vector<std::int64_t> labels, predicted;
  for (int i = 0; i < 24; ++i) {
    labels.push_back(static_cast<std::int64_t>(g.below(3)));
    const auto row = rows.slice(0, i, i + 1).to_vector();
    predicted.push_back(std::max_element(row.begin(), row.end()) - row.begin());
  }
  const Array target = Array::from(labels, {24});
  std::int64_t right = 0;
  for (int i = 0; i < 24; ++i) right += labels[i] == predicted[i];
  const auto both = [&](const Tensor& p, const Tensor& t, const ClassOptions& options = {}) {
    Accuracy accuracy;
    accuracy.update(p, t);
    EXPECT_EQ(accuracy.right(), right);
    EXPECT_EQ(accuracy.count(), 24);
    F1 f1(options);
    f1.update(p, t);
    return f1.value();
  };
  const double f1 = both(rows, target);
  EXPECT_EQ(both(scores, target.reshape({6, 2, 2})), f1);
  EXPECT_EQ(both(rows.to(f64).transpose(0, 1).contiguous_copy().transpose(0, 1), target.to(i32)), f1);
  EXPECT_EQ(both(Array::from(predicted, {24}), target, {.classes = 3}), f1);
  EXPECT_EQ(both(rows.to(bf16).to(f16).to(f32), target), f1);   // rounding changes no order here

  std::vector<std::int64_t> holes = labels;
  holes.resize(30, -100);
  std::vector<double> more = rows.to_vector();
  more.resize(90, 5);
  const Tensor p = Array::from(more, {30, 3}), t = Array::from(holes, {30});
  F1 ignoring({.ignore_index = -100});
  ignoring.update(p, t);
  EXPECT_EQ(ignoring.value(), f1);
  Accuracy accuracy({.ignore_index = -100});
  accuracy.update(p, t);
  EXPECT_EQ(accuracy.count(), 24);
  RocAuc auc, ignoring_auc({.ignore_index = -100});
  auc.update(rows.to(f64), target);
  ignoring_auc.update(p, t);
  EXPECT_EQ(ignoring_auc.value(), auc.value());
  Perplexity all, without({.ignore_index = -100});
  all.update(rows.to(f64), target);
  without.update(p, t);
  EXPECT_EQ(all.value(), without.value());

  // Equal scores: the first class is better.
  Accuracy first, second({.top_k = 2});
  for (Accuracy* m : {&first, &second}) m->update(tensor({{1.0, 1.0, 1.0}, {1.0, 1.0, 1.0}, {1.0, 1.0, 1.0}}), tensor({0, 1, 2}, i64));
  EXPECT_EQ(first.right(), 1);
  EXPECT_EQ(second.right(), 2);
}

TEST(Metrics, OneClassAloneAndOtherEdges) {
  RocAuc auc;
  auc.update(tensor({0.1, 0.9}), tensor({1, 1}, i64));
  EXPECT_TRUE(std::isnan(auc.value()));
  auc.update(tensor({-infinity, infinity}), tensor({0, 0}, i64));
  EXPECT_EQ(auc.value(), 0.5);
  AveragePrecision ap;
  ap.update(tensor({0.1, 0.9}), tensor({0, 0}, i64));
  EXPECT_TRUE(std::isnan(ap.value()));
  MatthewsCorrelation matthews;
  matthews.update(tensor({0.1, 0.9}), tensor({1, 1}, i64));
  EXPECT_EQ(matthews.value(), 0);
  Recall never({.zero_division = 1});
  never.update(tensor({0.1, 0.9}), tensor({0, 0}, i64));
  EXPECT_EQ(never.value(), 1);
  R2Score r2;
  r2.update(tensor({1.0}), tensor({1.0}));
  EXPECT_TRUE(std::isnan(r2.value()));
  r2.update(tensor({1.0}), tensor({1.0}));
  EXPECT_EQ(r2.value(), 1);
  r2.update(tensor({2.0}), tensor({1.0}));
  EXPECT_EQ(r2.value(), 0);
  MeanAbsoluteError mae;
  mae.update(tensor({nan, 1.0}), tensor({1.0, 1.0}));
  EXPECT_TRUE(std::isnan(mae.value()));
  Accuracy none;
  none.update(Array({0, 3}, f32), Array({0}, i64));
  EXPECT_TRUE(std::isnan(none.value()));
  Mean mean;
  mean.update(0.5, 3);
  mean.update(2.5);
  mean.update(tensor({1.0, 1.0}));
  EXPECT_EQ(mean.value(), 1);
  EXPECT_EQ(mean.count(), 6);
}

TEST(Metrics, RefuseWhatHasNoMeaning) {
  const Tensor labels = tensor({0, 1, 2}, i64), scores = ones({3, 3});
  const auto says = [](auto f, const char* words) { EXPECT_THAT(message_of(f), HasSubstr(words)); };
  Accuracy accuracy;
  accuracy.update(scores, labels);
  Precision precision;
  RocAuc auc;
  CalibrationError ece;
  const Tensor not_a_number = tensor({{1.0, 1.0, 1.0}, {1.0, 1.0, nan}, {nan, 1.0, 1.0}});
  says([&] { accuracy.update(not_a_number, labels); }, "Accuracy: the score in row 1, column 2 is NaN");
  says([&] { precision.update(not_a_number, labels); }, "row 1, column 2 is NaN");
  says([&] { auc.update(tensor({nan}), tensor({1}, i64)); }, "row 0, column 0 is NaN");
  says([&] { accuracy.update(scores, tensor({0, 1, 3}, i64)); }, "target 2 is 3, which is none of the 3 classes, 0 to 2");
  says([&] { accuracy.update(scores, tensor({0, -1, 1}, i64)); }, "target 1 is -1");
  says([&] { accuracy.update(scores, ones({4}, i64)); }, "scores [3, 3] and targets [4] do not fit");
  says([&] { accuracy.update(ones({3, 1}), labels); }, "scores [3, 1] are of 1 classes");
  says([&] { accuracy.update(scores, ones({3})); }, "of a whole type, not f32");
  says([&] { accuracy.update(ones({3}), tensor({0.0, 0.5, 1.0})); }, "target 1 is 0.5");
  says([&] { accuracy.update(Tensor(), labels); }, "undefined");
  says([&] { Accuracy({.top_k = 4}).update(scores, labels); }, "top_k = 4 of 3 classes");
  says([&] { Accuracy({.top_k = 0}); }, "top_k must be at least 1");
  EXPECT_EQ(accuracy.count(), 3);   // of the first one alone
  says([&] { precision.update(labels, labels); }, "set .classes");
  says([&] { Precision({.classes = 2}).update(labels, labels); }, "target 2 is 2, which is none of the 2 classes");
  precision.update(scores, labels);
  says([&] { precision.update(ones({3, 2}), tensor({0, 1, 1}, i64)); }, "2 classes, after 3 classes before");
  says([&] { auc.update(labels, labels); }, "have no order");
  says([&] { RocAuc({.average = Average::micro}).update(scores, labels); }, "micro is of labels");
  says([&] { ece.update(tensor({1.5}), tensor({1}, i64)); }, "1.5 in row 0 is no probability; set .from_logits");
  says([&] { CalibrationError({.bins = 3}).merge(ece); }, "15 bins do not go into 3");
  says([&] { MeanSquaredError().update(ones({3}), ones({3, 1})); }, "predictions [3] and targets [3, 1] must have one shape");
  says([&] { Mean().update(1, -1); }, "count must be at least 0");
  says([&] { FBeta(0); }, "beta must be");
}

TEST(ExactSum, IsTheTrueSumRoundedOnce) {
  const auto sum_of = [](const std::vector<double>& all) {
    ExactSum sum;
    for (const double x : all) sum.add(x);
    return sum.value();
  };
  constexpr double least = 0x1p-1074, most = std::numeric_limits<double>::max();
  EXPECT_EQ(sum_of({}), 0);
  EXPECT_EQ(sum_of({1e100, 1, -1e100}), 1);
  EXPECT_EQ(sum_of({most, least, -most}), least);
  EXPECT_EQ(sum_of({-least, -least, -most, most}), -2 * least);
  EXPECT_EQ(sum_of({most, most, -most}), most);
  EXPECT_EQ(sum_of({most, most}), infinity);
  EXPECT_EQ(sum_of({1, 0x1p-53}), 1);                          // half way: to even
  EXPECT_EQ(sum_of({1, 0x1p-53, least}), 1 + 0x1p-52);         // just above
  EXPECT_EQ(sum_of({1 + 0x1p-52, 0x1p-53}), 1 + 0x1p-51);
  EXPECT_EQ(sum_of({-1, -0x1p-53, -least}), -1 - 0x1p-52);
  EXPECT_EQ(sum_of({0x1p-1022, -least}), 0x1p-1022 - least);   // below the normal ones
  EXPECT_EQ(sum_of({infinity, 1}), infinity);
  EXPECT_TRUE(std::isnan(sum_of({infinity, -infinity})));
  EXPECT_TRUE(std::isnan(sum_of({nan, 1})));
  Generator g(5);
  std::vector<double> all;
  long double plain = 0;
  for (int i = 0; i < 3000; ++i) {
    all.push_back((g.uniform() - 0.5) * std::ldexp(1.0, static_cast<int>(g.below(10))));
    plain += all.back();
  }
  ExactSum forward, backward, product;
  for (const double x : all) forward.add(x);
  for (auto x = all.rbegin(); x != all.rend(); ++x) backward.add(*x);
  EXPECT_EQ(forward.array().to_vector(), backward.array().to_vector());
  EXPECT_NEAR(forward.value(), static_cast<double>(plain), 1e-13);
  product.add(0.1, 1000000007);                                // 0.1·n to the last bit
  EXPECT_EQ(product.value(), std::fma(0.1, 1000000007.0, 0));
  const ExactSum read = ExactSum::from(forward.array());
  EXPECT_EQ(read.value(), forward.value());
  Array broken = forward.array();
  broken.mutable_data<std::int64_t>()[3] = -1;
  EXPECT_THROW(ExactSum::from(broken), ValueError);
}

}  // namespace metrics_test
