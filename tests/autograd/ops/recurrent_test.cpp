// Recurrent layers at sizes of several tiles and ranges: the fused passes against those composed of differentiable operations, f32 against
// f64, threads, and that a sample does not see the others. Packed sequences.
#include <cmath>
#include <limits>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/packed_sequence.h>
#include <gradus/autograd/ops/recurrent.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/walk/grad.h>

#include "autograd/reference.h"

namespace gradus::recurrent_test {

enum Kind { tanh_kind, relu_kind, gru_kind, lstm_kind, projected_kind };

struct Form {
  Kind kind;
  std::int64_t steps, samples, inputs, hidden;
  bool reverse = false;
  std::vector<std::int64_t> lengths = {};
};

std::vector<Form> forms() {
  std::vector<std::int64_t> lengths;
  for (std::int64_t i = 0; i < 21; ++i) lengths.push_back(1 + (i * 5) % 9);
  std::vector<Form> all;
  for (const Kind kind : {tanh_kind, relu_kind, gru_kind, lstm_kind, projected_kind}) {
    all.push_back({kind, 9, 21, 7, 19, kind == gru_kind, {}});
    all.push_back({kind, 9, 21, 7, 19, kind != gru_kind, lengths});
  }
  all.push_back({lstm_kind, 3, 33, 5, 40});
  all.push_back({lstm_kind, 1, 21, 7, 19});
  all.push_back({gru_kind, 3, 4, 7, 19});
  all.push_back({gru_kind, 2, 21, 7, 19, true});
  return all;
}

// x, h0, weight_ih, weight_hh, bias_ih, bias_hh, c0, weight_hr, as the kind has them; scaled so that nothing saturates.
std::vector<Tensor> inputs_of(const Form& form, Dtype dtype) {
  const std::int64_t gates = form.kind >= lstm_kind ? 4 : form.kind == gru_kind ? 3 : 1, rows = gates * form.hidden;
  const std::int64_t state = form.kind == projected_kind ? 6 : form.hidden;
  std::vector<Shape> shapes{
      {form.steps, form.samples, form.inputs}, {form.samples, state}, {rows, form.inputs}, {rows, state}, {rows}, {rows}};
  if (form.kind >= lstm_kind) shapes.push_back({form.samples, form.hidden});
  if (form.kind == projected_kind) shapes.push_back({state, form.hidden});
  std::vector<Tensor> all;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    const bool weight = i >= 2 && i != 6;
    all.push_back(Tensor((random(shapes[i], i + 1) * (weight ? 0.3 : 0.7)).value().to(dtype)));
  }
  return all;
}

std::vector<Tensor> run(const Form& form, const std::vector<Tensor>& in) {
  RecurrentWeights w{in[2], in[3], in[4], in[5]};
  RecurrentOptions o{.h0 = in[1], .reverse = form.reverse};
  if (form.kind >= lstm_kind) o.c0 = in[6];
  if (form.kind == projected_kind) w.weight_hr = in[7];
  Tensor x = in[0];
  if (!form.lengths.empty()) {
    const PackedSequence packed = pack_padded_sequence(x, form.lengths);
    x = packed.data, o.batch_sizes = packed.batch_sizes;
  }
  if (form.kind >= lstm_kind) {
    const auto [y, h, c] = lstm(x, w, o);
    return {y, h, c};
  }
  const auto [y, h] = form.kind == gru_kind ? gru(x, w, o) : form.kind == relu_kind ? rnn_relu(x, w, o) : rnn_tanh(x, w, o);
  return {y, h};
}

// Results and all gradients.
std::vector<Array> everything(const Form& form, std::vector<Tensor> in, bool recorded = false) {
  for (Tensor& x : in) x = variable(x);
  const auto ys = run(form, in);
  std::vector<Tensor> seeds;
  for (std::size_t i = 0; i < ys.size(); ++i) seeds.push_back(Tensor(random(ys[i].shape(), 50 + i).value().to(ys[i].dtype())));
  std::vector<Array> all;
  for (const Tensor& y : ys) all.push_back(y.value());
  for (const Tensor& g : grad(ys, in, seeds, {.create_graph = recorded})) all.push_back(g.value());
  return all;
}

TEST(Recurrent, FusedIsWhatDifferentiableOperationsGive) {
  for (const Form& form : forms()) {
    SCOPED_TRACE(text(static_cast<int>(form.kind), " steps ", form.steps, " lengths ", form.lengths.size()));
    const auto in = inputs_of(form, f64);
    const auto fused = everything(form, in), composed = everything(form, in, true), small = everything(form, inputs_of(form, f32));
    ASSERT_EQ(fused.size(), composed.size());
    for (std::size_t i = 0; i < fused.size(); ++i) {
      expect_near(fused[i], composed[i], 1e-12, text(i));
      expect_near(small[i].to(f64), fused[i], 1e-4, text(i, " of f32"));
    }
  }
}

