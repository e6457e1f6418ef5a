#include <gradus/autograd/ops/einsum.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/diagonal.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/rearrange.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>

namespace gradus {
namespace {

// Letters are labels 0 to 51, capitals first; the dimensions of an ellipsis follow, the last one first.
constexpr int letters = 52, labels = letters + Shape::max_rank;
using Labels = std::vector<int>;
using Sizes = std::array<std::int64_t, labels>;

bool has(const Labels& list, int label) { return std::find(list.begin(), list.end(), label) != list.end(); }
int place(const Labels& list, int label) { return static_cast<int>(std::find(list.begin(), list.end(), label) - list.begin()); }

// An operand, or a product of some, and what its dimensions are.
struct Term {
  Tensor x;
  Labels dims;
};

Tensor in_order(const Term& t, const Labels& order) {
  if (t.dims == order) return t.x;
  Shape axes;
  for (const int label : order) axes.push_back(place(t.dims, label));
  return permute(t.x, axes);
}

Tensor in_shape(const Tensor& x, const Shape& shape) { return x.shape() == shape ? x : reshape(x, shape); }

// With dimensions of size 1 where it has none of `order`, for multiplying with broadcasting.
Tensor spread(const Term& t, const Labels& order) {
  Labels own;
  Shape shape;
  for (const int label : order)
    if (has(t.dims, label))
      own.push_back(label), shape.push_back(t.x.dim(place(t.dims, label)));
    else
      shape.push_back(1);
  return in_shape(in_order(t, own), shape);
}

// Each label once (of one that occurs twice, the diagonal), and no dimension of size 1 that others have larger.
void tidy(Term& t, const Sizes& sizes) {
  for (std::size_t i = 0; i < t.dims.size(); ++i)
    for (std::size_t j = i + 1; j < t.dims.size(); ++j)
      if (t.dims[i] == t.dims[j]) {
        const int label = t.dims[i];
        t.x = diagonal(t.x, 0, i, j);
        t.dims.erase(t.dims.begin() + static_cast<std::ptrdiff_t>(j)), t.dims.erase(t.dims.begin() + static_cast<std::ptrdiff_t>(i));
        t.dims.push_back(label);
        i = static_cast<std::size_t>(-1);  // the diagonal's label may come a third time
        break;
      }
  for (int i = static_cast<int>(t.dims.size()) - 1; i >= 0; --i)
    if (t.x.dim(i) == 1 && sizes[static_cast<std::size_t>(t.dims[static_cast<std::size_t>(i)])] != 1) {
      t.x = squeeze(t.x, i);
      t.dims.erase(t.dims.begin() + i);
    }
}

// Summed over what nobody else needs.
template <class Needed>
void sum_out(Term& t, const Needed& needed) {
  Shape axes;
  Labels kept;
  for (const int label : t.dims)
    if (needed(label))
      kept.push_back(label);
    else
      axes.push_back(place(t.dims, label));
  if (axes.rank() == 0) return;
  t.x = sum(t.x, std::span(axes.begin(), static_cast<std::size_t>(axes.rank())));
  t.dims = kept;
}

// The product of both, summed over the labels that nobody else needs: one batched product of matrices.
template <class Needed>
Term contract(Term a, Term b, const Sizes& sizes, const Needed& needed) {
  sum_out(a, [&](int label) { return needed(label) || has(b.dims, label); });
  sum_out(b, [&](int label) { return needed(label) || has(a.dims, label); });
  Labels batch, rows, columns, summed;
  for (const int label : a.dims) (!has(b.dims, label) ? rows : needed(label) ? batch : summed).push_back(label);
  for (const int label : b.dims)
    if (!has(a.dims, label)) columns.push_back(label);
  Labels all = batch;
  all.insert(all.end(), rows.begin(), rows.end());
  all.insert(all.end(), columns.begin(), columns.end());
  check<ShapeError>(all.size() <= Shape::max_rank, "einsum: a product of two has ", all.size(), " dimensions, more than ", Shape::max_rank);
  if (summed.empty()) return {spread(a, all) * spread(b, all), all};
  if (rows.empty() && columns.empty() && !batch.empty()) {  // rows times rows: no matrices
    Labels both = batch;
    both.insert(both.end(), summed.begin(), summed.end());
    Term y{spread(a, both) * spread(b, both), both};
    sum_out(y, needed);
    return y;
  }

  // The dimensions of a batch stay, so that views of matrices need no copies, unless there are too many.
  const bool joins_batch = batch.size() + 2 > Shape::max_rank;
  const auto join = [&](std::initializer_list<const Labels*> parts, bool first) {
    Labels order;
    Shape shape;
    for (const Labels* part : parts) {
      std::int64_t size = 1;
      for (const int label : *part) {
        order.push_back(label), size *= sizes[static_cast<std::size_t>(label)];
        if (part == &batch && !joins_batch) shape.push_back(sizes[static_cast<std::size_t>(label)]);
      }
      if (part != &batch || joins_batch) shape.push_back(size);
    }
    return in_shape(in_order(first ? a : b, order), shape);
  };
  const Tensor y = matmul(join({&batch, &rows, &summed}, true), join({&batch, &summed, &columns}, false));
  Shape shape;
  for (const int label : all) shape.push_back(sizes[static_cast<std::size_t>(label)]);
  return {in_shape(y, shape), all};
}

// Pair by pair, next always the one that adds the fewest elements.
Tensor contract_all(std::vector<Term> terms, const Labels& result, const Sizes& sizes) {
  const auto needed_beside = [&](std::size_t i, std::size_t j) {
    return [&, i, j](int label) {
      if (has(result, label)) return true;
      for (std::size_t k = 0; k < terms.size(); ++k)
        if (k != i && k != j && has(terms[k].dims, label)) return true;
      return false;
    };
  };
  const auto elements = [&](const Labels& dims, const auto& counts) {
    double n = 1;
    for (const int label : dims)
      if (counts(label)) n *= static_cast<double>(sizes[static_cast<std::size_t>(label)]);
    return n;
  };
  while (terms.size() > 1) {
    std::size_t first = 0, second = 1;
    double best = 0;
    for (std::size_t i = 0; terms.size() > 2 && i < terms.size(); ++i)
      for (std::size_t j = i + 1; j < terms.size(); ++j) {
        const auto needed = needed_beside(i, j);
        const auto every = [](int) { return true; };
        const Labels &a = terms[i].dims, &b = terms[j].dims;
        const double made = elements(a, needed) * elements(b, [&](int label) { return !has(a, label) && needed(label); });
        const double more = made - elements(a, every) - elements(b, every);
        if ((i == 0 && j == 1) || more < best) best = more, first = i, second = j;
      }
    Term product = contract(terms[first], terms[second], sizes, needed_beside(first, second));
    terms.erase(terms.begin() + static_cast<std::ptrdiff_t>(second));
    terms[first] = std::move(product);
  }
  sum_out(terms[0], [&](int label) { return has(result, label); });
  return in_order(terms[0], result);
}

int label_of(char c) { return c >= 'A' && c <= 'Z' ? c - 'A' : c >= 'a' && c <= 'z' ? c - 'a' + 26 : -1; }
char letter_of(int label) { return static_cast<char>(label < 26 ? 'A' + label : 'a' + (label - 26)); }

struct Equation {
  std::string_view text;
  std::span<const Tensor> operands;

