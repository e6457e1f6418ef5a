// Calls that are seen: hooks, feature maps, summaries, and where errors come from.
#include <gmock/gmock.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/softmax.h>
#include <gradus/autograd/walk/tangent.h>
#include <gradus/nn/layers/activation.h>
#include <gradus/nn/layers/batch_norm.h>
#include <gradus/nn/layers/embedding.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/layers/recurrent.h>
#include <gradus/nn/model/observe.h>
#include <gradus/nn/model/sequential.h>
#include <gradus/nn/model/state.h>
#include <gradus/nn/model/summary.h>
#include <gradus/nn/model/tie.h>

#include <message_of.h>

namespace observe_test {

using namespace gradus;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

struct Attention {
  nn::Linear q{4, 4}, k{4, 4};
  Tensor operator()(const Tensor& x) const {
    const auto run = [&] {
      const Tensor by_q = q(x);
      return by_q * k(x);
    };
    return nn::call(*this, run, x);
  }
};
struct Block {                                               // its call is not seen, those of its parts are
  Attention attention;
  std::optional<nn::Linear> out;
  Tensor operator()(const Tensor& x) const { return out ? x + (*out)(attention(x)) : attention(x); }
};
struct Net {
  std::vector<Block> blocks{Block{{}, nn::Linear{4, 4}}, Block{}};
  std::map<std::string, nn::AnyModule> heads{{"small", nn::Linear{4, 2}}, {"deep", nn::Sequential<>{nn::Linear{4, 3}, nn::ReLU{}}}};
  nn::Linear idle{2, 2};
  Tensor operator()(Tensor x) const {
    for (const Block& block : blocks) x = block(x);
    return heads.at("deep")(x);
  }
};

// ---- feature maps and hooks

TEST(Observe, FeatureMapsByPathAtAnyDepth) {
  const Net net;
  const Tensor x = randn({3, 4});
  const auto maps = nn::feature_maps(net, x, {"blocks.1.attention", "heads.deep.*", "!heads.deep.0"});
  ASSERT_EQ(maps.size(), 2u);
  const Tensor inner = net.blocks[1].attention(net.blocks[0](x));
  EXPECT_EQ(maps.at("blocks.1.attention").value().to_vector(), inner.value().to_vector());
  EXPECT_EQ(maps.at("heads.deep.1").value().to_vector(), net(x).value().to_vector());
  EXPECT_TRUE(maps.at("heads.deep.1").requires_grad());

  EXPECT_EQ(nn::feature_maps(net, x, "").at("").shape(), net(x).shape());
  EXPECT_EQ(message_of([&] { nn::feature_maps(net, x, "blocks.1.atention"); }),
            "feature_maps: no layer fits \"blocks.1.atention\"; did you mean \"blocks.1.attention\"?; there are blocks.0, "
            "blocks.0.attention, blocks.0.attention.q, blocks.0.attention.k, blocks.0.out, blocks.1, blocks.1.attention and 7 more");
  EXPECT_THAT(message_of([&] { nn::feature_maps(net, x, "blocks.0"); }), HasSubstr("a call of \"blocks.0\", a Block, is not seen"));
  EXPECT_THAT(message_of([&] { nn::feature_maps(net, x, "idle"); }), HasSubstr("no layer \"idle\" was called"));
}

TEST(Observe, ForwardHooksSeeAndReplaceUntilTheyGo) {
  Net net;
  const Tensor x = randn({3, 4});
  const auto plain = net(x).value().to_vector();
  std::vector<std::string> seen;
  {
    const nn::Hook hook = nn::register_forward_hook(net, {"blocks.*.q", "heads.deep.0"}, [&](const nn::Called& c) {
      seen.push_back(text(c.path, ' ', c.layer, ' ', c.input().shape(), ' ', c.output().shape()));
    });
    net(x);
    EXPECT_THAT(seen, ElementsAre("blocks.0.attention.q Linear [3, 4] [3, 4]", "blocks.1.attention.q Linear [3, 4] [3, 4]",
                                  "heads.deep.0 Linear [3, 4] [3, 3]"));
    nn::Hook zeros_it = nn::register_forward_hook(net, "heads.deep.1", [](const nn::Called& c) { return 0 * c.output(); });
    EXPECT_EQ(net(x).value().to_vector(), std::vector<double>(9, 0.0));
    nn::Hook moved = std::move(zeros_it);
    zeros_it.remove();
    EXPECT_EQ(net(x).value().to_vector(), std::vector<double>(9, 0.0));
    moved.remove();
    EXPECT_EQ(net(x).value().to_vector(), plain);
  }
  seen.clear();
  net(x);
  EXPECT_TRUE(seen.empty());
  EXPECT_FALSE(nn::detail::watched());
}

// A struct and its first member begin at one place; a layer that a container holds is called by both.
TEST(Observe, EachCallIsSeenOnce) {
  struct Outer {
    Attention inner;
    Tensor operator()(const Tensor& x) const {
      return nn::call(*this, [&] { return inner(x); }, x);
    }
  };
  const nn::Sequential net{Outer{}, nn::Linear{4, 4}, [](const Tensor& x) { return -x; }};
  std::vector<std::string> seen;
  const nn::Hook hook = nn::register_forward_hook(net, "*", [&](const nn::Called& c) { seen.push_back(text(c.path, ' ', c.layer)); });
  net(ones({1, 4}));
  EXPECT_THAT(seen, ElementsAre("0.inner.q Linear", "0.inner.k Linear", "0.inner Attention", "0 Outer", "1 Linear", "2 lambda",
                                " Sequential"));
}

TEST(Observe, GradientHooksHearOfTheirCallAlone) {
  Net net;
  const Tensor x = variable(randn({3, 4}));
  const auto gradients = [&] {
    nn::zero_grad(net);
    x.zero_grad();
    sum(net(x)).backward();
    return net.blocks[0].attention.q.weight.grad().value().to_vector();
  };
  const auto plain = gradients();
  Tensor at_q, of_relu;
  {
    const nn::Hook a = nn::register_full_backward_pre_hook(net, "blocks.0.attention.q", [&](std::string_view path, const Tensor& g) {
      EXPECT_EQ(path, "blocks.0.attention.q");
      at_q = g;
    });
    const nn::Hook b = nn::register_full_backward_pre_hook(net, "heads.deep.1", [&](std::string_view, const Tensor& g) { return 2 * g; });
    auto twice = gradients();
    for (double& g : twice) g /= 2;
    EXPECT_EQ(twice, plain);
    EXPECT_EQ(at_q.shape(), Shape({3, 4}));
    const Tensor y = net(x);
    EXPECT_EQ(tangent(y, x, ones({3, 4})).shape(), Shape({3, 3}));   // forward mode passes by
  }
  EXPECT_EQ(gradients(), plain);

  // Of a layer that returns its input: x itself, and no hook stays with it.
  const nn::Sequential<> same{nn::Identity{}};
  int heard = 0;
  {
    const nn::Hook hook = nn::register_full_backward_pre_hook(same, "0", [&](std::string_view, const Tensor&) { ++heard; });
    (sum(same(x)) + sum(x)).backward();
  }
  sum(same(x)).backward();
  EXPECT_EQ(heard, 1);
}

TEST(Observe, SeveralOutputsAndInputs) {
  struct { nn::LSTM rnn{2, 3}; nn::GRUCell cell{2, 3}; } net;
  std::vector<std::string> seen;
  const nn::Hook hook = nn::register_forward_hook(net, {"rnn", "cell"}, [&](const nn::Called& c) {
    seen.push_back(text(c.inputs, ' ', c.outputs, ' ', c.output(c.outputs - 1).shape()));
    EXPECT_THAT(message_of([&] { static_cast<void>(c.output(3)); }), HasSubstr("outputs, not 4"));
  });
  net.rnn(ones({4, 1, 2}));
  net.cell(ones({1, 2}));
  EXPECT_THAT(seen, ElementsAre("1 3 [1, 1, 3]", "2 1 [1, 3]"));
}

// A layer whose base class has the call operator is seen once, as itself.
TEST(Observe, InheritedCallOperators) {
  struct Negated {
    Tensor operator()(const Tensor& x) const {
      return nn::call(*this, [&] { return softmax(-x, 1); }, x);
    }
  };
  struct Derived : Negated {};
  const nn::Sequential<> net{Derived{}};
  std::vector<std::string> seen;
  const nn::Hook hook = nn::register_forward_hook(net, "0", [&](const nn::Called& c) { seen.push_back(text(c.path, ' ', c.layer)); });
  net(ones({2, 2}));
  EXPECT_THAT(seen, ElementsAre("0 Derived"));
  EXPECT_THAT(message_of([&] { net(ones({2})); }), StartsWith("in 0 of Sequential (Derived): softmax: "));
}

// Each thread has its own model and hooks, and watches its own calls; a model that both read is watched by each.
TEST(Observe, ThreadsDoNotMeet) {
  const Net shared;
  const Tensor x = ones({2, 4});
  const auto expected = shared(x).value().to_vector();
  const auto work = [&](int which) {
    Net own;
    for (int i = 0; i < 20; ++i) {
      int calls = 0;
      const nn::Hook hook = nn::register_forward_hook(own, "blocks.*.q", [&](const nn::Called&) { ++calls; });
      const auto maps = nn::feature_maps(shared, x, which == 0 ? "heads.deep.1" : "heads.deep.0");
      own(x);
      EXPECT_EQ(calls, 2);
      EXPECT_EQ(maps.size(), 1u);
      if (which == 0) {
        EXPECT_EQ(maps.at("heads.deep.1").value().to_vector(), expected);
      }
    }
  };
  std::thread other(work, 1);
  work(0);
  other.join();
  EXPECT_FALSE(nn::detail::watched());
}

// ---- where errors come from

TEST(Observe, ErrorsSayWhereTheyComeFrom) {
  Net net;
  EXPECT_THAT(message_of([&] { net(ones({1, 5})); }), StartsWith("in q of Attention (Linear): linear: "));   // no names yet
  nn::parameters(net);
  EXPECT_THAT(message_of([&] { net(ones({1, 5})); }), StartsWith("in blocks.0.attention.q (Linear): linear: input has 5 features"));
  EXPECT_THROW(net(ones({1, 5})), ShapeError);
  EXPECT_THAT(message_of([&] { net.heads.at("small")(ones({1, 5})); }), StartsWith("in heads.small (Linear): "));
  EXPECT_THAT(message_of([&] { net.heads.at("deep")(ones({1, 5})); }), StartsWith("in heads.deep.0 (Linear): "));

  // A layer without parameters is known by those around it.
  nn::Sequential<> deep{nn::Linear{4, 4}, nn::Sequential<>{nn::Softmax{3}}};
  EXPECT_THAT(message_of([&] { deep(ones({1, 4})); }), StartsWith("in 1.0 of Sequential (Softmax): softmax: "));
  nn::parameters(deep);
  EXPECT_THAT(message_of([&] { deep(ones({1, 4})); }), StartsWith("in 1.0 (Softmax): softmax: "));
  EXPECT_THAT(message_of([&] { nn::Linear{2, 2}(ones({1, 3})); }), StartsWith("linear: "));

  // A weight's other place has another name.
  struct {
    nn::Embedding words{5, 3};
    nn::Linear output{3, 5};
    nn::Tie tied{words.weight, output.weight};
  } tied;
  nn::parameters(tied);
  EXPECT_THAT(message_of([&] { tied.output(ones({1, 4})); }), StartsWith("in output (Linear): "));
}

class Mine : public ShapeError {
 public:
  using ShapeError::ShapeError;
};

TEST(Observe, ErrorsOfOnesOwnStayThemselves) {
  const nn::Sequential<> net{[](const Tensor&) -> Tensor { throw Mine("mine"); }, nn::Linear{2, 2}};
  EXPECT_THROW(net(ones({1, 2})), Mine);
  EXPECT_EQ(message_of([&] { net(ones({1, 2})); }), "mine");
}

// ---- summary

TEST(Observe, SummaryOfARun) {
  struct Small {
    nn::Linear first{3, 4};
    nn::Sequential<> rest{nn::BatchNorm1d{4}, nn::ReLU{}, nn::Linear{4, 2}};
    nn::Linear idle{5, 5};
    Tensor operator()(const Tensor& x) const { return exp(rest(first(x))); }
  };
  const Small net;
  const State before = nn::state(net);
  const std::string table = nn::summary(net, ones({8, 3}));
  EXPECT_EQ(table,
            "layer   class        output      parameters  multiply-adds  kept\n"
            "        Small        [8, 2]               0              0  64 B\n"
            "first   Linear       [8, 4]              16             96  96 B\n"
            "rest.0  BatchNorm1d  [8, 4]               8              0  192 B\n"
            "rest.1  ReLU         [8, 4]               0              0  128 B\n"
            "rest.2  Linear       [8, 2]              10             64  0 B\n"
            "idle    Linear       not called          30              0  0 B\n"
            "64 parameters (256 B), 64 of them trainable; 160 multiply-adds; 480 B kept for backward\n");
  EXPECT_EQ(nn::state(net).arrays.at("rest.0.running_mean").raw(), before.arrays.at("rest.0.running_mean").raw());
  EXPECT_FALSE(nn::detail::watched());
}

TEST(Observe, SummaryCountsWorkByWhatIsMultiplied) {
  struct { nn::GRU rnn{2, 3}; Tensor operator()(const Tensor& x) const { return rnn(x).output; } } net;
  EXPECT_THAT(nn::summary(net, ones({5, 4, 2})), HasSubstr(text("; ", 5 * 4 * (9 * 2 + 9 * 3), " multiply-adds;")));
}

}  // namespace observe_test
