// The table of all differentiable operations: a row each, in a file for each family (table/). It drives the checks in op_table_test.cpp:
// gradients and tangents against central differences to second order, forward mode against backward, f32 against f64, broadcasting, empty
// and size-1 dimensions, views, repeated inputs, equal bits, error messages. A public function in autograd/ops that has no row fails the
// tests.
//   const Rows family{
//       {.name = "clamp", .f = of([](auto& x) { return clamp(x, -0.8, 0.9); }), .inputs = {{.shape = {2, 5}}}, .elementwise = true,
//        .mistake = [] { clamp(zeros({1}), 2, 1); }, .says = {"clamp", "lower bound 2", "upper bound 1"}},
//   };
#pragma once
#include <array>
#include <functional>
#include <string>
#include <type_traits>
#include <vector>

#include <gradus/autograd/gradcheck.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

using Tensors = std::vector<Tensor>;

// Random numbers, or fixed labels and conditions, of one input.
struct Input {
  Shape shape;
  double low = -2, high = 2;
  Dtype dtype = f64;              // i64, bool: whole numbers in [low, high), not differentiated
};

struct Row {
  std::string name;               // as declared
  Functions f;                    // of(…): one result or several
  std::vector<Input> inputs;
  bool elementwise = false;       // also with other shapes, empty ones and broadcasting ones among them
  bool differentiable = true;
  std::function<void()> mistake = {};  // must throw an Error ...
  std::vector<std::string> says = {};  // ... that says all of this
  std::size_t optional_from = 99;      // inputs from here on may be left out: undefined
  const char* shapes = "";             // of all inputs, other ones at which it holds, as rows of their own: "0x3 3; 1x1 1; () ()"
};

// A function of one, two or three tensors that returns one, an array of them or a list.
template <class F>
Functions of(F f) {
  return [f](const Tensors& x) -> Tensors {
    const auto call = [&] {
      if constexpr (std::is_invocable_v<const F&, const Tensor&, const Tensor&, const Tensor&>) return f(x[0], x[1], x[2]);
      else if constexpr (std::is_invocable_v<const F&, const Tensor&, const Tensor&>) return f(x[0], x[1]);
      else return f(x[0]);
    };
    using R = decltype(call());
    if constexpr (std::is_same_v<R, Tensor>) return {call()};
    else if constexpr (std::is_same_v<R, Tensors>) return call();
    else {
      const auto all = call();
      return Tensors(all.begin(), all.end());
    }
  };
}

// The same of a plain function of all inputs, which costs the compiler less.
inline Functions of_all(Tensor (*f)(const Tensors& x)) {
  return [f](const Tensors& x) -> Tensors { return {f(x)}; };
}

// A family's rows, which enter the table where they are defined, each followed by itself at other shapes.
struct Rows {
  Rows(std::initializer_list<Row> rows);
};

const std::vector<Row>& op_table();

Tensors draw(const std::vector<Input>& inputs, std::uint64_t seed);   // as the inputs say

}  // namespace gradus
