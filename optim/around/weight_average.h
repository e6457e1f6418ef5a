// Averages of the weights along training, beside any optimizer; they often generalise better than the last weights do. EMA: exponential
// (PyTorch's get_ema_multi_avg_fn); SWA: the mean of all (stochastic weight averaging, Izmailov et al. 2018; AveragedModel's default).
//   optim::EMA ema(nn::parameters(net), {.decay = 0.999});
//   adam.step();  ema.update();                                           // after every step, or once an epoch for SWA
//   { optim::AveragedWeights average(ema);  nn::eval(net);  evaluate(net); }          // and here training's weights are back
// The first update copies; then  a ← a + (1 − decay)·(w − a)  and  a ← a + (w − a)/(n + 1)  after n updates. With batch norm, recompute its
// statistics for the averaged weights (nn::update_batch_norm), or have the buffers averaged, too.
#pragma once
#include <functional>

#include <gradus/optim/driver/optimizer.h>

namespace gradus::optim {

// How an average sees a model's buffers (batch norm's running statistics): a function that calls what it is given for each buffer.
//   optim::EMA ema(nn::parameters(net), {}, [&](const auto& visit) { nn::each_buffer(net, visit); });
using VisitBuffer = std::function<void(std::string_view name, Array& buffer)>;
using Buffers = std::function<void(const VisitBuffer&)>;

// What both share. With `buffers` each update also copies the model's buffers (PyTorch's default), or with use_buffers averages those of
// f32 and f64; counts are copied all the same, where PyTorch averages and truncates them. Without, buffers are left alone.
class WeightAverage {
 public:
  WeightAverage(const WeightAverage&) = delete;
  WeightAverage& operator=(const WeightAverage&) = delete;

  // Takes the present weights in: one pass over memory, on all cores. ShapeError or DtypeError, before anything changes, when a weight is
  // no longer what it was; ValueError while an AveragedWeights of this average lives.
  void update();
  std::int64_t updates() const { return updates_; }
  // Follows these, too: their first update is the next one. Errors as in the constructor.
  void add_parameters(const Parameters& parameters);
  Parameters parameters() const;

  // The averages under the names of parameters and buffers, so that the arrays are a model's state (nn::load_state(net,
  // ema.state().arrays)); values: "average" (EMA), "updates", the options and "<name>.updates".
  State state() const;
  // To go on bit for bit. ValueError lists everything that is missing, unexpected or does not fit, and nothing is changed then. decay is
  // taken from the state, use_buffers must agree.
  void load_state(const State& state);
  void save(const FileName& file) const;
  void load(const FileName& file);

  std::string_view name() const { return name_; }
  std::string describe() const;            // the formula with its numbers, for people

 protected:
  // decay: none for the mean. ValueError: no parameters, an undefined one, one twice or two of one name, decay outside [0, 1], use_buffers
  // without buffers; DtypeError: neither f32 nor f64.
  WeightAverage(std::string_view name, const Parameters& parameters, std::optional<double> decay, bool use_buffers, Buffers buffers);

  std::optional<double> decay_;
  bool use_buffers_;

 private:
  friend class AveragedWeights;
  struct Entry {
    std::string name;
    Counted<Leaf> leaf;                    // null for a buffer
    Array average;                         // undefined until the first update
    std::int64_t updates = 0;
  };
  std::size_t place_of_buffer(std::string_view name, std::size_t guess);
  void follow_buffers();

  std::string_view name_;
  Buffers visit_buffers_;
  std::vector<Entry> entries_, buffers_;
  std::int64_t updates_ = 0;
  mutable int standing_in_ = 0;            // how many AveragedWeights of this live
};

struct EMAOptions {
  double decay = 0.999;
  bool use_buffers = false;

  void describe(Describe& is) const { is(range::unit, decay); }
};

class EMA final : public WeightAverage {
 public:
  explicit EMA(const Parameters& parameters, const EMAOptions& options = {}, Buffers buffers = {})
      : WeightAverage("EMA", parameters, options.decay, options.use_buffers, std::move(buffers)) {}
  EMAOptions options() const { return {*decay_, use_buffers_}; }
  void set_decay(double decay);            // from the next update on; ValueError outside [0, 1]
};

struct SWAOptions {
  bool use_buffers = false;
};

class SWA final : public WeightAverage {
 public:
  explicit SWA(const Parameters& parameters, const SWAOptions& options = {}, Buffers buffers = {})
      : WeightAverage("SWA", parameters, std::nullopt, options.use_buffers, std::move(buffers)) {}
  SWAOptions options() const { return {use_buffers_}; }
};

}  // namespace gradus::optim
