// Comparisons, logic and bits.
#include <gradus/autograd/ops/bitwise.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/nn/onnx/import/internal/node_reader.h>

namespace gradus::nn::onnx {
namespace {

template <class F>
Run of_two(F f) {
  return one([f](In x) { return f(x[0], x[1]); });
}
using Two = const Tensor&;
Run equal(NodeReader&) { return of_two([](Two a, Two b) { return a == b; }); }
Run greater(NodeReader&) { return of_two([](Two a, Two b) { return a > b; }); }
Run greater_or_equal(NodeReader&) { return of_two([](Two a, Two b) { return a >= b; }); }
Run less(NodeReader&) { return of_two([](Two a, Two b) { return a < b; }); }
Run less_or_equal(NodeReader&) { return of_two([](Two a, Two b) { return a <= b; }); }
Run both(NodeReader&) { return of_two([](Two a, Two b) { return logical_and(a, b); }); }
Run either(NodeReader&) { return of_two([](Two a, Two b) { return logical_or(a, b); }); }
Run one_of_them(NodeReader&) { return of_two([](Two a, Two b) { return logical_xor(a, b); }); }
Run bits_and(NodeReader&) { return of_two([](Two a, Two b) { return bitwise_and(a, b); }); }
Run bits_or(NodeReader&) { return of_two([](Two a, Two b) { return bitwise_or(a, b); }); }
Run bits_xor(NodeReader&) { return of_two([](Two a, Two b) { return bitwise_xor(a, b); }); }
Run negation(NodeReader&) { return one([](In x) { return logical_not(x[0]); }); }
Run bits_not(NodeReader&) { return one([](In x) { return bitwise_not(x[0]); }); }
Run nan_node(NodeReader&) { return one([](In x) { return isnan(x[0]); }); }

Run infinity_node(NodeReader& node) {
  const bool negative = node.flag("detect_negative", true), positive = node.flag("detect_positive", true);
  return one([negative, positive](In x) {
    Tensor y = isinf(x[0]);
    if (!negative) y = logical_and(y, x[0] > 0);
    if (!positive) y = logical_and(y, x[0] < 0);
    return y;
  });
}

Run choice(NodeReader&) { return one([](In x) { return where(x[0], x[1], x[2]); }); }

constexpr Operator logic_rows[] = {
    {"And", 7, 2, 2, 1, both, 0, folds},
    {"BitwiseAnd", 18, 2, 2, 1, bits_and},
    {"BitwiseNot", 18, 1, 1, 1, bits_not},
    {"BitwiseOr", 18, 2, 2, 1, bits_or},
    {"BitwiseXor", 18, 2, 2, 1, bits_xor},
    {"Equal", 7, 2, 2, 1, equal, 0b11, folds},
    {"Greater", 7, 2, 2, 1, greater, 0b11, folds},
    {"GreaterOrEqual", 12, 2, 2, 1, greater_or_equal, 0b11, folds},
    {"IsInf", 10, 1, 1, 1, infinity_node},
    {"IsNaN", 9, 1, 1, 1, nan_node},
    {"Less", 7, 2, 2, 1, less, 0b11, folds},
    {"LessOrEqual", 12, 2, 2, 1, less_or_equal, 0b11, folds},
    {"Not", 1, 1, 1, 1, negation, 0, folds},
    {"Or", 7, 2, 2, 1, either, 0, folds},
    {"Where", 9, 3, 3, 1, choice, 0, folds},
    {"Xor", 7, 2, 2, 1, one_of_them, 0, folds},
};

}  // namespace

std::span<const Operator> logic_operators() { return logic_rows; }

}  // namespace gradus::nn::onnx
