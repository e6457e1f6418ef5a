// Arithmetic on whole numbers, behind the functions of arithmetic.h: no gradient, nothing on the tape, dtypes as they are.
#pragma once
#include <gradus/autograd/kernels/elementwise/whole.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus::detail {

inline bool is_whole(const Tensor& x) { return !is_floating(x.dtype()); }   // i64, i32, i16, i8, u8 or bool; an undefined tensor is not

// `op` on a and b, named `name` in errors. DtypeError when the dtypes differ or bool has no such operation, ShapeError, ValueError for a
// division by zero.
Array whole(const char* name, kernels::WholeOp op, const Tensor& a, const Tensor& b);
Array whole(const char* name, kernels::WholeOp op, const Tensor& a, double b);
Array whole(const char* name, kernels::WholeOp op, double a, const Tensor& b);

// The number as a scalar of x's dtype; DtypeError that names `op` if that cannot hold it.
Array number_like(const char* op, const Tensor& x, double number);

// `op` is for whole numbers alone: GraphError for an undefined x, DtypeError for floating types.
void check_whole(const char* op, const Tensor& x);

// `op` is not for bool: DtypeError with what is.
void refuse_bool(const char* op, const Tensor& x);

}  // namespace gradus::detail
