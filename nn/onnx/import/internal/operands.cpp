#include <gradus/nn/onnx/import/internal/operands.h>

#include <algorithm>

#include <gradus/autograd/base/error.h>

namespace gradus::nn::onnx {
namespace {

constexpr std::int64_t most_folded = std::int64_t{1} << 20;
thread_local bool now_folding = false;

}  // namespace

std::vector<std::int64_t> whole_numbers(const Tensor& x) {
  check<DtypeError>(x.defined() && is_integer(x.dtype()), "sizes and axes are whole numbers, not ", [&] { return text(describe(x)); });
  const Array wide = x.value().to(i64).as_contiguous();
  const auto all = wide.span<std::int64_t>();
  return {all.begin(), all.end()};
}

double only_number(const Tensor& x) {
  check<ShapeError>(x.defined() && x.size() == 1, "one number is wanted, not ", [&] { return text(describe(x)); });
  return x.value().reshape({1}).at({0});
}

std::vector<std::int64_t> axes_in_front(std::vector<std::int64_t> axes, int rank, const char* op) {
  for (std::int64_t& axis : axes) axis = normal_axis(Axis(axis).number, rank, op);
  auto sorted = axes;
  std::sort(sorted.begin(), sorted.end());
  check<ValueError>(std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end(), op, ": an axis is named twice");
  return axes;
}

Folding::Folding() { now_folding = true; }
Folding::~Folding() { now_folding = false; }

const Shape& checked_size(const Shape& shape, const char* op) {
  const std::int64_t elements = checked_elements(shape, op);
  if (now_folding && elements > most_folded) throw TooLarge();
  return shape;
}

}  // namespace gradus::nn::onnx
