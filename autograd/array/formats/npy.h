// NumPy's npy files, an array each, of every version (1, 2, 3), either order of elements and of bytes.
//   Array x = load_npy("x.npy");    save_npy("y.npy", x);               // numpy.load("y.npy")
// What gradus has no dtype for is widened, exactly (u2, u4 and u8 to i64), or refused by name: complex numbers, texts, dates, records, and
// objects, which are pickled: a pickle may run anything, gradus runs nothing.
#pragma once
#include <cstdint>
#include <optional>

#include <gradus/autograd/array/array.h>
#include <gradus/autograd/base/file_name.h>

namespace gradus {

struct NpyOptions {
  bool map = false;                       // a large array is the file's bytes where they lie; see SafetensorsOptions::map
  std::optional<Dtype> floating = {};     // a floating-point array is converted to this dtype: f32, f64, f16 or bf16
};

// An array in Fortran's order is a view whose strides say so: .as_contiguous() puts it in rows. FileError names the file, the rule broken
// and the byte: missing, truncated or too long, a header that is no dictionary of descr, fortran_order and shape, a dtype that loads as
// none, a u8 of 2^63 or more, more dimensions or elements than an Array has.
Array load_npy(const FileName& file, const NpyOptions& options = {});

// As NumPy writes it, in every byte, in rows and little endian; replaces the file in one step. DtypeError for bf16, which NumPy does not
// have.
void save_npy(const FileName& file, const Array& array);

}  // namespace gradus
