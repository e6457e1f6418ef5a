#include <gradus/autograd/ops/bitwise.h>

#include <gradus/autograd/ops/internal/whole.h>

namespace gradus {
namespace {

using kernels::WholeOp;

Tensor bits(const char* name, WholeOp op, const Tensor& a, const Tensor& b) {
  detail::check_whole(name, a);
  return detail::whole(name, op, a, b);
}
Tensor bits(const char* name, WholeOp op, const Tensor& a, std::int64_t b) {
  detail::check_whole(name, a);
  return detail::whole(name, op, a, Tensor(detail::number_like(name, a, static_cast<double>(b))));
}

}  // namespace

Tensor bitwise_and(const Tensor& a, const Tensor& b) { return bits("bitwise_and", WholeOp::bit_and, a, b); }
Tensor bitwise_and(const Tensor& a, std::int64_t b) { return bits("bitwise_and", WholeOp::bit_and, a, b); }
Tensor bitwise_or(const Tensor& a, const Tensor& b) { return bits("bitwise_or", WholeOp::bit_or, a, b); }
Tensor bitwise_or(const Tensor& a, std::int64_t b) { return bits("bitwise_or", WholeOp::bit_or, a, b); }
Tensor bitwise_xor(const Tensor& a, const Tensor& b) { return bits("bitwise_xor", WholeOp::bit_xor, a, b); }
Tensor bitwise_xor(const Tensor& a, std::int64_t b) { return bits("bitwise_xor", WholeOp::bit_xor, a, b); }
Tensor bitwise_left_shift(const Tensor& a, const Tensor& b) { return bits("bitwise_left_shift", WholeOp::left_shift, a, b); }
Tensor bitwise_left_shift(const Tensor& a, std::int64_t b) { return bits("bitwise_left_shift", WholeOp::left_shift, a, b); }
Tensor bitwise_right_shift(const Tensor& a, const Tensor& b) { return bits("bitwise_right_shift", WholeOp::right_shift, a, b); }
Tensor bitwise_right_shift(const Tensor& a, std::int64_t b) { return bits("bitwise_right_shift", WholeOp::right_shift, a, b); }
Tensor bitwise_not(const Tensor& x) {
  check_defined("bitwise_not", x);
  const std::int64_t ones = x.dtype() == boolean ? 1 : is_signed(x.dtype()) ? -1 : 255;   // u8 is the only one without a sign
  return bits("bitwise_not", WholeOp::bit_xor, x, ones);
}

}  // namespace gradus
