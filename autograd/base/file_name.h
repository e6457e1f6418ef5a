// The name of a file, as functions of ours take it: a text or a std::filesystem::path, without <filesystem>, which would be a quarter of
// what <gradus/gradus.h> costs.
//   void save(ConstModuleRef net, const FileName& file);      save(net, "net.safetensors");      save(net, folder / "net.safetensors");
#pragma once
#include <concepts>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>

namespace gradus {

class FileName {
 public:
  FileName(const char* name) : name_(name) {}
  FileName(std::string name) : name_(std::move(name)) {}
  FileName(std::string_view name) : name_(name) {}
  template <class Path>
    requires requires(const Path& path) { { path.native() } -> std::same_as<const std::string&>; }
  FileName(const Path& path) : name_(path.native()) {}

  const std::string& string() const { return name_; }

 private:
  std::string name_;
};

std::ostream& operator<<(std::ostream& out, const FileName& file);   // in quotes, as a std::filesystem::path

}  // namespace gradus
