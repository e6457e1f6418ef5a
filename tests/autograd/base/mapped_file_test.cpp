#include <gradus/autograd/base/internal/mapped_file.h>

#include <cstring>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include <gradus/autograd/base/error.h>
#include <temporary_folder.h>

namespace gradus::mapped_file_test {

TEST(MappedBytes, AreTheFilesAndStayInTheProcess) {
  const TemporaryFolder folder;
  std::string text;
  for (int i = 0; i < 10'000; ++i) text += static_cast<char>(i * 31);
  const auto path = folder.write("x", text);
  std::optional<InputFile> file(path);
  const MappedBytes first(*file, 5000, 5000), second(*file, 5000, 5000), none(*file, 10'000, 0);
  EXPECT_EQ(none.data(), nullptr);
  EXPECT_THROW(MappedBytes(*file, 5000, 5001), FileError);
  EXPECT_THROW(MappedBytes(*file, 10'001, 0), FileError);
  EXPECT_THROW(MappedBytes(*file, 1, ~std::uint64_t{0}), FileError);
  file.reset();   // and is not needed any more
  folder.write("x", "something else");
  ASSERT_NE(first.data(), nullptr);
  EXPECT_EQ(std::memcmp(first.data(), text.data() + 5000, 5000), 0);
  first.data()[0] = ~second.data()[0];
  EXPECT_NE(first.data()[0], second.data()[0]);
}

}  // namespace gradus::mapped_file_test
