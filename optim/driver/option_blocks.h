// The options of an optimizer's groups, one after another as plain bytes. A std::vector of each rule's would do the same; twenty of these
// in gradus.h cost g++ 8 MB.
#pragma once
#include <cstddef>
#include <cstring>
#include <new>
#include <type_traits>
#include <vector>

namespace gradus::optim {

class OptionBlocks {
 public:
  template <class Options>
  Options& at(int group) {
    return *std::launder(reinterpret_cast<Options*>(bytes_.data() + static_cast<std::size_t>(group) * sizeof(Options)));
  }
  // So that the next push_back cannot fail.
  template <class Options>
  void reserve_one_more() {
    bytes_.reserve(bytes_.size() + sizeof(Options));
  }
  template <class Options>
  void push_back(const Options& options) {
    static_assert(std::is_trivially_copyable_v<Options> && alignof(Options) <= alignof(std::max_align_t));
    bytes_.resize(bytes_.size() + sizeof(Options));
    std::memcpy(bytes_.data() + bytes_.size() - sizeof(Options), &options, sizeof(Options));
  }

 private:
  std::vector<unsigned char> bytes_;
};

}  // namespace gradus::optim
