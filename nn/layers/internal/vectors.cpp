#include <gradus/nn/layers/internal/vectors.h>

#include <algorithm>

#include <gradus/autograd/creation.h>

namespace gradus::nn::internal {

std::optional<std::int64_t> padding_row(const char* layer, std::optional<std::int64_t> row, std::int64_t n) {
  if (!row) return row;
  check<ValueError>(-n <= *row && *row < n, layer, ": padding_idx must be a row, in [-", n, ", ", n, "), not ", *row);
  return *row < 0 ? *row + n : *row;
}

Parameter drawn_vectors(const char* layer, std::int64_t n, std::int64_t d, std::optional<std::int64_t> padding, Dtype dtype,
                        Generator* generator) {
  check<ValueError>(n >= 1 && d >= 1, layer, ": needs at least 1 vector of at least 1 number, not ", n, " of ", d);
  Array vectors = normal(Array({n, d}, dtype), 0, 1, generator ? *generator : default_generator());
  if (padding)
    visit_floating(dtype, layer, [&]<class T>(T) { std::fill_n(vectors.mutable_data<T>() + *padding * d, d, T(0)); });
  return Parameter(std::move(vectors), "weight");
}

Parameter given_vectors(const char* layer, const Array& vectors, bool freeze) {
  check<ShapeError>(vectors.rank() == 2, layer, ": pretrained vectors are a table [n, d], not ", vectors.shape());
  check<DtypeError>(computes_in(vectors.dtype()), layer, ": pretrained vectors are f32 or f64, not ", vectors.dtype());
  Parameter weight(vectors, "weight");
  weight.set_requires_grad(!freeze);
  return weight;
}

}  // namespace gradus::nn::internal
