#include <autograd/reference.h>

#include <cmath>

#include <gradus/autograd/walk/grad.h>

namespace gradus {

void expect_near(const Array& got, const Array& wanted, double tolerance, const std::string& what) {
  ASSERT_EQ(got.shape(), wanted.shape()) << what;
  const auto a = got.to_vector(), b = wanted.to_vector();
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]))) continue;
    // Nothing else is near an infinity, whose share of a tolerance is infinite.
    ASSERT_TRUE(std::isfinite(b[i]) && std::abs(a[i] - b[i]) <= tolerance * std::max(1.0, std::abs(b[i])))
        << what << ": element " << i << ": " << a[i] << " and " << b[i];
  }
}
void expect_near(const Tensor& got, const Array& wanted, double tolerance, const std::string& what) {
  expect_near(got.value(), wanted, tolerance, what);
}

void expect_within(const Array& got, const Array& wanted, double tolerance) {
  ASSERT_EQ(got.shape(), wanted.shape());
  const auto a = got.to_vector(), b = wanted.to_vector();
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], tolerance) << "at " << i;
}

void expect_golden(const std::string& folder, const std::string& name, const std::vector<std::string>& keys, const Function& f,
                   double tolerance, double of_gradients) {
  SCOPED_TRACE(name);
  const auto& golden = golden_values(folder);
  std::vector<Tensor> xs;
  std::vector<std::string> slopes;
  for (const std::string& key : keys)
    if (const auto at = golden.find(name + "." + key); at != golden.end()) xs.push_back(variable(at->second)), slopes.push_back(".d" + key);
  const Tensor y = f(xs);
  expect_near(y, golden.at(name + ".y"), tolerance, "value");
  for (const bool recorded : {true, false}) {   // the last one uses the graph up
    const auto found = grad(y, xs, {.create_graph = recorded, .seed = golden.at(name + ".g")});
    for (std::size_t i = 0; i < xs.size(); ++i) expect_near(found[i], golden.at(name + slopes[i]), of_gradients, slopes[i]);
  }
}

Tensor random(const Shape& shape, std::uint64_t seed, Dtype dtype) {
  Generator g(seed);
  return randn(shape, g, dtype);
}

void expect_same_gradients(const Function& f, const std::vector<Tensor>& inputs, double tolerance) {
  std::vector<Tensor> xs;
  for (const Tensor& x : inputs) xs.push_back(is_floating(x.dtype()) ? variable(x) : x);
  std::vector<Tensor> wanted;
  for (const Tensor& x : xs)
    if (x.requires_grad()) wanted.push_back(x);
  const Tensor y = f(xs), seed = random(y.shape(), 99, y.dtype());
  const auto composed = grad(y, wanted, {.create_graph = true, .seed = seed}), fused = grad(y, wanted, {.seed = seed});
  for (std::size_t i = 0; i < wanted.size(); ++i) expect_near(fused[i], composed[i].value(), tolerance, text("gradient ", i));
}

}  // namespace gradus
