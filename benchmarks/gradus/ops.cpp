// Single operations at several sizes, forward (unrecorded) and backward: job ops, or ops-NAME for those whose name begins so.
#include <functional>

#include "common.h"

namespace {

using Function = std::function<Tensor(const Tensor&)>;

struct Case {
  std::string name;
  Shape shape;
  Function f;
  std::vector<Tensor> weights = {};   // other leaves that get a gradient
};

void measure(const bench::Options& options, const Case& c, const std::string& size) {
  Generator generator(1);
  const Tensor x = variable(rand(c.shape, generator) * 2 - 1);
  const double forward = [&] {
    const NoGrad guard;
    return bench::seconds_per_call(options.seconds, [&] { c.f(x); });
  }();
  Tensor y = c.f(x);
  const Tensor seed = ones_like(y);
  const double backward = bench::seconds_of_second(
      options.seconds,
      [&] {
        x.zero_grad();
        for (const Tensor& w : c.weights) w.zero_grad();
        y = c.f(x);
      },
      [&] { y.backward(seed); });
  bench::report("ops/" + c.name + "-fwd-" + size, "us", forward * 1e6);
  bench::report("ops/" + c.name + "-bwd-" + size, "us", backward * 1e6);
}

// Attention of 8 heads over `length` places; key and value get gradients too.
Case attention(std::int64_t length, bool causal) {
  const Shape heads{1, 8, length, 64};
  Generator generator(3);
  const Tensor key = variable(rand(heads, generator)), value = variable(rand(heads, generator));
  return {text("attention", causal ? "_causal" : "", length), heads,
          [=](const Tensor& x) { return scaled_dot_product_attention(x, key, value, {.is_causal = causal}); }, {key, value}};
}

std::vector<Case> cases(std::int64_t side, const Shape& images) {
  const Shape square{side, side};
  const std::int64_t length = side < 1024 ? side < 256 ? 128 : 512 : side < 4096 ? 1024 : 4096;
  Generator generator(2);
  const Tensor other = variable(rand(square, generator) + 0.5);
  const Tensor weight = variable(ones({images[1]})), bias = variable(zeros({images[1]}));
  const std::int64_t channels = images[1];
  const Shape sequences{images[0], channels, images[2] * images[3]};
  const Tensor taps = variable(rand({channels, channels, 3}, generator) - 0.5);
  const Tensor steps = variable(rand({channels, channels, 4}, generator) - 0.5);
  const Tensor windows = variable(rand({channels, channels, 4, 4}, generator) - 0.5);
  const Tensor scale = variable(ones({side})), shift = variable(zeros({side}));
  const Tensor rows = (rand({side}, generator) * double(side)).to(i64), places = (rand(square, generator) * double(side)).to(i64);
  const Tensor words = (rand({side, 16}, generator) * double(side)).to(i64);
  return {
      {"relu", square, [](const Tensor& x) { return relu(x); }},
      {"add", square, [=](const Tensor& x) { return x + other; }, {other}},
      {"mul", square, [=](const Tensor& x) { return x * other; }, {other}},
      {"exp", square, [](const Tensor& x) { return exp(x); }},
      {"tanh", square, [](const Tensor& x) { return tanh(x); }},
      {"sigmoid", square, [](const Tensor& x) { return sigmoid(x); }},
      {"gelu", square, [](const Tensor& x) { return gelu(x); }},
      {"softmax0", square, [](const Tensor& x) { return softmax(x, 0); }},
      {"softmax1", square, [](const Tensor& x) { return softmax(x, 1); }},
      {"sum", square, [](const Tensor& x) { return sum(x); }},
      {"sum0", square, [](const Tensor& x) { return sum(x, 0); }},
      {"sum1", square, [](const Tensor& x) { return sum(x, 1); }},
      {"amax0", square, [](const Tensor& x) { return amax(x, 0); }},
      {"max1", square, [](const Tensor& x) { return max(x, 1).values; }},
      {"prod1", square, [](const Tensor& x) { return prod(x, 1); }},
      {"var0", square, [](const Tensor& x) { return var(x, 0); }},
      {"var1", square, [](const Tensor& x) { return var(x, 1); }},
      {"norm1", square, [](const Tensor& x) { return norm(x, 2, 1); }},
      {"logsumexp1", square, [](const Tensor& x) { return logsumexp(x, 1); }},
      {"cumsum0", square, [](const Tensor& x) { return cumsum(x, 0); }},
      {"cumsum1", square, [](const Tensor& x) { return cumsum(x, 1); }},
      {"cumprod1", square, [](const Tensor& x) { return cumprod(x, 1); }},
      {"sort0", square, [](const Tensor& x) { return sort(x, 0).values; }},
      {"sort1", square, [](const Tensor& x) { return sort(x, 1).values; }},
      {"topk1", square, [](const Tensor& x) { return topk(x, 8, 1).values; }},
      {"median1", square, [](const Tensor& x) { return median(x, 1).values; }},
      {"transpose", square, [](const Tensor& x) { return transpose(x).contiguous(); }},
      {"index_select0", square, [=](const Tensor& x) { return index_select(x, 0, rows); }},
      {"index_select1", square, [=](const Tensor& x) { return index_select(x, 1, rows); }},
      {"index", square, [=](const Tensor& x) { return index(x, {Slice(), rows}); }},
      {"gather0", square, [=](const Tensor& x) { return gather(x, 0, places); }},
      {"gather1", square, [=](const Tensor& x) { return gather(x, 1, places); }},
      {"embedding_bag", square, [=](const Tensor& x) { return embedding_bag(words, x); }},
      {"scatter_add1", square, [=](const Tensor& x) { return scatter_add(other, 1, places, x); }, {other}},
      {"einsum_rows", square, [=](const Tensor& x) { return einsum("ij,ij->i", {x, other}); }, {other}},
      {"einsum_batch", square, [=](const Tensor& x) {
         return einsum("bij,bkj->bik", {reshape(x, {side / 16, 16, side}), reshape(other, {side / 16, 16, side})});
       }, {other}},
      {"pad_reflect", square, [](const Tensor& x) { return pad(x, {1, 1, 1, 1}, PadMode::reflect); }},
      {"conv1d", sequences, [=](const Tensor& x) { return conv1d(x, taps, bias, {.padding = 1}); }, {taps, bias}},
      {"conv_transpose1d", sequences,
       [=](const Tensor& x) { return conv_transpose1d(x, steps, bias, {.stride = 2, .padding = 1}); }, {steps, bias}},
      {"conv_transpose2d", images,
       [=](const Tensor& x) { return conv_transpose2d(x, windows, bias, {.stride = 2, .padding = 1}); }, {windows, bias}},
      {"batch_norm", images, [=, mean = Array::zeros({images[1]}), var = Array::full({images[1]}, 1)](const Tensor& x) mutable {
         return batch_norm(x, weight, bias, mean, var);
       }, {weight, bias}},
      {"layer_norm", square, [=](const Tensor& x) { return layer_norm(x, {side}, scale, shift); }, {scale, shift}},
      {"rms_norm", square, [=](const Tensor& x) { return rms_norm(x, {side}, scale); }, {scale}},
      {"group_norm", images, [=](const Tensor& x) { return group_norm(x, 4, weight, bias); }, {weight, bias}},
      attention(length, false),
      attention(length, true),
  };
}

void run(const bench::Options& options) {
  const std::string wanted = options.job.size() > 4 ? options.job.substr(4) : "";
  struct Size { const char* name; std::int64_t side; Shape images; };
  for (const auto& [name, side, images] : {Size{"1k", 32, {4, 4, 8, 8}}, Size{"64k", 256, {16, 16, 16, 16}},
                                           Size{"1M", 1024, {64, 16, 32, 32}}, Size{"16M", 4096, {64, 64, 64, 64}}})
    for (const Case& c : cases(side, images))
      if (c.name.starts_with(wanted)) measure(options, c, name);
}

}  // namespace

int main(int argc, char** argv) { return bench_main(argc, argv, run); }
