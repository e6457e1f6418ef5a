// Values, gradients, gradients of gradients, and what an error says.
//
//   ./run example 01_values_and_gradients
//
// You should see ∂y/∂x = [16, 8] for y = Σ x² + x³ at x = [2, -2], a second derivative [12, -12] and a gradient through broadcasting
// [10, 14, 18], each beside the same by hand; then two error messages that name what did not fit.
#include <gradus/gradus.h>

#include <iostream>

using namespace gradus;

int main() {
  // A tensor is an immutable value. f32 unless said otherwise; a plain number takes the tensor's dtype.
  const Tensor a = tensor({{1, 2, 3}, {4, 5, 6}});
  const Tensor row = tensor({10, 20, 30});
  std::cout << "a + row = " << a + row << "\n";   // the row is broadcast over both rows of a
  std::cout << "a · aᵀ = " << matmul(a, transpose(a)) << "\n\n";

  // A variable is a leaf that gradients reach. backward() leaves ∂y/∂x there.
  const Tensor x = variable(tensor({2, -2}));
  Tensor y = sum(x * x + pow(x, 3));
  y.backward();
  std::cout << "y = Σ x² + x³ at x = " << x.value() << " is " << y.item() << "\n";
  std::cout << "∂y/∂x = " << x.grad() << "    by hand: 2x + 3x² = [16, 8]\n";

  // grad() returns gradients and leaves nothing behind. With create_graph they can be differentiated again.
  y = sum(pow(x, 3));
  const Tensor slope = grad(y, x, {.create_graph = true});
  const Tensor curvature = grad(sum(slope), x);
  std::cout << "(x³)' = " << slope.value() << ", (x³)'' = " << curvature << "    by hand: 3x², 6x\n";

  // A value that was broadcast gets the sum of the gradients of its copies.
  const Tensor bias = variable(zeros({3}));
  sum((a + bias) * (a + bias)).backward();
  std::cout << "∂/∂bias Σ (a + bias)² = " << bias.grad() << "    by hand: 2 Σ_rows a = [10, 14, 18]\n";

  // Nothing is recorded in here, so nothing is kept for a backward that will not come.
  const Tensor z = no_grad([&] { return tanh(x) * 2; });
  std::cout << "tracked outside no_grad: " << std::boolalpha << tanh(x).requires_grad() << ", inside: " << z.requires_grad() << "\n\n";

  // Errors say which operation, which rule, which shapes.
  try {
    matmul(a, a);
  } catch (const ShapeError& error) {
    std::cout << "ShapeError: " << error.what() << "\n";
  }
  try {
    a + row.to(f64);
  } catch (const DtypeError& error) {
    std::cout << "DtypeError: " << error.what() << "\n";
  }
}
