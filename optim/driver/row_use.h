// What rules make of gradients of rows (autograd/tape/row_gradient.h), which embeddings with sparse = true have: an optional part of a
// rule,
//   static RowUse row_use(const Options& o) { return o.weight_decay == 0 ? RowUse::takes : RowUse::refuses; }
#pragma once
#include <string_view>

namespace gradus {
class Leaf;
}

namespace gradus::optim {

enum class RowUse {
  refuses,    // weights move without a gradient, too: by momentum, by decay
  takes,      // a gradient of zero changes nothing, so those rows are as good as all
  demands,    // the rule says what becomes of rows, and of them alone
};

// ValueError, ShapeError or DtypeError with the parameter's name and the remedies unless an optimizer that uses rows so can take the leaf's
// gradient, which is defined. A gradient of rows must be one of the value's rows, ascending and distinct.
void check_row_use(std::string_view optimizer, std::string_view parameter, RowUse use, const Leaf& leaf);

}  // namespace gradus::optim
