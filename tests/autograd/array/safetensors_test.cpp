#include <gradus/autograd/array/formats/safetensors.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gradus/autograd/base/internal/file.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/reduce.h>
#include <temporary_folder.h>

namespace gradus::safetensors_test {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

const std::string golden = GRADUS_GOLDEN "/safetensors.safetensors";

// A file with this header and these data.
std::string file_of(const std::string& header, std::size_t data_bytes = 0) {
  std::string bytes(8, '\0');
  for (int i = 0; i < 8; ++i) bytes[static_cast<std::size_t>(i)] = static_cast<char>(header.size() >> (8 * i));
  return bytes + header + std::string(data_bytes, '\0');
}
std::string error_of(const TemporaryFolder& folder, const std::string& bytes) {
  try {
    load_safetensors(folder.write("x.safetensors", bytes));
  } catch (const FileError& e) {
    return e.what();
  }
  return "no error";
}
std::string tensor(const std::string& name, const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return "\"" + name + R"(":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}";
}

TEST(Safetensors, ReadsWhatPythonWrote) {
  const Safetensors file = load_safetensors(golden);
  ASSERT_EQ(file.arrays.size(), 8u);
  EXPECT_EQ(file.metadata.at("made by"), "Python, \"safetensors\"");
  const Array& weight = file.arrays.at("weight");
  EXPECT_EQ(weight.dtype(), f32);
  EXPECT_EQ(weight.shape(), (Shape{2, 3}));
  EXPECT_THAT(weight.to_vector(), ElementsAreArray({-0.5, -0.25, 0., 0.25, 0.5, 0.75}));
  const auto bias = file.arrays.at("bias").span<double>();
  EXPECT_EQ(bias[0], std::numbers::pi);
  EXPECT_TRUE(std::signbit(bias[1]));
  EXPECT_TRUE(std::isinf(bias[2]));
  const auto steps = file.arrays.at("a.steps").span<std::int64_t>();
  EXPECT_THAT(steps, ElementsAre(std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()));
  EXPECT_THAT(file.arrays.at("image").span<std::uint8_t>(), ElementsAreArray({0, 127, 255}));
  EXPECT_THAT(file.arrays.at("mask").span<bool>(), ElementsAre(true, false, true));
  EXPECT_EQ(file.arrays.at("scalar").shape(), Shape{});
  EXPECT_EQ(file.arrays.at("scalar").item(), 2.5);
  EXPECT_EQ(file.arrays.at("empty").shape(), (Shape{3, 0, 2}));
  EXPECT_EQ(file.arrays.at("ünïcode \"quoted\"\n\x01").item(), 1);
}

TEST(Safetensors, NothingIsAFileToo) {
  const TemporaryFolder folder;
  save_safetensors(folder / "empty", {});
  EXPECT_EQ(read_file(folder / "empty"), file_of("{}      "));
  EXPECT_TRUE(load_safetensors(folder / "empty").arrays.empty());
}

TEST(Safetensors, EveryTruncationIsRefused) {
  const TemporaryFolder folder;
  const std::string bytes = read_file(golden);
  for (std::size_t n = 0; n < bytes.size(); ++n)
    EXPECT_THROW(load_safetensors(folder.write("x", bytes.substr(0, n))), FileError) << "at " << n << " of " << bytes.size() << " bytes";
  EXPECT_THAT(error_of(folder, bytes + '\0'), HasSubstr("1 bytes after the last tensor"));
}

// A changed byte may change a name, a value or a dtype of equal size, and nothing else.
TEST(Safetensors, NoChangedByteBreaksTheReader) {
  const TemporaryFolder folder;
  const std::string bytes = read_file(golden);
  const auto data_bytes = [](const Safetensors& s) {
    std::int64_t n = 0;
    for (const auto& [name, a] : s.arrays) n += a.size() * static_cast<std::int64_t>(size_of(a.dtype()));
    return n;
  };
  int loaded = 0, refused = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at)
    for (const char c : {'\0', '\x01', '"', '{', '}', '[', ']', ',', ':', '0', '9', '-', 'e', ' ', '\\', '\xff', '\x80',
                         static_cast<char>(bytes[at] ^ 1)}) {
      if (bytes[at] == c) continue;
      std::string changed = bytes;
      changed[at] = c;
      try {
        const Safetensors s = load_safetensors(folder.write("x", changed));
        EXPECT_EQ(s.arrays.size(), 8u) << at;
        EXPECT_EQ(data_bytes(s), 82) << at;
        ++loaded;
      } catch (const FileError&) {
        ++refused;
      }
    }
  EXPECT_GT(loaded, 1000);
  EXPECT_GT(refused, 5000);
}

