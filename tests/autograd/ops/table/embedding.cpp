#include <gradus/autograd/ops/embedding.h>
#include <gradus/autograd/ops/embedding_bag.h>
#include <gradus/autograd/ops/math.h>

#include "autograd/ops/op_table.h"

namespace gradus::embedding_table {

Tensor numbers(std::initializer_list<std::int64_t> values) { return Array::from<std::int64_t>(values, {std::ssize(values)}); }
const Input table{.shape = {5, 3}}, words{.shape = {2, 4}, .low = 0, .high = 5, .dtype = i64};

const Rows family{
    {.name = "embedding", .f = of([](auto& table, auto& words) { return square(embedding(words, table)); }), .inputs = {table, words},
     .mistake = [] { embedding(Tensor(Array::full({2, 1}, 5, i64)), zeros({5, 3})); },
     .says = {"embedding", "index 5", "[0, 0]", "5 rows"}, .shapes = "5x3 0; 5x0 2x4; 5x1 1; 5x3 ()"},
    // The padding row is not used: where it is, PyTorch keeps its gradient from it.
    {.name = "embedding", .f = of([](auto& table, auto& words) {
        return square(embedding(words, table, {.padding_idx = -1, .sparse = true})); }),
     .inputs = {{.shape = {5, 3}}, {.shape = {2, 4}, .low = 0, .high = 4, .dtype = i64}}, .shapes = "5x3 0x2; 5x1 1"},
    // What is used once: otherwise the gradient is none.
    {.name = "embedding", .f = of([](auto& table) { return square(embedding(numbers({3, 0, 4}), table, {.scale_grad_by_freq = true})); }),
     .inputs = {table}},
    {.name = "embedding_renorm", .f = of([](auto& table, auto& words) {
        Array shortened = table.value();
        embedding_renorm(shortened, words, 1, 3);
        return Tensor(shortened); }),
     .inputs = {table, words}, .differentiable = false,
     .mistake = [] { Array a = Array::zeros({5, 3}); embedding_renorm(a, numbers({5}), 1); },
     .says = {"embedding_renorm", "index 5", "5 rows"}},
};

const Rows bags{
    {.name = "embedding_bag", .f = of([](auto& table, auto& words) { return square(embedding_bag(words, table)); }),
     .inputs = {table, words},
     .mistake = [] { embedding_bag(numbers({1, 2}), zeros({5, 3})); }, .says = {"embedding_bag", "[2]", "need offsets"},
     .shapes = "5x3 2x0; 5x0 2x4; 5x1 1x1; 5x3 0x4"},
    {.name = "embedding_bag", .f = of([](auto& table, auto& words) {
        return square(embedding_bag(words, table, {}, {.mode = BagMode::max})); }), .inputs = {table, words}, .shapes = "5x3 2x0; 5x1 1x1"},
    {.name = "embedding_bag", .f = of([](auto& table, auto& factors) {
        return square(embedding_bag(numbers({4, 0, 0, 3, 4}), table, numbers({0, 2, 2}),
                                    {.mode = BagMode::sum, .per_sample_weights = factors, .padding_idx = 3})); }),
     .inputs = {table, {.shape = {5}}}, .optional_from = 1},
    {.name = "embedding_bag", .f = of([](auto& table, auto& words, auto& factors) {
        return square(embedding_bag(words, table, {}, {.mode = BagMode::sum, .per_sample_weights = factors, .sparse = true})); }),
     .inputs = {table, words, {.shape = {2, 4}}}, .optional_from = 2},
    {.name = "embedding_bag", .f = of([](auto& table) {
        return square(embedding_bag(numbers({4, 0, 1, 3}), table, numbers({0, 3, 4}),
                                    {.include_last_offset = true, .padding_idx = 1, .scale_grad_by_freq = true})); }), .inputs = {table}},
};

}  // namespace gradus::embedding_table
