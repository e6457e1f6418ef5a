#include <gradus/data/read/jsonl.h>

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gradus/data/read/text.h>
#include <message_of.h>
#include <temporary_folder.h>

namespace gradus::data::jsonl_test {

using ::testing::HasSubstr;

TEST(Jsonl, ReadsFields) {
  const TemporaryFolder folder;
  const std::string mark = "\xef\xbb\xbf",
                    lines = R"({"text": "a \u00e4\n", "label": 1, "x": 0.5, "more": {"deep": [1, {"label": 7}]}})"
                            "\r\n\n  \n"
                            R"({"x": null, "label": -2, "text": "12", "more": []})"
                            "\n"
                            R"({"label": 3, "x": 1, "text": ""})";
  const auto file = folder.write("x.jsonl", mark + lines);
  const Table t = read_jsonl(file, {{"text", as_text}, {"label", i64}, {"x", f32}});
  EXPECT_EQ(t.names(), (std::vector<std::string>{"text", "label", "x"}));
  EXPECT_EQ(t["text"].texts[0], "a ä\n");
  EXPECT_EQ(t["text"].texts[1], "12");
  EXPECT_EQ(t["label"].values.to_vector(), (std::vector<double>{1, -2, 3}));
  EXPECT_EQ(t["x"].values.dtype(), f32);
  EXPECT_TRUE(std::isnan(t["x"].values.at({1})));
  EXPECT_EQ(t["x"].missing.to_vector(), (std::vector<double>{0, 1, 0}));
  EXPECT_FALSE(t["text"].missing.defined());
}

TEST(Jsonl, FindsTypes) {
  const TemporaryFolder folder;
  const auto file = folder.write("x", R"({"i": 1, "f": 1, "b": true, "s": "1", "mixed": 1, "wide": 18446744073709551615}
{"i": 2, "f": 2.5, "b": false, "s": "x", "mixed": "a", "wide": 1}
{"i": 3, "b": true, "s": null, "mixed": false}
)");
  const Table t = read_jsonl(file);
  std::vector<std::string> types;
  for (const Column& c : t.columns()) types.push_back(text(c.name, ':', c.type));
  EXPECT_EQ(types, (std::vector<std::string>{"i:i64", "f:f64", "b:bool", "s:text", "mixed:text", "wide:text"}));
  EXPECT_EQ(t["mixed"].texts.get(0) + t["mixed"].texts.get(2), "1false");
  EXPECT_EQ(t["wide"].texts[0], "18446744073709551615");
  EXPECT_EQ(t["s"].missing.to_vector(), (std::vector<double>{0, 0, 1}));
  JsonlReader reader(file, {{"s", as_category}, {"i"}}, {.unknown_code = -1});
  EXPECT_EQ(reader.next(2)->tensor({"s", "i"}, i64).value().to_vector(), (std::vector<double>{0, 1, 1, 2}));
  EXPECT_EQ(reader.next(2)->tensor({"s", "i"}, i64).value().to_vector(), (std::vector<double>{-1, 3}));
  EXPECT_FALSE(reader.next(2));
  EXPECT_EQ(read_jsonl(folder.write("none", "")).rows(), 0);
}

TEST(Jsonl, NamesTheLine) {
  const TemporaryFolder folder;
  const struct {
    std::string file;
    const char* error;
    std::vector<ColumnSpec> fields = {};
  } cases[] = {
      {"{\"a\":1}\n{\"a\":1,}\n", "line 2, column 8: no valid JSON"},
      {"{\"a\":1}\n\n{\"a\":\"\xff\"}\n", "line 3, column 7: no valid JSON"},
      {"{\"a\":1} {}\n", "line 1, column 9: no valid JSON"},
      {"[1]\n", "line 1: no object"},
      {"{\"a\":1}\n7\n", "line 2: no object"},
      {"{\"a\":1,\"a\":2}\n", "line 1: field 'a' stands twice"},
      {"{\"a\":1}\n{\"a\":2,\"b\":{}}\n", "line 2: field 'b' is not in the first line; name the fields that are wanted"},
      {"{\"a\":{\"b\":1}}\n", "line 1: field 'a' is an object, which is no column"},
      {"{\"a\":[]}\n", "line 1: field 'a' is a list"},
      {"{\"b\":[]}\n", "line 1: field 'a' is missing", {{"a", i64}}},
      {"{\"a\":null}\n", "line 1: field 'a' is null", {{"a", i64}}},
      {"{\"a\":1.5}\n", "line 1: field 'a' is no i64", {{"a", i64}}},
      {"{\"a\":\"1\"}\n", "line 1: field 'a' '1' is no f64", {{"a", f64}}},
      {"{\"a\":256}\n", "line 1: field 'a' is no u8", {{"a", u8}}},
      {"{\"a\":\"z\"}\n", "is none of the categories given", {{"a", as_category, {"x"}}}},
      {"{\"a\":1,\"b\":" + std::string(5000, '[') + "\n", "line 1: nested more than 100 deep", {{"a", i64}}},
      {"{\"a\":NaN}\n", "no valid JSON"},
  };
  for (const auto& c : cases) EXPECT_THAT(message_of([&] { read_jsonl(folder.write("x", c.file), c.fields); }),
      HasSubstr(c.error)) << c.file.substr(0, 40);
  // Of blocks, too, whose first one was read again for the text in it.
  JsonlReader blocks(folder.write("x", "{\"a\":1}\n{\"a\":\"x\"}\n{\"b\":1}\n"));
  EXPECT_EQ(blocks.next(2)->columns()[0].texts.get(1), "x");
  EXPECT_THAT(message_of([&] { blocks.next(2); }), HasSubstr("line 3: field 'b' is not in the first line"));
  std::string wide = "{\"a\":0";
  for (int i = 0; i < 3000; ++i) wide += ",\"" + std::to_string(i) + "\":0";
  wide += "}\n";
  for (int i = 0; i < 3000; ++i) wide += "{}\n";
  EXPECT_THAT(message_of([&] { read_jsonl(folder.write("x", wide)); }), HasSubstr("name the fields that are wanted"));
  EXPECT_EQ(read_jsonl(folder.write("x", wide), {{"7", f64}}).rows(), 3001);
}

TEST(TextFile, IsCheckedToBeUtf8) {
  const TemporaryFolder folder;
  const std::string text = "\xef\xbb\xbf" "grüße\n";
  EXPECT_EQ(read_text(folder.write("x", text)), "grüße\n");
  EXPECT_EQ(read_text(folder.write("x", "")), "");
  const std::string large(700'001, 'x');
  EXPECT_EQ(read_text(folder.write("x", large)), large);
  EXPECT_THAT(message_of([&] { read_text(folder.write("x", large + "\xff")); }), HasSubstr("byte 700001: no UTF-8"));
  EXPECT_THAT(message_of([&] { read_text(folder.write("x", "\xef\xbb\xbf" "a\xed\xa0\x80")); }), HasSubstr("byte 4: no UTF-8"));
  EXPECT_THAT(message_of([&] { read_lines(folder.write("x", "a\n\nb\xc3")); }), HasSubstr("line 3, byte 4: no UTF-8"));
}

TEST(TextFile, HasLines) {
  const TemporaryFolder folder;
  const auto lines = [&](const std::string& text, const TextOptions& options = {}) {
    const Texts all = read_lines(folder.write("x", text), options);
    std::string out;
    for (std::int64_t i = 0; i < all.size(); ++i) out += "<" + std::string(all[i]) + ">";
    return out;
  };
  EXPECT_EQ(lines("a\nb\r\n\rc"), "<a><b><><c>");
  EXPECT_EQ(lines("a\n\n"), "<a><>");
  EXPECT_EQ(lines("a\n\nb\n", {.keep_empty_lines = false}), "<a><b>");
  EXPECT_EQ(lines(""), "");
  std::string many;
  for (int i = 0; i < 100'000; ++i) many += "line " + std::to_string(i) + "\r\n";
  const Texts all = read_lines(folder.write("x", many));
  ASSERT_EQ(all.size(), 100'000);
  EXPECT_EQ(all[99'999], "line 99999");
  EXPECT_EQ(all[43'210], "line 43210");
}

}  // namespace gradus::data::jsonl_test
