// Every rule, every schedule and every average goes on bit for bit, interrupted after every batch, in the middle of an accumulation and of
// an epoch, at its end: each call of fit makes one batch with new objects, and hands a checkpoint to the next. The rows are those of
// optim's own lists, mixed with loaders of all kinds.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <regex>
#include <set>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/data/dataset/map.h>
#include <gradus/data/dataset/tensor_dataset.h>
#include <gradus/data/loader/loader.h>
#include <gradus/data/loader/stream_loader.h>
#include <gradus/data/sampler/samplers.h>
#include <gradus/data/stream/adapters.h>
#include <gradus/nn/layers/batch_norm.h>
#include <gradus/nn/layers/dropout.h>
#include <gradus/nn/layers/embedding.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/losses/layers.h>
#include <gradus/nn/model/module.h>
#include <gradus/optim/around/lookahead.h>
#include <gradus/optim/around/sam.h>
#include <gradus/optim/around/weight_average.h>
#include <gradus/optim/lr_scheduler/lr_scheduler.h>
#include <gradus/optim/schedules/schedules.h>
#include <gradus/optim/second_order/lbfgs.h>
#include <gradus/train/loop/fit.h>
#include <optim/rules/list.h>

#include <support.h>
#include <folders_in_memory.h>
#include <temporary_folder.h>

namespace resume_test {

using namespace gradus;
using optim::Curve;

struct Net {
  nn::Embedding words{12, 4};
  nn::Linear hidden{8, 6};
  nn::BatchNorm1d norm{6};
  nn::Dropout drop{0.3};
  nn::Linear output{6, 3};
  Tensor operator()(const Tensor& x) const { return output(drop(relu(norm(hidden(reshape(words(x), {x.dim(0), 8})))))); }
};

// 10 samples of two words, of which one is another one at random: batches of 4, 4 and 2.
struct Noise {
  std::tuple<Tensor, Tensor> operator()(const Tensor& x, const Tensor& y, Generator& random) const {
    return {x + static_cast<double>(random.below(2)), y};
  }
};
using Samples = data::Mapped<data::TensorDataset<2>, Noise>;
using Loader = data::DataLoader<Samples>;
using StreamLoader = data::DataLoader<data::ShuffledStream<data::DatasetStream<Samples>>>;
constexpr std::int64_t n = 10;

Samples samples(std::uint64_t seed) {
  Generator g(seed);
  std::vector<std::int64_t> words, labels;
  for (std::int64_t i = 0; i < 2 * n; ++i) words.push_back(static_cast<std::int64_t>(g.below(11)));
  for (std::int64_t i = 0; i < n; ++i) labels.push_back(static_cast<std::int64_t>(g.below(3)));
  return {data::TensorDataset(Array::from(words, {n, 2}), Array::from(labels, {n})), {}};
}
Loader loader_of(int kind) {
  const data::LoaderOptions plain{.batch_size = 4}, shuffled{.batch_size = 4, .shuffle = true};
  const data::LoaderOptions threads{.batch_size = 4, .shuffle = true, .workers = 2};
  if (kind == 1) return Loader(samples(1), data::RandomSampler(n, {.replacement = true}), plain);
  if (kind == 2) return Loader(samples(1), data::WeightedSampler({1, 2, 3, 4, 5, 5, 4, 3, 2, 1}), plain);
  return Loader(samples(1), kind == 0 ? shuffled : threads);
}

struct Row {
  std::string name;
  std::function<std::unique_ptr<optim::Optimizer>(const Parameters&)> make;
  std::optional<Curve> curve = {};
  bool sparse = false;
};

// What trains, all of it new in each call: row and number say what there is.
struct Stand {
  Net net;
  std::unique_ptr<optim::Optimizer> optimizer;
  std::unique_ptr<optim::Lookahead> around;
  std::unique_ptr<optim::SAM> sam;
  std::unique_ptr<optim::LBFGS> lbfgs;
  std::unique_ptr<optim::LRScheduler> schedule;
  std::unique_ptr<optim::WeightAverage> average;
  Loader training, validation{samples(2), {.batch_size = 8}};
  StreamLoader stream{data::ShuffledStream(data::DatasetStream(samples(1)), 5), {.batch_size = 4, .workers = 1}};

