// What several families need: whole numbers out of tensors that hold sizes and axes, and sizes that a file names checked before memory is
// taken for them.
#pragma once
#include <cstdint>
#include <vector>

#include <gradus/autograd/array/axes.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus::nn::onnx {

std::vector<std::int64_t> whole_numbers(const Tensor& x);          // of any whole dtype; DtypeError
double only_number(const Tensor& x);                               // of a tensor of one element; ShapeError
// Counted from the front. ValueError for two equal ones.
std::vector<std::int64_t> axes_in_front(std::vector<std::int64_t> axes, int rank, const char* op);

// While a model is loaded what has known inputs is computed at once, but no more than some elements of it: a file of a few bytes may ask
// for any number. Beyond that TooLarge is thrown, and it is left for the call.
struct TooLarge {};
class Folding {
 public:
  Folding();
  ~Folding();
  Folding(const Folding&) = delete;
};
const Shape& checked_size(const Shape& shape, const char* op);     // ShapeError for what memory cannot hold; TooLarge while folding

}  // namespace gradus::nn::onnx
