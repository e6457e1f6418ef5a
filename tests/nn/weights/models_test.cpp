// Common models (examples/models) load what Python's hold, through their maps: names and shapes are exactly theirs, and so are outputs.
#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "models/bert.h"
#include "models/gpt2.h"
#include "models/llama.h"
#include "models/resnet.h"

#include <message_of.h>
#include "invented.h"

namespace models_test {

using namespace gradus;

Safetensors golden(const std::string& name) { return load_safetensors(std::string(GRADUS_GOLDEN "/weights/") + name + ".safetensors"); }

void expect_near(const Tensor& ours, const Array& theirs, double tolerance) {
  ASSERT_EQ(ours.shape(), theirs.shape());
  ASSERT_EQ(ours.dtype(), theirs.dtype());
  const std::vector<double> a = ours.value().to_vector(), b = theirs.to_vector();
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], tolerance * std::max(1.0, std::abs(b[i]))) << i;
}

// Through the map and back: what the model writes is what it was given.
void expect_loaded(nn::ModuleRef net, const State& theirs, const nn::WeightMap& map) {
  const nn::LoadReport report = nn::load_weights(net, theirs, {.map = map});
  EXPECT_TRUE(report.complete() && report.ignored.empty());
  const State written = nn::weights(net, {.map = map});
  EXPECT_EQ(written.arrays.size(), theirs.arrays.size());
  for (const auto& [name, array] : theirs.arrays) {
    const auto found = written.arrays.find(name);
    ASSERT_NE(found, written.arrays.end()) << name;
    EXPECT_EQ(found->second.shape(), array.shape()) << name;
    EXPECT_EQ(found->second.to_vector(), array.to_vector()) << name;
  }
  nn::eval(net);
}

// The model in f32 and in f64 gives what Python's gives; `call` makes the outputs of the inputs, whose dtype it is told.
template <class Net, class F>
void expect_outputs(Net& net, const Safetensors& file, F call) {
  const NoGrad guard;
  for (const Dtype dtype : {f32, f64}) {
    nn::to(net, dtype);
    const std::string y = dtype == f32 ? "y32" : "y";
    const std::vector<Tensor> outputs = call(dtype);
    for (std::size_t i = 0; i < outputs.size(); ++i)
      expect_near(outputs[i], file.arrays.at(outputs.size() == 1 ? y : text(y, ".", i)), dtype == f32 ? 1e-5 : 1e-12);
  }
}

TEST(CommonModels, ResNetsAreTorchvisions) {
  for (auto [name, options] : {std::pair{"resnet18", models::resnet18}, {"resnet34", models::resnet34}, {"resnet50", models::resnet50}}) {
    SCOPED_TRACE(name);
    const Safetensors file = golden(name);
    options.width = 8, options.classes = 10;
    models::ResNet net = models::resnet(options);
    expect_loaded(net, invented::state_of(file), {});
    expect_outputs(net, file, [&](Dtype dtype) { return std::vector{net(Tensor(file.arrays.at("x")).to(dtype))}; });
  }
}

TEST(CommonModels, Gpt2IsHuggingFaces) {
  const Safetensors file = golden("gpt2");
  State theirs = invented::state_of(file);
  theirs.arrays.at("lm_head.weight") = theirs.arrays.at("transformer.wte.weight");
  models::Gpt2 net = models::gpt2({.words = 37, .context = 16, .width = 12, .layers = 2, .heads = 3});
  expect_loaded(net, theirs, models::gpt2_map());

  State headed = theirs;
  headed.arrays.erase("transformer.wte.weight");               // files have one of the two: these are tied
  nn::load_weights(net, headed, {.map = models::gpt2_map()});
  theirs.arrays.erase("lm_head.weight");
  theirs.arrays["transformer.h.0.attn.bias"] = Array::zeros({1, 1, 16, 16}, u8);
  nn::load_weights(net, theirs, {.map = models::gpt2_map()});
  State alone;
  alone.add("", theirs.part("transformer."));
  nn::load_weights(net, alone, {.map = models::gpt2_map("")});
  alone.arrays.erase("wte.weight");
  EXPECT_THAT(message_of([&] { nn::load_weights(net, alone, {.map = models::gpt2_map("")}); }), testing::HasSubstr("missing words.weight"));
  expect_outputs(net, file, [&](Dtype) { return std::vector{net(Tensor(file.arrays.at("x")))}; });
}

TEST(CommonModels, BertIsHuggingFaces) {
  const Safetensors file = golden("bert");
  models::Bert net = models::bert({.words = 37, .context = 16, .width = 12, .layers = 2, .heads = 3, .inner = 20});
  expect_loaded(net, invented::state_of(file), models::bert_map());
  const Tensor padding = file.arrays.at("padding");
  expect_outputs(net, file, [&](Dtype dtype) {
    const auto [rows, whole] = net(file.arrays.at("x"), file.arrays.at("kinds"), padding);
    return std::vector{rows * unsqueeze(logical_not(padding), -1).to(dtype), whole};
  });
}

TEST(CommonModels, LlamaIsHuggingFaces) {
  const Safetensors file = golden("llama");
  const models::LlamaOptions options{.words = 37, .width = 16, .layers = 2, .heads = 4, .key_heads = 2, .inner = 24};
  models::Llama net = models::llama(options);
  expect_loaded(net, invented::state_of(file), models::llama_map());
  expect_outputs(net, file, [&](Dtype) { return std::vector{net(file.arrays.at("x"))}; });

  // Meta's own files have each head's rotary pairs side by side.
  nn::to(net, f32);
  const State meta = nn::weights(net, {.map = models::llama_map_of_meta(options)});
  const Array ours = net.blocks[1].key.weight.value(), theirs = meta.arrays.at("layers.1.attention.wk.weight");
  for (std::int64_t head = 0; head < 2; ++head)
    for (std::int64_t i = 0; i < 4; ++i) EXPECT_EQ(ours.at({head * 4 + i, 5}), theirs.at({head * 4 + i % 2 * 2 + i / 2, 5}));
  models::Llama other = models::llama(options);
  expect_loaded(other, meta, models::llama_map_of_meta(options));
  expect_outputs(other, file, [&](Dtype) { return std::vector{other(file.arrays.at("x"))}; });
}

}  // namespace models_test
