// A weight that is computed from others, whatever the layer: PyTorch's torch.nn.utils.parametrize. The layer does not know; whenever it
// uses the weight, it is made of its originals, which optimizers train and files have: "fc.parametrizations.weight.original".
// nn::weight_norm, spectral_norm and orthogonal are written with this (nn/layers/parametrizations.h). One of one's own is a callable from
// Tensor to Tensor:
//   struct Symmetric {
//     Tensor operator()(const Tensor& x) const { return triu(x) + transpose(triu(x, 1)); }
//     Tensor right_inverse(const Tensor& weight) const { return triu(weight); }
//   };
//   struct Net { nn::Linear fc = nn::register_parametrization(nn::Linear{3, 3}, "weight", Symmetric{}); };
#pragma once
#include <concepts>
#include <memory>
#include <string_view>
#include <utility>

#include <gradus/nn/model/module.h>

namespace gradus::nn {
namespace detail {

// How many originals P computes a weight from: as many as it takes tensors. 0: it is none.
template <class P>
constexpr int originals_of() {
  if constexpr (std::is_invocable_r_v<Tensor, const P&, const Tensor&>) return 1;
  else if constexpr (std::is_invocable_r_v<Tensor, const P&, const Tensor&, const Tensor&>) return 2;
  else if constexpr (std::is_invocable_r_v<Tensor, const P&, const Tensor&, const Tensor&, const Tensor&>) return 3;
  else return 0;
}

class Step {
 public:
  static constexpr int most_originals = 3;
  explicit Step(int count) : originals(count) {}
  virtual ~Step() = default;
  virtual Tensor call(const Tensor* x) const = 0;
  virtual int inverse(const Tensor& weight, Tensor* x) = 0;  // how many there are, none where P does not say; x has room for the most
  virtual std::unique_ptr<Step> copy() const = 0;
  virtual bool take(Step& o) noexcept = 0;
  virtual void walk(const Path& path, Visitor& visitor) = 0;
  const int originals;
};

template <class P>
class StepOf final : public Step {
 public:
  explicit StepOf(P p) : Step(originals_of<P>()), p_(std::move(p)) {}
  Tensor call(const Tensor* x) const override {
    if constexpr (originals_of<P>() == 1) return p_(x[0]);
    else if constexpr (originals_of<P>() == 2) return p_(x[0], x[1]);
    else return p_(x[0], x[1], x[2]);
  }
  int inverse([[maybe_unused]] const Tensor& weight, [[maybe_unused]] Tensor* x) override {
    int n = 0;
    if constexpr (requires { { p_.right_inverse(weight) } -> std::convertible_to<Tensor>; }) {
      x[n++] = p_.right_inverse(weight);
    } else if constexpr (requires { p_.right_inverse(weight); }) {
      for (const Tensor& each : p_.right_inverse(weight))
        if (n++ < most_originals) x[n - 1] = each;
    }
    return n;
  }
  std::unique_ptr<Step> copy() const override { return std::make_unique<StepOf>(p_); }
  bool take(Step& o) noexcept override {
    if constexpr (std::is_nothrow_move_assignable_v<P>) {
      p_ = std::move(static_cast<StepOf&>(o).p_);
      return true;
    } else return false;
  }
  void walk(const Path& path, Visitor& visitor) override { nn::walk(p_, path, visitor); }

 private:
  P p_;
};

void parametrize(ModuleRef net, std::string_view name, std::unique_ptr<Step> step);

}  // namespace detail

// Const, from one to three tensors of which it computes the weight.
template <class P> concept Parametrization = detail::originals_of<P>() > 0;

// From now on the parameter of this name (a path where it lies deeper: "encoder.0.weight") is what `p` computes, of its originals: of one
// tensor "original", which stays the parameter that it was, of several "original0", "original1" …, new ones. `p.right_inverse(weight)`
// gives their first values, one tensor or a list of them; without it the original is the weight. Several parametrizations of one weight
// follow each other, "parametrizations.weight.0", "1" …; parameters, buffers and modes of theirs are the model's. Returns the layer.
// A copy of the model has originals of its own. weight.set_value(w) goes through right_inverse; weight.value() is an error, for the value
// is weight.tensor().value(). ValueError for a name that there is not, or a weight that is tied; ShapeError, DtypeError unless the weight
// keeps shape and dtype. Make optimizers afterwards where there are several originals.
template <class M, Parametrization P>
M register_parametrization(M&& layer, std::string_view name, P p) {
  detail::parametrize(layer, name, std::make_unique<detail::StepOf<P>>(std::move(p)));
  return std::forward<M>(layer);
}

bool is_parametrized(ConstModuleRef net, std::string_view name = {});   // this one; without a name: any

// The weight is a parameter again, with the value that evaluation computes; or with that of its only original. ValueError for a name that
// there is not, and for several originals where the weight is to be left unparametrized.
void remove_parametrizations(ModuleRef net, std::string_view name = "weight", bool leave_parametrized = true);

}  // namespace gradus::nn
