#include <gradus/nn/model/module.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include <gradus/autograd/base/drawing/table.h>

namespace gradus::nn {
namespace {

template <class F>
class EachParameter final : public Visitor {
 public:
  explicit EachParameter(F f) : f_(std::move(f)) {}
  void parameter(const Path& path, Parameter& p) override {
    if (p.defined()) f_(path, p);
  }
  void uninitialised(const Path& path) override { detail::refuse_lazy(path); }

 private:
  F f_;
};

template <class F>
class EachBuffer final : public Visitor {
 public:
  explicit EachBuffer(F f) : f_(std::move(f)) {}
  void buffer(const Path& path, Array& a) override {
    if (a.defined()) f_(path, a);
  }
  void uninitialised(const Path& path) override { detail::refuse_lazy(path); }

 private:
  F f_;
};

struct SetMode final : Visitor {
  explicit SetMode(bool on) : on(on) {}
  void mode(bool& training) override { training = on; }
  bool on;
};

struct Reseed final : Visitor {
  explicit Reseed(Generator& source) : source(source) {}
  void stream(const Path&, Stream& s) override { s = Stream(source); }
  Generator& source;
};

template <class Ref, class F>
void each_parameter(const Ref& net, F f) {
  EachParameter<F> visitor(std::move(f));
  net.walk(visitor);
}
template <class Ref, class F>
void each_buffer(const Ref& net, F f) {
  EachBuffer<F> visitor(std::move(f));
  net.walk(visitor);
}

}  // namespace

std::int64_t parameter_count(ConstModuleRef net) {
  std::int64_t n = 0;
  std::unordered_set<const Leaf*> seen;
  each_parameter(net, [&](const Path&, const Parameter& p) {
    if (seen.insert(p.leaf().get()).second) n += p.shape().elements();
  });
  return n;
}

std::vector<NamedArray> buffers(ConstModuleRef net) {
  std::vector<NamedArray> all;
  each_buffer(net, [&](const Path& path, const Array& a) { all.push_back({path.text(), a}); });
  return all;
}

void each_buffer(ModuleRef net, const std::function<void(std::string_view name, Array& buffer)>& f) {
  SmallVector<char, 128> name;
  each_buffer(net, [&](const Path& path, Array& a) {
    name.clear();
    path.append_to(name);
    f({name.data(), name.size()}, a);
  });
}

void train(ModuleRef net, bool on) {
  SetMode visitor(on);
  net.walk(visitor);
}

void zero_grad(ModuleRef net) {
  each_parameter(net, [](const Path&, Parameter& p) { p.zero_grad(); });
}

void set_requires_grad(ModuleRef net, bool on) {
  each_parameter(net, [on](const Path&, Parameter& p) { p.set_requires_grad(on); });
}

void reseed(ModuleRef net, Generator& source) {
  Reseed visitor(source);
  net.walk(visitor);
}

void to(ModuleRef net, Dtype dtype) {
  check<DtypeError>(computes_in(dtype), "to: a model is f32 or f64, not ", dtype);
  each_parameter(net, [dtype](const Path&, Parameter& p) {
    if (p.dtype() == dtype) return;
    p.leaf()->value = p.value().to(dtype);
    p.zero_grad();
  });
  each_buffer(net, [dtype](const Path&, Array& a) {
    if (is_floating(a.dtype()) && a.dtype() != dtype) a = a.to(dtype);
  });
}

std::string summary(ConstModuleRef net) {
  drawing::Table table({{.width = 4}, {.width = 5}, {.width = 12}, {}}, {.gap = 2, .indent = 0, .head = false});
  std::int64_t trainable = 0;
  std::unordered_map<const Leaf*, std::string> first;         // of its places
  each_parameter(net, [&](const Path& path, const Parameter& p) {
    const auto [at, fresh] = first.emplace(p.leaf().get(), path.text());
    if (fresh && p.requires_grad()) trainable += p.shape().elements();
    const std::string kind = text(p.dtype(), p.requires_grad() ? "" : " frozen");
    table.add(path.text(), text(p.shape()), p.shape().elements(), fresh ? kind : text(kind, ", tied to ", at->second));
  });
  each_buffer(net, [&](const Path& path, const Array& a) {
    table.add(path.text(), text(a.shape()), a.size(), text(a.dtype(), " buffer"));
  });

  return text(table.text(), parameter_count(net), " parameters, ", trainable, " of them trainable\n");
}

}  // namespace gradus::nn
