#include <gradus/autograd/array/formats/internal/crc32.h>
#include <gradus/autograd/array/formats/internal/zip_format.h>
#include <gradus/autograd/array/formats/internal/zip_reader.h>
#include <gradus/autograd/array/formats/internal/zip_writer.h>

#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gradus/autograd/base/error.h>
#include <message_of.h>
#include <temporary_folder.h>

namespace gradus::zip_test {

using ::testing::HasSubstr;
using detail::ZipReader;
namespace zip = detail::zip;

std::span<const std::byte> bytes_of(const std::string& text) { return {reinterpret_cast<const std::byte*>(text.data()), text.size()}; }

std::string contents(const ZipReader& zip, const std::string& name) {
  const std::vector<std::byte> bytes = detail::read_entry(zip, *zip.find(name), 1 << 30);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Three entries: stored, deflated, empty.
const std::string& example() {
  static const std::string bytes = [] {
    const TemporaryFolder folder;
    detail::ZipWriter zip(folder / "x.zip");
    zip.add("stored", bytes_of("0123456789"));
    zip.add("deflated", bytes_of(std::string(5000, 'a')), true);
    zip.add("empty", bytes_of(""));
    zip.commit();
    return read_file(folder / "x.zip");
  }();
  return bytes;
}

std::string error_of(const std::string& bytes, const detail::ZipOptions& options = {}) {
  static const TemporaryFolder folder;
  return message_of([&] {
    const ZipReader zip(folder.write("x.zip", bytes), options);
    for (const detail::ZipEntry& e : zip.entries()) detail::read_entry(zip, e, 1 << 30);
  });
}
const std::string no_error = "nothing was thrown";

// Where the n-th record with this signature begins.
std::size_t place(const std::string& bytes, std::uint32_t signature, int n = 0) {
  std::string wanted;
  zip::put32(wanted, signature);
  std::size_t at = bytes.find(wanted);
  for (; n > 0; --n) at = bytes.find(wanted, at + 1);
  return at;
}
std::string changed(std::size_t at, const std::string& to) { return std::string(example()).replace(at, to.size(), to); }
std::string two_bytes(unsigned value) { return {static_cast<char>(value), static_cast<char>(value >> 8)}; }

TEST(Zip, Crc32IsTheKnownOne) {
  EXPECT_EQ(detail::crc32(0, bytes_of("123456789")), 0xcbf43926u);   // the check value of the catalogue of CRCs
  EXPECT_EQ(detail::crc32(0, {}), 0u);
  std::string text;
  for (int i = 0; i < 1000; ++i) text += static_cast<char>(i * 7);
  std::uint32_t by_bytes = 0;
  for (const char& c : text) by_bytes = detail::crc32(by_bytes, bytes_of(std::string(1, c)));
  EXPECT_EQ(detail::crc32(0, bytes_of(text)), by_bytes);
}

// Sums of parts, made by several threads, are put together.
TEST(Zip, LargeContentsAreReadBySeveralThreads) {
  std::string large(9'000'001, '\0');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * i >> 7);
  const std::string_view all = large;
  std::uint32_t in_pieces = 0;
  for (std::size_t at = 0; at < all.size(); at += 1'000'000)
    in_pieces = detail::crc32(in_pieces, bytes_of(std::string(all.substr(at, 1'000'000))));
  EXPECT_EQ(detail::crc32(0, bytes_of(large)), in_pieces);
  for (const std::size_t cut : {std::size_t{0}, std::size_t{1}, std::size_t{4'194'303}, all.size()}) {
    const std::string a(all.substr(0, cut)), b(all.substr(cut));
    EXPECT_EQ(detail::joined_crc32(detail::crc32(0, bytes_of(a)), detail::crc32(0, bytes_of(b)), b.size()), in_pieces) << cut;
  }
  const TemporaryFolder folder;
  const std::string file = (folder / "x.zip").string();
  detail::ZipWriter writer(file);
  writer.add("large", bytes_of(large));
  writer.commit();
  EXPECT_EQ(contents(ZipReader(file), "large"), large);
  std::string damaged = read_file(file);
  damaged[6'000'000] = static_cast<char>(damaged[6'000'000] ^ 1);
  const ZipReader zip(folder.write("y.zip", damaged));
  EXPECT_THAT(message_of([&] { contents(zip, "large"); }), HasSubstr("CRC-32"));
}

TEST(Zip, WhatIsWrittenIsRead) {
  const TemporaryFolder folder;
  const ZipReader zip(folder.write("x.zip", example()));
  ASSERT_EQ(zip.entries().size(), 3u);
  EXPECT_EQ(contents(zip, "stored"), "0123456789");
  EXPECT_EQ(contents(zip, "deflated"), std::string(5000, 'a'));
  EXPECT_EQ(contents(zip, "empty"), "");
  EXPECT_EQ(zip.find("none"), nullptr);
  for (const std::string name : {"stored", "empty"}) EXPECT_EQ(zip.find(name)->begin % 64, 0u) << name;
  EXPECT_EQ(example().substr(zip.find("stored")->begin, 10), "0123456789");
  EXPECT_LT(zip.find("deflated")->in_file, 100u);

  detail::ZipContents parts(zip, *zip.find("deflated"));   // piece by piece
  std::vector<std::byte> piece(333);
  while (parts.left() > piece.size()) parts.read(piece);
  parts.read({piece.data(), static_cast<std::size_t>(parts.left())});
  EXPECT_THAT(message_of([&] { parts.read({piece.data(), 1}); }),
              HasSubstr("entry 'deflated': the contents, 5000 bytes, end 1 bytes too early"));
}

TEST(Zip, NothingIsAnArchiveToo) {
  const TemporaryFolder folder;
  detail::ZipWriter(folder / "x.zip").commit();
  EXPECT_TRUE(ZipReader(folder / "x.zip").entries().empty());
  EXPECT_EQ(read_file(folder / "x.zip").size(), 22u);
}

TEST(Zip, ManyEntriesAndACommentAreRead) {
  const TemporaryFolder folder;
  detail::ZipWriter writer(folder / "x.zip");
  for (int i = 0; i < 66'000; ++i) writer.add(std::to_string(i), {});   // more than 16 bits can count
  writer.commit();
  const ZipReader zip(folder / "x.zip");
  EXPECT_EQ(zip.entries().size(), 66'000u);
  EXPECT_NE(zip.find("65999"), nullptr);
  EXPECT_THAT(message_of([&] { ZipReader(folder / "x.zip", {.max_entries = 65'999}); }), HasSubstr("more than 65999 entries"));

  const std::size_t end = place(example(), zip::end_signature);
  EXPECT_EQ(error_of(changed(end + 20, two_bytes(5)) + "PK\5\6!"), no_error);
}

TEST(Zip, TheWriterRefusesNames) {
  const TemporaryFolder folder;
  detail::ZipWriter zip(folder / "x.zip");
  zip.add("a", {});
  EXPECT_THAT(message_of([&] { zip.add("a", {}); }), HasSubstr("two entries are called 'a'"));
  EXPECT_THAT(message_of([&] { zip.add(std::string(65'536, 'x'), {}); }), HasSubstr("65535 fit"));
  EXPECT_THAT(message_of([&] { zip.add(std::string(1, '\0'), {}); }), HasSubstr("a zero byte"));
}

TEST(Zip, EveryTruncationIsRefused) {
  for (std::size_t n = 0; n < example().size(); ++n) EXPECT_NE(error_of(example().substr(0, n)), no_error) << n;
  EXPECT_NE(error_of(example() + '\0'), no_error);
}

TEST(Zip, AnyByteMayBeWrong) {
  int loaded = 0, refused = 0;
  for (std::size_t at = 0; at < example().size(); ++at)
    for (const int flip : {1, 255}) {
      std::string bytes = example();
      bytes[at] = static_cast<char>(bytes[at] ^ flip);
      (error_of(bytes) == no_error ? loaded : refused) += 1;   // anything but a crash
    }
  EXPECT_GT(loaded, 50);   // times, attributes, padding
  EXPECT_GT(refused, 300);
}

TEST(Zip, NamesTheRuleAndTheEntry) {
  const std::size_t first = place(example(), zip::central_signature), second = place(example(), zip::central_signature, 1),
                    end = place(example(), zip::end_signature), local = place(example(), zip::local_signature, 1);
  EXPECT_THAT(error_of("PK"), HasSubstr("not a zip archive"));
  EXPECT_THAT(error_of(std::string(100, 'x')), HasSubstr("not a zip archive, or a truncated one"));
  EXPECT_THAT(error_of(changed(first + 8, two_bytes(zip::encrypted))), HasSubstr("entry 'stored': it is encrypted"));
  EXPECT_THAT(error_of(changed(first + 10, two_bytes(14))), HasSubstr("entry 'stored': compressed by LZMA (method 14)"));
  EXPECT_THAT(error_of(changed(first + 10, two_bytes(77))), HasSubstr("compressed by an unknown method (method 77)"));
  EXPECT_THAT(error_of(changed(first + 10, two_bytes(8))), HasSubstr("is another one's"));
  EXPECT_THAT(error_of(changed(first + 16, two_bytes(1))), HasSubstr("entry 'stored': the header at byte 0 contradicts the directory"));
  EXPECT_THAT(error_of(changed(first + 24, two_bytes(11))), HasSubstr("stored, but 11 bytes are said to take 10"));
  EXPECT_THAT(error_of(changed(first + 46, "s0ored")), HasSubstr("entry 's0ored': the header at byte 0 is another one's"));
  EXPECT_THAT(error_of(changed(first + 46, std::string("s\0ored", 6))), HasSubstr("a zero byte in the name"));
  EXPECT_THAT(error_of(changed(first + 42, two_bytes(60'000))), HasSubstr("beyond the archive's contents"));
  EXPECT_THAT(error_of(changed(first + 42, two_bytes(7))), HasSubstr("no entry begins at byte 7"));
  EXPECT_THAT(error_of(changed(second + 24, two_bytes(5001))), HasSubstr("entry 'deflated': it inflates to less than the 5001 bytes"));
  EXPECT_THAT(error_of(changed(second + 24, two_bytes(4999))), HasSubstr("it inflates to more than the 4999 bytes"));
  EXPECT_THAT(error_of(changed(second + 26, two_bytes(200))), HasSubstr("less than deflating can do"));
  EXPECT_THAT(error_of(changed(second + 16, two_bytes(1))), HasSubstr("entry 'deflated': damaged: its CRC-32"));
  EXPECT_THAT(error_of(changed(second + 20, two_bytes(60'000))), HasSubstr("reach beyond the archive's contents"));
  EXPECT_THAT(error_of(changed(local + 30 + 8, "\xff\xff")), HasSubstr("entry 'deflated': the deflated data are damaged"));
  EXPECT_THAT(error_of(example(), {.max_inflated = 4999}), HasSubstr("it would inflate to 5000 bytes, more than 4999"));
  EXPECT_THAT(error_of(changed(end + 10, two_bytes(2))), HasSubstr("several files"));
  EXPECT_THAT(error_of(changed(end + 8, two_bytes(2) + two_bytes(2))), HasSubstr("the directory has more than the 2 entries"));
  EXPECT_THAT(error_of(changed(end + 8, two_bytes(4) + two_bytes(4))), HasSubstr("cannot name 4 entries"));
  EXPECT_THAT(error_of(changed(end + 16, two_bytes(1))), HasSubstr("but it ends at byte"));
}

// An archive whose two entries are one: the bomb that expands without nesting.
TEST(Zip, EntriesThatShareBytesAreRefused) {
  const TemporaryFolder folder;
  detail::ZipWriter writer(folder / "x.zip");
  writer.add("aa", bytes_of("contents of a"));
  writer.add("ab", bytes_of("contents of b"));
  writer.commit();
  std::string bytes = read_file(folder / "x.zip");
  const std::size_t second = place(bytes, zip::central_signature, 1), first = place(bytes, zip::central_signature);
  std::string twice = bytes;
  twice.replace(second, 48, bytes.substr(first, 48));
  EXPECT_THAT(error_of(twice), HasSubstr("entries 'aa' and 'aa' overlap at byte 0"));
  std::string renamed = bytes;   // both headers, so that only the name is wrong
  renamed[second + 47] = 'a';
  renamed[place(bytes, zip::local_signature, 1) + 31] = 'a';
  EXPECT_THAT(error_of(renamed), HasSubstr("two entries are called 'aa'"));
}

}  // namespace gradus::zip_test
