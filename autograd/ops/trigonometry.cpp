#include <gradus/autograd/ops/trigonometry.h>

#include <gradus/autograd/ops/formulas/arithmetic.h>
#include <gradus/autograd/ops/formulas/trigonometry.h>
#include <gradus/autograd/ops/internal/elementwise.h>
#include <gradus/autograd/simd/internal/level.h>

namespace gradus {
namespace formulas {
GRADUS_DISPATCH(FormulaTable<Trigonometry>, trigonometry_table)
}

Tensor sin(const Tensor& x) { return elementwise(formulas::Sin{}, x); }
Tensor cos(const Tensor& x) { return elementwise(formulas::Cos{}, x); }
Tensor tan(const Tensor& x) { return elementwise(formulas::Tan{}, x); }
Tensor asin(const Tensor& x) { return elementwise(formulas::Asin{}, x); }
Tensor acos(const Tensor& x) { return elementwise(formulas::Acos{}, x); }
Tensor atan(const Tensor& x) { return elementwise(formulas::Atan{}, x); }
Tensor sinh(const Tensor& x) { return elementwise(formulas::Sinh{}, x); }
Tensor cosh(const Tensor& x) { return elementwise(formulas::Cosh{}, x); }
Tensor asinh(const Tensor& x) { return elementwise(formulas::Asinh{}, x); }
Tensor acosh(const Tensor& x) { return elementwise(formulas::Acosh{}, x); }
Tensor atanh(const Tensor& x) { return elementwise(formulas::Atanh{}, x); }
Tensor atan2(const Tensor& y, const Tensor& x) { return elementwise(formulas::Atan2{}, y, x); }
Tensor sinc(const Tensor& x) { return elementwise(formulas::Sinc{}, x); }
Tensor deg2rad(const Tensor& x) { return elementwise(formulas::MulNumber{formulas::Sinc::pi / 180, "deg2rad"}, x); }
Tensor rad2deg(const Tensor& x) { return elementwise(formulas::MulNumber{180 / formulas::Sinc::pi, "rad2deg"}, x); }

}  // namespace gradus
