#include <gradus/data/loader/collate.h>

#include <cstring>

namespace gradus::data::detail {

Stacker::Stacker(std::int64_t count, const Array& first)
    : shape_(first.shape()), bytes_(static_cast<std::size_t>(first.size()) * size_of(first.dtype())) {
  Shape shape = shape_;
  shape.insert(0, count);
  out_ = Array(shape, first.dtype());
  next_ = static_cast<std::byte*>(out_.mutable_raw());
}

void Stacker::add(const Array& a) {
  check<ShapeError>(a.shape() == shape_, "stacking samples: shapes differ: ", shape_, " and ", a.shape(),
                    "; bring them to one shape, or give the loader a collate function that pads");
  check<DtypeError>(a.dtype() == out_.dtype(), "stacking samples: dtypes differ: ", out_.dtype(), " and ", a.dtype());
  const Array from = a.as_contiguous();
  if (bytes_ > 0) std::memcpy(next_, from.raw(), bytes_);
  next_ += bytes_;
}

}  // namespace gradus::data::detail
