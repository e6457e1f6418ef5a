#include <gradus/autograd/tape/anomaly.h>

#include <cmath>
#include <cstring>
#include <type_traits>
#include <utility>

#include <gradus/autograd/tape/internal/op_listener.h>
#include <gradus/autograd/tape/internal/unusual.h>
#include <gradus/autograd/tape/recorder.h>

namespace gradus {
namespace {

constinit thread_local const TapeLabel* innermost = nullptr;
constinit thread_local detail::OpListener* listener = nullptr;

template <class T> using Bits = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;

// Whether any exponent is that of NaN and infinity; without branches, so that the compiler makes registers of it.
template <class T>
bool all_finite(const T* x, std::int64_t n) {
  constexpr Bits<T> exponent = sizeof(T) == 8 ? static_cast<Bits<T>>(0x7FF0000000000000u) : static_cast<Bits<T>>(0x7F800000u);
  Bits<T> any = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    Bits<T> bits;
    std::memcpy(&bits, x + i, sizeof(T));
    any |= static_cast<Bits<T>>((bits & exponent) == exponent);
  }
  return any == 0;
}

std::string form(const Tensor& x) { return text(x.shape(), " ", x.dtype()); }

}  // namespace

std::string detail::labels() {
  std::string all;
  for (const TapeLabel* label = innermost; label; label = label->outer_)
    all = std::string(label->text_) + (all.empty() ? "" : " / ") + all;
  return all.empty() ? all : ", in \"" + all + "\"";
}

DetectAnomaly::DetectAnomaly(const AnomalyOptions& options) : before_(detail::mode) {
  detail::mode = (before_ & ~unsigned{detail::looks}) | detail::looks_for_nan | detail::notes_origin |
                 (options.infinity ? unsigned{detail::looks_for_infinity} : 0u);
}
DetectAnomaly::~DetectAnomaly() { detail::mode = (detail::mode & ~unsigned{detail::looks}) | (before_ & detail::looks); }

// Its thread's operations are looked at, as for an anomaly.
detail::OpListener::OpListener() : outer_(std::exchange(listener, this)), mode_before_(mode) { mode |= notes_origin; }
detail::OpListener::~OpListener() {
  listener = outer_;
  mode = (mode & ~unsigned{looks}) | (mode_before_ & looks);
}

bool detail::tell_listeners(const Heard& operation) {
  unsigned before = looks;
  for (OpListener* each = listener; each; each = each->outer_) {
    each->hear(operation);
    before = each->mode_before_;
  }
  return listener && (before & looks) == 0 && (mode & (looks_for_nan | looks_for_infinity)) == 0;
}

TapeLabel::TapeLabel(std::string_view text) : text_(text), outer_(std::exchange(innermost, this)) {}
TapeLabel::~TapeLabel() { innermost = outer_; }

std::optional<detail::Unusual> detail::first_unusual(const Array& a, unsigned looking) {
  if (!a.defined() || !is_floating(a.dtype()) || a.size() == 0) return {};
  const Array x = (a.dtype() == f64 ? a : a.to(f32)).as_contiguous();
  return visit_floating(x.dtype(), "detect_anomaly", [&]<class T>(T) -> std::optional<Unusual> {
    const T* elements = x.data<T>();
    if (all_finite(elements, x.size())) return {};
    for (std::int64_t i = 0; i < x.size(); ++i)
      if (std::isnan(elements[i]) || (looking & looks_for_infinity && std::isinf(elements[i])))
        return Unusual{i, static_cast<double>(elements[i])};
    return {};
  });
}

std::string detail::describe_unusual(const Unusual& found, const Shape& shape) {
  Shape index;
  std::int64_t below = found.element;
  for (int i = 0; i < shape.rank(); ++i) index.push_back(0);
  for (int i = shape.rank(); i-- > 0; below /= shape[i]) index[i] = below % shape[i];
  return text(std::isnan(found.value) ? "NaN" : found.value < 0 ? "-inf" : "inf", " at ", index);
}

void detail::look_at_forward(std::string_view name, std::span<const Tensor* const> inputs, std::span<const Array> outputs, Node* node) {
  std::string origin = text(name, ":");
  for (const Tensor* x : inputs)
    if (x->defined()) origin += text(" ", describe(*x));
  origin += " ->";
  for (const Array& y : outputs) origin += text(" ", form(y));
  origin += labels();
  if ((mode & (looks_for_nan | looks_for_infinity)) && !(mode & inside_backward))
    for (const Array& y : outputs) {
      const auto found = first_unusual(y, mode);
      if (!found) continue;
      for (const Tensor* x : inputs)
        if (const auto before = first_unusual(x->value(), mode))
          fail<ValueError>(name, ": has ", describe_unusual(*found, y.shape()), " of its result, and its input ", describe(*x), " had ",
                           describe_unusual(*before, x->shape()),
                           " already, which no operation has made while DetectAnomaly looked: ", origin);
      fail<ValueError>(name, ": made ", describe_unusual(*found, y.shape()), " of finite inputs: ", origin);
    }
  if (!node) return;
  if (!node->hooks) node->hooks = std::make_unique<Hooks>(false);
  node->hooks->origin = std::make_unique<Origin>();
  node->hooks->origin->text = std::move(origin);
}

}  // namespace gradus
