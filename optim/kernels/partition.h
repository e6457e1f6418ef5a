// Many arrays as one long row, cut evenly over all cores: one parallel region serves a whole model, however its sizes are spread.
//   Partition row;  for (…) row.add(size);  row.for_each([&](std::size_t part, std::int64_t begin, std::int64_t end) { … });
#pragma once
#include <algorithm>
#include <cstdint>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/base/small_vector.h>

namespace gradus::optim {

// Every cut within a part falls on a multiple of `unit` elements, so that an element is computed by the same instructions (vector body
// or scalar tail) and a sum per unit has the same terms whatever the number of threads.
class Partition {
 public:
  static constexpr std::int64_t grain = 16384;   // elements that are worth a thread

  explicit Partition(std::int64_t unit = 64) : unit_(unit) {}

  void add(std::int64_t n) {
    parts_.push_back({n, units_});
    units_ += (n + unit_ - 1) / unit_;
  }
  std::int64_t units() const { return units_; }                                       // of all parts
  std::int64_t first_unit(std::size_t part) const { return parts_[part].first_unit; }

  // Calls body(part, begin, end) for stretches that cover every part; a thread gets at least `grain` elements.
  template <class Body>
  void for_each(Body&& body) const {
    parallel_for(units_, std::max<std::int64_t>(grain / unit_, 1), [&](std::int64_t first, std::int64_t last) {
      const Part* part =
          std::upper_bound(parts_.begin(), parts_.end(), first, [](std::int64_t u, const Part& p) { return u < p.first_unit; }) - 1;
      for (; part != parts_.end() && part->first_unit < last; ++part) {
        const std::int64_t begin = std::max<std::int64_t>(first - part->first_unit, 0) * unit_;
        const std::int64_t end = std::min((last - part->first_unit) * unit_, part->n);
        if (begin < end) body(static_cast<std::size_t>(part - parts_.begin()), begin, end);
      }
    });
  }

 private:
  struct Part {
    std::int64_t n, first_unit;
  };
  std::int64_t unit_, units_ = 0;
  SmallVector<Part, 16> parts_;
};

}  // namespace gradus::optim
