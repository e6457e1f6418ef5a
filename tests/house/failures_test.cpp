// Whatever fails wherever, the engine stays whole: an allocation (each in turn, of operator new and of the pool), a user's operation or
// hook, in forward, backward and step. Nothing has changed that was not done, nothing is left behind, and the next step is as any other;
// in another thread nobody notices.
#include <atomic>
#include <functional>
#include <optional>
#include <thread>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/base/random.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/dropout.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/tape/op.h>
#include <gradus/autograd/walk/checkpoint.h>
#include <gradus/autograd/walk/functional.h>
#include <gradus/autograd/walk/grad.h>
#include <gradus/autograd/walk/per_sample.h>
#include <gradus/autograd/walk/tangent.h>
#include <gradus/nn/layers/dropout.h>
#include <gradus/nn/layers/embedding.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/losses/loss.h>
#include <gradus/nn/model/module.h>
#include <gradus/optim/rules/adam.h>
#include <gtest/gtest.h>

#include <allocations.h>

namespace gradus {
namespace {

// The n-th call of this thread throws.
thread_local std::int64_t calls_left = 0;
struct Refusal {};
void may_refuse() {
  if (calls_left > 0 && --calls_left == 0) throw Refusal();
}

struct Users final : Op {   // x and x²
  std::string_view name() const override { return "users"; }
  std::array<Array, 2> forward(const Tensor& x) {
    save(x);
    save_output(1);
    may_refuse();
    return {x.value(), square(x.detach()).value()};
  }
  Grads backward_all(std::span<Tensor> gs) override {
    const auto [x] = saved<1>();
    may_refuse();
    Tensor g = gs[0].defined() ? gs[0] : zeros_like(x);
    if (gs[1].defined()) g = g + 2.0 * x * gs[1];
    return {g};
  }
};

struct Net {
  nn::Embedding words{7, 6, {.sparse = true, .dtype = f64}};
  nn::Linear first{6, 5, {.dtype = f64}}, second{5, 5, {.dtype = f64}}, output{5, 3, {.dtype = f64}};
  Tensor operator()(const Tensor& x) const {
    const Tensor h = first(words(x));
    h.register_hook([](const Tensor& g) { return may_refuse(), g * 1.0; });
    h.retain_grad();
    const auto [same, squared] = record(Users{}, h);
    const auto part = [this](const Tensor& a, const Tensor& b) { return dropout(tanh(second(a) + b) * a, 0.5, default_generator()); };
    const Tensor t = checkpoint(part, same, squared);
    return output(cat({narrow(t, 1, 0, 2), narrow(squared, 1, 2, 3)}, 1));
  }
};

struct World {
  Tensor x = tensor({0, 3, 3, 6}).to(i64), label = tensor({0, 2, 1, 1}).to(i64);
  Net net;
  Parameters parameters = nn::parameters(net);
  optim::Adam adam{without(parameters, "words*"), {.lr = 0.1}};

  Tensor loss() const {
    const GeneratorScope numbers(Generator(5));   // of any thread
    return nn::cross_entropy(net(x), label);
  }
  std::vector<Tensor> tensors() const { return {net.words.weight, net.first.weight, net.second.bias, net.output.weight}; }
  // All that a step may change.
  std::vector<std::vector<double>> everything() const {
    std::vector<std::vector<double>> all;
    for (const NamedParameter& p : parameters) {
      all.push_back(p.leaf->value.to_vector());
      all.push_back(p.leaf->has_gradient() ? p.leaf->gradient().value().to_vector() : std::vector<double>{});
    }
    for (const auto& [name, array] : adam.state().arrays) all.push_back(array.to_vector());
    return all;
  }
};

// Where a world may go back to; with arrays of its own, so that what goes back is nobody else's.
class Place {
 public:
  explicit Place(const World& world) : state_(world.adam.state()) {
    for (const NamedParameter& p : world.parameters) leaves_.emplace_back(p.leaf->value.contiguous_copy(), of_its_own(p.leaf->grad));
  }
  void restore(World& world) const {
    for (std::size_t i = 0; i < leaves_.size(); ++i) {
      world.parameters[i].leaf->value = leaves_[i].first.contiguous_copy();
      world.parameters[i].leaf->grad = of_its_own(leaves_[i].second);
    }
    if (!state_.arrays.empty()) world.adam.load_state(state_);
  }

