// Imported models: PyTorch's outputs, gradients as the same layers of ours have, copies, threads, and refusals at load.
#include <gmock/gmock.h>

#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/model/module.h>
#include <gradus/nn/model/state.h>
#include <gradus/nn/onnx/internal/model_file.h>
#include <gradus/nn/onnx/onnx_model.h>

#include <golden_values.h>
#include <message_of.h>
#include <temporary_folder.h>

namespace import_test {

using namespace gradus;
using nn::onnx::Dimension, nn::onnx::ElementType, nn::onnx::Model, nn::onnx::Node;
using ::testing::AllOf, ::testing::HasSubstr, ::testing::Not;

// x [batch, 2] → relu(x·w1ᵀ + b1)·w2ᵀ + b2, with the weights of two layers.
struct Net {
  nn::Linear hidden{2, 3, {.dtype = f64}}, output{3, 1, {.dtype = f64}};
  Tensor operator()(const Tensor& x) const { return output(relu(hidden(x))); }
};
Model model_of(const Net& net) {
  Model model;
  model.opsets = {{"", 17}};
  model.graph.inputs = {{"x", ElementType::f64, std::vector<Dimension>{"batch", 2}}};
  model.graph.outputs = {{"y", ElementType::f64, std::vector<Dimension>{"batch", 1}}};
  model.graph.initializers = {{"hidden.weight", net.hidden.weight.value()}, {"hidden.bias", net.hidden.bias.value()},
                              {"output.weight", net.output.weight.value()}, {"output.bias", net.output.bias.value()}};
  model.graph.nodes = {{"first", "Gemm", "", {"x", "hidden.weight", "hidden.bias"}, {"h"}, {{"transB", 1}}},
                       {"bend", "Relu", "", {"h"}, {"r"}},
                       {"last", "Gemm", "", {"r", "output.weight", "output.bias"}, {"y"}, {{"transB", 1}}}};
  return model;
}
nn::OnnxModel loaded(const Model& model, const nn::OnnxOptions& options = {}) {
  const TemporaryFolder folder;
  nn::onnx::write_model(folder / "m.onnx", model);
  return nn::load_onnx(folder / "m.onnx", options);
}
std::string refusal(const Model& model) {
  return message_of([&] { loaded(model); });
}

TEST(OnnxImport, GivesPyTorchsOutputs) {
  for (const std::string name : {"conv", "recurrent", "attention"}) {
    const nn::OnnxModel net = nn::load_onnx(std::string(GRADUS_GOLDEN "/onnx/") + name + ".onnx");
    const auto& golden = golden_values("onnx_values");
    EXPECT_TRUE(allclose(net(golden.at(name + ".x")), golden.at(name + ".y"), 1e-11, 1e-12)) << name;
  }
}

TEST(OnnxImport, TrainsLikeTheSameModelOfOurs) {
  Net ours;
  nn::OnnxModel theirs = loaded(model_of(ours));
  const Parameters a = nn::parameters(ours), b = nn::parameters(theirs);
  ASSERT_EQ(b.size(), 4u);
  const Tensor x = Array::from({1., -2., 0.5, 3.}, {2, 2});
  sum(square(ours(x))).backward();
  sum(square(theirs(x))).backward();
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].name, b[i].name);
    EXPECT_TRUE(allclose(a[i].leaf->gradient(), b[i].leaf->gradient(), 1e-14, 1e-14)) << a[i].name;
  }
}

TEST(OnnxImport, ACopyIsAModelOfItsOwn) {
  Net ours;
  nn::OnnxModel net = loaded(model_of(ours)), copy = net;
  const Tensor x = ones({1, 2}, f64), before = net(x);
  nn::State zero = nn::state(copy);
  for (auto& [name, array] : zero.arrays) array = Array::zeros(array.shape(), array.dtype());
  nn::load_state(copy, zero);
  EXPECT_EQ(copy(x).item(), 0);
  EXPECT_EQ(net(x).item(), before.item());
  const Counted<Leaf> leaf = nn::parameters(copy)[0].leaf;
  copy = net;
  EXPECT_EQ(nn::parameters(copy)[0].leaf.get(), leaf.get()) << "an optimizer's parameters stay";
  EXPECT_EQ(copy(x).item(), before.item());
}

TEST(OnnxImport, IsCalledBySeveralThreads) {
  const nn::OnnxModel net = loaded(model_of(Net{}));
  const Tensor x = ones({5, 2}, f64), wanted = net(x);
  std::vector<std::thread> threads;
  std::vector<int> same(4);
  for (std::size_t i = 0; i < same.size(); ++i) threads.emplace_back([&, i] { same[i] = allclose(net(x), wanted, 0, 0); });
  for (std::thread& t : threads) t.join();
  EXPECT_THAT(same, testing::Each(1));
}

