#include <gradus/nn/onnx/export_onnx.h>

#include <filesystem>

#include <gmock/gmock.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/index.h>
#include <gradus/autograd/ops/linalg.h>
#include <gradus/autograd/ops/loss.h>
#include <gradus/autograd/ops/mask.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/nn/layers/batch_norm.h>
#include <gradus/nn/layers/dropout.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/layers/recurrent.h>
#include <gradus/nn/model/sequential.h>
#include <gradus/nn/onnx/internal/model_file.h>
#include <gradus/nn/onnx/onnx_model.h>
#include <golden_values.h>

#include "message_of.h"
#include "nn/layers/table.h"
#include "temporary_folder.h"

namespace gradus::export_test {

using testing::AllOf, testing::ElementsAre, testing::HasSubstr, testing::UnorderedElementsAre;

struct Written {
  TemporaryFolder folder;
  std::string path() const { return (folder.path() / "net.onnx").string(); }
  template <class Net, class Samples>
  nn::onnx::Model of(const Net& net, const Samples& samples, const nn::OnnxExportOptions& options = {}) const {
    nn::export_onnx(path(), net, samples, options);
    return nn::onnx::read_model(path());
  }
};

std::vector<std::string> operators(const nn::onnx::Model& model) {
  std::vector<std::string> all;
  for (const auto& node : model.graph.nodes) all.push_back(node.op_type);
  return all;
}
std::vector<std::string> initializers(const nn::onnx::Model& model) {
  std::vector<std::string> all;
  for (const auto& each : model.graph.initializers) all.push_back(each.name);
  return all;
}
std::string dimensions(const nn::onnx::ValueInfo& info) {
  std::string all;
  for (const auto& d : *info.shape) all += (all.empty() ? "" : " ") + (d.name.empty() ? std::to_string(d.size) : d.name);
  return all;
}

struct Net {
  nn::Linear fc1{4, 8}, fc2{8, 3};
  nn::Dropout dropout{0.5};
  Tensor operator()(const Tensor& x) const { return fc2(dropout(relu(fc1(x)))); }
};

TEST(OnnxExport, WritesWeightsByTheirNamesAndABatchOfAnySize) {
  Net net;
  const nn::onnx::Model model = Written().of(net, randn({2, 4}), {.input_names = {"x"}, .output_names = {"y"}});
  EXPECT_THAT(operators(model), ElementsAre("Gemm", "Relu", "Gemm"));
  EXPECT_THAT(initializers(model), UnorderedElementsAre("fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"));
  EXPECT_EQ(model.graph.inputs[0].name, "x");
  EXPECT_EQ(dimensions(model.graph.inputs[0]), "batch 4");
  EXPECT_EQ(model.graph.outputs[0].name, "y");
  EXPECT_EQ(dimensions(model.graph.outputs[0]), "batch 3");
  EXPECT_EQ(model.opsets[0].version, 17);
  EXPECT_TRUE(net.dropout.training) << "the model is as before";
  EXPECT_EQ(dimensions(Written().of(net, randn({2, 4}), {.dynamic_batch = false}).graph.inputs[0]), "2 4");
}

// What a model makes of a batch of other size than the sample's, through a file.
template <class Net>
void expect_same_through_a_file(const Net& net, const Tensor& sample, const Tensor& x) {
  const Written written;
  nn::export_onnx(written.path(), net, sample);
  const Tensor ours = net(x), theirs = nn::load_onnx(written.path())(x);
  ASSERT_EQ(ours.shape(), theirs.shape());
  const auto a = ours.value().to_vector(), b = theirs.value().to_vector();
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-5) << i;
}

struct SizesOfTheBatch {
  nn::Linear fc{6, 4};
  Tensor operator()(const Tensor& x) const {
    const std::int64_t n = x.dim(0);
    const Tensor y = reshape(fc(reshape(x, {n * 2, 6})), {n, 2, 2, 2});                    // n·2 rows, and several sizes at once
    const Tensor state = zeros({n, 1, 1, 2}) + 1.0;
    return cat({expand(sum(y, 1, true), {n, 3, 2, 2}), y + state, slice(y, 1, 0, 1)}, 1);
  }
};
TEST(OnnxExport, SizesThatFollowTheBatchAreComputed) {
  manual_seed(1);
  const SizesOfTheBatch net;
  expect_same_through_a_file(net, randn({1, 12}), randn({5, 12}));
}

