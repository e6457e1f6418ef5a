// The header of an npy file: a Python dictionary, read strictly, without running or building anything. Format:
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <gradus/autograd/array/array.h>
#include <gradus/autograd/array/formats/internal/safetensors_dtype.h>
#include <gradus/autograd/array/formats/internal/stored_array.h>

namespace gradus::detail {

inline constexpr std::uint64_t longest_npy_header = std::uint64_t{1} << 20;

struct NpyHeader {
  std::string descr;                     // "<f4", or the text of what is none of ours
  const StoredDtype* stored = nullptr;   // null: gradus has nothing for it,
  const char* refused = nullptr;         // for this reason
  bool swapped = false;                  // big endian
  bool fortran_order = false;
  std::vector<std::uint64_t> shape;
  std::uint64_t length = 0;              // of all that stands before the elements
  std::uint64_t bytes = 0;               // of the elements; 0 without `stored`
};

// Reads it from the front of `available` bytes, of which the elements must take all that is left, if they are of a dtype that loads.
// FileError names the rule and the byte.
NpyHeader read_npy_header(std::uint64_t available, const ReadBytes& read);
// The elements that follow it. `name` is for errors.
Array read_npy_elements(const NpyHeader& header, const ReadBytes& read, std::string_view name);
// The same where they lie in a file, from `begin` on, if they can be mapped.
std::optional<Array> map_npy_elements(const NpyHeader& header, const InputFile& file, std::uint64_t begin, std::string_view name);

std::string write_npy_header(const Array& array);   // for its elements in rows. DtypeError: bf16

}  // namespace gradus::detail
