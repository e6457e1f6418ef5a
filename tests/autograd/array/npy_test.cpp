#include <gradus/autograd/array/formats/npy.h>

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gradus/autograd/array/formats/internal/zip_reader.h>
#include <gradus/autograd/base/error.h>
#include <message_of.h>
#include <temporary_folder.h>

namespace gradus::npy_test {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string golden = GRADUS_GOLDEN "/npy/matrix.npy", no_error = "nothing was thrown";

std::string file_of(const std::string& header, const std::string& data, char version = 1) {
  std::string bytes = std::string("\x93NUMPY") + version + '\0';
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i) bytes += static_cast<char>(header.size() >> (8 * i));
  return bytes + header + data;
}
std::string error_of(const std::string& bytes) {
  static const TemporaryFolder folder;
  return message_of([&] { load_npy(folder.write("x.npy", bytes)); });
}
std::string of_header(const std::string& header, std::size_t bytes = 8) { return error_of(file_of(header, std::string(bytes, '\0'))); }

// Every array that NumPy wrote in rows and little endian, by version 1.
TEST(Npy, WritesWhatNumPyWrites) {
  const TemporaryFolder folder;
  const detail::ZipReader zip(GRADUS_GOLDEN "/npy/variants.npz");
  int same = 0;
  for (const std::string name : {"<b1", "<i1", "<i2", "<i4", "<i8", "<u1", "<f2", "<f4", "<f8", "scalar", "empty", "matrix"}) {
    const std::vector<std::byte> bytes = detail::read_entry(zip, *zip.find(name + ".npy"), 1000);
    const std::string theirs(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const Array a = load_npy(folder.write("theirs.npy", theirs));
    save_npy(folder / "ours.npy", a);
    EXPECT_EQ(read_file(folder / "ours.npy"), theirs) << name;
    ++same;
  }
  EXPECT_EQ(same, 12);
}

TEST(Npy, RowsAreWrittenOfAnyView) {
  const TemporaryFolder folder;
  const Array turned = load_npy(golden).transpose(0, 1);
  save_npy(folder / "x.npy", turned);
  EXPECT_THAT(load_npy(folder / "x.npy").to_vector(), ElementsAre(0, 3, 1, 4, 2, 5));
  EXPECT_THAT(message_of([&] { save_npy(folder / "y.npy", Array::zeros({1}, bf16)); }), HasSubstr("convert it with a.to(f32)"));
  EXPECT_THAT(message_of([&] { save_npy(folder / "y.npy", Array()); }), HasSubstr("undefined"));
  EXPECT_EQ(folder.files(), 1u);
}

TEST(Npy, OptionsConvertAndMap) {
  const TemporaryFolder folder;
  EXPECT_EQ(load_npy(golden, {.floating = bf16}).dtype(), bf16);
  EXPECT_THAT(message_of([] { load_npy(golden, {.floating = i64}); }), HasSubstr("NpyOptions::floating: i64 is no floating-point dtype"));
  save_npy(folder / "x.npy", Array::full({100, 200}, 4, f32));
  Array mapped = load_npy(folder / "x.npy", {.map = true});
  mapped.mutable_data<float>()[0] = 1;
  save_npy(folder / "x.npy", Array::full({2}, 5, f32));   // another file takes the place; the mapped one lives on
  EXPECT_EQ(mapped.at({99, 199}), 4);
  EXPECT_EQ(mapped.at({0, 0}), 1);
}

TEST(Npy, EveryTruncationIsRefused) {
  const std::string bytes = read_file(golden);
  for (std::size_t n = 0; n < bytes.size(); ++n) EXPECT_NE(error_of(bytes.substr(0, n)), no_error) << n;
  EXPECT_THAT(error_of(bytes + '\0'), HasSubstr("1 bytes after the last element"));
}

TEST(Npy, AnyByteMayBeWrong) {
  const std::string bytes = read_file(golden);
  int refused = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at)
    for (const char c : {'\0', '\xff', '(', ')', '\'', ',', '9', ' '}) {
      std::string changed = bytes;
      changed[at] = c;
      refused += error_of(changed) != no_error;
    }
  EXPECT_GT(refused, 300);
}

