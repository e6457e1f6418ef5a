#include <gradus/optim/driver/internal/checked_parameters.h>

#include <unordered_set>

#include <gradus/autograd/base/error.h>

namespace gradus::optim {

Parameters checked_parameters(std::string_view who, const Parameters& given, const Parameters& known) {
  check<ValueError>(!given.empty(), who, ": no parameters; did a name pattern match nothing?");
  std::unordered_set<const Leaf*> leaves;
  std::unordered_set<std::string> names;
  for (const NamedParameter& p : known) {
    leaves.insert(p.leaf.get());
    names.insert(p.name);
  }
  Parameters out = given;
  for (std::size_t i = 0; i < out.size(); ++i) {
    auto& [name, leaf] = out[i];
    if (name.empty()) name = leaf && !leaf->label.empty() ? leaf->label : text("parameter.", known.size() + i);
    check<ValueError>(leaf && leaf->value.defined(), who, ": parameter ", name, " is undefined");
    check<DtypeError>(computes_in(leaf->value.dtype()), who, ": parameter ", name, " is ", leaf->value.dtype(),
                      "; only f32 and f64 can be trained");
    check<ValueError>(leaves.insert(leaf.get()).second, who, ": parameter ", name, " is given twice");
    check<ValueError>(names.insert(name).second, who, ": ", named_alike(name));
  }
  return out;
}

void refuse_abandoned(std::string_view who, std::string_view name) {
  fail<ValueError>(
      who, ": no model has the parameter ", name, " any more: its layer was replaced or destroyed after ", who,
      " was made (net = best with a std::map, a std::unique_ptr or another structure inside, net.head = nn::Linear{…} of another "
      "shape). Make ",
      who,
      " afterwards, from nn::parameters(net), or give the old layers the values: "
      "nn::load_state(net, nn::state(best))");
}

std::string_view no_gradients() {
  return "call loss.backward() after zero_grad() and before step(), on a loss computed (outside of NoGrad) with the model whose parameters "
         "these are; a copy of it has parameters of its own";
}

std::string named_alike(std::string_view name) {
  return text("two parameters are named ", name,
              ", and state is kept by name. Parts of one model: call nn::parameters(net) for the whole before, "
              "and they have its names. Several models: give one a prefix, nn::parameters(critic, \"critic\")");
}

}  // namespace gradus::optim