TEST(OnnxImport, CallsAreCheckedAgainstTheFile) {
  const nn::OnnxModel net = loaded(model_of(Net{}));
  const Tensor x = ones({4, 2}, f64);
  EXPECT_EQ(net({{"x", x}})["y"].shape(), (Shape{4, 1}));
  EXPECT_THAT(message_of([&] { net({{"x", x}})["z"]; }), HasSubstr("no output \"z\"; there are y"));
  EXPECT_THAT(message_of([&] { net({{"z", x}}); }), HasSubstr("no input \"z\"; there are x"));
  EXPECT_THAT(message_of([&] { net({{"x", x}, {"x", x}}); }), HasSubstr("input \"x\" twice"));
  EXPECT_THAT(message_of([&] { net(x, x); }), HasSubstr("the model has 1 inputs, and 2 are given"));
  EXPECT_THROW(net(ones({4, 3}, f64)), ShapeError);
  EXPECT_THAT(message_of([&] { net(ones({2}, f64)); }), HasSubstr("input \"x\" is [2], which is not what the model takes: [batch, 2]"));
  EXPECT_THAT(message_of([&] { net(ones({4, 2})); }), HasSubstr("input \"x\" is f64 in this model, not f32"));
  std::ostringstream out;
  out << net;
  EXPECT_THAT(out.str(), AllOf(HasSubstr("ai.onnx 17"), HasSubstr("x [batch, 2] f64"), HasSubstr("4 parameters of 13 numbers"),
                               HasSubstr("Gemm x2")));
}

TEST(OnnxImport, ErrorsOfACallNameTheNode) {
  Model model = model_of(Net{});
  model.graph.inputs[0].shape.reset();
  const nn::OnnxModel net = loaded(model);
  EXPECT_THAT(message_of([&] { net(ones({4, 3}, f64)); }), HasSubstr("node \"first\" (Gemm): "));
}

// y = if known (relu of x, and then another If inside) else (-x)
TEST(OnnxImport, TakesTheBranchThatTheFileKnows) {
  using nn::onnx::Graph;
  const auto graph = [](std::vector<Node> nodes, const char* output) {
    Graph g;
    g.nodes = std::move(nodes);
    g.outputs = {{output, ElementType::f64, {}}};
    return g;
  };
  const auto branch = [](const char* name, Graph g) {
    nn::onnx::Attribute a;
    a.name = name, a.type = nn::onnx::Attribute::graph, a.value = std::make_shared<const Graph>(std::move(g));
    return a;
  };
  Graph twice = graph({{"d", "Mul", "", {"r", "two"}, {"inner"}, {}}}, "inner");
  twice.initializers = {{"two", Array::scalar(2, f64)}};
  Graph yes = graph({{"a", "Relu", "", {"x"}, {"r"}, {}},
                     {"b", "If", "", {"no"}, {"inner"}, {branch("then_branch", graph({}, "x")), branch("else_branch", twice)}}},
                    "inner");
  const auto model = [&](bool known) {
    Model m;
    m.opsets = {{"", 17}};
    m.graph.inputs = {{"x", ElementType::f64, std::vector<Dimension>{3}}};
    if (!known) m.graph.inputs.push_back({"yes", ElementType::boolean, std::vector<Dimension>{}});
    m.graph.outputs = {{"y", ElementType::f64, std::vector<Dimension>{3}}};
    if (known) m.graph.initializers = {{"yes", Array::scalar(1, boolean)}};
    m.graph.nodes = {{"no", "Constant", "", {}, {"no"}, {{"value", Array::scalar(0, boolean)}}},
                     {"if", "If", "", {"yes"}, {"y"},
                      {branch("then_branch", yes), branch("else_branch", graph({{"n", "Neg", "", {"x"}, {"r"}, {}}}, "r"))}}};
    return m;
  };
  const Tensor x = Array::from({1., -2., 3.}, {3});
  EXPECT_EQ(loaded(model(true))(x).value().to_vector(), (std::vector<double>{2, 0, 6}));
  EXPECT_THAT(refusal(model(false)), AllOf(HasSubstr("\"if\" (If)"), HasSubstr("graphs inside a node")));
  Model wrong = model(true);
  wrong.graph.nodes[1].outputs.push_back("z");
  EXPECT_THAT(refusal(wrong), HasSubstr("2 results of a branch that has 1"));
}

TEST(OnnxImport, ListsAllThatCannotBeRun) {
  Model model = model_of(Net{});
  model.graph.nodes[0].attributes.push_back({"unheard", 1});
  model.graph.nodes[1] = {"strange", "NonMaxSuppression", "", {"h"}, {"r"}};
  model.graph.nodes[2].domain = "com.microsoft";
  model.graph.nodes.push_back({"dead", "AlsoStrange", "", {"h"}, {"unused"}});
  EXPECT_THAT(refusal(model), AllOf(HasSubstr("3 nodes cannot be run"),
                                    HasSubstr("node \"first\" (Gemm): attribute \"unheard\" (INT) is not known"),
                                    HasSubstr("node \"strange\" (NonMaxSuppression): an operator that gradus does not run (ai.onnx 17)"),
                                    HasSubstr("node \"last\" (Gemm): operators of the domain \"com.microsoft\""), Not(HasSubstr("dead"))));
}

