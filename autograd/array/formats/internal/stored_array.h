// What the readers of all formats do with an array's bytes, once a header has said where they are: check the shape, read and convert them a
// piece at a time, or leave them where they lie in the file.
//   const Shape shape = shape_of(sizes, size_of(f32), "tensor", name);
//   std::optional<Array> mapped = map_array(file, begin, shape, f32);
//   Array a = mapped ? *mapped : read_elements(shape, stored, false, [&](std::span<std::byte> to) { file.read(to); }, "tensor", name);
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <gradus/autograd/array/array.h>
#include <gradus/autograd/array/formats/internal/safetensors_dtype.h>
#include <gradus/autograd/base/internal/file.h>

namespace gradus::detail {

inline constexpr std::uint64_t least_mapped = std::uint64_t{1} << 16;   // bytes; fewer are read sooner than mapped

// The shape that an Array of elements of so many bytes can have. FileError, which calls the array "<kind> '<name>'", for more dimensions or
// elements.
Shape shape_of(const std::vector<std::uint64_t>& sizes, std::size_t element, const char* kind, std::string_view name);

// Row-major elements that `read` gives one after the other, which must be checked to be there; it may throw FileError. Those of a `swapped`
// array are big endian. FileError for a number that the dtype cannot hold. `stored` loads as something.
using ReadBytes = std::function<void(std::span<std::byte> to)>;
Array read_elements(const Shape& shape, const StoredDtype& stored, bool swapped, const ReadBytes& read, const char* kind,
                    std::string_view name);

// Row-major elements from byte `begin` of the file on, where they lie (base/internal/mapped_file.h), so that they take no memory; FileError
// unless the file has them. Each array has a mapping of its own: writing to one changes no other, nor the file. None if the elements are to
// be read instead: few bytes, a place that is not aligned for the dtype, truth values (whose bytes may be neither 0 nor 1), a system that
// maps no more.
std::optional<Array> map_array(const InputFile& file, std::uint64_t begin, const Shape& shape, Dtype dtype);

// a, or converted if it is floating and a dtype was asked for.
Array converted(Array a, const std::optional<Dtype>& floating);
// DtypeError unless it is a floating one; `option` names it.
void check_floating(const std::optional<Dtype>& floating, const char* option);

}  // namespace gradus::detail