  Stand(const Row& row, int number) : training(loader_of(number % 4)) {
    if (row.sparse) net.words = nn::Embedding(12, 4, {.sparse = true});
    Parameters all = nn::parameters(net), trained;
    for (const NamedParameter& p : all)   // Muon is of matrices, SparseAdam of tables
      if (row.sparse ? p.name == "words.weight" : row.name != "Muon" || p.leaf->value.rank() == 2) trained.push_back(p);
    if (row.make) optimizer = row.make(trained);
    if (row.name == "Lookahead") around = std::make_unique<optim::Lookahead>(*optimizer, optim::LookaheadOptions{.k = 4});
    if (row.name == "SAM") sam = std::make_unique<optim::SAM>(*optimizer);
    if (row.name == "LBFGS") lbfgs = std::make_unique<optim::LBFGS>(all, optim::LBFGSOptions{.max_iter = 3, .history_size = 4});
    if (row.curve) schedule = std::make_unique<optim::LRScheduler>(*optimizer, *row.curve);
    const optim::Buffers buffers = [this](const auto& visit) { nn::each_buffer(net, visit); };
    if (number % 3 == 1) average = std::make_unique<optim::EMA>(all, optim::EMAOptions{.decay = 0.8, .use_buffers = true}, buffers);
    if (number % 3 == 2) average = std::make_unique<optim::SWA>(all, optim::SWAOptions{}, buffers);
  }
  std::vector<train::Part> closure_parts() {
    std::vector<train::Part> out{{"net", net}};
    if (lbfgs) out.emplace_back("lbfgs", *lbfgs);
    if (sam) out.emplace_back("sam", *sam);
    return out;
  }
  State state() const {
    State s;
    s.add("model.", nn::state(net));
    s.add("optimizer.", around ? around->state() : lbfgs ? lbfgs->state() : optimizer->state());
    if (schedule) s.add("schedule.", schedule->state());
    if (average) s.add("average.", average->state());
    s.add("generator.", StateAccess<Generator>::state(default_generator()));
    return s;
  }
  train::History fit(int number, const train::FitOptions& given, std::int64_t epochs) {
    train::FitOptions o = given;
    const nn::CrossEntropyLoss criterion;
    o.epochs = epochs;
    o.schedule = schedule.get();
    o.average = average.get();
    if (number % 3 == 2) o.average_per = optim::Unit::epoch;
    if (lbfgs || sam) {
      o.parts = closure_parts();
      const auto step = [&](const std::tuple<Tensor, Tensor>& batch) {
        const auto closure = [&] {
          for (const NamedParameter& p : nn::parameters(net)) p.leaf->zero_grad();
          Tensor loss = criterion(net(std::get<0>(batch)), std::get<1>(batch));
          loss.backward();
          return loss;
        };
        return lbfgs ? lbfgs->step(closure) : sam->step(closure);
      };
      return train::fit(step, training, o);
    }
    o.accumulate = 1 + number % 2;
    if (number % 5 == 0) o.clip_norm = 0.5;
    o.early_stopping = train::EarlyStopping{.patience = 9};
    if (around) return train::fit(net, criterion, *around, training, validation, o);
    if (number % 7 == 0) return train::fit(net, criterion, *optimizer, stream, validation, o);
    return train::fit(net, criterion, *optimizer, training, validation, o);
  }
};

struct KilledAt {
  std::int64_t left;
  void on_batch_end(train::Context&) {
    if (--left == 0) throw 1;
  }
};

void expect_same(const State& a, const State& b) {
  EXPECT_EQ(a.values, b.values);
  ASSERT_EQ(a.arrays.size(), b.arrays.size());
  for (const auto& [name, array] : a.arrays) EXPECT_EQ(array.to_vector(), b.arrays.at(name).to_vector()) << name;
}

void expect_goes_on(const Row& row, int number, std::int64_t epochs) {
  SCOPED_TRACE(row.name + ", number " + std::to_string(number));
  manual_seed(3);
  Stand whole(row, number);
  const State begin = nn::state(whole.net);   // dropout's streams, too, of which no two begin alike
  const train::History expected = whole.fit(number, {}, epochs);
  const State after = whole.state();

  const FoldersInMemory in_memory;   // a save each batch: the disk would take ten times as long as the rest
  const TemporaryFolder folder;
  train::Checkpoints checkpoints(folder / "run", {.keep = 2, .keep_best = 0});
  for (std::int64_t call = 1;; ++call) {
    manual_seed(call == 1 ? 3 : 70 + call);
    Stand one(row, number);
    if (call == 1) nn::load_state(one.net, begin);
    train::FitOptions options{.max_seconds = 1e-9, .checkpoints = &checkpoints};
    KilledAt killed{2};
    if (call == 3 || call == 5) {            // these two are killed in their second batch, of which nobody knows then
      options.max_seconds = 0;
      options.callbacks = {killed};
      EXPECT_THROW(one.fit(number, options, epochs), int);
      continue;
    }
    const train::History history = one.fit(number, options, epochs);
    EXPECT_TRUE(history.notes.empty());
    if (history.ended != train::Ended::seconds) {
      expect_same(one.state(), after);
      EXPECT_EQ(history.steps, expected.steps);
      for (const auto& [name, column] : expected.values) {
        if (name == "seconds") continue;
        EXPECT_EQ(history.of(name), column) << name;
      }
      break;
    }
    ASSERT_LT(call, 20);
  }
}

template <class Rule>
Row row_of() {
  using O = optim::OptimizerOf<Rule>;
  constexpr bool demands_rows = std::is_same_v<Rule, optim::SparseAdamRule>;
  return {std::string(Rule::name), [](const Parameters& p) {
            typename O::Options options;
            if constexpr (requires { options.momentum; }) options.momentum = 0.9;
            if constexpr (requires { options.amsgrad; }) options.amsgrad = true;
            if constexpr (requires { options.t0; }) options.t0 = 2;
            if constexpr (requires { options.warmup_steps; }) options.warmup_steps = 3;
            return std::make_unique<O>(p, options);
          }, optim::StepLR::curve({.step_size = 2, .gamma = 0.7}), demands_rows};
}
std::vector<Row> rules() {
  std::vector<Row> out;
  const auto add = [&]<class... Rules>(optim::testing::RuleList<Rules...>) { (out.push_back(row_of<Rules>()), ...); };
  add(optim::testing::AllRules{});   // which trajectory_test.cpp compares with the headers
  add(optim::testing::WholeRules{});
  add(optim::testing::RowRules{});
  for (const char* around : {"Lookahead", "SAM"}) {
    out.push_back(row_of<optim::SGDRule>());
    out.back().name = around;
  }
  out.push_back({"LBFGS", {}});
  return out;
}

std::vector<Curve> curves() {
  using namespace optim;
  const auto half = [](std::int64_t t) { return 1 / (1 + 0.5 * static_cast<double>(t)); };
  const Curve falls = ExponentialLR::curve({.gamma = 0.9, .per = Unit::step}), rises =
      LinearLR::curve({.total_iters = 3, .per = Unit::step});
  return {ConstantLR::curve({.total_iters = 2}), falls, rises, ChainedScheduler::curve({.schedules = {rises, falls}}),
          CosineAnnealingLR::curve({.t_max = 3}), CosineAnnealingWarmRestarts::curve({.t_0 = 2}),
          CyclicLR::curve({.base_lr = 0.01, .max_lr = 0.1, .step_size_up = 2}), InverseSqrtLR::curve(),
          InverseTimeLR::curve({.decay_rate = 0.5}),
          LambdaLR::curve({.lr_lambda = half}), MultiStepLR::curve({.milestones = {1, 2}}), MultiplicativeLR::curve({.lr_lambda = half}),
          NoamLR::curve({.d_model = 16, .warmup = 3}), OneCycleLR::curve({.max_lr = 0.1, .total_steps = 20}),
          PiecewiseLR::curve({.at = {0, 2}, .factor = {1, 0.2}, .between = Between::linear}), PolynomialLR::curve({.total_iters = 4}),
          SequentialLR::curve({.schedules = {rises, falls}, .milestones = {2}}), StaircaseLR::curve({.every = 2, .of = falls}),
          StepLR::curve({.step_size = 1}), SWALR::curve({.swa_lr = 0.02, .anneal_epochs = 2}), WarmupLR::curve({.steps = 2, .then = falls}),
          WSDLR::curve({.warmup = 2, .stable = 2, .decay = 2})};
}

TEST(Resume, EveryRuleGoesOnAfterEachBatch) {
  testing::internal::CaptureStderr();
  int number = 0;
  for (const Row& row : rules()) expect_goes_on(row, number++, 3);
  testing::internal::GetCapturedStderr();
}

TEST(Resume, EveryScheduleGoesOnAfterEachBatch) {
  testing::internal::CaptureStderr();
  std::set<std::string> walked;
  int number = 0;
  for (const Curve& curve : curves()) {
    Row row = row_of<optim::AdamRule<false>>();
    row.name = curve.name();
    row.curve = curve;
    walked.insert(row.name);
    expect_goes_on(row, number++, 2);
  }
  testing::internal::GetCapturedStderr();
  const std::regex name("name(?: = |\\(\\) \\{ return )\"(\\w+)\"");   // as schedule_table_test.cpp finds them
  for (const auto& file : std::filesystem::directory_iterator(GRADUS_SOURCE "/optim/schedules")) {
    std::ifstream in(file.path());
    const std::string source{std::istreambuf_iterator<char>(in), {}};
    for (std::sregex_iterator at(source.begin(), source.end(), name), end; at != end; ++at)
      EXPECT_TRUE(walked.contains((*at)[1])) << (*at)[1] << " has no row in resume_test.cpp";
  }
}

}  // namespace resume_test