  template <class Kind = ValueError, class... Parts>
  void expect(bool ok, const Parts&... parts) const {
    if (ok) return;
    std::string shapes;
    for (const Tensor& x : operands) shapes += gradus::text(shapes.empty() ? "" : ", ", x.shape());
    fail<Kind>("einsum: ", parts..., ": \"", text, "\" of ", shapes);
  }

  // One term: the labels of `part`, with `dots` dimensions for an ellipsis, if it has one.
  Labels term(std::string_view part, int dots, bool& has_dots) const {
    Labels out;
    has_dots = false;
    for (std::size_t i = 0; i < part.size(); ++i) {
      if (part[i] == ' ') continue;
      if (part[i] == '.') {
        expect(part.substr(i, 3) == "..." && !has_dots, "dots stand by threes, once in a term");
        has_dots = true, i += 2;
        for (int d = dots - 1; d >= 0; --d) out.push_back(letters + d);
      } else {
        expect(label_of(part[i]) >= 0, "'", part[i], "' is no letter");
        out.push_back(label_of(part[i]));
      }
    }
    return out;
  }
};

}  // namespace

Tensor einsum(std::string_view equation, std::span<const Tensor> operands) {
  for (const Tensor& x : operands) check_defined("einsum", x, "an operand");
  const Equation e{equation, operands};
  const std::size_t arrow = equation.find("->");
  std::string_view left = equation.substr(0, arrow);
  std::vector<std::string_view> parts;
  for (std::size_t comma; (comma = left.find(',')) != left.npos; left.remove_prefix(comma + 1)) parts.push_back(left.substr(0, comma));
  parts.push_back(left);
  e.expect(!operands.empty() && parts.size() == operands.size(), parts.size(), " terms for ", operands.size(), " operands");

  Sizes sizes;
  sizes.fill(-1);
  std::array<int, letters> occurs{};
  std::vector<Term> terms;
  int most_dots = 0;
  bool has_dots = false, any_dots = false;
  for (std::size_t k = 0; k < parts.size(); ++k) {
    const Tensor& x = operands[k];
    const int named = static_cast<int>(e.term(parts[k], 0, has_dots).size()), dots = has_dots ? x.rank() - named : 0;
    e.expect<ShapeError>(dots >= 0 && named + dots == x.rank(), "term ", k, " names ", named, " dimensions of ", x.rank());
    check<DtypeError>(x.dtype() == operands[0].dtype() && computes_in(x.dtype()),
                      "einsum: needs operands of one dtype, f32 or f64: ", describe(operands[0]), " and ", describe(x));
    most_dots = std::max(most_dots, dots);
    any_dots = any_dots || has_dots;
    terms.push_back({x, e.term(parts[k], dots, has_dots)});
    const Labels& dims = terms.back().dims;
    for (std::size_t i = 0; i < dims.size(); ++i) {
      const std::int64_t n = x.dim(static_cast<int>(i));
      std::int64_t& size = sizes[static_cast<std::size_t>(dims[i])];
      if (dims[i] < letters) ++occurs[static_cast<std::size_t>(dims[i])];
      const auto within = static_cast<int>(i) > place(dims, dims[i]) ? x.dim(place(dims, dims[i])) : n;
      e.expect<ShapeError>((size < 0 || size == n || size == 1 || n == 1) && within == n, "sizes ", within == n ? size : within, " and ", n,
                           dims[i] < letters ? gradus::text(" of the letter ", std::string(1, letter_of(dims[i]))) : " behind dots");
      if (size < 0 || size == 1) size = n;
    }
  }

  Labels result;
  if (arrow == equation.npos) {
    for (int d = most_dots - 1; d >= 0; --d) result.push_back(letters + d);
    for (int label = 0; label < letters; ++label)
      if (occurs[static_cast<std::size_t>(label)] == 1) result.push_back(label);
  } else {
    result = e.term(equation.substr(arrow + 2), most_dots, has_dots);
    e.expect(!has_dots || any_dots, "the result has dots that no operand has");
    for (const int label : result) {
      e.expect(sizes[static_cast<std::size_t>(label)] >= 0, "the result has a letter that no operand has");
      e.expect(std::count(result.begin(), result.end(), label) == 1, "the result has a letter twice");
    }
    e.expect<ShapeError>(result.size() <= Shape::max_rank, "the result has more than ", Shape::max_rank, " dimensions");
  }
  for (Term& t : terms) tidy(t, sizes);
  return contract_all(std::move(terms), result, sizes);
}

Tensor tensordot(const Tensor& a, const Tensor& b, std::int64_t n) {
  check_defined("tensordot", a, "a");
  check_defined("tensordot", b, "b");
  check<ValueError>(n >= 0 && n <= a.rank() && n <= b.rank(), "tensordot: cannot sum over ", n, " dimensions: ", describe(a), " and ",
                    describe(b));
  Shape axes_a, axes_b;
  for (std::int64_t i = 0; i < n; ++i) axes_a.push_back(a.rank() - n + i), axes_b.push_back(i);
  return tensordot(a, b, axes_a, axes_b);
}

Tensor tensordot(const Tensor& a, const Tensor& b, const Shape& axes_a, const Shape& axes_b) {
  check_defined("tensordot", a, "a");
  check_defined("tensordot", b, "b");
  check<DtypeError>(a.dtype() == b.dtype() && computes_in(a.dtype()), "tensordot: needs one dtype, f32 or f64: ", describe(a), " and ",
                    describe(b));
  check<ValueError>(axes_a.rank() == axes_b.rank(), "tensordot: as many axes of a as of b: ", axes_a, " and ", axes_b);
  Term left{a, {}}, right{b, {}};
  Labels result;
  Sizes sizes;
  for (int i = 0; i < a.rank(); ++i) left.dims.push_back(i), sizes[static_cast<std::size_t>(i)] = a.dim(i);
  for (int i = 0; i < b.rank(); ++i) {
    const int label = Shape::max_rank + i;
    right.dims.push_back(label), sizes[static_cast<std::size_t>(label)] = b.dim(i);
  }
  for (int k = 0; k < axes_a.rank(); ++k) {
    const int i = normal_axis(Axis(axes_a[k]), a.rank(), "tensordot"), j = normal_axis(Axis(axes_b[k]), b.rank(), "tensordot");
    check<ShapeError>(a.dim(i) == b.dim(j) || a.dim(i) == 1 || b.dim(j) == 1, "tensordot: axis ", i, " of a and axis ", j,
                      " of b have other sizes: ", describe(a), " and ", describe(b));
    for (int earlier = 0; earlier < k; ++earlier)
      check<ValueError>(
          normal_axis(Axis(axes_a[earlier]), a.rank(), "tensordot") != i && right.dims[static_cast<std::size_t>(j)] >= Shape::max_rank,
          "tensordot: an axis is named twice: ", axes_a, " and ", axes_b);
    right.dims[static_cast<std::size_t>(j)] = i;
    sizes[static_cast<std::size_t>(i)] = std::max(a.dim(i) == 1 ? 0 : a.dim(i), b.dim(j) == 1 && a.dim(i) != 1 ? 0 : b.dim(j));
  }
  for (const Term* t : {&left, &right})
    for (const int label : t->dims)
      if (!has(left.dims, label) || !has(right.dims, label)) result.push_back(label);
  check<ShapeError>(result.size() <= Shape::max_rank, "tensordot: the result has ", result.size(), " dimensions, more than ",
                    Shape::max_rank, ": ", describe(a), " and ", describe(b));
  tidy(left, sizes), tidy(right, sizes);
  std::vector<Term> both{std::move(left), std::move(right)};
  return contract_all(std::move(both), result, sizes);
}

Tensor kron(const Tensor& a, const Tensor& b) {
  check_defined("kron", a, "a");
  check_defined("kron", b, "b");
  const int rank = std::max(a.rank(), b.rank());
  check<ShapeError>(2 * rank <= Shape::max_rank, "kron: takes at most ", Shape::max_rank / 2, " dimensions: ", describe(a), " and ",
                    describe(b));
  Shape left, right, shape;
  for (int i = -rank; i < 0; ++i) {
    const std::int64_t m = -i <= a.rank() ? a.dim(i) : 1, n = -i <= b.rank() ? b.dim(i) : 1;
    left.push_back(m), left.push_back(1), right.push_back(1), right.push_back(n), shape.push_back(m * n);
  }
  checked_elements(shape, "kron");
  return reshape(reshape(a, left) * reshape(b, right), shape);
}

Tensor cross(const Tensor& a, const Tensor& b, Axis axis) {
  check_defined("cross", a, "a");
  check_defined("cross", b, "b");
  const int rank = std::max(a.rank(), b.rank()), from_back = normal_axis(axis, rank, "cross") - rank;
  check<ShapeError>(-from_back <= a.rank() && -from_back <= b.rank() && a.dim(from_back) == 3 && b.dim(from_back) == 3, "cross: axis ",
                    axis.number, " must have size 3: ", describe(a), " and ", describe(b));
  const Tensor turned = a * roll(b, -1, from_back) - roll(a, -1, from_back) * b;
  return roll(turned, -1, from_back);
}

}  // namespace gradus