TEST(Safetensors, NamesTheRuleAndTheTensor) {
  const TemporaryFolder folder;
  const auto header = [&](const std::string& inside, std::size_t data = 0) { return error_of(folder, file_of("{" + inside + "}", data)); };
  const std::string ok = tensor("w", "F32", "[2]", "[0,8]");
  EXPECT_EQ(header(ok, 8), "no error");

  EXPECT_THAT(header(tensor("w", "F128", "[2]", "[0,32]"), 32),
              HasSubstr("tensor 'w': dtype 'F128' is none of the format's, at byte 20 of the header"));
  EXPECT_THAT(header(tensor("w", "f32", "[2]", "[0,8]"), 8), HasSubstr("dtype 'f32' is none of the format's"));
  EXPECT_THAT(header(tensor("w", "F4", "[3]", "[0,2]"), 2), HasSubstr("F4 elements that do not fill their last byte"));
  EXPECT_THAT(header(ok + "," + ok, 8), HasSubstr("duplicate name 'w', at byte 59 of the header"));
  EXPECT_THAT(header(ok + "," + tensor("v", "F32", "[2]", "[4,12]"), 12), HasSubstr("tensor 'v': its data overlap"));
  EXPECT_THAT(header(ok + "," + tensor("v", "F32", "[2]", "[0,8]"), 8), HasSubstr("overlap"));
  EXPECT_THAT(header(ok + "," + tensor("v", "F32", "[0]", "[4,4]"), 8), HasSubstr("tensor 'v': its data overlap"));
  EXPECT_THAT(header(ok + "," + tensor("v", "F32", "[2]", "[12,20]"), 20), HasSubstr("tensor 'v': a hole before its data, bytes 8 to 12"));
  EXPECT_THAT(header(tensor("w", "F32", "[2]", "[4,12]"), 12), HasSubstr("a hole"));
  EXPECT_THAT(header(ok, 7), HasSubstr("truncated: the tensors take 8 bytes, the file has 7"));
  EXPECT_THAT(header(ok, 9), HasSubstr("1 bytes after the last tensor"));
  EXPECT_THAT(header("", 1), HasSubstr("1 bytes after"));
  EXPECT_THAT(header(tensor("w", "F32", "[2]", "[8,0]"), 8), HasSubstr("run backwards"));
  EXPECT_THAT(header(tensor("w", "F32", "[3]", "[0,8]"), 8), HasSubstr("F32 [3] takes 12 bytes but data_offsets [0, 8] hold 8"));
  EXPECT_THAT(header(tensor("w", "F32", "[2]", "[0]"), 8), HasSubstr("data_offsets must be two numbers"));
  EXPECT_THAT(header(tensor("w", "F32", "[2]", "[0,8,9]"), 8), HasSubstr("data_offsets must be two numbers"));
  EXPECT_THAT(header(tensor("w", "F32", "[4294967296,4294967296,4]", "[0,0]")), HasSubstr("exceeds 2^64"));
  EXPECT_THAT(header(tensor("w", "F32", "[0,4294967296,4294967296]", "[0,0]")), HasSubstr("exceeds 2^63"));
  EXPECT_THAT(header(tensor("w", "F32", "[18446744073709551615]", "[0,0]")), HasSubstr("exceeds 2^64"));
  EXPECT_THAT(header(tensor("w", "F32", "[18446744073709551616]", "[0,0]")), HasSubstr("not an integer"));
  EXPECT_THAT(header(tensor("w", "F32", "[2.0]", "[0,8]"), 8), HasSubstr("tensor 'w': a number that is not an integer"));
  EXPECT_THAT(header(tensor("w", "F32", "[-2]", "[0,8]"), 8), HasSubstr("negative"));
  EXPECT_THAT(header(tensor("w", "F32", "[1,1,1,1,1,1,1,1,2]", "[0,8]"), 8), HasSubstr("9 dimensions; gradus has at most 8"));
  EXPECT_THAT(header(tensor("w", "F32", "[[2]]", "[0,8]"), 8), HasSubstr("an array where none belongs"));
  EXPECT_THAT(header(tensor("w", "F32", "{}", "[0,8]"), 8), HasSubstr("an object where none belongs"));
  EXPECT_THAT(header(tensor("w", "F32", "null", "[0,8]"), 8), HasSubstr("a null"));
  EXPECT_THAT(header(tensor("w", "F32", "[2],\"shape\":[2]", "[0,8]"), 8), HasSubstr("tensor 'w': duplicate key at key 'shape'"));
  EXPECT_THAT(header(R"("w":{"dtype":"F32","shape":[2]})", 8), HasSubstr("tensor 'w': needs dtype, shape and data_offsets"));
  EXPECT_THAT(header(ok + R"(,"v":5)", 8), HasSubstr("tensor 'v': a number where none belongs"));
  EXPECT_THAT(header(R"("__metadata__":{"a":1})"), HasSubstr("__metadata__: a number where none belongs at key 'a'"));
  EXPECT_THAT(header(R"("__metadata__":{"a":"","a":""})"), HasSubstr("duplicate key at key 'a'"));
  EXPECT_THAT(header(R"("__metadata__":{},"__metadata__":{})"), HasSubstr("duplicate name '__metadata__'"));
  EXPECT_THAT(header("\"\xff\":{}"), HasSubstr("not valid JSON"));
  EXPECT_THAT(header(std::string("}\0", 2)), HasSubstr("a zero byte in the header"));
  EXPECT_THAT(error_of(folder, file_of("{} {}")), HasSubstr("not valid JSON"));
  EXPECT_THAT(error_of(folder, file_of("")), HasSubstr("does not start with '{'"));
  EXPECT_THAT(error_of(folder, file_of(std::string(100'000, '[') + std::string(100'000, ']'))), HasSubstr("does not start"));
  EXPECT_THAT(header("\"a\":" + std::string(100'000, '[')), HasSubstr("where none belongs"));
  EXPECT_THAT(error_of(folder, std::string(7, '\0')), HasSubstr("truncated: 7 bytes cannot hold"));
  EXPECT_THAT(error_of(folder, std::string(16, '\xff')), HasSubstr("exceeds 100000000; is this a safetensors file?"));
}

// Headers are read a piece at a time: nothing depends on where a piece ends.
TEST(Safetensors, LongHeadersAreReadInPieces) {
  const TemporaryFolder folder;
  const std::string w = tensor("w", "F32", "[2]", "[0,8]");
  for (const std::size_t blanks : {65'535u, 65'536u, 65'537u, 131'072u, 200'000u}) {
    const std::string before(blanks, ' ');
    EXPECT_EQ(error_of(folder, file_of(before + "{" + w + "}", 8)), "no error") << blanks;
    EXPECT_EQ(error_of(folder, file_of("{" + before + w + "}" + before, 8)), "no error") << blanks;
    EXPECT_THAT(error_of(folder, file_of(before)), HasSubstr("does not start with '{'"));
    EXPECT_THAT(error_of(folder, file_of(before + "[]")), HasSubstr("does not start with '{'"));
    EXPECT_THAT(error_of(folder, file_of("{" + w + "}" + before + std::string(1, '\0'), 8)), HasSubstr("a zero byte in the header"));
    EXPECT_THAT(error_of(folder, file_of("{" + w + "}" + before + "{}", 8)), HasSubstr("not valid JSON"));
    EXPECT_THAT(error_of(folder, file_of("{" + w + "," + before + w + "}", 8)),
                HasSubstr(text("duplicate name 'w', at byte ", 59 + blanks, " of the header")));
  }
  for (std::size_t at = 65'500; at < 65'560; ++at) {   // every character at the border once
    const std::string name(at, 'n');
    ASSERT_EQ(error_of(folder, file_of("{" + tensor(name, "F32", "[2]", "[0,8]") + "}", 8)), "no error") << at;
    ASSERT_TRUE(load_safetensors(folder / "x.safetensors").arrays.contains(name));
  }
}

// Names that begin alike, one with the other, or have any characters; data in another order.
TEST(Safetensors, EveryTensorIsFoundByItsName) {
  const TemporaryFolder folder;
  const std::vector<std::string> names{"layer.10.weight", "layer.1.weight", "layer.1.weigh", "layer.1", "layer.", "layer.1.weight.a",
                                       "layer.\xc3\xa9", "layer.z", "layer.\\u0001", "layer.\\u0000", "layer.\\u0000\\u0001",
                                       "layer.12345678", "layer.12345679"};
  const std::vector<std::pair<std::string, std::string>> escapes{{"\\u0000", std::string(1, '\0')}, {"\\u0001", "\1"}};
  for (const std::string prefix : {"", "x", "another.model."}) {
    std::string header;
    for (std::size_t i = 0; i < names.size(); ++i) {
      const std::size_t place = (i * 5 + 3) % names.size();
      header += (i ? "," : "{") + tensor(prefix + names[i], "U8", "[1]", text("[", place, ",", place + 1, "]"));
    }
    std::string bytes = file_of(header + "}");
    for (std::size_t place = 0; place < names.size(); ++place) bytes += static_cast<char>(place);
    const auto path = folder.write("x", bytes);
    const SafetensorsFile file(path);
    const Safetensors all = load_safetensors(path);
    ASSERT_EQ(all.arrays.size(), names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
      std::string name = prefix + names[i];
      for (const auto& [written, meant] : escapes)
        for (std::size_t at; (at = name.find(written)) != name.npos;) name.replace(at, written.size(), meant);
      const double value = static_cast<double>((i * 5 + 3) % names.size());
      EXPECT_EQ(file.load(name).item(), value) << name;
      EXPECT_EQ(all.arrays.at(name).item(), value) << name;
    }
    for (std::size_t i = 0; i < file.entries().size(); ++i) EXPECT_EQ(file.entries()[i].begin, i);
  }
}

// Two to three times a header's size, however it is made up.
TEST(Safetensors, HeadersTakeMemoryOfTheirOrder) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers take memory of their own";
#endif
  const TemporaryFolder folder;
  std::string many = "{";
  for (int i = 0; i < 400'000; ++i) many += tensor(text("t", i), "F32", "[0]", "[0,0]") + ",";
  many.back() = '}';
  const std::string one_text = "{\"__metadata__\":{\"k\":\"" + std::string(30'000'000, 'x') + "\"}}";
  for (const std::string& header : {many, one_text}) {
    const auto path = folder.write("x", file_of(header));
    std::fflush(nullptr);
    const pid_t child = fork();   // a process's peak only grows
    if (child == 0) {
      rusage before{}, after{};
      getrusage(RUSAGE_SELF, &before);
      const SafetensorsFile file(path);
      getrusage(RUSAGE_SELF, &after);
      const auto taken = static_cast<std::uint64_t>(after.ru_maxrss - before.ru_maxrss) * 1024;
      _exit(taken < 3 * header.size() ? 0 : 1 + static_cast<int>(taken * 10 / header.size()));
    }
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0) << "1 + how many tenths of the header";
  }
}

// What the reference reads (safetensors 0.8) without the format's text promising it.
TEST(Safetensors, ReadsWhatTheReferenceReads) {
  const TemporaryFolder folder;
  const std::string w = tensor("w", "F32", "[2]", "[0,8]"), open = w.substr(0, w.size() - 1);
  const std::string deep = std::string(125, '[') + std::string(125, ']'), deeper = '[' + deep + ']';
  for (const std::string& header :
       {"{\"__metadata__\":null," + w + "}", " \t\r\n{" + w + "} \n",
        "{" + open + R"(,"x":1,"y":{"dtype":[1,{"shape":null}]},"x":-1.5e3,"z":true,"__metadata__":"é"}})",
        "{" + open + ",\"x\":" + deep + "}}", std::string(R"({"w":{"d\u0074ype":"F\u00332","shape":[2],"data_offsets":[0,8]}})")}) {
    EXPECT_EQ(error_of(folder, file_of(header, 8)), "no error") << header;
    EXPECT_EQ(load_safetensors(folder / "x.safetensors").arrays.at("w").shape(), (Shape{2})) << header;
  }
  EXPECT_THAT(error_of(folder, file_of("{" + open + ",\"x\":" + deeper + "}}", 8)), HasSubstr("nested too deeply"));
  EXPECT_THAT(error_of(folder, file_of("{\"w\":null}")), HasSubstr("tensor 'w': a null where none belongs"));
  EXPECT_THAT(error_of(folder, file_of("{\"__metadata__\":null,\"__metadata__\":{}}")), HasSubstr("duplicate name '__metadata__'"));
  std::string truth = file_of("{" + tensor("m", "BOOL", "[3]", "[0,3]") + "}", 3);
  truth.back() = 2;
  EXPECT_THAT(load_safetensors(folder.write("m", truth)).arrays.at("m").span<bool>(), ElementsAre(false, false, true));
}

// Written by PyTorch: dtypes.safetensors has each dtype's values, and under "<name>.value" what PyTorch converts them to.
TEST(Safetensors, ReadsEveryDtypeExactly) {
  const SafetensorsFile file(GRADUS_GOLDEN "/dtypes.safetensors");
  const std::string_view own[] = {"F16", "BF16", "I32", "I16", "I8"};   // loaded as what they are, the others widened
  const auto upper = [](std::string_view name) {
    std::string out;
    for (const char c : name) out += static_cast<char>(std::toupper(c));
    return out;
  };
  int dtypes = 0;
  for (const SafetensorsEntry& e : file.entries()) {
    if (e.name.ends_with(".value")) continue;
    const Array mine = file.load(e.name), theirs = file.load(e.name + ".value");
    ASSERT_EQ(e.name, e.dtype);
    EXPECT_EQ(mine.dtype(), *e.loads_as);
    const bool ours = std::find(std::begin(own), std::end(own), e.dtype) != std::end(own);
    EXPECT_EQ(mine.dtype() == theirs.dtype(), !ours) << e.name;
    EXPECT_EQ(ours, e.dtype == name_of(mine.dtype()) || e.dtype == upper(name_of(mine.dtype()))) << e.name;
    EXPECT_EQ(mine.shape(), theirs.shape()) << e.name;
    const std::vector<double> a = mine.to_vector(), b = theirs.to_vector();
    for (std::size_t i = 0; i < a.size(); ++i) {
      EXPECT_TRUE(a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]))) << e.name << ' ' << i << ": " << a[i] << ", not " << b[i];
      EXPECT_TRUE(std::isnan(a[i]) || std::signbit(a[i]) == std::signbit(b[i])) << e.name << ' ' << i;
    }
    ++dtypes;
  }
  EXPECT_EQ(dtypes, 13);
}

TEST(Safetensors, EveryHalfIsTheNumberThatItsBitsSay) {
  const TemporaryFolder folder;
  std::string bytes = file_of("{" + tensor("h", "F16", "[65536]", "[0,131072]") + "}");
  for (int code = 0; code < 65536; ++code) (bytes += static_cast<char>(code)) += static_cast<char>(code >> 8);
  const Array halves = load_safetensors(folder.write("x", bytes)).arrays.at("h");
  ASSERT_EQ(halves.dtype(), f16);
  for (int code = 0; code < 65536; ++code) {
    const int exponent = code >> 10 & 31, mantissa = code & 1023;
    const double size = exponent == 0    ? std::ldexp(mantissa, -24)
                        : exponent < 31  ? std::ldexp(1024 + mantissa, exponent - 25)
                        : mantissa == 0  ? std::numeric_limits<double>::infinity()
                                         : std::numeric_limits<double>::quiet_NaN();
    const float expected = static_cast<float>(code & 0x8000 ? -size : size), got = halves.span<Half>()[static_cast<std::size_t>(code)];
    ASSERT_TRUE(got == expected || (std::isnan(got) && std::isnan(expected))) << code;
    ASSERT_TRUE(std::isnan(got) || std::signbit(got) == std::signbit(expected)) << code;
  }
}

TEST(Safetensors, AnOddTensorLeavesTheOthersReadable) {
  const TemporaryFolder folder;
  const std::string header = "{" + tensor("w", "F32", "[2]", "[0,8]") + "," + tensor("complex", "C64", "[1]", "[8,16]") + "," +
                             tensor("huge", "U64", "[1]", "[16,24]") + "," + tensor("nine", "F32", "[1,1,1,1,1,1,1,1,2]", "[24,32]") + "," +
                             tensor("four", "F4", "[16]", "[32,40]") + "," + tensor("wide", "F32", "[0,18446744073709551615]", "[40,40]") +
                             "}";
  std::string bytes = file_of(header, 40);
  bytes[bytes.size() - 17] = static_cast<char>(0x80);   // the highest byte of "huge": 2^63
  const auto path = folder.write("x", bytes);
  const SafetensorsFile file(path);
  ASSERT_EQ(file.entries().size(), 6u);
  EXPECT_THAT(file.load("w").to_vector(), ElementsAreArray({0, 0}));
  EXPECT_EQ(file.entry("complex").dtype, "C64");
  EXPECT_FALSE(file.entry("complex").loads_as.has_value());
  EXPECT_THAT(file.entry("nine").shape, ElementsAreArray({1, 1, 1, 1, 1, 1, 1, 1, 2}));
  EXPECT_EQ(file.bytes("huge").back(), std::byte{0x80});
  EXPECT_EQ(file.bytes("four").size(), 8u);
  EXPECT_TRUE(file.contains("four"));
  EXPECT_FALSE(file.contains("five"));
  const auto error = [](auto f) {
    try {
      f();
    } catch (const Error& e) {
      return std::string(e.what());
    }
    return std::string("no error");
  };
  EXPECT_THAT(error([&] { file.load("complex"); }), HasSubstr("tensor 'complex': gradus has no dtype for C64"));
  EXPECT_THAT(error([&] { file.load("four"); }), HasSubstr("gradus has no dtype for F4"));
  EXPECT_THAT(error([&] { file.load("huge"); }), HasSubstr("tensor 'huge': a U64 beyond the range of i64"));
  EXPECT_THAT(error([&] { file.load("nine"); }), HasSubstr("tensor 'nine': 9 dimensions; gradus has at most 8"));
  EXPECT_THAT(error([&] { file.load("wide"); }), HasSubstr("tensor 'wide': the shape's product exceeds 2^63"));
  EXPECT_THAT(error([&] { file.load("five"); }), HasSubstr("has no tensor 'five'"));
  EXPECT_THAT(error([&] { load_safetensors(path); }), HasSubstr("SafetensorsFile reads the other tensors"));
}

TEST(Safetensors, TheNumberOfThingsInAFileIsLimited) {
  const TemporaryFolder folder;
  const std::string header = "{\"__metadata__\":{\"a\":\"\",\"b\":\"\"}," + tensor("w", "F32", "[0]", "[0,0]") + "}";
  const auto path = folder.write("x", file_of(header));
  EXPECT_EQ(load_safetensors(path, {.max_entries = 3}).metadata.size(), 2u);
  try {
    load_safetensors(path, {.max_entries = 2});
    ADD_FAILURE();
  } catch (const FileError& e) {
    EXPECT_THAT(e.what(), HasSubstr("more than 2 tensors and metadata entries"));
    EXPECT_THAT(e.what(), HasSubstr("SafetensorsOptions::max_entries"));
  }
}

TEST(Safetensors, RefusesWhatIsNoFile) {
  const TemporaryFolder folder;
  EXPECT_THROW(load_safetensors(folder / "missing"), FileError);
  EXPECT_THROW(load_safetensors(folder.path()), FileError);
  EXPECT_THROW(load_safetensors("/dev/zero"), FileError);
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_THROW(load_safetensors(folder / "pipe"), FileError);   // and does not wait for a writer
}

}  // namespace gradus::safetensors_test
