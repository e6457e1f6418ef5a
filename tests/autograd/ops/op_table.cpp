#include "autograd/ops/op_table.h"

#include <cmath>
#include <sstream>

namespace gradus {
namespace {

std::vector<Row>& table() {
  static std::vector<Row> rows;
  return rows;
}

// "2x0x3"; "()" of a scalar.
Shape shape_of(const std::string& word) {
  Shape shape;
  if (word == "()") return shape;
  std::istringstream sizes(word);
  for (std::string size; std::getline(sizes, size, 'x');) shape.push_back(std::stoll(size));
  return shape;
}

}  // namespace

Rows::Rows(std::initializer_list<Row> rows) {
  for (const Row& row : rows) {
    table().push_back(row);
    std::istringstream all(row.shapes);
    for (std::string shapes; std::getline(all, shapes, ';');) {
      Row other = row;
      other.elementwise = false, other.mistake = {};
      std::istringstream words(shapes);
      for (Input& input : other.inputs) {
        std::string word;
        if (!(words >> word)) throw Error(row.name + ": shapes for fewer tensors than it takes: " + shapes);
        input.shape = shape_of(word);
      }
      table().push_back(other);
    }
  }
}

const std::vector<Row>& op_table() { return table(); }

Tensors draw(const std::vector<Input>& inputs, std::uint64_t seed) {
  Generator g(seed);
  Tensors xs;
  for (const Input& input : inputs) {
    const Tensor x = uniform(Array(input.shape, f64), input.low, input.high, g);
    if (input.dtype == f64) {
      xs.push_back(x);
      continue;
    }
    std::vector<std::int64_t> whole;
    for (double v : x.value().to_vector()) whole.push_back(static_cast<std::int64_t>(std::floor(v)));
    xs.push_back(Tensor(Array::from(whole, input.shape).to(input.dtype)));
  }
  return xs;
}

}  // namespace gradus
