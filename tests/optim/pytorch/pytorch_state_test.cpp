// PyTorch's optimizers after three steps, from tests/golden/pt/optimizers.pt (make_pt.py): going on from their states gives the weights
// that PyTorch had after three more.
#include <gradus/optim/pytorch/pytorch_state.h>

#include <functional>
#include <memory>

#include <gmock/gmock.h>

#include <gradus/autograd/array/formats/pt.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/tape/parameter.h>
#include <gradus/autograd/walk/grad.h>
#include <gradus/optim/rules/rules.h>
#include <gradus/optim/second_order/lbfgs.h>
#include <message_of.h>
#include <temporary_folder.h>

namespace gradus::optim::pytorch_state_test {

using ::testing::HasSubstr;

const PtValue& golden() {
  static const PtValue all = load_pt(GRADUS_GOLDEN "/pt/optimizers.pt");
  return all;
}

double gradient(int step, int tensor, std::int64_t i) {
  return static_cast<double>((step * 7919 + i * 104729 + tensor * 1299709) % 2003 - 1001) / 500;
}

struct Weights {
  std::vector<Parameter> all;
  explicit Weights(const PtValue& saved) {
    for (const PtValue& w : saved["weights"].elements()) all.emplace_back(w.array().contiguous_copy());
  }
  Parameters part(std::size_t begin, std::size_t end) const {
    Parameters out;
    for (std::size_t i = begin; i < end; ++i) out.push_back({std::string(1, static_cast<char>('a' + i)), all[i].leaf()});
    return out;
  }
  void step(Optimizer& optimizer, int step) {
    for (std::size_t t = 0; t < all.size(); ++t) {
      const Array& value = all[t].tensor().value();
      Array g = Array::empty_like(value);
      for (std::int64_t i = 0; i < g.size(); ++i) g.mutable_data<double>()[i] = gradient(step, static_cast<int>(t), i);
      all[t].set_grad(Tensor(g));
    }
    optimizer.step();
  }
  void expect(const PtValue& saved) const {
    for (std::size_t t = 0; t < all.size(); ++t) {
      const auto ours = all[t].tensor().value().to_vector(), theirs = saved["after"][static_cast<std::int64_t>(t)].array().to_vector();
      ASSERT_EQ(ours.size(), theirs.size());
      for (std::size_t i = 0; i < ours.size(); ++i) EXPECT_NEAR(ours[i], theirs[i], 1e-12) << "weight " << t << "[" << i << "]";
    }
  }
};

template <class Rule>
std::unique_ptr<Optimizer> make(const Weights& w, const std::vector<typename Rule::Options>& options) {
  std::vector<typename Rule::Group> groups;
  const bool each = options.size() > 2;
  for (std::size_t g = 0; g < options.size(); ++g)
    groups.push_back({.params = each ? w.part(g, g + 1) : g == 0 ? w.part(0, 2) : w.part(2, 3), .options = options[g]});
  return std::make_unique<Rule>(groups);
}

// The switches are chosen here; every number comes from the state.
struct Case {
  const char* name;
  std::function<std::unique_ptr<Optimizer>(const Weights&)> make;
};
const std::vector<Case>& cases() {
  static const std::vector<Case> all{
      {"SGD", [](const Weights& w) { return make<SGD>(w, {{.momentum = 0.5}, {.momentum = 0.5, .nesterov = true}, {}}); }},
      {"Adam", [](const Weights& w) { return make<Adam>(w, {{}, {.amsgrad = true, .maximize = true}}); }},
      {"AdamW", [](const Weights& w) { return make<AdamW>(w, {{}, {.amsgrad = true}}); }},
      {"Adamax", [](const Weights& w) { return make<Adamax>(w, {{}, {}}); }},
      {"NAdam", [](const Weights& w) { return make<NAdam>(w, {{}, {.decoupled_weight_decay = true}}); }},
      {"RAdam", [](const Weights& w) { return make<RAdam>(w, {{}, {.decoupled_weight_decay = true}}); }},
      {"Adagrad", [](const Weights& w) { return make<Adagrad>(w, {{}, {}}); }},
      {"Adadelta", [](const Weights& w) { return make<Adadelta>(w, {{}, {}}); }},
      {"RMSprop", [](const Weights& w) { return make<RMSprop>(w, {{.momentum = 0.1, .centered = true}, {}}); }},
      {"Rprop", [](const Weights& w) { return make<Rprop>(w, {{}, {}}); }},
      {"ASGD", [](const Weights& w) { return make<ASGD>(w, {{}, {}}); }},
      {"Adafactor", [](const Weights& w) { return make<Adafactor>(w, {{}, {}}); }},
      {"Muon", [](const Weights& w) { return make<Muon>(w, {{}, {.nesterov = false, .adjust_lr = MuonScale::match_rms_adamw}}); }},
  };
  return all;
}

TEST(PytorchState, EveryRuleGoesOnFromThere) {
  const TemporaryFolder folder;
  for (const Case& c : cases()) {
    SCOPED_TRACE(c.name);
    const PtValue saved = golden()[c.name];
    Weights w(saved);
    const auto optimizer = c.make(w);
    load_pytorch_state(*optimizer, saved["optimizer"]);
    w.step(*optimizer, 3);

    save_pt(folder / "x.pt", pytorch_state(*optimizer));   // away and back, in the middle
    for (auto& p : w.all) p = Parameter(p.tensor().value());
    const auto next = c.make(w);
    load_pytorch_state(*next, load_pt(folder / "x.pt"));
    w.step(*next, 4);
    w.step(*next, 5);
    w.expect(saved);
  }
}

// What we write has what PyTorch wrote: the same keys with the same numbers.
TEST(PytorchState, GoesBackAsItCame) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(c.name);
    const PtValue saved = golden()[c.name]["optimizer"];
    Weights w(golden()[c.name]);
    const auto optimizer = c.make(w);
    load_pytorch_state(*optimizer, saved);
    const auto ours = pytorch_state(*optimizer).leaves(), theirs = saved.leaves();
    for (const auto& [name, value] : theirs) {
      if (value.is_none() && name.find("momentum_buffer") != name.npos) continue;
      ASSERT_TRUE(ours.contains(name)) << name;
      const PtValue& mine = ours.at(name);
      if (name.ends_with("adjust_lr_fn")) continue;   // None is "original"
      if (value.is_tensor())
        EXPECT_EQ(mine.array().to_vector(), value.array().to_vector()) << name;
      else if (value.kind() == PtValue::Kind::integer)
        EXPECT_EQ(mine.number(), value.number()) << name;
      else
        EXPECT_EQ(mine.written(), value.written()) << name;
    }
    EXPECT_EQ(ours.size(), theirs.size());
  }
}

