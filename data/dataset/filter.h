// The samples of a dataset that something is true of (opt-in: in data/all.h, not in gradus.h).
//   auto boots = data::filter(all, [](const Tensor&, std::int64_t label) { return label == 9; });
#pragma once
#include <memory>
#include <utility>
#include <vector>

#include <gradus/data/dataset/map.h>
#include <gradus/data/dataset/subset.h>

namespace gradus::data {

namespace detail {
// f(i) for each of n samples, by several threads, each with the numbers of sample i of an epoch that is never trained; an error names the
// sample.
std::vector<std::int64_t> number_of_each(std::string_view who, std::int64_t n, std::int64_t (*f)(const void*, std::int64_t),
                                         const void* of);
template <class F>
std::vector<std::int64_t> number_of_each(std::string_view who, std::int64_t n, const F& f) {
  return number_of_each(who, n, [](const void* g, std::int64_t i) -> std::int64_t { return (*static_cast<const F*>(g))(i); }, &f);
}
std::vector<std::int64_t> indices_where(std::vector<std::int64_t> chosen);   // the places of what is not 0
}  // namespace detail

// The samples that `wanted` is true of, found now: each is made once, by several threads. `wanted` takes what a function of map() takes.
template <Dataset D, class F>
Subset<D> filter(D dataset, const F& wanted) {
  const auto shared = std::make_shared<const D>(std::move(dataset));
  return {shared, detail::indices_where(detail::number_of_each("data::filter", shared->size(), [&](std::int64_t i) {
            return static_cast<std::int64_t>(static_cast<bool>(detail::apply_to(wanted, shared->get(i))));
          }))};
}

}  // namespace gradus::data
