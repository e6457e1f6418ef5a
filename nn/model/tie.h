// Tie: one weight in several places of a model, said as a member after them. Optimizers, counts and summary see it once, by the first of
// its names; states and files have it by every name, as PyTorch's do, and need one of them; a copy of the model has a tie of its own.
//   struct Net {
//     nn::Embedding words{1000, 64};
//     nn::Linear output{64, 1000, {.bias = false}};
//     nn::Tie tied{words.weight, output.weight};   // or whole layers with the same parameters: nn::Tie tied{encoder, decoder};
//     Tensor operator()(const Tensor& i) const { return output(words(i)); }
//   };
// A shared_ptr to a layer that stands in two places of a model is one layer, too, but copies of the model share it with the original, as
// C++ has it.
#pragma once
#include <memory>
#include <vector>

#include <gradus/autograd/tape/tied_weight.h>
#include <gradus/nn/model/module.h>

namespace gradus::nn {

class Tie {
 public:
  Tie() = default;                                           // of nothing
  // The others take the first one's weights, by their order; values that they had are gone. ShapeError, DtypeError unless they are alike,
  // ValueError unless they have parameters of the same names, or if one is tied already (name all in one Tie).
  template <class First, class Second, class... More>
  Tie(First& first, Second& second, More&... more) : Tie(std::vector<ModuleRef>{first, second, more...}) {}

  // A copy belongs to the model that has just been copied: GraphError where the places were not (a Tie declared before them).
  Tie(const Tie& o);
  Tie(Tie&& o) noexcept = default;
  Tie& operator=(const Tie& o);
  Tie& operator=(Tie&& o) noexcept;                          // a model that is assigned to keeps its own tie where its places stayed
  ~Tie() { end(); }
  using Fields = nn::Fields<>;

 private:
  explicit Tie(const std::vector<ModuleRef>& modules);
  void end();

  std::vector<std::shared_ptr<gradus::detail::TiedWeight>> weights_;
};

}  // namespace gradus::nn
