#include <gradus/train/tune/batch_size.h>

#include <algorithm>
#include <cmath>
#include <ostream>

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/pool.h>

namespace gradus::train {

BatchSize fit_batch_size(const std::function<void(std::int64_t)>& step, const BatchSizeOptions& o) {
  check_options("fit_batch_size", o);
  check<ValueError>(o.small < o.large, "fit_batch_size: large ", o.large, " must be above small ", o.small);
  const auto peak = [&](std::int64_t n) {
    pool::reset_peak();
    step(n);
    return static_cast<double>(pool::peak_bytes());
  };
  step(o.small);   // what is made once: the optimizer's averages
  const double few = peak(o.small), many = peak(o.large);
  BatchSize out;
  out.bytes_per_sample = std::max(0., (many - few) / static_cast<double>(o.large - o.small));
  out.bytes_fixed = few - out.bytes_per_sample * static_cast<double>(o.small);
  const double room = static_cast<double>(o.bytes) * (1 - o.margin) - out.bytes_fixed;
  check<ValueError>(room >= out.bytes_per_sample, "fit_batch_size: not one sample fits: of ", o.bytes, " bytes ", out.bytes_fixed,
                    " are taken whatever the batch is, and a sample takes ", out.bytes_per_sample, " more, where ", o.margin * 100,
                    " % are to stay free");
  const double most = static_cast<double>(o.most);
  out.size = static_cast<std::int64_t>(out.bytes_per_sample > 0 ? std::min(most, std::floor(room / out.bytes_per_sample)) : most);
  if (out.size > o.multiple) out.size -= out.size % o.multiple;
  return out;
}

std::ostream& operator<<(std::ostream& out, const BatchSize& fits) {
  return out << fits.size << " samples: " << text(fits.bytes_fixed / 1e6) << " MB, and " << text(fits.bytes_per_sample / 1e6)
             << " MB for each\n";
}

}  // namespace gradus::train
