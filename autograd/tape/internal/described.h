// What an operation says of itself beside its inputs: the stride of a convolution, the axis of a sum. Who writes operations down elsewhere
// (ONNX) reads it, once an OpListener has heard of them.
//   struct CumSum final : Op, detail::Described {
//     void describe(detail::OpOptions& o) const override { o("axis", axis)("reverse", reverse); }
// Operations that never come onto the tape (comparisons, whole numbers) tell of themselves by told().
#pragma once
#include <concepts>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gradus/autograd/tape/recording.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus::detail {

class OpOptions {
 public:
  struct Entry {
    std::string name;
    std::vector<double> numbers;   // one, or a list of them
    std::string text;
    Array array;
  };

  template <class T>
    requires std::is_arithmetic_v<T>
  OpOptions& operator()(std::string_view name, T number) { return add(name, {static_cast<double>(number)}); }
  OpOptions& operator()(std::string_view name, const Shape& list) { return add(name, {list.begin(), list.end()}); }
  OpOptions& operator()(std::string_view name, std::span<const std::int64_t> list) { return add(name, {list.begin(), list.end()}); }
  OpOptions& operator()(std::string_view name, const char* text);
  OpOptions& operator()(std::string_view name, const Array& array);

  const Entry* find(std::string_view name) const;   // null if there is none
  const std::vector<Entry>& all() const { return all_; }

 private:
  OpOptions& add(std::string_view name, std::vector<double> numbers);
  std::vector<Entry> all_;
};

// The positions of the bits that are set, ascending: axes.
Shape positions_of(unsigned bits);

// Beside Op, a base of operations that have something to say.
class Described {
 public:
  virtual void describe(OpOptions& options) const = 0;

 protected:
  ~Described() = default;
};

// `result` as it is, after listeners, if there are any, have heard that `name` has made it.
struct ToldOption {
  std::string_view name;
  double number;
};
void tell(std::string_view name, std::initializer_list<const Tensor*> inputs, const Array& result, std::span<const ToldOption> options);
inline Array told(std::string_view name, std::initializer_list<const Tensor*> inputs, Array result,
                  std::initializer_list<ToldOption> options = {}) {
  if (mode & looks) [[unlikely]] tell(name, inputs, result, {options.begin(), options.size()});
  return result;
}

}  // namespace gradus::detail
