#include <gradus/autograd/kernels/fourier/plan.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include <gradus/autograd/base/internal/after_fork.h>
#include <gradus/autograd/kernels/fourier/fourier.h>

namespace gradus::kernels {
namespace {

// e^(−2πi·k/n), of angles up to 45° alone: correct to the last bit or two for any k.
template <class T>
void set_root(Roots<T>& roots, std::int64_t at, std::int64_t k, std::int64_t n) {
  std::int64_t eighths = k % n * 8;
  const bool below = eighths > 4 * n;
  if (below) eighths = 8 * n - eighths;
  const bool left = eighths > 2 * n;
  if (left) eighths = 4 * n - eighths;
  const bool steep = eighths > n;
  if (steep) eighths = 2 * n - eighths;
  const double angle = std::numbers::pi / 4 * (static_cast<double>(eighths) / static_cast<double>(n));
  const double c = steep ? std::sin(angle) : std::cos(angle), s = steep ? std::cos(angle) : std::sin(angle);
  roots.re[static_cast<std::size_t>(at)] = static_cast<T>(left ? -c : c);
  roots.im[static_cast<std::size_t>(at)] = static_cast<T>(below ? s : -s);
}

std::int64_t largest_factor(std::int64_t n) {
  std::int64_t largest = 1;
  for (std::int64_t f = 2; f * f <= n; ++f)
    while (n % f == 0) largest = f, n /= f;
  return std::max(largest, n);
}

// A number from `least` on that is nearly a power of two: passes of 4 and 8 take the least time.
std::int64_t smooth_from(std::int64_t least) {
  std::int64_t best = std::numeric_limits<std::int64_t>::max();
  for (std::int64_t n : {1, 3, 5, 15}) {
    while (n < least) n *= 2;
    best = std::min(best, n);
  }
  return best;
}

}  // namespace

template <class T>
FourierPlan<T>::FourierPlan(std::int64_t n, bool serves_real) : n(n), half_turns(serves_real ? n + 1 : 0) {
  for (std::int64_t k = 0; serves_real && k <= n; ++k) set_root(half_turns, k, k, 2 * n);
  if (largest_factor(n) > most_radix) {
    longer = fourier_plan<T>(smooth_from(2 * n - 1));
    chirp = Roots<T>(n);
    std::int64_t square = 0;  // k² modulo 2n
    Roots<T> wave(longer->n), room(longer->n);
    for (std::int64_t k = 0; k < n; square = (square + 2 * k + 1) % (2 * n), ++k) {
      set_root(chirp, k, square, 2 * n);
      for (const std::int64_t at : {k, k == 0 ? 0 : longer->n - k}) {
        wave.re[static_cast<std::size_t>(at)] = chirp.re[static_cast<std::size_t>(k)] / static_cast<T>(longer->n);
        wave.im[static_cast<std::size_t>(at)] = -chirp.im[static_cast<std::size_t>(k)] / static_cast<T>(longer->n);
      }
    }
    const Planes<T> a{wave.re.data(), wave.im.data()}, b{room.re.data(), room.im.data()};
    spectrum = run_fourier(*longer, 1, Planes<const T>{a.re, a.im}, 1, b, a).re == b.re ? room : wave;
    return;
  }
  std::int64_t stride = 1;
  for (std::int64_t rest = n; rest > 1;) {
    std::int64_t radix = rest % 8 == 0 && rest != 16 ? 8 : rest % 4 == 0 ? 4 : 2;
    while (rest % radix != 0) ++radix;
    const std::int64_t m = rest / radix;
    Roots<T> turns(m * (radix - 1)), roots(radix);
    for (std::int64_t p = 0; p < m; ++p)
      for (std::int64_t k = 1; k < radix; ++k) set_root(turns, p * (radix - 1) + k - 1, p * k, rest);
    for (std::int64_t k = 0; k < radix; ++k) set_root(roots, k, radix - k, radix);  // cos + i·sin
    passes.push_back({radix, m, stride, turns.planes(), roots.planes()});
    of_passes.push_back(std::move(turns)), of_passes.push_back(std::move(roots));  // where they point to stays where it is
    stride *= radix, rest /= radix;
  }
}

template <class T>
std::shared_ptr<const FourierPlan<T>> fourier_plan(std::int64_t n, bool serves_real) {
  using Plan = std::shared_ptr<const FourierPlan<T>>;
  static auto& mutex = *new gradus::detail::MutexOverForks;
  static auto& kept = *new std::vector<Plan>;  // the last used in front
  {
    const std::lock_guard lock(mutex);
    const auto fits = [&](const Plan& p) { return p->n == n && p->half_turns.re.empty() != serves_real; };
    const auto known = std::find_if(kept.begin(), kept.end(), fits);
    if (known != kept.end()) {
      std::rotate(kept.begin(), known, known + 1);
      return kept.front();
    }
  }
  const Plan made = std::make_shared<const FourierPlan<T>>(n, serves_real);
  const std::lock_guard lock(mutex);
  kept.insert(kept.begin(), made);
  std::int64_t numbers = 0;
  for (const Plan& p : kept) numbers += p->room();
  for (; kept.size() > 16 || (kept.size() > 1 && numbers > 1 << 21); kept.pop_back()) numbers -= kept.back()->room();
  return made;
}

template struct FourierPlan<float>;
template struct FourierPlan<double>;
template std::shared_ptr<const FourierPlan<float>> fourier_plan(std::int64_t n, bool serves_real);
template std::shared_ptr<const FourierPlan<double>> fourier_plan(std::int64_t n, bool serves_real);

}  // namespace gradus::kernels
