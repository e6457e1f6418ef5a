// A Visitor that misses no Parameter: it finds those that lie in an object of a class that lists its Fields, and are not in the list.
#pragma once
#include <vector>

#include <gradus/nn/model/walk.h>

namespace gradus::nn {

class Thorough : public Visitor {
 public:
  void parameter(const Path& path, Parameter& p) final {
    see(&p);
    if (p.defined()) found(path, p);
  }
  void parametrized(const Path&, Parameter& p) final { see(&p); }
  void uninitialised(const Path& path) final { detail::refuse_lazy(path); }   // ValueError
  void listed(const Path& path, const void* object, std::size_t bytes) final;   // ValueError
  void passed_over(const void* object, std::size_t bytes) final;
  bool searches() const final { return true; }

 protected:
  ~Thorough() = default;

 private:
  virtual void found(const Path& path, Parameter& p) = 0;
  const std::vector<const Parameter*>& living();

  void see(const Parameter* p);

  std::vector<const Parameter*> seen_;                       // by address, as
  std::vector<const Parameter*> living_;                     // ... these are, once they are needed
  bool counted_ = false;
};

}  // namespace gradus::nn
