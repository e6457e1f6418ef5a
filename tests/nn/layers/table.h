// The table of all layers: a row for each and for each of its options, in a file for each family (table/). It drives the checks in
// table_test.cpp: against PyTorch (results, gradients of inputs and parameters, state and its names, in training and evaluation),
// second order against differences, f32 against f64, calls of a const layer from several threads, empty batches. A layer that has no row
// fails the tests.
//   const LayerRows linear{
//       {.layer = "Linear", .golden = "linear_plain", .make = layer([] { return nn::Linear{5, 3}; })},
//       {.layer = "Bilinear", .golden = "bilinear_plain", .make = layer([] { return nn::Bilinear{5, 4, 3}; })},
//       {.layer = "LSTM", .golden = "lstm_plain",
//        .make = layer([] { return nn::LSTM{3, 4}; }, [](const nn::LSTM& f, const Tensors& x) -> Tensors {
//          auto [y, h, c] = f(x[0]);
//          return {y, h, c};
//        }), .batch = 1},
//   };
// golden/layer_cases.py says how a golden case is made.
#pragma once
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <gradus/nn/model/module.h>

namespace gradus {

using Tensors = std::vector<Tensor>;

// Any layer with its call.
class AnyLayer {
 public:
  virtual ~AnyLayer() = default;
  virtual Tensors operator()(const Tensors& x) const = 0;
  virtual void walk(const nn::Path& path, nn::Visitor& visitor) = 0;
};

// A layer of one, two or three tensors that returns one.
inline constexpr auto usual_call = [](const auto& layer, const Tensors& x) -> Tensors {
  using L = decltype(layer);
  if constexpr (std::is_invocable_v<L, const Tensor&>) return {layer(x[0])};
  else if constexpr (std::is_invocable_v<L, const Tensor&, const Tensor&>) return {layer(x[0], x[1])};
  else return {layer(x[0], x[1], x[2])};
};

template <class L, class Call>
class LayerWithCall final : public AnyLayer {
 public:
  LayerWithCall(L layer, Call call) : layer_(std::move(layer)), call_(call) {}
  Tensors operator()(const Tensors& x) const override { return call_(layer_, x); }
  void walk(const nn::Path& path, nn::Visitor& visitor) override { nn::walk(layer_, path, visitor); }

 private:
  L layer_;
  Call call_;
};

// How a row's layer is made, and how it is called where that is not layer(x[0], …).
template <class Make, class Call = decltype(usual_call)>
std::function<std::unique_ptr<AnyLayer>()> layer(Make make, Call call = usual_call) {
  return [make, call]() -> std::unique_ptr<AnyLayer> { return std::make_unique<LayerWithCall<decltype(make()), Call>>(make(), call); };
}

struct LayerRow {
  std::string layer;                                         // its class in nn
  std::string golden;                                        // a case of tests/golden/layers
  std::function<std::unique_ptr<AnyLayer>()> make;
  int batch = 0;                                             // the inputs' axis of samples, which may be empty; -1: they have none
  bool second_order = true;                                  // false: random, or a path that has none
  bool seen = true;                                          // false: its call takes no tensor, and hooks do not see it
  double f32_tolerance = 1e-4;                               // of the result in f32 beside that in f64
};

// A family's rows, which enter the table where they are defined.
struct LayerRows {
  LayerRows(std::initializer_list<LayerRow> rows);
};
const std::vector<LayerRow>& layer_table();

}  // namespace gradus
