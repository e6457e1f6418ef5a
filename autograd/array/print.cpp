// Arrays as text.
#include <cmath>
#include <iomanip>
#include <ostream>
#include <sstream>

#include <gradus/autograd/array/array.h>

namespace gradus {
namespace {

constexpr std::int64_t edge = 3, most = 12;   // of a dimension longer than `most`, only `edge` at each end are shown

// All its digits, which a double may have no room for.
std::int64_t whole_number(const Array& a, const Shape& index) {
  std::int64_t offset = 0;
  for (int i = 0; i < a.rank(); ++i) offset += index[i] * a.strides()[i];
  return visit(a.dtype(), [&]<class T>(T) -> std::int64_t {
    if constexpr (std::is_integral_v<T>) return a.data<T>()[offset];
    else return 0;
  });
}

std::string number(const Array& a, const Shape& index) {
  if (is_integer(a.dtype())) return std::to_string(whole_number(a, index));
  const double x = a.at(index);
  if (a.dtype() == boolean) return x != 0 ? "true" : "false";
  std::ostringstream out;
  out << std::setprecision(5) << x;
  return std::move(out).str();
}

void print(std::ostream& out, const Array& a, Shape& index, int axis) {
  if (axis == a.rank()) {
    out << number(a, index);
    return;
  }
  out << '[';
  const std::int64_t n = a.shape()[axis];
  for (std::int64_t i = 0; i < n; ++i) {
    if (i) out << (axis + 1 == a.rank() ? ", " : ",\n" + std::string(static_cast<std::size_t>(axis) + 1, ' '));
    if (n > most && i == edge) {
      out << "…";
      i = n - edge - 1;
      continue;
    }
    index[axis] = i;
    print(out, a, index, axis + 1);
  }
  out << ']';
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Array& a) {
  if (!a.defined()) return out << "undefined";
  Shape index = Shape::filled(a.rank(), 0);
  print(out, a, index, 0);
  return out << ' ' << a.dtype() << ' ' << a.shape();
}

}  // namespace gradus