TEST(Npy, HeadersAreReadAsPythonReadsThem) {
  EXPECT_EQ(of_header("{'descr':'<f4','fortran_order':False,'shape':(2,)}"), no_error);
  EXPECT_EQ(of_header("  {\"shape\" : ( 2 , ) ,\n\t\"fortran_order\": True, u'descr': '=f4' , }  \n"), no_error);
  EXPECT_EQ(of_header("{'descr': 'f4', 'fortran_order': False, 'shape': (1L, 2L,), }"), no_error);
  EXPECT_EQ(of_header("{'descr': '<f8', 'fortran_order': False, 'shape': ()}"), no_error);
  EXPECT_EQ(of_header("{'descr': '<f8', 'fortran_order': False, 'shape': (0, 18446744073709551615)}", 0).substr(0, 4), "npy:");
}

TEST(Npy, NamesTheRuleAndTheByte) {
  const std::string start = "{'descr': '<f4', 'fortran_order': False, 'shape': ";
  EXPECT_THAT(error_of("\x93NUMPX\1\0\0\0"), HasSubstr("truncated"));
  EXPECT_THAT(error_of("\x93NUMPX and more"), HasSubstr("is this an npy file?"));
  EXPECT_THAT(error_of(file_of(start + "(2,)}", "12345678", 4)), HasSubstr("version 4.0 of the format"));
  EXPECT_THAT(error_of(file_of(start + "(2,)}", "12345678", 3)), HasSubstr(no_error));
  EXPECT_THAT(error_of(std::string("\x93NUMPY\2\0\xff\xff\xff\x7f", 12)), HasSubstr("the header's length 2147483647 exceeds 1048576"));
  EXPECT_THAT(of_header(start + "(2)}"), HasSubstr("a shape that is a number and no tuple"));
  EXPECT_THAT(of_header(start + "(2 1)}"), HasSubstr("no ',' between two sizes"));
  EXPECT_THAT(of_header(start + "(-2,)}"), HasSubstr("a size that is no whole number of 0 or more, at byte 61"));
  EXPECT_THAT(of_header(start + "(99999999999999999999,)}"), HasSubstr("a size of 2^64 or more"));
  EXPECT_THAT(of_header(start + "(4294967296, 4294967296, 4)}"), HasSubstr("the shape's product exceeds 2^64"));
  EXPECT_THAT(of_header(start + "(0, 18446744073709551615)}", 0), HasSubstr("the shape's product exceeds 2^63"));
  EXPECT_THAT(of_header(start + "(3,)}"), HasSubstr("truncated: the elements take 12 bytes, and 8 follow the header"));
  EXPECT_THAT(of_header(start + "(1,)}"), HasSubstr("4 bytes after the last element"));
  EXPECT_THAT(of_header(start + "(2,), 'shape': (2,)}"), HasSubstr("a key that stands twice"));
  EXPECT_THAT(of_header(start + "(2,), 'more': 1}"), HasSubstr("a key that is none of"));
  EXPECT_THAT(of_header(start + "(2,)"), HasSubstr("no ',' where one belongs"));
  EXPECT_THAT(of_header(start + "(2,)} x"), HasSubstr("something behind the dictionary"));
  EXPECT_THAT(of_header("{'descr': '<f4', 'shape': (2,)}"), HasSubstr("are not all there"));
  EXPECT_THAT(of_header("{'descr': '<f4', 'fortran_order': 0, 'shape': (2,)}"), HasSubstr("neither True nor False"));
  EXPECT_THAT(of_header("{'descr': '\\x3cf4', 'fortran_order': False, 'shape': (2,)}"), HasSubstr("a string with an escape"));
  EXPECT_THAT(of_header("{'descr': '<f4"), HasSubstr("a string without an end"));
  EXPECT_THAT(of_header("{'descr': " + std::string(1000, '[')), HasSubstr("a list without an end"));
  EXPECT_THAT(of_header(""), HasSubstr("no '{' where one belongs"));
  EXPECT_THAT(of_header(start + "(" + [] {
    std::string ones;
    for (int i = 0; i < 65; ++i) ones += "1,";
    return ones;
  }() + ")}"), HasSubstr("more than 64 dimensions"));
}

}  // namespace gradus::npy_test
