#include <gradus/nn/layers/key_value_cache.h>

#include <algorithm>

#include <gradus/autograd/ops/index.h>
#include <gradus/autograd/tape/recording.h>

namespace gradus::nn {
namespace {

constexpr const char* cache_name = "KeyValueCache";

// Whether `x` goes behind the rows of `kept`.
bool continues(const Tensor& x, const Array& kept) {
  return x.dim(0) == kept.dim(0) && x.dim(1) == kept.dim(1) && x.dim(3) == kept.dim(3);
}

// Rows `begin` and on, from `rows`; the array holds at least so many and is nobody else's.
void put_rows(Array& kept, std::int64_t begin, const Array& rows) {
  const Array from = rows.as_contiguous();
  const std::int64_t blocks = rows.dim(0) * rows.dim(1), width = rows.dim(3), count = rows.dim(2) * width, room = kept.dim(2) * width;
  visit_floating(kept.dtype(), cache_name, [&]<class T>(T) {
    const T* read = from.data<T>();
    T* to = kept.mutable_data<T>() + begin * width;
    for (std::int64_t i = 0; i < blocks; ++i) std::copy_n(read + i * count, count, to + i * room);
  });
}

// With room for `length` rows, and for as many again, so that a long text is not copied at every word.
Array with_room(const Array& kept, std::int64_t filled, std::int64_t length, const Array& like) {
  if (kept.defined() && kept.dim(2) >= length) return kept;
  Shape shape = like.shape();
  shape[2] = std::max<std::int64_t>(2 * length, 16);
  Array wider(shape, like.dtype());
  if (filled > 0) put_rows(wider, 0, kept.slice(2, 0, filled));
  return wider;
}

}  // namespace

std::pair<Tensor, Tensor> KeyValueCache::append(const Tensor& keys, const Tensor& values) {
  check_defined(cache_name, keys, "keys");
  check_defined(cache_name, values, "values");
  check<ShapeError>(keys.rank() == 4 && values.rank() == 4 && keys.dim(0) == values.dim(0) && keys.dim(1) == values.dim(1) &&
                        keys.dim(2) == values.dim(2),
                    cache_name, ": takes keys [N, H, L, D] and values [N, H, L, Dv], not ", keys.shape(), " and ", values.shape());
  check<GraphError>(!recording() || (!keys.requires_grad() && !values.requires_grad()), cache_name,
                    ": keeps no history, but these keys and values have one: call the model under NoGrad");
  if (keys_.defined()) {
    check<ShapeError>(continues(keys, keys_) && continues(values, values_), cache_name, ": has keys [", keys_.dim(0), ", ", keys_.dim(1),
                      ", L, ", keys_.dim(3), "] and values [", values_.dim(0), ", ", values_.dim(1), ", L, ", values_.dim(3),
                      "] of other calls, which ", keys.shape(), " and ", values.shape(), " do not continue; cache.clear() begins anew");
    check<DtypeError>(keys.dtype() == keys_.dtype() && values.dtype() == values_.dtype(), cache_name, ": has ", keys_.dtype(), ", not ",
                      keys.dtype());
  }
  check<DtypeError>(keys.dtype() == values.dtype(), cache_name, ": keys are ", keys.dtype(), ", values ", values.dtype());
  check_computes_in(keys.dtype(), cache_name);
  const std::int64_t end = length_ + keys.dim(2);
  keys_ = with_room(keys_, length_, end, keys.value());
  values_ = with_room(values_, length_, end, values.value());
  put_rows(keys_, length_, keys.value());
  put_rows(values_, length_, values.value());
  length_ = end;
  return {Tensor(keys_.slice(2, 0, end)), Tensor(values_.slice(2, 0, end))};
}

// Arrays are values: the same elements at the same place, held since, are the same numbers.
const std::pair<Tensor, Tensor>* KeyValueCache::of_memory(const Tensor& key, const Tensor& value) const {
  const auto same = [](const Tensor& a, const Tensor& b) {
    const Array &x = a.value(), &y = b.value();
    return x.raw() == y.raw() && x.shape() == y.shape() && x.strides() == y.strides() && x.dtype() == y.dtype();
  };
  return memory_key_.defined() && same(key, memory_key_) && same(value, memory_value_) ? &memory_ : nullptr;
}

void KeyValueCache::keep_memory(const Tensor& key, const Tensor& value, const Tensor& keys, const Tensor& values) {
  const NoGrad guard;
  memory_ = {keys.detach().contiguous(), values.detach().contiguous()};
  memory_key_ = key.detach(), memory_value_ = value.detach();
}

void KeyValueCache::truncate(std::int64_t length) {
  check<ValueError>(0 <= length && length <= length_, cache_name, ": has ", length_, " rows, of which ", length, " cannot stay");
  length_ = length;
}

void KeyValueCache::reorder(const Tensor& samples) {
  if (!keys_.defined()) return;
  const Tensor keys = index_select(Tensor(keys_), 0, samples), values = index_select(Tensor(values_), 0, samples);
  keys_ = keys.value(), values_ = values.value();
}

}  // namespace gradus::nn
