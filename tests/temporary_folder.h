// A folder for one test's files; gone with the object.
#pragma once
#include <filesystem>
#include <string_view>

namespace gradus {

class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }
  std::filesystem::path write(std::string_view name, std::string_view bytes) const;
  std::size_t files() const;

 private:
  std::filesystem::path path_;
};

}  // namespace gradus
