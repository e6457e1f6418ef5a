#include <gradus/autograd/array/formats/internal/pickle_dtype.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace gradus::detail {
namespace {

constexpr TorchDtype torch_dtypes[] = {
    {"float32", "FloatStorage", "F32", 4},
    {"float64", "DoubleStorage", "F64", 8},
    {"float16", "HalfStorage", "F16", 2},
    {"bfloat16", "BFloat16Storage", "BF16", 2},
    {"int64", "LongStorage", "I64", 8},
    {"int32", "IntStorage", "I32", 4},
    {"int16", "ShortStorage", "I16", 2},
    {"int8", "CharStorage", "I8", 1},
    {"uint8", "ByteStorage", "U8", 1},
    {"bool", "BoolStorage", "BOOL", 1},
    {"uint16", "", "U16", 2},
    {"uint32", "", "U32", 4},
    {"uint64", "", "U64", 8},
    {"float8_e5m2", "", "F8_E5M2", 1},
    {"float8_e4m3fn", "", "F8_E4M3", 1},
    {"float8_e5m2fnuz", "", "F8_E5M2FNUZ", 1},
    {"float8_e4m3fnuz", "", "F8_E4M3FNUZ", 1},
    {"float8_e8m0fnu", "", "F8_E8M0", 1},
    {"complex32", "", "", 4},
    {"complex64", "ComplexFloatStorage", "", 8},
    {"complex128", "ComplexDoubleStorage", "", 16},
    {"quint8", "QUInt8Storage", "", 1},
    {"qint8", "QInt8Storage", "", 1},
    {"qint32", "QInt32Storage", "", 4},
    {"quint4x2", "QUInt4x2Storage", "", 1},
    {"quint2x4", "QUInt2x4Storage", "", 1},
    {"float4_e2m1fn_x2", "", "", 1},
};

// With what safetensors_dtype.h knows of them.
const auto& all_torch_dtypes() {
  static const auto all = [] {
    std::array<TorchDtype, std::size(torch_dtypes)> out;
    std::copy(std::begin(torch_dtypes), std::end(torch_dtypes), out.begin());
    for (TorchDtype& d : out) d.stored = stored_dtype(d.in_files);
    return out;
  }();
  return all;
}

template <class Member>
const TorchDtype* torch_dtype_by(Member member, std::string_view name) {
  const auto& all = all_torch_dtypes();
  const auto* found = std::find_if(all.begin(), all.end(), [&](const TorchDtype& d) { return d.*member == name; });
  return found == all.end() || name.empty() ? nullptr : found;
}

}  // namespace

const TorchDtype* torch_dtype(std::string_view name) { return torch_dtype_by(&TorchDtype::name, name); }
const TorchDtype* torch_dtype_of_storage(std::string_view name) { return torch_dtype_by(&TorchDtype::storage, name); }
const TorchDtype& torch_dtype_of(Dtype dtype) {
  return *torch_dtype_by(&TorchDtype::in_files, element_file_names[static_cast<std::size_t>(dtype)]);
}
static_assert([] {
  bool right = true;
  for (std::size_t i = 0; i < element_count; ++i) {
    bool found = false;
    for (const TorchDtype& d : torch_dtypes)
      found = found || (d.in_files == element_file_names[i] && d.bytes == static_cast<int>(size_of(static_cast<Dtype>(i))));
    right = right && found;
  }
  return right;
}(), "every element type stands here under its name");

}  // namespace gradus::detail
