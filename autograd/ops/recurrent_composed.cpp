#include <algorithm>
#include <vector>

#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/internal/recurrent.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>

namespace gradus::detail {
namespace {

using kernels::Cell;

// What one step keeps for its way back.
struct Step {
  std::int64_t begin, count;
  Tensor h_before, c_before, i, f, g, o, bent, unprojected, h;  // GRU: r, z, n, q in i, f, g, o; the others their h alone
};

Tensor first_rows(const Tensor& x, std::int64_t n) { return n == x.dim(0) ? x : slice(x, 0, 0, n); }
// x with other first rows.
Tensor with_first_rows(const Tensor& x, const Tensor& rows) {
  return rows.dim(0) == x.dim(0) ? rows : cat({rows, slice(x, 0, rows.dim(0), x.dim(0))}, 0);
}

class Unrolled {
 public:
  Unrolled(const kernels::Recurrence& form, const RecurrentInputs& in) : form_(form), in_(in) {
    const std::int64_t gates = form.cell == Cell::lstm ? 4 : form.cell == Cell::gru ? 3 : 1;
    hidden_ = in.weight_hh.dim(0) / gates;
    const Tensor by_x = linear(in.x, in.weight_ih, in.bias_ih);
    Tensor h = in.h0.defined() ? in.h0 : zeros(in.weight_hh.dim(1)), c = in.c0.defined() ? in.c0 : zeros(hidden_);
    std::vector<std::int64_t> offsets;
    std::int64_t at = 0;
    for (const std::int64_t count : form.counts) offsets.push_back(at), at += count;
    const std::size_t n = form.counts.size();
    for (std::size_t s = 0; s < n; ++s) {
      const std::size_t t = form.reverse ? n - 1 - s : s;
      Step step{.begin = offsets[t], .count = form.counts[t]};
      step.h_before = first_rows(h, step.count);
      forward(step, slice(by_x, 0, step.begin, step.begin + step.count), c);
      h = with_first_rows(h, step.h);
      steps_.push_back(step);
    }
  }

  std::array<Tensor, 8> gradients(const Tensor& dy, const Tensor& dh_n, const Tensor& dc_n) {
    dh_ = dh_n.defined() ? dh_n : zeros(in_.weight_hh.dim(1)), dc_ = dc_n.defined() ? dc_n : zeros(hidden_);
    std::vector<Tensor> by_x(steps_.size()), by_h(steps_.size()), before(steps_.size()), outputs(steps_.size()), unprojected(steps_.size());
    for (std::size_t s = steps_.size(); s-- > 0;) {
      const Step& step = steps_[s];
      const std::size_t t = form_.reverse ? steps_.size() - 1 - s : s;
      Tensor d = first_rows(dh_, step.count);
      if (dy.defined()) d = d + slice(dy, 0, step.begin, step.begin + step.count);
      const Slopes slopes = backward(step, in_.weight_hr.defined() ? matmul(d, in_.weight_hr) : d);
      Tensor next = matmul(slopes.by_h, in_.weight_hh);
      if (slopes.past.defined()) next = next + slopes.past;
      dh_ = with_first_rows(dh_, next);
      by_x[t] = slopes.by_x, by_h[t] = slopes.by_h, before[t] = step.h_before, outputs[t] = d, unprojected[t] = step.unprojected;
    }
    const Tensor ax = all(by_x, in_.weight_ih.dim(0)), ah = all(by_h, in_.weight_hh.dim(0));
    std::array<Tensor, 8> grads{matmul(ax, in_.weight_ih),
                                dh_,
                                dc_,
                                matmul(transpose(ax), in_.x),
                                matmul(transpose(ah), all(before, in_.weight_hh.dim(1))),
                                sum(ax, 0),
                                sum(ah, 0),
                                Tensor{}};
    if (in_.weight_hr.defined()) grads[7] = matmul(transpose(all(outputs, in_.weight_hr.dim(0))), all(unprojected, hidden_));
    return grads;
  }

 private:
  struct Slopes {
    Tensor by_x, by_h, past;  // of the products; what reaches the state before past them
  };

  Tensor zeros(std::int64_t n) const { return Tensor(Array::zeros({form_.samples, n}, in_.x.dtype())); }
  Tensor all(const std::vector<Tensor>& parts, std::int64_t n) const {
    return parts.empty() ? Tensor(Array::zeros({0, n}, in_.x.dtype())) : cat(parts, 0);
  }
  Tensor part(const Tensor& x, std::int64_t i) const { return slice(x, 1, i * hidden_, (i + 1) * hidden_); }

  void forward(Step& step, const Tensor& by_x, Tensor& c) const {
    const Tensor by_h = linear(step.h_before, in_.weight_hh, in_.bias_hh);
    if (form_.cell == Cell::gru) {
      step.i = sigmoid(part(by_x, 0) + part(by_h, 0)), step.f = sigmoid(part(by_x, 1) + part(by_h, 1)), step.o = part(by_h, 2);
      step.g = tanh(part(by_x, 2) + step.i * step.o);
      step.h = step.g + step.f * (step.h_before - step.g);
      return;
    }
    const Tensor a = by_x + by_h;
    if (form_.cell == Cell::tanh) step.h = tanh(a);
    if (form_.cell == Cell::relu) step.h = relu(a);
    if (form_.cell != Cell::lstm) return;
    step.c_before = first_rows(c, step.count);
    step.i = sigmoid(part(a, 0)), step.f = sigmoid(part(a, 1)), step.g = tanh(part(a, 2)), step.o = sigmoid(part(a, 3));
    const Tensor next = step.f * step.c_before + step.i * step.g;
    c = with_first_rows(c, next);
    step.bent = tanh(next);
    step.unprojected = step.o * step.bent;
    step.h = in_.weight_hr.defined() ? matmul(step.unprojected, transpose(in_.weight_hr)) : step.unprojected;
  }

  Slopes backward(const Step& s, const Tensor& d) {
    if (form_.cell == Cell::tanh || form_.cell == Cell::relu) {
      const Tensor a = form_.cell == Cell::tanh ? d * (1 - square(s.h)) : where(s.h <= 0, 0.0, d);
      return {a, a, {}};
    }
    const auto bent = [](const Tensor& y) { return y * (1 - y); };
    if (form_.cell == Cell::gru) {
      const Tensor n = d * (1 - s.f) * (1 - square(s.g)), r = n * s.o * bent(s.i), z = d * (s.h_before - s.g) * bent(s.f);
      return {cat({r, z, n}, 1), cat({r, z, n * s.i}, 1), d * s.f};
    }
    const Tensor c = first_rows(dc_, s.count) + d * s.o * (1 - square(s.bent));
    const Tensor a = cat({c * s.g * bent(s.i), c * s.c_before * bent(s.f), c * s.i * (1 - square(s.g)), d * s.bent * bent(s.o)}, 1);
    dc_ = with_first_rows(dc_, c * s.f);
    return {a, a, {}};
  }

  const kernels::Recurrence& form_;
  const RecurrentInputs& in_;
  std::int64_t hidden_;
  std::vector<Step> steps_;
  Tensor dh_, dc_;
};

}  // namespace

std::array<Tensor, 8> composed_gradients(const kernels::Recurrence& form, const RecurrentInputs& inputs, const Tensor& dy,
                                         const Tensor& dh_n, const Tensor& dc_n) {
  return Unrolled(form, inputs).gradients(dy, dh_n, dc_n);
}

}  // namespace gradus::detail
