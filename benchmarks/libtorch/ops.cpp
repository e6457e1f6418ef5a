// Single operations at several sizes, forward (unrecorded) and backward: job ops, or ops-NAME for those whose name begins so.
#include <functional>
#include <tuple>

#include "common.h"

namespace {

using Shape = std::vector<std::int64_t>;
using Function = std::function<Tensor(const Tensor&)>;

struct Case {
  std::string name;
  Shape shape;
  Function f;
  std::vector<Tensor> weights = {};   // other leaves that get a gradient
};

void measure(const bench::Options& options, const Case& c, const std::string& size) {
  Tensor x = (torch::rand(c.shape) * 2 - 1).set_requires_grad(true);
  const double forward = [&] {
    const torch::NoGradGuard guard;
    return bench::seconds_per_call(options.seconds, [&] { c.f(x); });
  }();
  Tensor y = c.f(x);
  const Tensor seed = torch::ones_like(y);
  const double backward = bench::seconds_of_second(
      options.seconds,
      [&] {
        x.mutable_grad().reset();
        for (Tensor w : c.weights) w.mutable_grad().reset();
        y = c.f(x);
      },
      [&] { y.backward(seed); });
  bench::report("ops/" + c.name + "-fwd-" + size, "us", forward * 1e6);
  bench::report("ops/" + c.name + "-bwd-" + size, "us", backward * 1e6);
}

#if TORCH_VERSION_MAJOR >= 2
// Attention of 8 heads over `length` places; key and value get gradients too.
Case attention(std::int64_t length, bool causal) {
  const Shape heads{1, 8, length, 64};
  const Tensor key = torch::rand(heads).set_requires_grad(true), value = torch::rand(heads).set_requires_grad(true);
  return {(causal ? "attention_causal" : "attention") + std::to_string(length), heads,
          [=](const Tensor& x) { return at::scaled_dot_product_attention(x, key, value, {}, 0, causal); }, {key, value}};
}
#endif

std::vector<Case> cases(std::int64_t side, const Shape& images) {
  const Shape square{side, side};
  const Tensor other = (torch::rand(square) + 0.5).set_requires_grad(true);
  const Tensor weight = torch::ones({images[1]}).set_requires_grad(true), bias = torch::zeros({images[1]}).set_requires_grad(true);
  const std::int64_t channels = images[1];
  const Shape sequences{images[0], channels, images[2] * images[3]};
  const Tensor taps = (torch::rand({channels, channels, 3}) - 0.5).set_requires_grad(true);
  const Tensor steps = (torch::rand({channels, channels, 4}) - 0.5).set_requires_grad(true);
  const Tensor windows = (torch::rand({channels, channels, 4, 4}) - 0.5).set_requires_grad(true);
  const Tensor scale = torch::ones({side}).set_requires_grad(true), shift = torch::zeros({side}).set_requires_grad(true);
  const Tensor rows = torch::randint(side, {side}), places = torch::randint(side, square);
  const Tensor words = torch::randint(side, {side * 16}), bags = torch::arange(0, side * 16, 16);
  return {
      {"relu", square, [](const Tensor& x) { return torch::relu(x); }},
      {"add", square, [=](const Tensor& x) { return x + other; }, {other}},
      {"mul", square, [=](const Tensor& x) { return x * other; }, {other}},
      {"exp", square, [](const Tensor& x) { return torch::exp(x); }},
      {"tanh", square, [](const Tensor& x) { return torch::tanh(x); }},
      {"sigmoid", square, [](const Tensor& x) { return torch::sigmoid(x); }},
      {"gelu", square, [](const Tensor& x) { return torch::gelu(x); }},
      {"softmax0", square, [](const Tensor& x) { return torch::softmax(x, 0); }},
      {"softmax1", square, [](const Tensor& x) { return torch::softmax(x, 1); }},
      {"sum", square, [](const Tensor& x) { return torch::sum(x); }},
      {"sum0", square, [](const Tensor& x) { return torch::sum(x, 0); }},
      {"sum1", square, [](const Tensor& x) { return torch::sum(x, 1); }},
      {"amax0", square, [](const Tensor& x) { return torch::amax(x, {0}); }},
      {"max1", square, [](const Tensor& x) { return std::get<0>(torch::max(x, 1)); }},
      {"prod1", square, [](const Tensor& x) { return torch::prod(x, 1); }},
      {"var0", square, [](const Tensor& x) { return torch::var(x, 0); }},
      {"var1", square, [](const Tensor& x) { return torch::var(x, 1); }},
      {"norm1", square, [](const Tensor& x) { return torch::norm(x, 2, 1); }},
      {"logsumexp1", square, [](const Tensor& x) { return torch::logsumexp(x, 1); }},
      {"cumsum0", square, [](const Tensor& x) { return torch::cumsum(x, 0); }},
      {"cumsum1", square, [](const Tensor& x) { return torch::cumsum(x, 1); }},
      {"cumprod1", square, [](const Tensor& x) { return torch::cumprod(x, 1); }},
      {"sort0", square, [](const Tensor& x) { return std::get<0>(torch::sort(x, 0)); }},
      {"sort1", square, [](const Tensor& x) { return std::get<0>(torch::sort(x, 1)); }},
      {"topk1", square, [](const Tensor& x) { return std::get<0>(torch::topk(x, 8, 1)); }},
      {"median1", square, [](const Tensor& x) { return std::get<0>(torch::median(x, 1)); }},
      {"transpose", square, [](const Tensor& x) { return x.t().contiguous(); }},
      {"index_select0", square, [=](const Tensor& x) { return torch::index_select(x, 0, rows); }},
      {"index_select1", square, [=](const Tensor& x) { return torch::index_select(x, 1, rows); }},
      {"index", square, [=](const Tensor& x) { return x.index({torch::indexing::Slice(), rows}); }},
      {"gather0", square, [=](const Tensor& x) { return torch::gather(x, 0, places); }},
      {"gather1", square, [=](const Tensor& x) { return torch::gather(x, 1, places); }},
      {"embedding_bag", square, [=](const Tensor& x) { return std::get<0>(torch::embedding_bag(x, words, bags, false, 1)); }},
      {"scatter_add1", square, [=](const Tensor& x) { return torch::scatter_add(other, 1, places, x); }, {other}},
      {"einsum_rows", square, [=](const Tensor& x) { return torch::einsum("ij,ij->i", {x, other}); }, {other}},
      {"einsum_batch", square, [=](const Tensor& x) {
         return torch::einsum("bij,bkj->bik", {x.view({side / 16, 16, side}), other.view({side / 16, 16, side})});
       }, {other}},
      {"pad_reflect", square, [](const Tensor& x) { return torch::reflection_pad2d(x.unsqueeze(0), {1, 1, 1, 1}); }},
      {"conv1d", sequences, [=](const Tensor& x) { return torch::conv1d(x, taps, bias, 1, 1); }, {taps, bias}},
      {"conv_transpose1d", sequences, [=](const Tensor& x) { return torch::conv_transpose1d(x, steps, bias, 2, 1); }, {steps, bias}},
      {"conv_transpose2d", images, [=](const Tensor& x) { return torch::conv_transpose2d(x, windows, bias, 2, 1); }, {windows, bias}},
      {"batch_norm", images, [=, mean = torch::zeros({images[1]}), var = torch::ones({images[1]})](const Tensor& x) {
         return torch::batch_norm(x, weight, bias, mean, var, true, 0.1, 1e-5, false);
       }, {weight, bias}},
      {"layer_norm", square, [=](const Tensor& x) { return torch::layer_norm(x, {side}, scale, shift); }, {scale, shift}},
      {"group_norm", images, [=](const Tensor& x) { return torch::group_norm(x, 4, weight, bias); }, {weight, bias}},
#if TORCH_VERSION_MAJOR >= 2
      {"rms_norm", square, [=](const Tensor& x) { return at::rms_norm(x, {side}, scale); }, {scale}},
      attention(side < 1024 ? side < 256 ? 128 : 512 : side < 4096 ? 1024 : 4096, false),
      attention(side < 1024 ? side < 256 ? 128 : 512 : side < 4096 ? 1024 : 4096, true),
#endif
  };
}

void run(const bench::Options& options) {
  const std::string wanted = options.job.size() > 4 ? options.job.substr(4) : "";
  struct Size { const char* name; std::int64_t side; Shape images; };
  for (const auto& [name, side, images] : {Size{"1k", 32, {4, 4, 8, 8}}, Size{"64k", 256, {16, 16, 16, 16}},
                                           Size{"1M", 1024, {64, 16, 32, 32}}, Size{"16M", 4096, {64, 64, 64, 64}}})
    for (const Case& c : cases(side, images))
      if (c.name.compare(0, wanted.size(), wanted) == 0) measure(options, c, name);
}

}  // namespace

int main(int argc, char** argv) { return bench_main(argc, argv, run); }
