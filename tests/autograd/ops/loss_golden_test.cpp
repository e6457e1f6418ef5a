// Every loss with every option against PyTorch: values, gradients by all that has one, recorded and not.
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/distance.h>
#include <gradus/autograd/ops/loss_embedding.h>
#include <gradus/autograd/ops/loss_imbalance.h>
#include <gradus/autograd/ops/loss_likelihood.h>
#include <gradus/autograd/ops/loss_margin.h>

#include "autograd/reference.h"

namespace gradus::loss_golden_test {

struct Given {
  Tensor label, weight, pos_weight;
  Reduction reduction = Reduction::mean;
};
using Xs = std::vector<Tensor>;
using Loss = Tensor (*)(const Xs& x, const Given& given);

Tensor fixed(const std::string& name) {
  const auto& all = golden_values("loss");
  const auto found = all.find(name);
  return found == all.end() ? Tensor() : Tensor(found->second);
}

void expect_case(const std::string& name, Loss loss, Reduction reduction = Reduction::mean) {
  const Given given{fixed(name + ".label"), fixed(name + ".weight"), fixed(name + ".pos_weight"), reduction};
  expect_golden("loss", name, {"a", "b", "c"}, [&](const Xs& xs) { return loss(xs, given); }, 1e-11, 1e-10);
}
// With each reduction that there are golden values of; how many.
int expect_reductions(const std::string& name, Loss loss) {
  int count = 0;
  for (const auto& [said, reduction] : {std::pair{".mean", Reduction::mean}, {".sum", Reduction::sum}, {".none", Reduction::none}})
    if (golden_values("loss").contains(name + said + ".y")) expect_case(name + said, loss, reduction), ++count;
  EXPECT_GE(count, 2) << name;
  return count;
}

TEST(LossGolden, OfPairs) {
  expect_reductions("l1_loss", [](auto& x, auto& o) { return l1_loss(x[0], x[1], o.reduction); });
  const auto l1 = [](auto& x, auto& o) { return l1_loss(x[0], x[1], {o.reduction, o.weight}); };
  expect_reductions("l1_loss.weight", l1);
  expect_reductions("mse_loss.weight", [](auto& x, auto& o) { return mse_loss(x[0], x[1], {o.reduction, o.weight}); });
  expect_reductions("smooth_l1_loss", [](auto& x, auto& o) { return smooth_l1_loss(x[0], x[1], {.reduction = o.reduction, .beta = 0.7}); });
  expect_case("smooth_l1_loss.zero", [](auto& x, auto&) { return smooth_l1_loss(x[0], x[1], {.beta = 0}); });
  const auto huber = [](auto& x, auto& o) { return huber_loss(x[0], x[1], {.reduction = o.reduction, .delta = 0.6}); };
  expect_reductions("huber_loss", huber);
  const auto weighed = [](auto& x, auto& o) { return huber_loss(x[0], x[1], {.reduction = o.reduction, .weight = o.weight}); };
  expect_reductions("huber_loss.weight", weighed);
  expect_reductions("binary_cross_entropy", [](auto& x, auto& o) { return binary_cross_entropy(x[0], x[1], o.reduction); });
  const auto likely = [](auto& x, auto& o) { return binary_cross_entropy(x[0], x[1], {o.reduction, o.weight}); };
  expect_reductions("binary_cross_entropy.weight", likely);
  const auto logits = [](auto& x, auto& o) { return bce_with_logits(x[0], x[1], {o.reduction, o.weight, o.pos_weight}); };
  for (const char* name : {"bce_with_logits.weight", "bce_with_logits.pos_weight"}) expect_reductions(name, logits);
  expect_case("bce_with_logits.both.mean", logits);
}

TEST(LossGolden, OfLabels) {
  const auto entropy = [](auto& x, auto& o) { return cross_entropy(x[0], o.label, {.reduction = o.reduction, .weight = o.weight}); };
  const auto nll = [](auto& x, auto& o) { return nll_loss(x[0], o.label, {.reduction = o.reduction, .weight = o.weight}); };
  for (const std::string name : {"rows", "rows.weight", "places", "places.weight", "one", "one.weight"}) {
    expect_reductions("cross_entropy." + name, entropy);
    expect_reductions("nll_loss." + name, nll);
  }
  const auto smooth = [](auto& x, auto& o) {
    return cross_entropy(x[0], o.label, {.reduction = o.reduction, .label_smoothing = 0.3, .weight = o.weight});
  };
  for (const char* name : {"cross_entropy.rows.smooth", "cross_entropy.places.smooth"}) expect_reductions(name, smooth);
  const auto shares = [](auto& x, auto& o) { return cross_entropy(x[0], x[1], {.reduction = o.reduction, .weight = o.weight}); };
  for (const std::string name : {"", ".places", ".one"}) expect_reductions("cross_entropy.shares" + name, shares);
  expect_reductions("cross_entropy.shares.smooth", [](auto& x, auto& o) {
    return cross_entropy(x[0], x[1], {.reduction = o.reduction, .label_smoothing = 0.3, .weight = o.weight});
  });
  expect_reductions("softmax_focal_loss", [](auto& x, auto& o) { return softmax_focal_loss(x[0], o.label, o.reduction); });
  expect_reductions("softmax_focal_loss.places", [](auto& x, auto& o) {
    return softmax_focal_loss(x[0], o.label, {.reduction = o.reduction, .gamma = 0.5, .weight = o.weight});
  });
}

TEST(LossGolden, OfLikelihoods) {
  const auto reduction = [](const Given& o) {
    return o.reduction == Reduction::mean ? KLReduction::mean : o.reduction == Reduction::sum ? KLReduction::sum : KLReduction::none;
  };
  static const auto said = reduction;
  expect_reductions("kl_div", [](auto& x, auto& o) { return kl_div(x[0], x[1], said(o)); });
  expect_case("kl_div.batchmean", [](auto& x, auto&) { return kl_div(x[0], x[1], KLReduction::batchmean); });
  expect_reductions("kl_div.logs", [](auto& x, auto& o) { return kl_div(x[0], x[1], {.reduction = said(o), .log_target = true}); });
  expect_case("kl_div.logs.batchmean",
              [](auto& x, auto&) { return kl_div(x[0], x[1], {.reduction = KLReduction::batchmean, .log_target = true}); });
  expect_reductions("poisson_nll_loss", [](auto& x, auto& o) { return poisson_nll_loss(x[0], x[1], o.reduction); });
  const auto full = [](auto& x, auto& o) { return poisson_nll_loss(x[0], x[1], {.reduction = o.reduction, .full = true}); };
  expect_reductions("poisson_nll_loss.full", full);
  expect_case("poisson_nll_loss.rate",
              [](auto& x, auto&) { return poisson_nll_loss(x[0], x[1], {.log_input = false, .full = true, .eps = 1e-3}); });
  expect_reductions("gaussian_nll_loss", [](auto& x, auto& o) { return gaussian_nll_loss(x[0], x[1], x[2], {.reduction = o.reduction}); });
  expect_reductions("gaussian_nll_loss.full", [](auto& x, auto& o) {
    return gaussian_nll_loss(x[0], x[1], x[2], {.reduction = o.reduction, .full = true, .eps = 0.8});
  });
  for (const std::string shape : {"short", "column"})
    expect_case("gaussian_nll_loss." + shape, [](auto& x, auto&) { return gaussian_nll_loss(x[0], x[1], x[2]); });
  expect_case("gaussian_nll_loss.row.none", [](auto& x, auto&) { return gaussian_nll_loss(x[0], x[1], x[2], {Reduction::none}); });
}

TEST(LossGolden, OfMargins) {
  const auto hinge = [](auto& x, auto& o) { return hinge_embedding_loss(x[0], o.label, {.reduction = o.reduction, .margin = 0.7}); };
  expect_reductions("hinge_embedding_loss", hinge);
  expect_reductions("margin_ranking_loss", [](auto& x, auto& o) {
    return margin_ranking_loss(x[0], x[1], o.label.to(i8), {.reduction = o.reduction, .margin = 0.3});
  });
  expect_reductions("soft_margin_loss", [](auto& x, auto& o) { return soft_margin_loss(x[0], o.label, o.reduction); });
  expect_reductions("multi_margin_loss", [](auto& x, auto& o) { return multi_margin_loss(x[0], o.label, o.reduction); });
  expect_reductions("multi_margin_loss.square", [](auto& x, auto& o) {
    return multi_margin_loss(x[0], o.label, {.reduction = o.reduction, .p = 2, .margin = 0.4, .weight = o.weight});
  });
  const auto one = [](auto& x, auto& o) { return multi_margin_loss(x[0], o.label, {.reduction = o.reduction, .weight = o.weight}); };
  expect_reductions("multi_margin_loss.one", one);
  for (const char* name : {"multilabel_margin_loss", "multilabel_margin_loss.one"})
    expect_reductions(name, [](auto& x, auto& o) { return multilabel_margin_loss(x[0], o.label, o.reduction); });
  for (const char* name : {"multilabel_soft_margin_loss", "multilabel_soft_margin_loss.weight"})
    expect_reductions(name, [](auto& x, auto& o) { return multilabel_soft_margin_loss(x[0], x[1], {o.reduction, o.weight}); });
}

TEST(LossGolden, OfVectors) {
  for (const char* name : {"cosine_embedding_loss", "cosine_embedding_loss.one"})
    expect_reductions(name, [](auto& x, auto& o) {
      return cosine_embedding_loss(x[0], x[1], o.label, {.reduction = o.reduction, .margin = 0.1});
    });
  expect_reductions("triplet_margin_loss", [](auto& x, auto& o) { return triplet_margin_loss(x[0], x[1], x[2], o.reduction); });
  expect_reductions("triplet_margin_loss.swap", [](auto& x, auto& o) {
    return triplet_margin_loss(x[0], x[1], x[2], {.reduction = o.reduction, .margin = 2.5, .p = 3, .eps = 1e-3, .swap = true});
  });
  expect_reductions("triplet_margin_with_distance_loss",
                    [](auto& x, auto& o) { return triplet_margin_with_distance_loss(x[0], x[1], x[2], {o.reduction}); });
  expect_case("triplet_margin_with_distance_loss.swap", [](auto& x, auto&) {
    const auto apart = [](const Tensor& a, const Tensor& b) { return 1 - cosine_similarity(a, b); };
    return triplet_margin_with_distance_loss(x[0], x[1], x[2], {.distance_function = apart, .margin = 0.4, .swap = true});
  });
  expect_case("pairwise_distance.1", [](auto& x, auto&) { return pairwise_distance(x[0], x[1], 1); });
  expect_case("pairwise_distance.2", [](auto& x, auto&) { return pairwise_distance(x[0], x[1]); });
  expect_case("pairwise_distance.3", [](auto& x, auto&) { return pairwise_distance(x[0], x[1], 3); });
  expect_case("pairwise_distance.kept", [](auto& x, auto&) { return pairwise_distance(x[0], x[1], 2, 0.1, true); });
  expect_case("cosine_similarity", [](auto& x, auto&) { return cosine_similarity(x[0], x[1]); });
  expect_case("cosine_similarity.last", [](auto& x, auto&) { return cosine_similarity(x[0], x[1], -1); });
  expect_case("cosine_similarity.short", [](auto& x, auto&) { return cosine_similarity(x[0], x[1], 1, 2); });
  expect_reductions("info_nce", [](auto& x, auto& o) { return info_nce(x[0], x[1], o.reduction); });
  expect_case("info_nce.symmetric", [](auto& x, auto&) { return info_nce(x[0], x[1], {.temperature = 0.5, .symmetric = true}); });
  expect_case("info_nce.negatives", [](auto& x, auto&) { return info_nce(x[0], x[1], x[2]); });
}

TEST(LossGolden, OfImbalance) {
  expect_reductions("sigmoid_focal_loss", [](auto& x, auto& o) { return sigmoid_focal_loss(x[0], x[1], o.reduction); });
  expect_case("sigmoid_focal_loss.plain", [](auto& x, auto&) { return sigmoid_focal_loss(x[0], x[1], {.alpha = -1, .gamma = 1.5}); });
  expect_reductions("dice_loss", [](auto& x, auto& o) { return dice_loss(x[0], x[1], o.reduction); });
  expect_case("dice_loss.squared", [](auto& x, auto&) { return dice_loss(x[0], x[1], {.smooth = 0.1, .squared = true}); });
}

}  // namespace gradus::loss_golden_test