TEST(Recurrent, DoesNotDependOnTheNumberOfThreads) {
  const int before = num_threads();
  std::vector<Form> all = forms();
  all.push_back({lstm_kind, 40, 48, 33, 64});
  all.push_back({gru_kind, 40, 48, 33, 64});
  all.push_back({lstm_kind, 1, 8, 64, 256});
  for (const Form& form : all) {
    for (const Dtype dtype : {f32, f64}) {
      const auto in = inputs_of(form, dtype);
      std::vector<std::vector<Array>> results;
      for (const int threads : {1, 2, 5}) {
        set_threads(threads);
        results.push_back(everything(form, in));
      }
      set_threads(before);
      for (std::size_t i = 0; i < results[0].size(); ++i)
        for (const std::size_t k : {1, 2})
          EXPECT_EQ(results[0][i].to_vector(), results[k][i].to_vector()) << static_cast<int>(form.kind) << " " << form.steps << " " << i;
    }
  }
}

// With a NaN in one sample, the others are as they were, in results and gradients of the input.
TEST(Recurrent, SamplesDoNotMeet) {
  for (const Form& form : forms()) {
    const auto in = inputs_of(form, f32);
    Array spoilt = in[0].value().contiguous_copy();
    spoilt.mutable_data<float>()[2 * form.inputs] = std::numeric_limits<float>::quiet_NaN();  // step 0, sample 2
    auto with = in;
    with[0] = Tensor(spoilt);
    const auto clean = everything(form, in), other = everything(form, with);
    const std::size_t dx = form.kind >= lstm_kind ? 3 : 2;
    int different = 0;
    for (std::int64_t t = 0; t < form.steps; ++t)
      for (std::int64_t i = 0; i < form.samples; ++i)
        for (std::int64_t k = 0; k < form.inputs; ++k) {
          const double a = clean[dx].at({t, i, k}), b = other[dx].at({t, i, k});
          if (i == 2)
            different += !(a == b);
          else
            EXPECT_EQ(a, b) << t << " " << i;
        }
    if (form.kind != relu_kind) { EXPECT_GT(different, 0); }
  }
}

TEST(Recurrent, LargeNumbersSaturate) {
  const double inf = std::numeric_limits<double>::infinity();
  for (const double big : {1e4, 1e30, inf}) {
    const RecurrentWeights w{Tensor(Array::full({4, 1}, 1, f64)), Tensor(Array::full({4, 1}, 1, f64))};
    const Tensor x = variable(tensor({{big}, {-big}}, f64));
    const auto [h, c] = lstm_cell(x, {}, {}, w);
    EXPECT_NEAR(h.value().at({0, 0}), std::tanh(1.0), 1e-15);
    EXPECT_NEAR(c.value().at({0, 0}), 1, 1e-15);
    EXPECT_EQ(h.value().at({1, 0}), 0);
    for (const double g : grad(h, x, {.seed = ones({2, 1}, f64)}).value().to_vector()) EXPECT_EQ(g, 0);
  }
}

TEST(PackedSequence, HasTheLongestFirst) {
  const Tensor x = reshape(arange(12, f64), {3, 4});
  const PackedSequence packed = pack_padded_sequence(x, tensor({1, 3, 2, 3}, i64));
  EXPECT_EQ(packed.batch_sizes, (std::vector<std::int64_t>{4, 3, 2}));
  EXPECT_EQ(packed.sorted_indices, (std::vector<std::int64_t>{1, 3, 2, 0}));
  EXPECT_EQ(packed.data.value().to_vector(), (std::vector<double>{1, 3, 2, 0, 5, 7, 6, 9, 11}));
  const Tensor padded = pad_packed_sequence(packed, {.batch_first = true, .padding_value = -1, .total_length = 4});
  EXPECT_EQ(padded.value().to_vector(), (std::vector<double>{0, -1, -1, -1, 1, 5, 9, -1, 2, 6, -1, -1, 3, 7, 11, -1}));
  EXPECT_EQ(pack_padded_sequence(transpose(x), {1, 3, 2, 3}, true).data.value().to_vector(), packed.data.value().to_vector());
  EXPECT_THROW(pack_padded_sequence(x, {1, 3, 2}), ValueError);
  EXPECT_THROW(pack_padded_sequence(x, {1, 3, 2, 4}), ValueError);
  EXPECT_THROW(pack_padded_sequence(x, {1, 0, 2, 3}), ValueError);
  EXPECT_THROW(pack_padded_sequence(x, tensor({1, 3, 2, 3})), DtypeError);
  EXPECT_THROW(pad_packed_sequence(packed.with(zeros({8}, f64))), ShapeError);
}

}  // namespace gradus::recurrent_test