 private:
  static Gradient of_its_own(const Gradient& g) {
    if (!g.defined()) return {};
    if (g.is_rows()) return RowGradient{g.rows().rows.contiguous_copy(), g.rows().values.contiguous_copy()};
    return g.value().contiguous_copy();
  }
  std::vector<std::pair<Array, Gradient>> leaves_;
  State state_;
};

// What is in use: nodes, the pool's bytes, blocks of operator new.
struct InUse {
  std::int64_t nodes = Node::live(), bytes = pool::live_bytes(), blocks = AllocationCount::live();
  bool operator==(const InUse&) const = default;
  friend std::ostream& operator<<(std::ostream& out, const InUse& u) {
    return out << u.nodes << " nodes, " << u.bytes << " bytes, " << u.blocks << " blocks";
  }
};

// The pool keeps nothing idle, so that each of its allocations is one that can fail.
struct NothingIdle {
  NothingIdle() { pool::set_idle_limit(0); }
  ~NothingIdle() { pool::set_idle_limit({}); }
};

// Work that begins from a loss which has been computed, or from none, and fails in turn wherever it can. `keeps`: it may have made room for
// what it keeps (an optimizer for its state).
void expect_whole(const char* what, World& world, bool from_loss, const std::function<void(const Tensor& loss)>& work, int at_least,
                  bool keeps = false) {
  SCOPED_TRACE(what);
  const Place place(world);
  const auto expected = world.everything();
  Tensor loss;
  std::optional<InUse> before;
  std::vector<Array> snapshot;   // a step has to copy what others hold
  int failures = 0;
  const auto ready = [&] {
    loss = {};
    place.restore(world);
    snapshot.clear();
    if (keeps)
      for (const NamedParameter& p : world.parameters) snapshot.push_back(p.leaf->value);
    before.emplace();
    if (from_loss) loss = world.loss();
  };
  const auto look = [&] {
    ++failures;
    loss = {};
    if (!keeps) {
      ASSERT_EQ(InUse(), *before) << what << ", failure " << failures;
    }
    ASSERT_TRUE(recording());
    ASSERT_EQ(world.everything(), expected) << what << ", failure " << failures;
  };
  for (int i = 0; i < 2; ++i) ready(), work(loss);   // what is kept from the first time on is there
  if (can_count) {
    const NothingIdle idle;
    while_memory_is_short(ready, [&] { work(loss); }, look);
    EXPECT_GE(failures, at_least);
  }
  failures = 0;
  for (std::int64_t n = 1;; ++n) {   // the user's operation and hook
    ready();
    calls_left = n;
    bool refused = false;
    try {
      work(loss);
    } catch (const Refusal&) {
      refused = true;
    }
    calls_left = 0;
    if (!refused) break;
    look();
  }
  ready();
  loss = {};
}

TEST(Failures, ForwardBackwardAndStepAreDoneOrNot) {
  const int threads = num_threads();
  set_threads(1);   // so that all that is asked for is asked for by this thread
  World world;
  world.loss().backward();
  world.adam.step();   // from here on it has a state (tests/optim/driver/short_memory_test.cpp: the first step)
  nn::zero_grad(world.net);
  for (int step = 0; step < 2; ++step) {   // in the second one there are gradients to add to
    expect_whole("forward", world, false, [&](const Tensor&) { world.loss(); }, 50);
    expect_whole("backward", world, true, [](const Tensor& loss) { loss.backward(); }, 50);
    expect_whole("backward of a graph that is kept", world, true, [](const Tensor& loss) { loss.backward({.retain_graph = true}); }, 50);
    expect_whole("grad", world, true, [&](const Tensor& loss) { grad(loss, world.tensors(), {.create_graph = true}); }, 100);
    world.loss().backward();
    expect_whole("step", world, false, [&](const Tensor&) { world.adam.step(); }, 5, true);
    world.adam.step();
  }
  set_threads(threads);
}

TEST(Failures, OtherQuestionsAreAnsweredOrNot) {
  const int threads = num_threads();
  set_threads(1);
  World world;
  const Tensor v = ones({3, 5}, f64), w = tensor({{1.0, 0.5, -1.0, 2.0, 0.0}}, f64);
  const auto f = [](const Tensor& x) { return sum(tanh(x * x) * x); };
  expect_whole("tangent", world, true, [&](const Tensor& loss) { tangent(loss, world.net.output.weight, v, {.create_graph = true}); }, 50);
  expect_whole("hessian", world, false, [&](const Tensor&) { hessian(f, w); }, 50);
  const auto list = [](const std::vector<Tensor>& x) { return std::vector<Tensor>{tanh(x[0])}; };
  expect_whole("jacobian", world, false, [&](const Tensor&) { jacobian(list, {w}); }, 50);
  const auto loss = [&](const Tensor& x, const Tensor& label) { return nn::cross_entropy(world.net(x), label); };
  const auto by_sample = [&](const Tensor&) { per_sample_grad(loss, world.tensors(), {world.x, world.label}); };
  expect_whole("per_sample_grad", world, false, by_sample, 100);
  set_threads(threads);
}

// After any failure the next steps are those of a world in which nothing failed, bit for bit; in another thread, too, while it happens.
TEST(Failures, NobodyNoticesAfterwardsNorInAnotherThread) {
  const auto trained = [](World& world, const std::function<void()>& between) {
    for (int step = 0; step < 20; ++step) {
      between();
      world.loss().backward();
      between();
      world.adam.step();
      nn::zero_grad(world.net);
    }
    return world.everything();
  };
  World calm;
  const Place start(calm);
  const auto expected = trained(calm, [] {});

  std::atomic<bool> done = false;
  std::atomic<int> failures = 0;
  std::thread troubled([&] {
    World world;
    start.restore(world);
    std::int64_t n = 0;
    const auto trouble = [&] {
      for (int i = 0; i < 5; ++i) {
        const ShortMemory memory(can_count ? ++n % 150 + 1 : 1 << 30, i % 2);
        calls_left = n % 3 == 0 ? n % 4 + 1 : 0;
        try {
          world.loss().backward();
          nn::zero_grad(world.net);
        } catch (const std::bad_alloc&) {
          ++failures;
        } catch (const Refusal&) {
          ++failures;
        }
        calls_left = 0;
      }
    };
    nn::zero_grad(world.net);
    World other;
    start.restore(other);
    EXPECT_EQ(trained(other, trouble), expected);   // `world` has the trouble
    done = true;
  });
  do {
    World world;
    start.restore(world);
    EXPECT_EQ(trained(world, [] {}), expected);
  } while (!done);
  troubled.join();
  EXPECT_GT(failures, 20);
}

}  // namespace
}  // namespace gradus
