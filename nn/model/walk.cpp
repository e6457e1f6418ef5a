#include <gradus/nn/model/walk.h>

#include <charconv>
#include <cstdlib>
#include <memory>
#if __has_include(<cxxabi.h>)
#include <cxxabi.h>
#endif

namespace gradus::nn {

std::string Path::text() const {
  SmallVector<char, 128> out;
  append_to(out);
  return {out.begin(), out.end()};
}

void Path::append_to(SmallVector<char, 128>& text) const {
  if (parent) parent->append_to(text);
  if (!text.empty() && !name.empty()) text.push_back('.');
  for (const char c : name) text.push_back(c);
}

namespace detail {

std::string class_name(const std::type_info& type) {
#if __has_include(<cxxabi.h>)
  int failed = 0;
  const std::unique_ptr<char, void (*)(void*)> name(abi::__cxa_demangle(type.name(), nullptr, nullptr, &failed), std::free);
  if (failed == 0) return name.get();
#endif
  return type.name();
}

Index::Index(std::uint64_t i, bool is_signed) {
  const auto end = digits + sizeof digits;
  const auto [past, error] = is_signed ? std::to_chars(digits, end, static_cast<std::int64_t>(i)) : std::to_chars(digits, end, i);
  length = static_cast<std::size_t>(past - digits);
}

void refuse_derived(const Path& path, const std::type_info& what, const std::type_info& base) {
  fail<ValueError>("nn: the pointer at ", path.text(), " is to a ", class_name(base), " and holds a ", class_name(what),
                   ", whose members cannot be seen; give the base class virtual void walk(const nn::Path&, nn::Visitor&) and override it "
                   "in the derived ones by "
                   "nn::walk_members(*this, path, visitor)");
}

void refuse_handles(const Path& path) {
  fail<ValueError>("nn: the function at ", path.text(),
                   " has parameters inside (or a dropout's or batch norm's state) that nobody would see, "
                   "train or save; hold the layer in an nn::AnyModule, which takes any callable and is seen");
}

void refuse_lazy(const Path& path) {
  const std::string name = path.text();
  fail<ValueError>("nn: ", name.empty() ? "the layer" : name, " is lazy and has no parameters yet, since it does not know the size of its "
                   "input; show the model one: nn::initialize(net, sample)");
}

}  // namespace detail
}  // namespace gradus::nn