struct Looks {   // in ways that hang from the numbers
  int way = 0;
  Tensor operator()(const Tensor& x) const {
    const double first = x.value().at({0, 0});
    if (way == 0) return x * first;
    if (way == 1) return first > 0.5 ? relu(x) : square(x);
    return index(x, {first > 0.5 ? 0 : 1});
  }
};
TEST(OnnxExport, WhatHangsFromTheNumbersOfTheSampleIsNoConstant) {
  const Tensor x = tensor({{0.9, 0.1}, {0.2, 0.0}});
  const auto message = [&](int way) { return message_of([&] { Written().of(Looks{way}, x, {.dynamic_batch = false}); }); };
  EXPECT_THAT(message(0), AllOf(HasSubstr("mul"), HasSubstr("sample")));
  EXPECT_THAT(message(1), AllOf(HasSubstr("relu"), HasSubstr("square")));
  EXPECT_THAT(message(2), HasSubstr("index"));
}

// What is chosen by a mask is another number of elements for each input.
struct Selects {
  int way = 0;
  Tensor operator()(const Tensor& x) const {
    const Tensor chosen = way == 0 ? masked_select(x, x > 0.2) : index(x, {x > 0.2});
    return way < 2 ? sum(square(chosen)) + mean(chosen) : reshape(chosen, {chosen.size(), 1});
  }
};
struct Loses {
  int way = 0;
  Tensor operator()(const Tensor& x) const {
    const Tensor t = sigmoid(x * 2.0), p = sigmoid(x);
    switch (way) {
      case 0: return mse_loss(x, t);
      case 1: return l1_loss(x, t, Reduction::sum);
      case 2: return huber_loss(x * 3.0, t, {.reduction = Reduction::none, .delta = 0.5});
      case 3: return smooth_l1_loss(x * 3.0, t, {.beta = 0.25});
      case 4: return bce_with_logits(x * 50.0, t);
      default: return binary_cross_entropy(where(x > 1.0, 1.0, p), t, {.weight = x});
    }
  }
};
TEST(OnnxExport, LossesAndSelectionsHoldForOtherNumbers) {
  manual_seed(3);
  const Tensor sample = randn({2, 4}), x = randn({5, 4});
  for (int way = 0; way < 6; ++way) expect_same_through_a_file(Loses{way}, sample, x);
  for (int way = 0; way < 2; ++way) expect_same_through_a_file(Selects{way}, sample, x);
  EXPECT_THAT(message_of([&] { Written().of(Selects{2}, sample); }), AllOf(HasSubstr("reshape"), HasSubstr("mask has selected")));
  const auto scores = [](std::span<const Tensor> in) {
    return std::vector<Tensor>{cross_entropy(in[0], in[1], {.ignore_index = 1}), cross_entropy(in[0], in[1], {.label_smoothing = 0.1})};
  };
  const Written written;
  const std::vector<Tensor> both{sample, tensor({0, 2}, i64)};
  nn::export_onnx(written.path(), Net{}, both, scores);
  const nn::onnx::Model model = nn::onnx::read_model(written.path());
  EXPECT_EQ(model.graph.nodes[0].op_type, "SoftmaxCrossEntropyLoss");
  EXPECT_EQ(std::get<std::int64_t>(model.graph.nodes[0].attributes[1].value), 1);
}

// x [N, T, 3], and states from it: a direction and a layer go on from h_0, so that the projection's first step has a state that is given.
struct Projects {
  int way = 0;
  nn::LSTM rnn{3, 6, {.num_layers = 2, .batch_first = true, .bidirectional = true, .proj_size = 2}};
  Tensor operator()(const Tensor& x) const {
    nn::LSTMStart start;
    if (way > 0) {
      const Tensor h = transpose(slice(x, 1, 0, 4), 0, 1);
      start = {.h_0 = slice(h, 2, 0, 2), .c_0 = cat({h, h * 2.0}, 2)};
    }
    if (way == 2) start.lengths = {2, 5, 4};
    const auto [y, h, c] = rnn(x, start);
    return cat({flatten(y), flatten(h), flatten(c)}, 0);
  }
};
TEST(OnnxExport, AnLSTMWithAProjectionIsSaidByOneWithoutIt) {
  manual_seed(4);
  for (int way = 0; way < 2; ++way) {
    const Projects net{.way = way};
    expect_same_through_a_file(net, randn({3, 5, 3}), randn({4, 5, 3}));
    const auto all = initializers(Written().of(net, randn({3, 5, 3})));
    EXPECT_THAT(all, testing::Contains("rnn.weight_hr_l1_reverse"));
    EXPECT_THAT(operators(Written().of(net, randn({3, 5, 3}))), testing::Contains("LSTM").Times(4));
  }
  const Projects packed{.way = 2};
  const Tensor sample = randn({3, 5, 3}), x = randn({3, 5, 3});
  const Written written;
  nn::export_onnx(written.path(), packed, sample, {.dynamic_batch = false});
  EXPECT_TRUE(allclose(packed(x), nn::load_onnx(written.path())(x), 1e-5, 1e-6));
}

