#include <temporary_folder.h>

#include <fstream>
#include <stdexcept>
#include <string>

#include <stdlib.h>

namespace gradus {

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "gradus-XXXXXX").string();
  if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary folder " + name);
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path TemporaryFolder::write(std::string_view name, std::string_view bytes) const {
  const auto file = path_ / name;
  std::filesystem::remove(file);   // ext4 brings a file that is truncated and rewritten to the disk at once: 4 ms each
  std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return file;
}

std::size_t TemporaryFolder::files() const {
  const std::filesystem::directory_iterator all(path_);
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

}  // namespace gradus
