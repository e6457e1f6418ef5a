// .onnx files: what is written is read again; whatever is cut off, lies or leads elsewhere is refused, with its place.
#include <gmock/gmock.h>

#include <limits>
#include <string>
#include <vector>

#include <gradus/nn/onnx/internal/model_file.h>
#include <gradus/nn/onnx/internal/wire.h>

#include <message_of.h>
#include <temporary_folder.h>

namespace model_file_test {

using namespace gradus;
using namespace gradus::nn::onnx;
using ::testing::HasSubstr;

Model small_model() {
  Model model;
  model.opsets = {{"", 17}, {"our.domain", 3}};
  model.producer = "gradus";
  model.metadata = {{"key", "value"}};
  model.graph.inputs = {{"x", ElementType::f32, std::vector<Dimension>{"batch", 2}}, {"free", ElementType::i64, std::nullopt}};
  model.graph.outputs = {{"y", ElementType::f32, std::vector<Dimension>{}}};
  model.graph.initializers = {{"w", Array::from({1.f, -2.f, 0.5f, 4.f}, {2, 2})}, {"n", Array::from({1, -2}, {2})},
                              {"none", Array::zeros({0, 3})}};
  Graph inner;
  inner.name = "inner";
  inner.nodes.push_back({"", "Identity", "", {"a"}, {"b"}});
  Attribute with_graph;
  with_graph.name = "body";
  with_graph.type = Attribute::graph;
  with_graph.value = std::make_shared<const Graph>(inner);
  model.graph.nodes.push_back({"first", "Some", "our.domain", {"x", "", "w"}, {"", "y"},
                               {{"f", 0.5}, {"i", -3}, {"s", "text"}, {"t", Array::scalar(2, f64)}, {"fs", std::vector<float>{1, 2}},
                                {"is", std::vector<std::int64_t>{-1, 1L << 40}}, {"ss", std::vector<std::string>{"a", ""}}, with_graph}});
  return model;
}

TEST(OnnxFile, WhatIsWrittenIsReadAgain) {
  const std::string bytes = model_bytes(small_model());
  const Model back = parse_model(bytes);
  EXPECT_EQ(model_bytes(back), bytes);
  ASSERT_EQ(back.graph.nodes.size(), 1u);
  const nn::onnx::Node& node = back.graph.nodes[0];
  EXPECT_EQ(node.inputs, (std::vector<std::string>{"x", "", "w"}));
  EXPECT_EQ(node.domain, "our.domain");
  ASSERT_EQ(node.attributes.size(), 8u);
  EXPECT_EQ(std::get<std::int64_t>(node.attributes[1].value), -3);
  EXPECT_EQ(std::get<std::vector<std::int64_t>>(node.attributes[5].value)[1], 1L << 40);
  EXPECT_EQ(std::get<std::shared_ptr<const Graph>>(node.attributes[7].value)->nodes[0].op_type, "Identity");
  EXPECT_EQ(*back.graph.inputs[0].shape, (std::vector<Dimension>{"batch", 2}));
  EXPECT_FALSE(back.graph.inputs[1].shape.has_value());
  EXPECT_EQ(back.graph.outputs[0].shape->size(), 0u);
  EXPECT_EQ(back.graph.initializers[0].value.to_vector(), (std::vector<double>{1, -2, 0.5, 4}));
  EXPECT_EQ(back.graph.initializers[2].value.shape(), (Shape{0, 3}));
}

TEST(OnnxFile, EveryDtypeStandsForItself) {
  for (const Dtype dtype : {f32, f64, f16, bf16, i64, i32, i16, i8, u8, boolean}) {
    Model model = small_model();
    model.graph.initializers = {{"w", Array::from({1.f, 0.f, 1.f}, {3}).to(dtype)}};
    const Array back = parse_model(model_bytes(model)).graph.initializers[0].value;
    EXPECT_EQ(back.dtype(), dtype);
    EXPECT_EQ(back.to(f64).to_vector(), (std::vector<double>{1, 0, 1})) << dtype;
  }
}

TEST(OnnxFile, LargeTensorsMayStandInAFileBeside) {
  const TemporaryFolder folder;
  Model model = small_model();
  std::vector<float> many(700);
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = static_cast<float>(i);
  model.graph.initializers.push_back({"many", Array::from(many, {7, 100})});
  model.graph.initializers.push_back({"more", Array::from(many, {700})});
  write_model(folder / "m.onnx", model, {.external_data = true});
  EXPECT_EQ(folder.files(), 2u);
  const Model back = read_model(folder / "m.onnx");
  EXPECT_EQ(back.graph.initializers[4].value.to_vector()[699], 699);
  EXPECT_EQ(back.graph.initializers[3].value.shape(), (Shape{7, 100}));
  std::filesystem::resize_file(folder / "m.onnx.data", 5000);
  EXPECT_THAT(message_of([&] { read_model(folder / "m.onnx"); }), HasSubstr("tensor \"more\": bytes 4096"));
  std::filesystem::remove(folder / "m.onnx.data");
  EXPECT_THAT(message_of([&] { read_model(folder / "m.onnx"); }), HasSubstr("tensor \"many\": external data at \"m.onnx.data\""));
}

TEST(OnnxFile, ACutFileIsRefusedWherever) {
  Model model = small_model();
  model.opsets = {{"", 17}};
  model.metadata = {};   // so that the file ends with what it needs
  const std::string bytes = model_bytes(model);
  for (std::size_t n = 0; n < bytes.size(); ++n) EXPECT_THROW(parse_model(std::string_view(bytes).substr(0, n)), FileError) << n;
}

// A TensorProto with these fields in a model of nothing else.
template <class Fill>
std::string error_of_tensor(Fill fill, const std::string& folder = {}) {
  WireWriter tensor, graph, model, opset;
  tensor.text(8, "w");
  fill(tensor);
  graph.message(5, std::move(tensor));
  model.message(7, std::move(graph));
  opset.integer(2, 17);
  model.message(8, std::move(opset));
  std::string bytes;
  for (const auto& piece : model.pieces()) bytes += piece.bytes;
  return message_of([&] { parse_model(bytes, folder); });
}
void entry(WireWriter& tensor, const char* key, const std::string& value) {
  WireWriter both;
  both.text(1, key);
  both.text(2, value);
  tensor.message(13, std::move(both));
}

TEST(OnnxFile, TensorsThatLieAreRefused) {
  const auto of = [](std::vector<std::int64_t> dims, std::int64_t type, std::string_view raw) {
    return error_of_tensor([&](WireWriter& t) {
      t.integers(1, dims);
      t.integer(2, type);
      t.text(9, raw);
    });
  };
  EXPECT_EQ(of({2}, 1, "12345678"), "nothing was thrown");
  EXPECT_THAT(of({2}, 1, "1234567"), HasSubstr("tensor \"w\": [2] of FLOAT takes 8 bytes, and raw_data has 7"));
  EXPECT_THAT(of({1L << 40}, 1, "1234"), HasSubstr("raw_data has 4"));
  EXPECT_THAT(of({1L << 40, 1L << 40}, 1, ""), HasSubstr("exceeds 2^63"));
  EXPECT_THAT(of({0, 1L << 40, 1L << 40}, 1, ""), HasSubstr("exceeds 2^63"));
  EXPECT_THAT(of({-1}, 1, ""), HasSubstr("a dimension of -1"));
  EXPECT_THAT(of({1, 1, 1, 1, 1, 1, 1, 1, 1}, 1, "1234"), HasSubstr("9 dimensions"));
  EXPECT_THAT(of({1}, 8, ""), HasSubstr("gradus has no dtype for STRING"));
  EXPECT_THAT(of({1}, 77, "1234"), HasSubstr("is of type 77, which ONNX has not"));
  EXPECT_THAT(of({1}, 13, "\xff\xff\xff\xff\xff\xff\xff\xff"), HasSubstr("beyond the range of i64"));
  const auto listed = [](std::uint32_t list, std::vector<std::int64_t> numbers, std::int64_t type) {
    return error_of_tensor([&](WireWriter& t) {
      t.integer(1, static_cast<std::int64_t>(2));
      t.integer(2, type);
      t.integers(list, numbers);
    });
  };
  EXPECT_EQ(listed(5, {-128, 127}, 3), "nothing was thrown");
  EXPECT_THAT(listed(5, {-129, 0}, 3), HasSubstr("-129 is no number of 8 bits"));
  EXPECT_THAT(listed(5, {1}, 3), HasSubstr("[2] needs 2 elements, and int32_data has 1"));
  EXPECT_THAT(listed(7, {1, 2}, 3), HasSubstr("elements of INT8 stand in int32_data, not in int64_data"));
}

TEST(OnnxFile, ExternalDataStayInTheFolder) {
  const TemporaryFolder folder;
  folder.write("in.bin", "12345678");
  std::filesystem::create_directory(folder / "sub");
  std::filesystem::create_symlink(folder / "in.bin", folder / "sub" / "out.bin");
  const auto at = [&](const std::string& location, const char* offset = "0", const char* length = "8") {
    return error_of_tensor([&](WireWriter& t) {
      t.integer(1, 2);
      t.integer(2, 1);
      entry(t, "location", location);
      entry(t, "offset", offset);
      entry(t, "length", length);
      t.integer(14, 1);
    }, (folder / (location == "out.bin" ? "sub" : "")).string());
  };
  EXPECT_EQ(at("in.bin"), "nothing was thrown");
  for (const char* leaves : {"../in.bin", "/etc/passwd", "sub/../../in.bin", ""})
    EXPECT_THAT(at(leaves), HasSubstr("no place in the model's folder"));
  EXPECT_THAT(at("out.bin"), HasSubstr("a link that leads out of the model's folder"));
  EXPECT_THAT(at("missing"), HasSubstr("external data at \"missing\""));
  EXPECT_THAT(at("in.bin", "4"), HasSubstr("bytes 4 to 4 + 8"));
  EXPECT_THAT(at("in.bin", "18446744073709551615"), HasSubstr("which has 8"));
  EXPECT_THAT(at("in.bin", "-1"), HasSubstr("offset is \"-1\""));
  EXPECT_THAT(at("in.bin", "0", "4"), HasSubstr("external data of 4 bytes for [2] of F32, which takes 8"));
  EXPECT_THAT(error_of_tensor([](WireWriter& t) { t.integer(1, 2), t.integer(2, 1), entry(t, "location", "in.bin"), t.integer(14, 1); }),
              HasSubstr("this model is in memory"));
}

TEST(OnnxFile, NestingAndNumbersOfEntriesAreBounded) {
  Model model = small_model();
  for (int depth = 0; depth < 3; ++depth) {
    Attribute body;
    body.name = "body";
    body.type = Attribute::graph;
    body.value = std::make_shared<const Graph>(model.graph);
    model.graph = {};
    model.graph.nodes.push_back({"n", "If", "", {}, {"y"}, {body}});
  }
  const std::string bytes = model_bytes(model);
  EXPECT_NO_THROW(parse_model(bytes));
  EXPECT_THAT(message_of([&] { parse_model(bytes, {}, {.depth = 4}); }), HasSubstr("graphs within graphs, more than 4 deep"));
  EXPECT_THAT(message_of([&] { parse_model(bytes, {}, {.entries = 10}); }), HasSubstr("more than 10 nodes"));
}

}  // namespace model_file_test
