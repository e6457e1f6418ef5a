#include <gradus/data/dataset/tensor_dataset.h>

#include <cstring>
#include <exception>
#include <new>

#include <gradus/autograd/base/internal/throw_again.h>

namespace gradus::data {

void check_index(std::int64_t index, std::int64_t size, std::string_view dataset) {
  check<ValueError>(0 <= index && index < size, dataset, ": no sample ", index, "; there are ", size);
}

Array gather_rows(const Array& a, std::span<const std::int64_t> indices) {
  check<ShapeError>(a.rank() > 0, "gather_rows: a scalar has no rows");
  const Array rows = a.as_contiguous();
  Shape shape = rows.shape();
  shape[0] = static_cast<std::int64_t>(indices.size());
  Array out(shape, rows.dtype());

  std::size_t row_bytes = size_of(rows.dtype());
  for (int i = 1; i < shape.rank(); ++i) row_bytes *= static_cast<std::size_t>(shape[i]);
  const auto* from = static_cast<const std::byte*>(rows.raw());
  auto* to = static_cast<std::byte*>(out.mutable_raw());
  const std::int64_t count = rows.dim(0);
  for (const std::int64_t i : indices) {
    check_index(i, count, "gather_rows");
    if (row_bytes > 0) std::memcpy(to, from + static_cast<std::size_t>(i) * row_bytes, row_bytes);
    to += row_bytes;
  }
  return out;
}

void detail::rethrow_with(const std::string& where) {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const Error& e) {
    gradus::detail::throw_again(e, where);
    fail<Error>(where, e.what());
  } catch (const std::exception& e) {
    std::throw_with_nested(Error(text(where, e.what())));
  }
}

void detail::prepare(std::span<Array> arrays) {
  for (Array& a : arrays) {
    check<ShapeError>(a.defined() && a.rank() > 0, "TensorDataset: every tensor needs a first dimension to count samples by; one is ",
                      a.defined() ? "a scalar" : "undefined");
    check<ShapeError>(a.dim(0) == arrays[0].dim(0), "TensorDataset: tensors of different length: ", arrays[0].shape(), " and ", a.shape());
    a = a.as_contiguous();
  }
}

}  // namespace gradus::data
