#include <gradus/data/read/csv.h>

#include <algorithm>
#include <clocale>
#include <cmath>
#include <cstring>
#include <random>

#include <zlib.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gradus/data/read/jsonl.h>
#include <gradus/data/stream/stream.h>
#include <message_of.h>
#include <temporary_folder.h>

namespace gradus::data::csv_test {

using ::testing::HasSubstr;

// "a:i64 1 2; b:text <x> _": columns, types, values, _ where something is missing; categories as their texts with codes.
std::string shown(const Table& table) {
  std::ostringstream out;
  for (const Column& c : table.columns()) {
    if (&c != &table.columns().front()) out << "; ";
    out << c.name << ':' << c.type;
    for (std::int64_t row = 0; row < c.size(); ++row) {
      out << ' ';
      if (c.missing.defined() && c.missing.at({row}) != 0) {
        out << '_';
        continue;
      }
      if (c.type == as_text) {
        out << '<' << c.texts[row] << '>';
      } else if (c.type == as_category) {
        const auto code = static_cast<std::int64_t>(c.values.at({row}));
        out << code << '<' << (code < 0 ? "?" : c.categories.at(static_cast<std::size_t>(code))) << '>';
      } else if (is_floating(c.type.dtype())) {
        out << c.values.at({row});
      } else {
        out << (c.type == ColumnType(i64) ? c.values.data<std::int64_t>()[row] : static_cast<std::int64_t>(c.values.at({row})));
      }
    }
  }
  return out.str();
}

struct Case {
  const char* name;
  std::string file;
  std::string table;
  CsvOptions options = {};
};

TEST(Csv, ReadsWhatItShould) {
  const TemporaryFolder folder;
  const Case cases[] = {
      {"whole numbers", "a,b\n1,-2\n+3,4\n", "a:i64 1 3; b:i64 -2 4"},
      {"one float makes floats", "a\n1\n2.5\n3\n", "a:f64 1 2.5 3"},
      {"floats of any writing", "a\n1.\n.5\n-1e3\n1E-2\ninf\n-Infinity\n 7 \n", "a:f64 1 0.5 -1000 0.01 inf -inf 7"},
      {"no number", "a\n1.5.2\n", "a:text <1.5.2>"},
      {"a sign alone, an e alone", "a,b,c\n-,e5,1e\n", "a:text <->; b:text <e5>; c:text <1e>"},
      {"truth", "a\ntrue\nFalse\nTRUE\n", "a:bool 1 0 1"},
      {"words that begin as truth does", "a,b\ntrue,trueish\nfalse,falsey\ntrue ,TRUE\n", "a:bool 1 0 1; b:text <trueish> <falsey> <TRUE>"},
      {"truth that is missing", "a,b\ntrue,true\nfalse,false\ntrue,x\n", "a:text _ <false> _; b:text _ <false> <x>", {.missing = {"true"}}},
      {"truth among numbers", "a\n1\ntrue\n", "a:text <1> <true>"},
      {"text after numbers", "a,b\n007,1\nx,2\n", "a:text <007> <x>; b:i64 1 2"},
      {"2^63", "a\n9223372036854775807\n9223372036854775808\n", "a:text <9223372036854775807> <9223372036854775808>"},
      {"2^63 among floats", "a\n9223372036854775808\n0.5\n", "a:f64 9.22337e+18 0.5"},
      {"missing whole numbers", "a,b\n1,x\n,\n3,NA\n", "a:f64 1 _ 3; b:text <x> _ _"},
      {"wide ones with a missing one", "a,b\n9007199254740993,1\n,1\n", "a:text <9007199254740993> _; b:i64 1 1"},
      {"nothing at all", "a,b\n,1\nNA,2\n", "a:f64 _ _; b:i64 1 2"},
      {"quoted nothing", "a,b\n\"\",1\nx,\"\"\n", "a:text <> <x>; b:f64 1 _"},
      {"quoted NA is text", "a\nx\n\"NA\"\nNA\n", "a:text <x> <NA> _"},
      {"a missing one first", "a\nNA\nx\n", "a:text _ <x>"},
      {"quotes", "a,b\n\"x,y\",\"he said \"\"no\"\"\"\n\"two\nlines\",z\"z\n", "a:text <x,y> <two\nlines>; b:text <he said \"no\"> <z\"z>"},
      {"quoted numbers", "a,b\n\"1\",\"2.5\"\n", "a:i64 1; b:f64 2.5"},
      {"CRLF", "a,b\r\n1,2\r\n3,4\r\n", "a:i64 1 3; b:i64 2 4"},
      {"CR", "a,b\r1,2\r\"x\ry\",4", "a:text <1> <x\ry>; b:i64 2 4"},
      {"no end of the last line", "a,b\n1,", "a:i64 1; b:f64 _"},
      {"empty lines", "\n\na\n\n1\n\r\n2\n\n", "a:i64 1 2"},
      {"BOM", "\xef\xbb\xbf" "a\n1\n", "a:i64 1"},
      {"header alone", "a,b", "a:i64; b:i64"},
      {"UTF-8", "größe,b\n1,日本\n", "größe:i64 1; b:text <日本>"},
      {"tabs", "a\tb\n1 \t x\n", "a:i64 1; b:text < x>", {.separator = '\t'}},
      {"blanks between", "a b\n1 2.5\n", "a:i64 1; b:f64 2.5", {.separator = ' '}},
      {"decimal comma", "a;b\n1,5;-2\n12345678901234567890123,5;3\n", "a:f64 1.5 1.23457e+22; b:i64 -2 3",
       {.separator = ';', .decimal = ','}},
      {"comments", "# first\na,b\n#\n1,2#\n", "a:i64 1; b:text <2#>", {.comment = '#'}},
      {"no header", "1,x\n2,y\n", "0:i64 1 2; 1:text <x> <y>", {.header = false}},
      {"names", "1,x\n", "n:i64 1; s:text <x>", {.header = false, .names = {"n", "s"}}},
      {"nothing and no header", "", "", {.header = false}},
      {"some columns", "a,b,c\n1,\"2\",3\n4,x,6\n", "c:i64 3 6; a:i64 1 4", {.columns = {"c", "a"}}},
      {"read again, some columns", "a,b,c\n1,2,3\nx,2,y\n", "c:text <3> <y>; b:i64 2 2; a:text <1> <x>", {.columns = {"c", "b", "a"}}},
      {"given types", "a,b,c,d\n1,2,0,4\n", "a:f32 1; b:u8 2; c:bool 0; d:text <4>",
       {.types = {{"a", f32}, {"b", u8}, {"c", boolean}, {"d", as_text}}}},
      {"a mask", "a,b\n1,true\n,\n", "a:i64 1 _; b:bool 1 _", {.types = {{"a", i64}, {"b", boolean}}, .mask_missing = true}},
      {"categories", "a\nred\nblue\nred\n", "a:category 1<red> 0<blue> 1<red>", {.types = {{"a", as_category}}}},
      {"by first sight", "a\nred\nblue\n", "a:category 0<red> 1<blue>", {.types = {{"a", as_category}}, .sort_categories = false}},
      {"given ones", "a\nb\nx\n\nc\nNA\n", "a:category 2<b> -1<?> 0<c> _", {.types = {{"a", as_category, {"c", "a", "b"}}},
          .unknown_code = -1}},
      {"known ones again", "a,b\nx,\n\"NA\",\nNA,\nx,\n\"NA\",\n\"x\",y\n",
       "a:category 1<x> 0<NA> _ 1<x> 0<NA> 1<x>; b:category 0<> 0<> 0<> 0<> 0<> 1<y>",
       {.types = {{"a", as_category}, {"b", as_category}}, .missing = {"NA"}, .unknown_code = -1}},
      {"of one beginning", "a\nab\nab\na\na\nabc\nabc\n", "a:category 1<ab> 1<ab> 0<a> 0<a> 2<abc> 2<abc>",
       {.types = {{"a", as_category}}}},
      {"categories of numbers", "a\n10\n9\n", "a:category 0<10> 1<9>", {.types = {{"a", as_category}}}},
      {"other missing ones", "a,b\n-999,?\n1,NA\n", "a:f64 _ 1; b:text _ <NA>", {.missing = {"-999", "?"}}},
      {"quotes that mean nothing", "a,b\n\"x,y\"\n", "a:text <\"x>; b:text <y\">", {.quote = '\0'}},
      {"as if it ended there", "a\n1\n2\nx\n", "a:i64 1 2", {.max_rows = 2}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    try {
      EXPECT_EQ(shown(read_csv(folder.write("x.csv", c.file), c.options)), c.table);
    } catch (const Error& e) {
      ADD_FAILURE() << e.what();
    }
  }
}

TEST(Csv, NamesLineAndColumn) {
  const TemporaryFolder folder;
  const Case cases[] = {
      {"nothing", "", "there is no row, not even a header"},
      {"longer", "a,b\n1,2\n1,2,3\n", "line 3 has more cells than the header, which has 2"},
      {"shorter", "a,b\n\"1\n\",2\n1\n", "line 4 has 1 cell, the header 2"},
      {"ragged without a header", "1,2\n1\n", "line 2 has 1 cell, the first row 2", {.header = false}},
      {"one name", "a,b,a\n1,2,3\n", "columns 1 and 3 have one name, 'a'"},
      {"not of its type", "a,b\n1,2\nä,x\n", "line 3, column 3 ('b'): 'x' is no i64", {.columns = {"b"}, .types = {{"b", i64}}}},
      {"a fraction", "a\n1.5\n", "'1.5' is no i64", {.types = {{"a", i64}}}},
      {"out of range", "a\n300\n", "'300' is no u8", {.types = {{"a", u8}}}},
      {"missing", "a\n\n1\nNA\n", "line 4, column 1 ('a'): 'NA' is missing", {.types = {{"a", i64}}}},
      {"behind a quoted line end", "a,b\n\"x\r\ny\",z\n", "line 3, column 4 ('b'): 'z' is no f64", {.types = {{"b", f64}}}},
      {"unknown category", "a\nx\ny\n", "line 3, column 1 ('a'): 'y' is none of the categories", {.types = {{"a", as_category, {"x"}}}}},
      {"open quote", "a\n1\n\"x\n2\n", "line 3, column 1: the quote that opens here is not closed"},
      {"goes on", "a\n\"x\"y\n", "line 2, column 4: a quoted cell goes on"},
      {"no UTF-8", "a,b\n1,x\xff\n", "line 2, column 3 ('b'): 'x\\xff' is no UTF-8"},
      {"UTF-16", std::string("\xff\xfe" "a\0\n\0", 6), "UTF-16"},
      {"no such column", "alpha,b\n1,2\n", "there is no column 'alpa', which columns asks for; did you mean \"alpha\"?",
          {.columns = {"alpa"}}},
      {"no such type", "a\n1\n", "which types asks for", {.types = {{"x", f64}}}},
      {"a long row", "a\n" + std::string(1'500'000, 'x') + "\n", "more than 500000 bytes without the end of a row",
          {.max_row_bytes = 500'000}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto file = folder.write("x.csv", c.file);
    const std::string message = message_of([&] { read_csv(file, c.options); });
    EXPECT_THAT(message, HasSubstr(c.table));
    EXPECT_THAT(message, HasSubstr("read_csv: " + std::string("\"") + file.string() + "\""));
  }
  const auto file = folder.write("x.csv", "a\n1\n");
  EXPECT_THROW(read_csv(file, {.separator = '1'}), ValueError);
  EXPECT_THROW(read_csv(file, {.separator = ';', .decimal = ';'}), ValueError);
  EXPECT_THROW(read_csv(file, {.names = {"a"}}), ValueError);
  EXPECT_THROW(read_csv(file, {.types = {{"a", as_category, {"x", "x"}}}}), ValueError);
  EXPECT_THROW(read_csv(file, {.types = {{"a", i64, {"x"}}}}), ValueError);
  EXPECT_THROW(read_csv(file, {.columns = {"a", "a"}}), ValueError);
  EXPECT_THROW(read_csv(folder / "none.csv"), FileError);
}

// Every digit counts: strtod knows (in the C locale, which tests run in).
TEST(Csv, NumbersAreExact) {
  const TemporaryFolder folder;
  std::mt19937_64 random(1);
  std::vector<std::string> texts{"9007199254740993", "0.1", "7.038531e-26", "1e23", "8.5e22", "2.2250738585072014e-308", "5e-324",
      "1e-400", "1e400",
                                 "-1e999999999999", "0.000000000000000000000000000001e30", "123456789012345678901234567890",
                                     "1.7976931348623159e308",
                                 "-0", "-0.0", "00000000000000000000000000001.5", "4503599627370497.5", "0e999999999", "12345678.12345678"};
  for (int i = 0; i < 3000; ++i) {
    char text[64];
    const std::uint64_t bits = random();
    double value;
    std::memcpy(&value, &bits, 8);
    if (!std::isfinite(value)) continue;
    const char* format[] = {"%.17g", "%.6g", "%.3f", "%.20e", "%.10f"};
    std::snprintf(text, sizeof text, format[i % 5], i % 5 == 2 || i % 5 == 4 ? std::ldexp(value, -std::ilogb(value) + i % 20) : value);
    texts.emplace_back(text);
  }
  for (int i = 0; i < 4000; ++i) {   // 16 to 20 digits, signs, half ways between two doubles and between two floats
    const std::uint64_t digits = random() >> (i % 12);
    std::string text = std::to_string(i % 3 == 0 ? (digits >> 40 << 40) + (std::uint64_t{1} << 39) : digits);
    text.insert(text.size() - static_cast<std::size_t>(i) % 19 % text.size(), ".");
    texts.push_back((i % 2 == 0 ? "-" : "") + text + (i % 5 == 0 ? "e" + std::to_string(i % 45 - 22) : ""));
  }
  std::string file = "a,b\n";
  for (const std::string& t : texts) file += t + "," + t + "\n";
  const Table table = read_csv(folder.write("x.csv", file), {.types = {{"a", f64}, {"b", f32}}});
  const double* a = table["a"].values.data<double>();
  const float* b = table["b"].values.data<float>();
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const double exact = std::strtod(texts[i].c_str(), nullptr);
    const float single = std::strtof(texts[i].c_str(), nullptr);
    EXPECT_TRUE(std::memcmp(&a[i], &exact, 8) == 0 && std::memcmp(&b[i], &single, 4) == 0) << texts[i] << ": " << a[i] << ", " << b[i];
  }
}

// Rows that lie across the ends of buffers, in a plain file and a gzipped one, whole and in blocks.
TEST(Csv, LongFilesAndBlocksAreTheSame) {
  const TemporaryFolder folder;
  std::string bytes = "n,x,text,kind\r\n";
  for (int i = 0; i < 12'000; ++i) {
    const std::string n = std::to_string(i), many(static_cast<std::size_t>(i % 70), 'x');
    bytes += n + "," + n + ".5,\"line " + n + "\r\n\"\"" + many + "\"\"\"," + (i % 3 == 0 ? "a" : "b") + "\r\n";
  }
  ASSERT_GT(bytes.size(), std::size_t{3} << 18);
  const auto plain = folder.write("x.csv", bytes);
  const std::string zipped = (folder / "x.csv.gz").string();
  const gzFile gz = gzopen(zipped.c_str(), "wb1");
  ASSERT_EQ(gzwrite(gz, bytes.data(), static_cast<unsigned>(bytes.size())), static_cast<int>(bytes.size()));
  gzclose(gz);
  const CsvOptions options{.types = {{"kind", as_category}}};
  for (const std::string& file : {plain.string(), zipped}) {
    const Table table = read_csv(file, options);
    ASSERT_EQ(table.rows(), 12'000);
    EXPECT_EQ(table["x"].values.at({11'999}), 11'999.5);
    EXPECT_EQ(table["text"].texts[71], "line 71\r\n\"x\"");
    CsvReader reader(file, options);
    std::int64_t row = 0, blocks = 0;
    while (const auto block = reader.next(1700)) {
      for (std::int64_t i = 0; i < block->rows(); ++i, ++row) {
        ASSERT_EQ((*block)["n"].values.data<std::int64_t>()[i], row);
        ASSERT_EQ((*block)["text"].texts[i], table["text"].texts[row]);
        ASSERT_EQ((*block)["kind"].values.data<std::int64_t>()[i], table["kind"].values.data<std::int64_t>()[row]);
      }
      ++blocks;
    }
    EXPECT_EQ(row, 12'000);
    EXPECT_EQ(blocks, 8);
    EXPECT_FALSE(reader.next(1));
  }
  EXPECT_THAT(message_of([&] { read_csv(zipped, {.max_bytes = 1000}); }), HasSubstr("more than the 1000 allowed"));
}

// Cells are searched sixteen bytes at a time: every length, what is no ASCII and what ends a line anywhere in it, and a broken one.
TEST(Csv, CellsOfEveryLength) {
  const TemporaryFolder folder;
  std::string file = "n,plain,quoted,kind\n";
  std::vector<std::string> plain, quoted;
  for (std::size_t i = 0; i < 140; ++i) {   // each length twice: its categories are new, then known
    const std::size_t n = i % 70 + 1;
    for (const std::size_t at : {std::size_t{0}, n / 2, n - 1}) {
      plain.push_back(std::string(at, 'x') + "\xc3\xa4" + std::string(n - at, 'y'));
      quoted.push_back(std::string(at, ',') + "\r\n" + std::string(n - at, 'y'));
      file += std::to_string(n) + "," + plain.back() + ",\"" + quoted.back() + "\"\"\"," + plain.back() + "\n";
    }
  }
  const Table table = read_csv(folder.write("x.csv", file), {.types = {{"kind", as_category}}});
  ASSERT_EQ(table.rows(), static_cast<std::int64_t>(plain.size()));
  const Column& kind = table["kind"];
  EXPECT_TRUE(std::is_sorted(kind.categories.begin(), kind.categories.end()));
  for (std::int64_t i = 0; i < table.rows(); ++i) {
    const auto row = static_cast<std::size_t>(i);
    ASSERT_EQ(table["plain"].texts[i], plain[row]);
    ASSERT_EQ(table["quoted"].texts[i], quoted[row] + "\"");
    ASSERT_EQ(kind.categories[static_cast<std::size_t>(kind.values.data<std::int64_t>()[i])], plain[row]);
  }
  EXPECT_THAT(message_of([&] { read_csv(folder.write("y.csv", file + "1,x,y,z\n2,x,\"y\xff\",z\n")); }),
              HasSubstr("line " + std::to_string(3 + 2 * plain.size()) + ", column 5 ('quoted'): 'y\\xff' is no UTF-8"));
}

TEST(Csv, LaterBlocksHaveTheTypesOfTheFirst) {
  const TemporaryFolder folder;
  const auto file = folder.write("x.csv", "a,b\n1,1\nx,2\n3,2.5\n");
  CsvReader reader(file);
  EXPECT_EQ(shown(*reader.next(2)), "a:text <1> <x>; b:i64 1 2");
  EXPECT_THAT(message_of([&] { reader.next(2); }), HasSubstr("line 4, column 3 ('b'): '2.5' is no i64"));
  CsvReader floats(file, {.types = {{"b", f64}}, .max_rows = 3});
  EXPECT_EQ(shown(*floats.next(2)), "a:text <1> <x>; b:f64 1 2");
  EXPECT_EQ(shown(*floats.next(2)), "a:text <3>; b:f64 2.5");
  EXPECT_FALSE(floats.next(2));
  EXPECT_THROW(floats.next(0), ValueError);
}

TEST(Csv, BlocksAreAStream) {
  static_assert(Stream<CsvBlocks> && Stream<JsonlBlocks>);
  const TemporaryFolder folder;
  const CsvBlocks blocks{folder.write("x.csv", "a\n1\n2\n3\n"), 2};
  for (int pass = 0; pass < 2; ++pass) {
    CsvBlocks::Reader reader = blocks.open();
    EXPECT_EQ(shown(*reader.next()), "a:i64 1 2");
    EXPECT_EQ(shown(*reader.next()), "a:i64 3");
    EXPECT_FALSE(reader.next());
  }
}

TEST(Csv, WhatIsWrittenReadsBack) {
  const TemporaryFolder folder;
  const double nan = std::nan("");
  Texts texts;
  for (const char* t : {"", "NA", " blank ", "a,b;\"c\"\r\n", "\xef\xbb\xbf"}) texts.add(t);
  Table table;
  table.add("x", Array::from({0.1, -1e300, nan, 5e-324, -0.0}, {5}))
      .add("f", Array::from({0.1f, 7.038531e-26f, 3e38f, -1.f, 16777217.f}, {5}))
      .add("n", Array::from({std::int64_t{1}, std::int64_t{-5}, INT64_MAX, INT64_MIN, std::int64_t{0}}, {5}))
      .add("yes,no", Array::from(std::vector<bool>{true, false, true, true, false}, {5}))
      .add("t", texts)
      .add(Column{.name = "c", .type = as_category, .values = Array::from({0, 1, 1, 0, 2}, {5}), .categories = {"z", "NA", "a"}});
  for (const char separator : {',', ';', '\t'}) {
    write_csv(folder / "x.csv", table, {.separator = separator});
    const Table back = read_csv(folder / "x.csv", {.separator = separator, .types = table.types()});
    for (const Column& c : table.columns()) {
      if (c.type == as_text) EXPECT_EQ(back[c.name].texts, c.texts);
      else EXPECT_EQ(std::memcmp(back[c.name].values.raw(), c.values.raw(), 5 * size_of(c.values.dtype())), 0) << c.name;
      EXPECT_EQ(back[c.name].categories, c.categories);
    }
  }
  // A row of one column is never an empty line.
  write_csv(folder / "y.csv", Table().add("x", Array::from({1., nan, 2.}, {3})));
  EXPECT_EQ(shown(read_csv(folder / "y.csv")), "x:f64 1 _ 2");
  EXPECT_THROW(write_csv(folder / "y.csv", Table()), ValueError);
  EXPECT_EQ(read_csv(folder / "y.csv").rows(), 3);
}

TEST(Table, PutsColumnsSideBySide) {
  const TemporaryFolder folder;
  const Table t = read_csv(folder.write("x.csv", "a,b,s,c\n1,0.5,x,u\n2,1.5,y,v\n"), {.types = {{"c", as_category}}});
  EXPECT_EQ(t.tensor({"b", "a"}).value().to_vector(), (std::vector<double>{0.5, 1, 1.5, 2}));
  EXPECT_EQ(t.tensor({"b", "a"}).dtype(), f32);
  EXPECT_EQ(t.tensor({"a", "c"}, i64).value().to_vector(), (std::vector<double>{1, 0, 2, 1}));
  EXPECT_EQ(t.tensor().shape(), (Shape{2, 3}));
  EXPECT_EQ(t.tensor(std::vector<std::string>{"a"}, f64).shape(), (Shape{2, 1}));
  EXPECT_THAT(message_of([&] { (void)t.tensor({"s"}); }), HasSubstr("column 's' holds texts; read it as_category"));
  EXPECT_THROW((void)t.tensor({"b"}, i64), DtypeError);
  EXPECT_THAT(message_of([&] { (void)t["B"]; }), HasSubstr("has no column 'B'; did you mean \"b\"?"));
  EXPECT_THROW(Table(t).add("a", Array::zeros({2})), ValueError);
  EXPECT_THROW(Table(t).add("z", Array::zeros({3})), ShapeError);
  EXPECT_THROW(Table(t).add("z", Array::zeros({2, 1})), ShapeError);
  EXPECT_EQ(t["s"].texts.get(1), "y");
  EXPECT_THROW(t["s"].texts.get(2), ValueError);
}

}  // namespace gradus::data::csv_test