struct Hard {
  Tensor operator()(const Tensor& x) const { return cat({hardsigmoid(x), hardswish(x)}, 1); }
};
TEST(OnnxExport, WhatIsNoF32IsNoAttributeInF64) {
  const Tensor x = reshape(linspace(-4, 4, 20, f64), {5, 4});
  const Written written;
  EXPECT_THAT(operators(written.of(Hard{}, x)), testing::Not(testing::Contains(testing::AnyOf("HardSigmoid", "HardSwish"))));
  EXPECT_TRUE(allclose(nn::load_onnx(written.path())(x), Hard{}(x), 0, 1e-15));
  EXPECT_THAT(operators(written.of(Hard{}, x.to(f32))), ElementsAre("HardSigmoid", "HardSwish", "Concat"));
}

struct Inverts {
  Parameter weight{Array::full({2, 2}, 0.5)};
  Tensor operator()(const Tensor& x) const {
    return nn::call(*this, [&] { return matmul(linalg::inv(matmul(transpose(x), x) + weight), transpose(x)); }, x);
  }
};
struct Outer {
  nn::Linear fc{2, 2};
  Inverts inner;
  Tensor operator()(const Tensor& x) const { return inner(fc(x)); }
};
TEST(OnnxExport, WhatOnnxCannotSayIsNamedWithItsLayer) {
  manual_seed(2);
  EXPECT_THAT(message_of([] { Written().of(Outer{}, randn({3, 2})); }),
              AllOf(HasSubstr("inv in \"inner\""), HasSubstr("decomposition")));
  EXPECT_THAT(message_of([] { Written().of(Net{}, randn({2, 4}), {.opset = 16}); }), HasSubstr("17 to 20, not 16"));
  EXPECT_THAT(message_of([] { Written().of(Net{}, randn({2, 4}), {.input_names = {"a", "b"}}); }), HasSubstr("input_names"));
  EXPECT_THAT(message_of([] { Written().of(Net{}, randn({4}), {.batch_axis = 1}); }), HasSubstr("batch_axis"));
}

// Every layer, exported and read again. Rows that one of both does not know are counted, so that none falls out unseen.
TEST(OnnxExport, EveryLayerIsTheSameWhenItIsReadAgain) {
  const std::map<std::string, Array>& golden = golden_values("layers");
  std::vector<std::string> refused, unread, different;
  const Written written;
  for (const LayerRow& row : layer_table()) {
    const std::string at = row.golden + (golden.contains(row.golden + ".eval.y0") ? ".eval.x" : ".train0.x");
    Tensors x;
    for (auto i = golden.find(at + "0"); i != golden.end(); i = golden.find(at + std::to_string(x.size())))
      x.push_back(is_floating(i->second.dtype()) ? Tensor(i->second).to(f32) : Tensor(i->second));
    if (x.empty()) continue;
    auto layer = row.make();
    nn::to(*layer, f32), nn::eval(*layer);
    const auto call = [&](std::span<const Tensor> given) { return (*layer)({given.begin(), given.end()}); };
    try {
      nn::export_onnx(written.path(), *layer, x, call, {.dynamic_batch = row.batch >= 0, .batch_axis = std::max(row.batch, 0)});
    } catch (const ValueError&) {
      refused.push_back(row.golden);
      continue;
    }
    try {
      const nn::OnnxModel read = nn::load_onnx(written.path());
      std::vector<nn::OnnxValue> inputs;
      for (std::size_t i = 0; i < read.input_names().size(); ++i) inputs.push_back({read.input_names()[i], x[i]});
      const nn::OnnxValues theirs = read(std::span<const nn::OnnxValue>(inputs));
      std::size_t k = 0;
      for (const Tensor& y : (*layer)(x)) {
        if (!y.defined()) continue;
        const Tensor& other = (theirs.begin() + k++)->value;
        const bool same = y.shape() == other.shape() && allclose(y.detach().to(f64), other.detach().to(f64), 1e-4, 1e-5, true);
        if (!same) different.push_back(row.golden);
      }
    } catch (const Error& error) {
      unread.push_back(row.golden + ": " + error.what());
    }
  }
  EXPECT_THAT(different, ElementsAre());
  EXPECT_THAT(unread, testing::Each(HasSubstr("indices where the padding differs at both ends")));   // of max pooling with ceil_mode
  EXPECT_THAT(refused, UnorderedElementsAre("fractional_max_pool2d", "fractional_max_pool2d_ratio", "fractional_max_pool3d",
                                            "fractional_max_pool3d_ratio"));
}

}  // namespace gradus::export_test
