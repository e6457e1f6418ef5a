#include <gradus/nn/weights/internal/layout.h>

#include <algorithm>
#include <numeric>

#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/tape/recording.h>

namespace gradus::nn::detail {
namespace {

std::vector<int> inverse(const std::vector<int>& axes) {
  std::vector<int> out(axes.size());
  for (std::size_t i = 0; i < axes.size(); ++i) out.at(static_cast<std::size_t>(axes[i])) = static_cast<int>(i);
  return out;
}

Array turned(const Array& x, const WeightLayout& layout, bool back) {
  Array out = x;
  if (!layout.permute.empty()) {
    check<ValueError>(x.rank() == static_cast<int>(layout.permute.size()), "it permutes ", layout.permute.size(),
                      " dimensions, and the array is ", x.shape());
    out = out.permute(back ? inverse(layout.permute) : layout.permute);
  }
  if (layout.transpose) {
    check<ValueError>(x.rank() == 2, "it transposes a matrix, and the array is ", x.shape());
    out = out.transpose(0, 1);
  }
  return out;
}

// Rows [heads · D, ...]: those of each head, which are pairs of neighbours, become two halves; or back.
Array rotary(const Array& x, std::int64_t heads, bool to_halves) {
  check<ValueError>(x.rank() >= 1 && x.dim(0) % (2 * heads) == 0, "it has ", heads, " heads of pairs, and the array is ", x.shape());
  Shape split = x.shape();
  const std::int64_t pairs = x.dim(0) / (2 * heads);
  split[0] = to_halves ? 2 : pairs;
  split.insert(0, to_halves ? pairs : 2);
  split.insert(0, heads);
  return x.reshape(split).transpose(1, 2).reshape(x.shape());
}

Array arranged(const Array& x, const WeightLayout& layout, bool back) {
  if (layout.rotary_heads == 0) return turned(x, layout, back).as_contiguous();
  if (back) return turned(rotary(x, layout.rotary_heads, layout.rotary_interleaved), layout, true).as_contiguous();
  return rotary(turned(x, layout, false), layout.rotary_heads, !layout.rotary_interleaved).as_contiguous();
}

}  // namespace

Array into_model(const Array& x, const WeightLayout& layout) { return arranged(x, layout, false); }
Array into_file(const Array& x, const WeightLayout& layout) { return arranged(x, layout, true); }

Array joined(const std::vector<Array>& pieces, const WeightLayout& layout) {
  if (pieces.size() == 1) return pieces[0];
  std::vector<std::int64_t> parts = layout.parts;
  if (parts.empty()) parts.assign(pieces.size(), 1);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const Array &first = pieces[0], &x = pieces[i];
    check<ValueError>(x.rank() > layout.axis && x.dtype() == first.dtype(), "it joins ", first.shape(), " ", first.dtype(), " and ",
                      x.shape(), " ", x.dtype(), " along axis ", layout.axis);
    Shape rest = x.shape(), others = first.shape();
    const auto unit = [&](const Array& piece, std::size_t j) { return piece.dim(layout.axis) / parts[j]; };
    check<ValueError>(x.rank() == first.rank() && x.dim(layout.axis) % parts[i] == 0 && unit(x, i) == unit(first, 0),
                      "it joins ", first.shape(), " and ", x.shape(), " along axis ", layout.axis, " as ", parts[0], " to ", parts[i]);
    rest[layout.axis] = others[layout.axis] = 0;
    check<ValueError>(rest == others, "it joins ", first.shape(), " and ", x.shape(), " along axis ", layout.axis);
  }
  const NoGrad guard;
  return cat(std::vector<Tensor>(pieces.begin(), pieces.end()), layout.axis).value();
}

std::vector<Array> divided(const Array& whole, const WeightLayout& layout, std::size_t count) {
  if (count == 1) return {whole};
  std::vector<std::int64_t> parts = layout.parts;
  if (parts.empty()) parts.assign(count, 1);
  const std::int64_t sum = std::accumulate(parts.begin(), parts.end(), std::int64_t{0});
  check<ValueError>(whole.rank() > layout.axis && whole.dim(layout.axis) % sum == 0, "it cuts axis ", layout.axis, " into ", sum,
                    " parts, and the array is ", whole.shape());
  const std::int64_t unit = whole.dim(layout.axis) / sum;
  std::vector<Array> out;
  for (std::int64_t i = 0, at = 0; i < static_cast<std::int64_t>(count); at += unit * parts[static_cast<std::size_t>(i++)])
    out.push_back(whole.slice(layout.axis, at, at + unit * parts[static_cast<std::size_t>(i)]).as_contiguous());
  return out;
}

}  // namespace gradus::nn::detail