TEST(OnnxImport, RefusesBrokenGraphs) {
  const auto changed = [](auto change) {
    Model model = model_of(Net{});
    change(model);
    return refusal(model);
  };
  const auto rename = [](std::size_t node, std::vector<std::string> inputs) {
    return [=](Model& m) { m.graph.nodes[node].inputs = inputs; };
  };
  EXPECT_THAT(changed(rename(1, {"r"})), HasSubstr("node \"bend\" (Relu) takes \"r\", which only a node behind it makes"));
  EXPECT_THAT(changed(rename(0, {"y", "hidden.weight"})), HasSubstr("out of order, or in a circle"));
  EXPECT_THAT(changed(rename(0, {"x", "gone"})), HasSubstr("takes \"gone\", which is no input, no initialiser"));
  EXPECT_THAT(changed(rename(1, {})), HasSubstr("input 0 is missing"));
  EXPECT_THAT(changed(rename(1, {"h", "h"})), HasSubstr("2 inputs, at most 1"));
  EXPECT_THAT(changed([](Model& m) { m.graph.nodes[1].outputs = {"h"}; }), HasSubstr("makes \"h\", which something else makes, too"));
  EXPECT_THAT(changed([](Model& m) { m.graph.initializers.push_back(m.graph.initializers[0]); }), HasSubstr("two initialisers are named"));
  EXPECT_THAT(changed([](Model& m) { m.graph.outputs[0].name = "z"; }), HasSubstr("output \"z\" is made by nothing"));
  EXPECT_THAT(changed([](Model& m) { m.opsets = {{"", 99}}; }), HasSubstr("version 99 of ai.onnx; gradus runs 7 to"));
  EXPECT_THAT(changed([](Model& m) { m.graph.nodes[0].attributes = {{"transB", 1.5}}; }),
              HasSubstr("\"transB\" is FLOAT and should be INT"));
  EXPECT_THAT(changed([](Model& m) { m.opsets = {{"", 12}}, m.graph.nodes[1].op_type = "Mish"; }),
              HasSubstr("version 12 of ai.onnx, in which"));
}

TEST(OnnxImport, ComputesShapesWhileLoadingButNoLargeThings) {
  Model model = model_of(Net{});
  const Array two = Array::from({1, 1}, {2}), huge = Array::from({1L << 30, 1L << 5}, {2});
  model.graph.initializers.push_back({"two", two});
  model.graph.initializers.push_back({"huge", huge});
  model.graph.nodes.push_back({"sizes", "Add", "", {"two", "two"}, {"four"}});
  model.graph.nodes.push_back({"fill", "ConstantOfShape", "", {"four"}, {"filled"}, {{"value", Array::full({1}, 2, f64)}}});
  model.graph.nodes.push_back({"big", "ConstantOfShape", "", {"huge"}, {"bomb"}, {{"value", Array::full({1}, 2, f64)}}});
  model.graph.nodes.push_back({"sum", "ReduceSum", "", {"bomb"}, {"total"}});
  model.graph.outputs.push_back({"filled", ElementType::f64, std::nullopt});
  EXPECT_EQ(loaded(model)({{"x", ones({1, 2}, f64)}})["filled"].value().to_vector(), (std::vector<double>(4, 2)));
  std::ostringstream out;
  out << loaded(model);
  EXPECT_THAT(out.str(), HasSubstr("7 nodes, 3 of them steps of a call"));
  model.graph.outputs.push_back({"total", ElementType::f64, std::nullopt});
  EXPECT_NO_THROW(loaded(model)) << "only a call would make it";
  model.graph.initializers.back().value = Array::from({1L << 40, 1L << 40}, {2});
  EXPECT_THAT(refusal(model), HasSubstr("node \"big\" (ConstantOfShape): "));
}

TEST(OnnxImport, SmallFloatsAreReadAsF32IfAsked) {
  Model model = model_of(Net{});
  for (auto& tensor : model.graph.initializers) tensor.value = tensor.value.to(f16);
  model.graph.inputs[0].type = ElementType::f16;
  EXPECT_THAT(refusal(model), HasSubstr("is f16 or bf16, in which gradus does not compute; load_onnx(file, {.dtype = f32})"));
  const nn::OnnxModel net = loaded(model, {.dtype = f32});
  EXPECT_EQ(net(ones({1, 2})).dtype(), f32);
  EXPECT_THAT(message_of([&] { loaded(model, {.dtype = f16}); }), HasSubstr("load_onnx"));
}

}  // namespace import_test
