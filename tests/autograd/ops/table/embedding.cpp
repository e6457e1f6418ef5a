#include <gradus/autograd/ops/embedding.h>
#include <gradus/autograd/ops/math.h>

#include "autograd/ops/op_table.h"

namespace gradus::embedding_table {

const Rows family{
    {.name = "embedding", .f = of([](auto& table, auto& words) { return square(embedding(words, table)); }),
     .inputs = {{.shape = {5, 3}}, {.shape = {2, 4}, .low = 0, .high = 5, .dtype = i64}},
     .mistake = [] { embedding(Tensor(Array::full({2, 1}, 5, i64)), zeros({5, 3})); },
     .says = {"embedding", "index 5", "[0, 0]", "5 rows"}, .shapes = "5x3 0; 5x0 2x4; 5x1 1; 5x3 ()"},
    // The padding row is not used: where it is, PyTorch keeps its gradient from it.
    {.name = "embedding", .f = of([](auto& table, auto& words) {
        return square(embedding(words, table, {.padding_idx = -1, .sparse = true})); }),
     .inputs = {{.shape = {5, 3}}, {.shape = {2, 4}, .low = 0, .high = 4, .dtype = i64}}, .shapes = "5x3 0x2; 5x1 1"},
};

}  // namespace gradus::embedding_table
