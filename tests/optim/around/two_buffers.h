// A model's buffers, for averages that take them along: a mean and a count, with the values of golden/make_averages.py.
#pragma once
#include <gradus/autograd/array/array.h>
#include <gradus/optim/around/weight_average.h>
#include <optim/rules/table.h>

namespace gradus::optim::testing {

struct TwoBuffers {
  Array mean = Array::zeros({3}, f64), count = Array::zeros({}, i64);
  Buffers visitor() {
    return [this](const VisitBuffer& visit) {
      visit("norm.mean", mean);
      visit("norm.count", count);
    };
  }
  void go_to(int step) {
    mean = filled({3}, f64, [&](auto i) {
      const double slope = static_cast<double>((step * std::int64_t{7919} + i * 104729 + 5 * std::int64_t{1299709}) % 2003 - 1001) / 500;
      return table_weight(5, i) + 0.01 * step * slope;
    });
    count = Array::from({static_cast<std::int64_t>(step)}, {});
  }
};

}  // namespace gradus::optim::testing
