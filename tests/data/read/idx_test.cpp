#include <gradus/data/read/idx.h>

#include <cmath>

#include <zlib.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gradus/autograd/base/pool.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/creation.h>
#include <gradus/data/loader/loader.h>
#include <gradus/data/read/idx_images.h>
#include <gradus/data/sets/fashion_mnist.h>
#include <temporary_folder.h>

namespace gradus::data::idx_test {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::FloatNear;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

std::string gzip(const std::string& bytes) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(bytes.size() + 100, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string header(int code, const std::vector<std::uint32_t>& sizes) {
  std::string bytes{'\0', '\0', static_cast<char>(code), static_cast<char>(sizes.size())};
  for (const std::uint32_t size : sizes)
    for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(size >> shift);
  return bytes;
}
std::string error_of(const TemporaryFolder& folder, const std::string& bytes) {
  try {
    read_idx(folder.write("x", bytes));
  } catch (const FileError& e) {
    return e.what();
  }
  return "no error";
}

const std::string two_by_three = header(8, {2, 3}) + std::string("\x00\x01\x02\x7f\x80\xff", 6);

TEST(Idx, ReadsPlainAndGzippedFiles) {
  const TemporaryFolder folder;
  for (const std::string& bytes : {two_by_three, gzip(two_by_three), gzip(two_by_three.substr(0, 9)) + gzip(two_by_three.substr(9))}) {
    const Array a = read_idx(folder.write("x", bytes));
    EXPECT_EQ(a.dtype(), u8);
    EXPECT_EQ(a.shape(), (Shape{2, 3}));
    EXPECT_THAT(a.to_vector(), ElementsAreArray({0, 1, 2, 127, 128, 255}));
  }
}

// A member with everything that a gzip header may have (RFC 1952): extra field, another file's name, a comment, a checksum.
std::string gzip_with_header(const std::string& bytes) {
  const std::string plain = gzip(bytes);
  std::string head("\x1f\x8b\x08\x1e\0\0\0\0\0\x03\x04\0abcd" "another.name\0" "a comment\0", 39);
  const auto sum = crc32(0, reinterpret_cast<const Bytef*>(head.data()), static_cast<uInt>(head.size()));
  (head += static_cast<char>(sum)) += static_cast<char>(sum >> 8);
  return head + plain.substr(10);
}

TEST(Idx, ReadsGzipAsGzipDoes) {
  const TemporaryFolder folder;
  const std::string zeros(100'000, '\0'), first = gzip(two_by_three.substr(0, 9)), second = gzip(two_by_three.substr(9));
  for (const std::string& bytes : {gzip_with_header(two_by_three), gzip(two_by_three) + '\0', gzip(two_by_three) + zeros,
                                   first + zeros + second + zeros, first + gzip("") + second + gzip("")}) {
    EXPECT_EQ(error_of(folder, bytes), "no error");
    EXPECT_THAT(read_idx(folder / "x").to_vector(), ElementsAreArray({0, 1, 2, 127, 128, 255}));
  }
  EXPECT_THAT(error_of(folder, gzip(two_by_three) + zeros + "junk"), HasSubstr("broken gzip stream"));
  EXPECT_THAT(error_of(folder, gzip(two_by_three) + second.substr(0, 12)), HasSubstr("bytes left over"));
}

TEST(Idx, WhatAGzippedFileMayBecomeIsLimited) {
  const TemporaryFolder folder;
  const auto bomb = folder.write("bomb.gz", gzip(header(9, {1 << 20}) + std::string(1 << 20, '\0')));   // a kilobyte: 8 MiB of i64
  pool::reset_peak();
  const std::int64_t before = pool::peak_bytes();
  EXPECT_THAT(
      [&] { read_idx(bomb, {.max_bytes = 8'000'000}); },
      ThrowsMessage<FileError>(::testing::AllOf(HasSubstr("would become [1048576] i64, 8388608 bytes, more than the 8000000 allowed"),
                                                HasSubstr("{.max_bytes = 8388608u}"), HasSubstr("bomb.gz"))));
  EXPECT_EQ(pool::peak_bytes(), before);
  EXPECT_EQ(read_idx(bomb, {.max_bytes = 8388608u}).size(), 1 << 20);
  EXPECT_EQ(read_idx(bomb).size(), 1 << 20);
  EXPECT_EQ(read_idx(folder.write("plain", two_by_three), {.max_bytes = 1}).size(), 6);   // its bytes are there
  // 2 GiB from a file that might hold them, by its size: more than any file may become unless it is said.
  EXPECT_THAT(error_of(folder, gzip(header(8, {1u << 31})) + std::string(3 << 20, '\0')), HasSubstr("more than the 1073741824 allowed"));
}

TEST(Idx, ReadsEveryElementType) {
  const TemporaryFolder folder;
  const auto read = [&](int code, std::uint32_t n, std::string_view bytes) {
    return read_idx(folder.write("x", header(code, {n}) + std::string(bytes)));
  };
  using namespace std::string_view_literals;
  EXPECT_THAT(read(0x09, 2, "\xff\x05"sv).span<std::int64_t>(), ElementsAreArray({-1, 5}));
  EXPECT_THAT(read(0x0B, 2, "\x80\x00\x01\x02"sv).span<std::int64_t>(), ElementsAreArray({-32768, 258}));
  EXPECT_THAT(read(0x0C, 2, "\xff\xff\xff\xfe\x00\x00\x01\x00"sv).span<std::int64_t>(), ElementsAreArray({-2, 256}));
  EXPECT_THAT(read(0x0D, 1, "\xbf\xc0\x00\x00"sv).span<float>(), ElementsAre(-1.5f));
  EXPECT_THAT(read(0x0E, 1, "\x40\x04\x00\x00\x00\x00\x00\x00"sv).span<double>(), ElementsAre(2.5));
}

TEST(Idx, EmptyAndScalarFiles) {
  const TemporaryFolder folder;
  EXPECT_EQ(read_idx(folder.write("x", header(8, {0, 28, 28}))).shape(), (Shape{0, 28, 28}));
  EXPECT_EQ(read_idx(folder.write("x", header(8, {}) + "A")).item(), 65);
}

TEST(Idx, EveryTruncationIsRefused) {
  const TemporaryFolder folder;
  for (const std::string& bytes : {two_by_three, gzip(two_by_three)})
    for (std::size_t n = 0; n < bytes.size(); ++n)
      EXPECT_THROW(read_idx(folder.write("x", bytes.substr(0, n))), FileError) << n << " of " << bytes.size();
}

// The checksum of gzip lets no change through but in its header, which says nothing of the data.
TEST(Idx, EveryChangedByteIsRefusedOrHarmless) {
  const TemporaryFolder folder;
  const std::string bytes = gzip(two_by_three);
  int refused = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at)
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
      try {
        EXPECT_THAT(read_idx(folder.write("x", changed)).to_vector(), ElementsAreArray({0, 1, 2, 127, 128, 255}))
            << "byte " << at << " bit " << bit;
      } catch (const FileError&) {
        ++refused;
      }
    }
  EXPECT_GT(refused, static_cast<int>(bytes.size() - 10) * 8 - 16);
}

TEST(Idx, NamesTheFileAndTheRule) {
  const TemporaryFolder folder;
  EXPECT_THAT(error_of(folder, ""), HasSubstr("truncated: the magic number"));
  EXPECT_THAT(error_of(folder, "PNG...."), HasSubstr("wrong magic number; is this an IDX file?"));
  EXPECT_THAT(error_of(folder, "PNG...."), HasSubstr((folder / "x").string()));
  EXPECT_THAT(error_of(folder, header(0x0A, {1}) + "A"), HasSubstr("unknown element type 10"));
  EXPECT_THAT(error_of(folder, header(8, std::vector<std::uint32_t>(9, 1)) + "A"), HasSubstr("9 dimensions; gradus has at most 8"));
  EXPECT_THAT(error_of(folder, header(8, {2, 3}).substr(0, 10)), HasSubstr("truncated: the list of sizes should go on for 2 bytes"));
  EXPECT_THAT(error_of(folder, header(8, {2, 3}) + "12345"), HasSubstr("truncated: [2, 3] takes 6 bytes but only 5 are there"));
  EXPECT_THAT(error_of(folder, header(8, {2, 3}) + "1234567"), HasSubstr("bytes left over after the 6"));
  EXPECT_THAT(error_of(folder, header(8, {0}) + "1"), HasSubstr("bytes left over"));
  EXPECT_THAT(error_of(folder, gzip(header(8, {2, 3}) + "1234567")), HasSubstr("bytes left over"));
  EXPECT_THAT(error_of(folder, gzip(two_by_three) + "junk"), HasSubstr("broken gzip stream"));
  EXPECT_THROW(read_idx(folder / "missing"), FileError);
  EXPECT_THROW(read_idx(folder.path()), FileError);
}

TEST(Idx, SizesThatLieTakeNoMemory) {
  const TemporaryFolder folder;
  constexpr std::uint32_t most = 0xFFFFFFFF;
  EXPECT_THAT(error_of(folder, header(8, {most, most})), HasSubstr("exceeds 2^60"));
  EXPECT_THAT(error_of(folder, header(8, {0, most, most})), HasSubstr("exceeds 2^60"));
  pool::reset_peak();
  const std::int64_t before = pool::peak_bytes();
  for (const std::string& bytes : {header(8, {1u << 30, 1u << 20}) + "few", header(0x0E, {most, 1000}) + "few"}) {
    EXPECT_THAT(error_of(folder, bytes), HasSubstr("truncated"));          // a petabyte is asked for: bad_alloc if it were believed
    EXPECT_THAT(error_of(folder, gzip(bytes)), HasSubstr("truncated"));
  }
  EXPECT_EQ(pool::peak_bytes(), before);
}

TEST(IdxImages, NormalisesBytes) {
  const Array images = Array::from({std::uint8_t{0}, std::uint8_t{255}, std::uint8_t{51}, std::uint8_t{102}}, {2, 1, 2});
  const IdxImages dataset(images, Array::from({std::uint8_t{3}, std::uint8_t{4}}, {2}), {.mean = 0.5, .deviation = 0.25});
  const auto [image, label] = dataset.get(1);
  EXPECT_EQ(image.shape(), (Shape{1, 1, 2}));
  EXPECT_EQ(image.dtype(), f32);
  EXPECT_THAT(image.value().span<float>(), ElementsAre(FloatNear(-1.2f, 1e-6f), FloatNear(-0.4f, 1e-6f)));
  EXPECT_EQ(label, 4);
  const std::int64_t indices[] = {1, 0};
  const auto [batch, labels] = dataset.get_batch(indices);
  EXPECT_EQ(batch.shape(), (Shape{2, 1, 1, 2}));
  EXPECT_THAT(batch.value().span<float>(),
              ElementsAre(FloatNear(-1.2f, 1e-6f), FloatNear(-0.4f, 1e-6f), FloatNear(-2, 1e-6f), FloatNear(2, 1e-6f)));
  EXPECT_EQ(labels.dtype(), i64);
  EXPECT_THAT(labels.value().to_vector(), ElementsAreArray({4, 3}));
}

TEST(IdxImages, HaveChannels) {
  std::vector<std::uint8_t> bytes(2 * 3 * 2 * 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i);
  const Array images = Array::from(bytes, {2, 3, 2, 2});
  const IdxImages dataset(images, Array::zeros({2}, u8), {.mean = 0, .deviation = 1. / 255});
  const auto [image, label] = dataset.get(1);
  EXPECT_EQ(image.shape(), (Shape{3, 2, 2}));
  EXPECT_NEAR(image.value().at({2, 1, 0}), 22, 1e-4);
  const std::int64_t indices[] = {1, 0};
  const auto [batch, labels] = dataset.get_batch(indices);
  EXPECT_EQ(batch.shape(), (Shape{2, 3, 2, 2}));
  EXPECT_NEAR(batch.value().at({1, 1, 0, 1}), 5, 1e-4);
  const Array channels_last = Array::zeros({2, 8, 9, 3}, u8);
  EXPECT_THAT([&] { IdxImages(channels_last, Array::zeros({2}, u8)); },
              ThrowsMessage<ShapeError>(HasSubstr("images.permute({0, 3, 1, 2})")));
  EXPECT_EQ(std::get<0>(IdxImages(channels_last.permute({0, 3, 1, 2}), Array::zeros({2}, u8)).get(0)).shape(), (Shape{3, 8, 9}));
}

TEST(IdxImages, NamesWhatDoesNotFit) {
  const Array images = Array::zeros({2, 3, 3}, u8), labels = Array::zeros({2}, u8);
  EXPECT_THROW(IdxImages(images.to(f32), labels), DtypeError);
  EXPECT_THROW(IdxImages(images, labels.to(f32)), DtypeError);
  EXPECT_THROW(IdxImages(images.reshape({2, 9}), labels), ShapeError);
  EXPECT_THAT([&] { IdxImages(images, Array::zeros({3}, u8)); }, ThrowsMessage<ShapeError>(HasSubstr("images [2, 3, 3], labels [3]")));
  EXPECT_THROW(IdxImages(images, labels, {.mean = 0, .deviation = 0}), ValueError);
  const IdxImages dataset(images, labels);
  EXPECT_THROW(dataset.get(2), ValueError);
  const std::int64_t indices[] = {0, -1};
  EXPECT_THROW(dataset.get_batch(indices), ValueError);
}

TEST(FashionMnist, SaysHowToGetIt) {
  EXPECT_THAT([] { fashion_mnist(Split::train, {.root = "/nowhere"}); },
              ThrowsMessage<FileError>(
                  ::testing::AllOf(HasSubstr("/nowhere/train-images-idx3-ubyte.gz"), HasSubstr("apt install dataset-fashion-mnist"))));
}

TEST(FashionMnist, ReadsUnzippedFilesToo) {
  const TemporaryFolder folder;
  folder.write("t10k-images-idx3-ubyte", header(8, {1, 2, 3}) + "abcdef");
  folder.write("t10k-labels-idx1-ubyte", header(8, {1}) + "\x07");
  const IdxImages dataset = fashion_mnist(Split::test, {.root = folder.path()});
  EXPECT_EQ(dataset.size(), 1);
  EXPECT_EQ(std::get<1>(dataset.get(0)), 7);
}

TEST(FashionMnist, KnowsTheNamesOfTheFamily) {
  const std::string images = header(8, {1, 2, 3}) + "abcdef", colours = header(8, {1, 3, 1, 2}) + "abcdef",
                    labels = header(8, {1}) + "\x07";
  struct Family {
    std::string images, labels, prefix, bytes;
    Split split;
    Shape shape;
  };
  for (const Family& f : {Family{"train-images.idx3-ubyte", "train-labels.idx1-ubyte", "", images, Split::train, {1, 2, 3}},
                          Family{"t10k-images.idx3-ubyte.gz", "t10k-labels.idx1-ubyte.gz", "", gzip(images), Split::test, {1, 2, 3}},
                          Family{"emnist-letters-train-images-idx3-ubyte", "emnist-letters-train-labels-idx1-ubyte.gz", "emnist-letters-",
                                 images, Split::train, {1, 2, 3}},
                          Family{"emnist-letters-test-images-idx3-ubyte.gz", "emnist-letters-test-labels-idx1-ubyte", "emnist-letters-",
                                 gzip(images), Split::test, {1, 2, 3}},
                          Family{"train-images-idx4-ubyte", "train-labels-idx1-ubyte", "", colours, Split::train, {3, 1, 2}}}) {
    const TemporaryFolder folder;
    std::filesystem::create_directory(folder / "train-images-idx3-ubyte");   // where some unpack the file of that name into
    folder.write(f.images, f.bytes);
    folder.write(f.labels, labels);
    const IdxImages dataset = fashion_mnist(f.split, {.root = folder.path(), .prefix = f.prefix});
    EXPECT_EQ(std::get<0>(dataset.get(0)).shape(), f.shape) << f.images;
    EXPECT_EQ(std::get<1>(dataset.get(0)), 7) << f.images;
  }
  EXPECT_THAT([] { fashion_mnist(Split::test, {.root = "/nowhere", .prefix = "emnist-mnist-"}); },
              ThrowsMessage<FileError>(HasSubstr(".prefix")));
}

TEST(FashionMnist, HasZeroMeanAndUnitDeviation) {
  if (!std::filesystem::exists(FashionMnistOptions{}.root)) GTEST_SKIP() << "not installed: apt install dataset-fashion-mnist";
  EXPECT_EQ(fashion_mnist(Split::test).size(), 10'000);
  DataLoader loader(fashion_mnist(Split::train), {.batch_size = 1000, .workers = 1});
  ASSERT_EQ(loader.samples(), 60'000);
  double sum = 0, squares = 0, count = 0;
  std::array<int, 10> of_class{};
  for (auto [image, label] : loader) {
    ASSERT_EQ(image.shape(), (Shape{1000, 1, 28, 28}));
    for (const float x : image.value().span<float>()) sum += x, squares += x * x, ++count;
    for (const std::int64_t y : label.value().span<std::int64_t>()) ++of_class.at(static_cast<std::size_t>(y));
  }
  EXPECT_NEAR(sum / count, 0, 1e-3);
  EXPECT_NEAR(std::sqrt(squares / count), 1, 1e-3);
  EXPECT_THAT(of_class, ::testing::Each(6000));
  EXPECT_EQ(fashion_mnist_classes[static_cast<std::size_t>(std::get<1>(loader.dataset().get(0)))], "ankle boot");
}

}  // namespace gradus::data::idx_test
