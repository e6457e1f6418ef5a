// Weights that are computed from others, for any layer: PyTorch's torch.nn.utils.parametrizations, its formulas and state names. Each takes
// a layer, or a model in which `name` is a path, and returns it; nn::remove_parametrizations bakes the weight in. Your own:
// nn/model/parametrize.h.
//   struct Net {
//     nn::Conv2d conv = nn::weight_norm(nn::Conv2d{3, 16, {.kernel = 3}});
//     nn::Linear critic = nn::spectral_norm(nn::Linear{64, 1});
//   };
#pragma once
#include <optional>
#include <utility>

#include <gradus/nn/model/parametrize.h>

namespace gradus::nn {

// weight = g·v / ‖v‖, length and direction apart (Salimans and Kingma, 2016): originals g "original0" and v "original1". ValueError where a
// slice of the weight is zero and has no direction.
struct WeightNormOptions {
  std::string_view name = "weight";
  int dim = 0;                                               // one norm for each index of this axis; −1: one for all
};

// weight / σ, σ the largest singular value of the weight as a matrix (Miyato et al., 2018), which one step of the power method follows at
// each use in training, one thread at a time; buffers "0._u" and "0._v", the original is "original". A vector has its norm for σ.
struct SpectralNormOptions {
  std::string_view name = "weight";
  std::int64_t n_power_iterations = 1;
  double eps = 1e-12;
  std::optional<int> dim = {};                               // of the outputs, the matrix's rows; none: transposed convolutions' 1, else 0
};

// A weight with orthonormal columns, or rows where there are fewer, of its last two axes: from the lower triangle A of "original" and the
// buffer "0.base", a matrix Q that is orthogonal itself, as Q·exp(A − Aᵀ), Cayley's (I + (A − Aᵀ)/2)·(I − (A − Aᵀ)/2)⁻¹ or a product of
// Householder reflections. It begins with the weight that is there, made orthogonal.
enum class OrthogonalMap { automatic, matrix_exp, cayley, householder };   // automatic: matrix_exp where square, else householder
struct OrthogonalOptions {
  std::string_view name = "weight";
  OrthogonalMap orthogonal_map = OrthogonalMap::automatic;
};

namespace detail {
void weight_norm(ModuleRef net, const WeightNormOptions& options);
void spectral_norm(ModuleRef net, const SpectralNormOptions& options);
void orthogonal(ModuleRef net, const OrthogonalOptions& options);
}  // namespace detail

// ValueError for a name that there is not, or an option out of its range; ShapeError for a weight of too few dimensions.
template <class M>
M weight_norm(M&& layer, const WeightNormOptions& options = {}) {
  detail::weight_norm(layer, options);
  return std::forward<M>(layer);
}
template <class M>
M spectral_norm(M&& layer, const SpectralNormOptions& options = {}) {
  detail::spectral_norm(layer, options);
  return std::forward<M>(layer);
}
template <class M>
M orthogonal(M&& layer, const OrthogonalOptions& options = {}) {
  detail::orthogonal(layer, options);
  return std::forward<M>(layer);
}

}  // namespace gradus::nn
