// Callbacks and metrics by reference: what a struct has is called, what it has not is not, and its state is asked for where it has one.
#include <gmock/gmock.h>

#include <gradus/autograd/creation.h>
#include <gradus/train/loop/callback.h>
#include <gradus/train/loop/metric_ref.h>

#include <support.h>

namespace callback_test {

using namespace gradus;
using train::Moment;

struct Everything {
  std::string said;
  void on_train_begin(train::Context&) { said += "a"; }
  void on_train_end(train::Context&) { said += "b"; }
  void on_epoch_begin(train::Context&) { said += "c"; }
  void on_epoch_end(train::Context&) { said += "d"; }
  void on_batch_begin(train::Context&) { said += "e"; }
  void on_batch_end(train::Context&) { said += "f"; }
  void on_before_backward(train::Context&) { said += "g"; }
  void on_after_backward(train::Context&) { said += "h"; }
  void on_before_step(train::Context&) { said += "i"; }
  void on_after_step(train::Context&) { said += "j"; }
  void on_validation_begin(train::Context&) { said += "k"; }
  void on_validation_batch(train::Context&) { said += "l"; }
  void on_validation_end(train::Context&) { said += "m"; }
};
// Constant, by a constant context, by a template, and with a state.
struct Count {
  mutable int calls = 0;
  void on_epoch_end(const train::Context& c) const { calls += static_cast<int>(c.epoch); }
  void on_batch_end(auto& context) const { context.stop("enough"); }
  State state() const {
    State s;
    s.set("calls", calls);
    return s;
  }
  void load_state(const State& s) { calls = static_cast<int>(StateReader(s).count("calls")); }
};
struct Nothing {};
static_assert(train::Callback<Everything> && train::Callback<const Count> && !train::Callback<Nothing> && !train::Metric<Nothing>);

TEST(CallbackRef, CallsWhatIsThere) {
  Everything all;
  Count count;
  train::Context context;
  context.epoch = 3;
  for (std::size_t i = 0; i < train::moments; ++i) {
    train::CallbackRef(all).call(static_cast<Moment>(i), context);
    EXPECT_TRUE(train::CallbackRef(all).wants(static_cast<Moment>(i)));
    const bool wanted = static_cast<Moment>(i) == Moment::epoch_end || static_cast<Moment>(i) == Moment::batch_end;
    EXPECT_EQ(train::CallbackRef(count).wants(static_cast<Moment>(i)), wanted) << i;
    train::CallbackRef(std::as_const(count)).call(static_cast<Moment>(i), context);
  }
  EXPECT_EQ(all.said, "abcdefghijklm");
  EXPECT_EQ(count.calls, 3);
  ASSERT_TRUE(context.stopped());
  context.stop("a second reason");
  EXPECT_EQ(*context.stopped(), "enough");
  EXPECT_FALSE(train::CallbackRef(all).has_state());
  const train::CallbackRef ref(count);
  ASSERT_TRUE(ref.has_state());
  const State kept = ref.state();
  count.calls = 99;
  ref.load_state(kept);
  EXPECT_EQ(count.calls, 3);
}

TEST(MetricRef, OneValueOrSeveral) {
  struct Sum {
    double all = 0;
    void update(const Tensor& prediction, const Tensor& target) { all += prediction.item() * target.item(); }
    double value() const { return all; }
    void reset() { all = 0; }
  } one;
  struct Pair : Sum {
    train::NamedValues values() const { return {{"twice", 2 * all}, {"half", all / 2}}; }
    double value() const = delete;
    State state() const { return {}; }
    void load_state(const State&) {}
  } two;
  train::NamedValues values;
  for (const train::MetricRef& metric : {train::MetricRef("one", one), train::MetricRef("two", two)}) {
    metric.update(full({}, 3), full({}, 4));
    metric.write(values, "val_");
    metric.reset();
    EXPECT_EQ(metric.has_state(), metric.name() == "two");
  }
  ASSERT_EQ(values.size(), 3u);
  EXPECT_EQ(values[0].name + values[1].name + values[2].name, "val_oneval_two.twiceval_two.half");
  EXPECT_EQ(values[0].value + values[1].value + values[2].value, 12 + 24 + 6);
  EXPECT_EQ(one.all + two.all, 0);
}

TEST(Context, SaysWhatValuesThereAre) {
  train::Context context;
  expect_error<ValueError>([&] { (void)context.value("loss"); }, {"there is no value \"loss\" now"});
  const train::NamedValues values{{"loss", 1}, {"val_loss", 2}};
  context.values = values;
  EXPECT_EQ(context.value("val_loss"), 2);
  expect_error<ValueError>([&] { (void)context.value("accuracy"); }, {"\"accuracy\"", "there are loss, val_loss"});
  EXPECT_TRUE(std::isnan(context.lr()));
}

}  // namespace callback_test
