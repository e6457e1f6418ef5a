// What is kept of oneDNN's primitives: the last few hundred, whatever shapes come by.
#include <gradus/autograd/kernels/onednn/description.h>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/conv.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>

#include "support.h"

namespace gradus::primitives_test {

struct OneThread {
  OneThread() { set_threads(1); }
  ~OneThread() { set_threads(before); }
  int before = num_threads();
};

bool convolves(std::int64_t images) {
  const Tensor x = variable(ones({images, 4, 5, 5})), kernels = variable(ones({8, 4, 3, 3}));
  sum(conv2d(x, kernels)).backward();
  return max(kernels.grad()).item() == static_cast<double>(images * 9) && max(x.grad()).item() == 72;
}
bool multiplies(std::int64_t rows) { return max(matmul(ones({rows, 60}), ones({60, 60}))).item() == 60; }

// Another size each time and the same one in between, which is to stay. Returns how many primitives the one that came again needed.
template <class F>
std::int64_t made_for_what_comes_again(std::int64_t first, std::int64_t last, F&& run) {
  std::int64_t again = 0;
  EXPECT_TRUE(run(first - 1));
  for (std::int64_t n = first; n < last; ++n) {
    EXPECT_TRUE(run(n));
    const std::int64_t before = kernels::dnnl_primitives().made;
    EXPECT_TRUE(run(first - 1));
    again += kernels::dnnl_primitives().made - before;
  }
  return again;
}

TEST(Primitives, OfConvolutionsAreBounded) {
  const OneThread now;
  const kernels::PrimitiveCount before = kernels::dnnl_primitives();
  EXPECT_EQ(made_for_what_comes_again(2, 402, convolves), 0);
  const kernels::PrimitiveCount after = kernels::dnnl_primitives();
  if (after.made == before.made) GTEST_SKIP() << "convolutions are not oneDNN's here";
  EXPECT_GE(after.made - before.made, 1200);
  EXPECT_LE(after.kept - before.kept, 512);
  EXPECT_TRUE(convolves(2));   // forgotten, and made anew
  EXPECT_GT(kernels::dnnl_primitives().made, after.made);
  EXPECT_LE(kernels::dnnl_primitives().kept, after.kept);
}

TEST(Primitives, OfProductsAreBounded) {
  const OneThread now;
  const kernels::PrimitiveCount before = kernels::dnnl_primitives();
  EXPECT_EQ(made_for_what_comes_again(100, 700, multiplies), 0);
  const kernels::PrimitiveCount after = kernels::dnnl_primitives();
  if (after.made == before.made) GTEST_SKIP() << "products are not oneDNN's here";
  EXPECT_GE(after.made - before.made, 600);
  EXPECT_LE(after.kept - before.kept, 256);
}

}  // namespace gradus::primitives_test
