#include <gradus/autograd/kernels/elementwise/whole.h>

#include <algorithm>
#include <limits>
#include <type_traits>

#include <gradus/autograd/formula/broadcast.h>

namespace gradus::kernels {
namespace {

// Of bool, + is "or" and · is "and", as in PyTorch. The others count in unsigned numbers, which may wrap around.
struct Add {
  template <class T> T operator()(T a, T b) const { return static_cast<T>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b)); }
};
struct Sub {
  template <class T> T operator()(T a, T b) const { return static_cast<T>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b)); }
};
struct Mul {
  template <class T> T operator()(T a, T b) const { return static_cast<T>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b)); }
};
struct FloorDivide {
  template <class T> T operator()(T a, T b) const {
    if constexpr (std::is_signed_v<T>) {
      if (b == -1) return Sub()(T{0}, a);   // the smallest number's negative does not exist
      return static_cast<T>(a / b - (a % b != 0 && (a < 0) != (b < 0)));
    }
    return static_cast<T>(a / b);
  }
};
struct Remainder {
  template <class T> T operator()(T a, T b) const {
    if constexpr (std::is_signed_v<T>) {
      if (b == -1) return 0;
      const T rest = static_cast<T>(a % b);
      return rest != 0 && (rest < 0) != (b < 0) ? static_cast<T>(rest + b) : rest;
    }
    return static_cast<T>(a % b);
  }
};
struct TruncDivide {
  template <class T> T operator()(T a, T b) const {
    if constexpr (std::is_signed_v<T>)
      if (b == -1) return Sub()(T{0}, a);
    return static_cast<T>(a / b);
  }
};
struct Fmod {
  template <class T> T operator()(T a, T b) const {
    if constexpr (std::is_signed_v<T>)
      if (b == -1) return 0;
    return static_cast<T>(a % b);
  }
};
struct Power {
  template <class T> T operator()(T a, T b) const {
    if constexpr (std::is_signed_v<T>)
      if (b < 0) return a == 1 ? 1 : a == -1 ? (b % 2 != 0 ? -1 : 1) : 0;   // 1/a^−b, the fraction cut off, as in PyTorch
    T result = 1;
    for (; b > 0; b = static_cast<T>(b / 2), a = Mul()(a, a))
      if (b % 2 != 0) result = Mul()(result, a);
    return result;
  }
};
struct Maximum {
  template <class T> T operator()(T a, T b) const { return std::max(a, b); }
};
struct Minimum {
  template <class T> T operator()(T a, T b) const { return std::min(a, b); }
};

struct BitAnd {
  template <class T> T operator()(T a, T b) const { return static_cast<T>(a & b); }
};
struct BitOr {
  template <class T> T operator()(T a, T b) const { return static_cast<T>(a | b); }
};
struct BitXor {
  template <class T> T operator()(T a, T b) const { return static_cast<T>(a ^ b); }
};
struct LeftShift {
  template <class T> T operator()(T a, T bits) const {
    if (bits < 0 || bits >= std::numeric_limits<std::make_unsigned_t<T>>::digits) return 0;
    return static_cast<T>(static_cast<std::uint64_t>(a) << bits);
  }
};
struct RightShift {
  template <class T> T operator()(T a, T bits) const {
    constexpr int most = std::numeric_limits<T>::digits;
    if (bits < 0 || bits > most) return std::is_signed_v<T> && a < 0 ? static_cast<T>(-1) : T{0};
    return static_cast<T>(bits == most ? (a < 0 ? -1 : 0) : a >> bits);
  }
};

template <class T, class How>
void whole_row(const void*, const void* const* in, const bool* moves, void* const* out, std::int64_t n) {
  const T *a = static_cast<const T*>(in[0]), *b = static_cast<const T*>(in[1]);
  T* y = static_cast<T*>(out[0]);
  const How how;
  if (moves[0] && moves[1]) for (std::int64_t i = 0; i < n; ++i) y[i] = how(a[i], b[i]);
  else for (std::int64_t i = 0; i < n; ++i) y[i] = how(a[moves[0] ? i : 0], b[moves[1] ? i : 0]);
}

template <class T>
Row whole_row_for(WholeOp op) {
  switch (op) {
    case WholeOp::add: return whole_row<T, Add>;
    case WholeOp::sub: return whole_row<T, Sub>;
    case WholeOp::mul: return whole_row<T, Mul>;
    case WholeOp::floor_divide: return whole_row<T, FloorDivide>;
    case WholeOp::remainder: return whole_row<T, Remainder>;
    case WholeOp::trunc_divide: return whole_row<T, TruncDivide>;
    case WholeOp::fmod: return whole_row<T, Fmod>;
    case WholeOp::power: return whole_row<T, Power>;
    case WholeOp::bit_and: return whole_row<T, BitAnd>;
    case WholeOp::bit_or: return whole_row<T, BitOr>;
    case WholeOp::bit_xor: return whole_row<T, BitXor>;
    case WholeOp::left_shift: return whole_row<T, LeftShift>;
    case WholeOp::right_shift: return whole_row<T, RightShift>;
    case WholeOp::maximum: return whole_row<T, Maximum>;
    default: return whole_row<T, Minimum>;
  }
}

Row whole_row_of_bool(WholeOp op) {
  if (op == WholeOp::bit_xor) return whole_row<bool, BitXor>;
  return op == WholeOp::add || op == WholeOp::maximum || op == WholeOp::bit_or ? whole_row<bool, Maximum> : whole_row<bool, Minimum>;
}

}  // namespace

Array whole(WholeOp op, const Array& a, const Array& b, const Shape& shape) {
  Array y(shape, a.dtype());
  const Array* in[] = {&a, &b};
  Array* out[] = {&y};
  visit(a.dtype(), [&]<class T>(T) {
    if constexpr (std::is_same_v<T, bool>) for_rows(shape, in, out, whole_row_of_bool(op), nullptr);
    else if constexpr (std::is_integral_v<T>) for_rows(shape, in, out, whole_row_for<T>(op), nullptr);
  });
  return y;
}

}  // namespace gradus::kernels
