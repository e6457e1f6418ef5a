#include <gradus/autograd/walk/per_sample.h>

#include <cstring>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/base/random.h>
#include <gradus/autograd/ops/index.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/walk/grad.h>

namespace gradus::detail {
namespace {

constexpr const char* name = "per_sample_grad";

void check_arguments(const std::vector<Tensor>& xs, const std::vector<Tensor>& batch) {
  check<ValueError>(!batch.empty(), name, ": needs a batch: the tensors that f takes, their samples along dimension 0");
  for (const Tensor& x : xs) {
    check_defined(name, x);
    check<GraphError>(x.requires_grad(), name, ": the tensor ", describe(x),
                      " is not tracked: make it a leaf with variable(x), or compute it from one");
    check<ShapeError>(x.rank() < Shape::max_rank, name, ": x of shape ", x.shape(), " has no room for a dimension of samples");
  }
  for (const Tensor& b : batch) {
    check_defined(name, b, "a tensor of the batch");
    check<ShapeError>(b.rank() > 0 && b.dim(0) == batch[0].dim(0), name, ": dimension 0 of all tensors of the batch is the sample: ",
                      batch[0].shape(), " and ", b.shape());
  }
}

Shape with_samples(std::int64_t n, const Shape& shape) {
  Shape all{n};
  for (int i = 0; i < shape.rank(); ++i) all.push_back(shape[i]);
  return all;
}

// The gradients of one sample; none at all if f does not depend on any x.
std::vector<Tensor> of_sample(OfSample f, const std::vector<Tensor>& xs, const std::vector<Tensor>& batch, std::int64_t i,
                              bool create_graph) {
  std::vector<Tensor> sample;
  for (const Tensor& b : batch)
    sample.push_back(create_graph && b.requires_grad() ? narrow(b, 0, i, 1) : Tensor(b.value().slice(0, i, i + 1)));
  const Tensor loss = f.call(f.f, sample);
  check_defined(name, loss, "the result of f");
  check<ShapeError>(loss.size() == 1, name, ": f must return a scalar for a batch of one sample, not ", loss.shape());
  if (!loss.requires_grad()) return {};
  return grad(loss, xs, {.create_graph = create_graph});
}

}  // namespace

std::vector<Tensor> tensors(const Parameters& parameters) {
  std::vector<Tensor> all;
  for (const NamedParameter& p : parameters) all.emplace_back(p.leaf->value, p.leaf);
  return all;
}

std::vector<Tensor> per_sample_grad(OfSample f, const std::vector<Tensor>& xs, const std::vector<Tensor>& batch,
                                    const PerSampleOptions& options) {
  check_arguments(xs, batch);
  const std::int64_t n = batch[0].dim(0);
  const std::uint64_t key = default_generator().fork();
  const unsigned here = (mode | records) & ~unsigned{captures};
  std::vector<Array> all;
  std::vector<char*> rows;             // of all samples, in memory that is written by several threads
  std::vector<std::vector<Tensor>> recorded;
  if (options.create_graph) recorded.resize(static_cast<std::size_t>(n));
  else
    for (const Tensor& x : xs) {
      all.emplace_back(with_samples(n, x.shape()), x.dtype());
      rows.push_back(static_cast<char*>(all.back().mutable_raw()));
    }
  parallel_for(n, 1, [&](std::int64_t begin, std::int64_t end) {
    const ModeScope as_the_caller(here);
    for (std::int64_t i = begin; i < end; ++i) {
      const GeneratorScope random(Generator(key, static_cast<std::uint64_t>(i)));
      std::vector<Tensor> grads = of_sample(f, xs, batch, i, options.create_graph);
      if (options.create_graph) {
        recorded[static_cast<std::size_t>(i)] = std::move(grads);
        continue;
      }
      for (std::size_t k = 0; k < xs.size(); ++k) {
        const std::size_t bytes = static_cast<std::size_t>(xs[k].size()) * static_cast<std::size_t>(size_of(xs[k].dtype()));
        if (bytes == 0) continue;
        char* const row = rows[k] + static_cast<std::size_t>(i) * bytes;
        if (grads.empty()) std::memset(row, 0, bytes);
        else std::memcpy(row, grads[k].value().as_contiguous().raw(), bytes);
      }
    }
  });
  std::vector<Tensor> found;
  for (std::size_t k = 0; k < xs.size(); ++k) {
    if (!options.create_graph) {
      found.emplace_back(std::move(all[k]));
      continue;
    }
    std::vector<Tensor> lines;
    for (const auto& grads : recorded) lines.push_back(grads.empty() ? Tensor(Array::zeros(xs[k].shape(), xs[k].dtype())) : grads[k]);
    found.push_back(n > 0 ? stack(lines, 0) : Tensor(Array::zeros(with_samples(0, xs[k].shape()), xs[k].dtype())));
  }
  return found;
}

}  // namespace gradus::detail
