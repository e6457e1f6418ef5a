#include <gradus/autograd/ops/loss_embedding.h>

#include <numeric>

#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/blend.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/distance.h>
#include <gradus/autograd/ops/internal/losses.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/norm.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>

namespace gradus {
namespace {

// max(0, margin + d(anchor, positive) − d(anchor, negative)), whose options say the rest.
template <class Distance, class Options>
Tensor of_triplets(const char* op, const Tensor& anchor, const Tensor& positive, const Tensor& negative, const Distance& distance,
                   const Options& o) {
  detail::check_pair(op, anchor, positive, "positive");
  detail::check_pair(op, anchor, negative, "negative");
  check<ValueError>(o.margin > 0, op, ": margin must be above 0, not ", o.margin);
  Tensor far = distance(anchor, negative);
  if (o.swap) far = minimum(far, distance(positive, negative));
  return detail::reduced(op, clamp_min(o.margin + distance(anchor, positive) - far, 0), o.reduction, o.weight);
}

void check_rows(const Tensor& x, const Tensor& other, const char* what) {
  check_defined("info_nce", other, what);
  check<DtypeError>(x.dtype() == other.dtype(), "info_nce: queries are ", x.dtype(), " but the ", what, " ", other.dtype());
  check<ShapeError>(other.rank() == 2 && other.dim(1) == x.dim(1), "info_nce: takes rows of one length: query ", x.shape(), ", ", what, " ",
                    other.shape());
}

Tensor prepared(const Tensor& x, const InfoNCEOptions& o) { return o.normalize ? normalize(x, 2, 1) : x; }

Tensor first_numbers(std::int64_t n) {
  Array numbers({n}, i64);
  std::iota(numbers.mutable_data<std::int64_t>(), numbers.mutable_data<std::int64_t>() + n, std::int64_t{0});
  return numbers;
}

void check_pairs(const Tensor& query, const Tensor& key, const InfoNCEOptions& o) {
  detail::check_pair("info_nce", query, key, "key");
  check<ShapeError>(query.rank() == 2, "info_nce: takes rows, query and key [N, D], not ", query.shape());
  check_options("info_nce", o);
}

}  // namespace

Tensor cosine_embedding_loss(const Tensor& a, const Tensor& b, const Tensor& target, const CosineEmbeddingOptions& o) {
  const char* name = "cosine_embedding_loss";
  detail::check_pair(name, a, b, "other");
  check_defined(name, target, "target");
  check<ShapeError>((a.rank() == 2 && target.rank() == 1 && target.dim(0) == a.dim(0)) || (a.rank() == 1 && target.rank() == 0), name,
                    ": takes vectors [N, D] with target [N], or [D] with []; not ", a.shape(), " and ", target.shape());
  const Tensor length = sqrt((sum(square(a), -1) + 1e-12) * (sum(square(b), -1) + 1e-12)), cosine = sum(a * b, -1) / length;
  const Tensor apart = where(target == -1, clamp_min(cosine - o.margin, 0), 0.0);
  return detail::reduced(name, where(target == 1, 1 - cosine, apart), o.reduction, o.weight);
}

Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative, const TripletMarginOptions& o) {
  const auto distance = [&](const Tensor& a, const Tensor& b) { return pairwise_distance(a, b, o.p, o.eps); };
  return of_triplets("triplet_margin_loss", anchor, positive, negative, distance, o);
}

Tensor triplet_margin_with_distance_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                                         const TripletMarginWithDistanceOptions& o) {
  const auto distance = [&](const Tensor& a, const Tensor& b) {
    return o.distance_function ? o.distance_function(a, b) : pairwise_distance(a, b);
  };
  return of_triplets("triplet_margin_with_distance_loss", anchor, positive, negative, distance, o);
}

Tensor info_nce(const Tensor& query, const Tensor& key, const InfoNCEOptions& o) {
  check_pairs(query, key, o);
  const Tensor scores = matmul(prepared(query, o), transpose(prepared(key, o))) * (1 / o.temperature);
  const Tensor own = first_numbers(query.dim(0));
  Tensor each = cross_entropy(scores, own, Reduction::none);
  if (o.symmetric) each = (each + cross_entropy(transpose(scores), own, Reduction::none)) * 0.5;
  return detail::reduced("info_nce", each, o.reduction, o.weight);
}

Tensor info_nce(const Tensor& query, const Tensor& key, const Tensor& negatives, const InfoNCEOptions& o) {
  check_pairs(query, key, o);
  check_rows(query, negatives, "negatives");
  check<ValueError>(!o.symmetric, "info_nce: with negatives of the queries alone there is no other direction; leave symmetric out");
  const Tensor from = prepared(query, o), own = sum(from * prepared(key, o), 1, true);
  const Tensor scores = cat({own, matmul(from, transpose(prepared(negatives, o)))}, 1) * (1 / o.temperature);
  const Tensor first(Array::zeros({query.dim(0)}, i64));
  return detail::reduced("info_nce", cross_entropy(scores, first, Reduction::none), o.reduction, o.weight);
}

Tensor triplet_margin_with_distance_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative, Reduction reduction) {
  return triplet_margin_with_distance_loss(anchor, positive, negative, TripletMarginWithDistanceOptions{reduction});
}

}  // namespace gradus