TEST(PytorchState, LbfgsGoesOnFromThere) {
  const TemporaryFolder folder;
  for (const char* name : {"LBFGS", "LBFGS wolfe"}) {
    SCOPED_TRACE(name);
    const PtValue saved = golden()[name];
    for (const bool around : {false, true}) {
      Weights w(saved);
      LBFGS lbfgs(w.part(0, 2), {.line_search = std::string(name) == "LBFGS" ? LineSearch::none : LineSearch::strong_wolfe});
      load_pytorch_state(lbfgs, saved["optimizer"]);
      if (around) {
        save_pt(folder / "x.pt", pytorch_state(lbfgs));
        load_pytorch_state(lbfgs, load_pt(folder / "x.pt"));
      }
      lbfgs.step([&] {
        lbfgs.zero_grad();
        Tensor loss;
        for (const Parameter& p : w.all) {
          const Tensor d = p.tensor() - 0.3, part = sum(d * d * d * d);
          loss = loss.defined() ? loss + part : part;
        }
        loss.backward();
        return loss;
      });
      w.expect(saved);
    }
  }
}

TEST(PytorchState, SaysAllThatDoesNotFit) {
  const PtValue saved = golden()["Adam"]["optimizer"];
  Weights w(golden()["Adam"]);
  Adam adam(w.part(0, 3));
  EXPECT_THAT(message_of([&] { load_pytorch_state(adam, saved); }), HasSubstr("it has 2 groups, this one 1"));
  EXPECT_THAT(message_of([&] { load_pytorch_state(adam, golden()); }), HasSubstr("no state_dict of an optimizer"));
  AdamW other({{.params = w.part(0, 2)}, {.params = w.part(2, 3)}});
  EXPECT_THAT(message_of([&] { load_pytorch_state(other, saved); }),
              HasSubstr("param_groups.0.decoupled_weight_decay is False: it is the state of Adam"));
  Adam plain({{.params = w.part(0, 2)}, {.params = w.part(2, 3)}});
  EXPECT_THAT(message_of([&] { load_pytorch_state(plain, saved); }), HasSubstr("group.1.amsgrad is true in the state but false here"));
  EXPECT_EQ(plain.lr(), 1e-3);
  Adam turned({{.params = w.part(1, 3)}, {.params = w.part(0, 1), .options = {.amsgrad = true, .maximize = true}}});
  EXPECT_THAT(message_of([&] { load_pytorch_state(turned, saved); }), HasSubstr("exp_avg"));
  RMSprop rmsprop({{.params = w.part(0, 2)}, {.params = w.part(2, 3)}});
  const std::string all = message_of([&] { load_pytorch_state(rmsprop, saved); });
  EXPECT_THAT(all, HasSubstr("missing Adam.optimizer.param_groups.0.alpha"));
  EXPECT_THAT(all, HasSubstr("missing Adam.optimizer.param_groups.1.centered"));
  Adam keras(w.part(0, 3), {.eps_at = Eps::scaled_hat});
  EXPECT_THAT(message_of([&] { pytorch_state(keras); }), HasSubstr("PyTorch has no eps_at scaled_hat"));
  Lion lion(w.part(0, 3));
  EXPECT_THAT(message_of([&] { load_pytorch_state(lion, saved); }), HasSubstr("PyTorch has no optimizer of this rule"));
  LBFGS lbfgs(w.part(0, 3));
  EXPECT_THROW(load_pytorch_state(lbfgs, saved), ValueError);
}

TEST(PytorchState, BeforeTheFirstStepAndAfterASchedule) {
  Weights w(golden()["Adam"]);
  Adagrad fresh(w.part(0, 3), {.initial_accumulator_value = 0.5});
  const PtValue state = pytorch_state(fresh);
  EXPECT_EQ(state["state"][2]["step"].number(), 0);
  EXPECT_EQ(state["state"][0]["sum"].array().at({0, 0}), 0.5);
  Adagrad back(w.part(0, 3));
  load_pytorch_state(back, state);
  EXPECT_EQ(back.option("initial_accumulator_value"), 0.5);
  Adam adam(w.part(0, 3));
  adam.set_initial_lr(0.25, 0);
  EXPECT_EQ(pytorch_state(adam)["param_groups"][0]["initial_lr"].number(), 0.25);
  EXPECT_EQ(pytorch_state(adam)["state"].size(), 0u);
  Adam next(w.part(0, 3));
  load_pytorch_state(next, pytorch_state(adam));
  EXPECT_EQ(next.initial_lr(0), 0.25);
}

}  // namespace gradus::optim::pytorch_state_test
