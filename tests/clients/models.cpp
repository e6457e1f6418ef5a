// Models that tests/clients/models.py has too: they read each other's files, predict, and take a step.
#include <map>
#include <memory>
#include <string>
#include <utility>

#include <gradus/gradus.h>

#include "models/bert.h"
#include "models/gpt2.h"
#include "models/llama.h"
#include "models/resnet.h"
#include "plain_models.h"
#include "subject.h"

namespace clients::models_of_both {

using namespace gradus;
using namespace plain_models;

// A model without its type.
struct Case {
  std::shared_ptr<void> held;
  nn::ModuleRef net;
  std::function<Tensor(const State& inputs)> call;
  nn::WeightMap map;
};
const Tensor& one(const Tensor& y) { return y; }
Tensor one(const models::BertOutput& y) { return cat({flatten(y.rows, 1), y.whole}, 1); }
template <class Net>
Case of(Net net, nn::WeightMap map = {}) {
  auto held = std::make_shared<Net>(std::move(net));
  return {held, *held, [held](const State& in) {
            if constexpr (requires { (*held)(Tensor(), Tensor()); }) return one((*held)(in.arrays.at("x"), in.arrays.at("x2")));
            else return one((*held)(in.arrays.at("x")));
          }, std::move(map)};
}
Case model(const std::string& name, const std::string& dtype) {
  static const std::map<std::string, Case (*)()> all{
      {"mlp", [] { return of(Mlp{}); }},
      {"lenet", [] { return of(LeNet{}); }},
      {"resnet18", [] { return of(models::resnet(models::resnet18)); }},
      {"resnet50", [] { return of(models::resnet(models::resnet50)); }},
      {"bert",
       [] {
         return of(models::bert({.words = 40, .context = 16, .width = 24, .layers = 3, .heads = 4, .inner = 32}), models::bert_map());
       }},
      {"llama",
       [] {
         return of(models::llama({.words = 40, .width = 24, .layers = 3, .heads = 6, .key_heads = 2, .inner = 32}), models::llama_map());
       }},
      {"lstm", [] { return of(Lstm{}); }},
      {"gpt2", [] { return of(models::gpt2({.words = 40, .context = 16, .width = 24, .layers = 3, .heads = 4}), models::gpt2_map()); }},
      {"transformer", [] { return of(Seq2Seq{}); }},
  };
  Case out = all.at(name)();
  nn::to(out.net, dtype == "f64" ? f64 : f32);
  return out;
}

void load(Case& c, const std::string& file) { nn::load(c.net, file, {.map = c.map}); }
void save(const Case& c, const std::string& file) { nn::save(c.net, file, {.map = c.map}); }
void answer(const Case& c, const State& inputs, const std::string& file) {
  nn::eval(c.net);
  const NoGrad guard;
  save_state(file, State({{"y", c.call(inputs).value().as_contiguous()}}));
}

const Subject fresh{"model-fresh", "MODEL DTYPE INPUTS FILE OUTPUTS: a new one's weights, and what it makes of the inputs",
                    [](const Arguments& a) {
                      const Case c = model(a.at(0), a.at(1));
                      save(c, a.at(3));
                      answer(c, read_state(a.at(2)), a.at(4));
                    }};

const Subject predict{"model-predict", "MODEL DTYPE FILE INPUTS OUTPUTS: what the weights of a file make of the inputs",
                      [](const Arguments& a) {
                        Case c = model(a.at(0), a.at(1));
                        load(c, a.at(2));
                        answer(c, read_state(a.at(3)), a.at(4));
                      }};

// The loss is the mean of squares.
const Subject step{"model-step", "MODEL DTYPE FILE INPUTS SGD|Adam OUT: the weights after one step", [](const Arguments& a) {
                     Case c = model(a.at(0), a.at(1));
                     load(c, a.at(2));
                     const Tensor y = c.call(read_state(a.at(3)));
                     mean(y * y).backward();
                     if (a.at(4) == "SGD") optim::SGD(nn::parameters(c.net), {.lr = 0.1, .momentum = 0.9, .weight_decay = 0.01}).step();
                     else optim::Adam(nn::parameters(c.net), {.lr = 1e-3, .eps = 1e-3}).step();
                     save(c, a.at(5));
                   }};

}  // namespace clients::models_of_both
