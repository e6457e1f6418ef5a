// Files of torch.save, read and written again.
#include <gradus/autograd/array/formats/pt.h>

#include <memory>

#include <gradus/autograd/tape/parameter.h>
#include <gradus/optim/pytorch/pytorch_state.h>
#include <gradus/optim/rules/rules.h>
#include <gradus/optim/second_order/lbfgs.h>

#include "subject.h"

namespace clients::pt {

const Subject copy_pt{"copy-pt", "FROM TO: all values of a .pt file into another",
                      [](const Arguments& a) { gradus::save_pt(a.at(1), gradus::load_pt(a.at(0))); }};

// A rule with its defaults, whose parameters are those of the file.
template <class Rule>
void through(const gradus::PtValue& saved, const std::string& to) {
  std::vector<gradus::Parameter> weights;
  gradus::Parameters named;
  for (const gradus::PtValue& w : saved["weights"].elements()) weights.emplace_back(w.array());
  for (const gradus::Parameter& p : weights) named.push_back({gradus::text("w", named.size()), p.leaf()});
  Rule rule(named);
  gradus::optim::load_pytorch_state(rule, saved["optimizer"]);
  gradus::save_pt(to, gradus::optim::pytorch_state(rule));
}

using namespace gradus::optim;
const std::map<std::string, void (*)(const gradus::PtValue&, const std::string&)> rules{
    {"SGD", through<SGD>},           {"Adam", through<Adam>},         {"AdamW", through<AdamW>},     {"Adamax", through<Adamax>},
    {"NAdam", through<NAdam>},       {"RAdam", through<RAdam>},       {"Adagrad", through<Adagrad>}, {"Adadelta", through<Adadelta>},
    {"RMSprop", through<RMSprop>},   {"Rprop", through<Rprop>},       {"ASGD", through<ASGD>},       {"Adafactor", through<Adafactor>},
    {"Muon", through<Muon>},         {"LBFGS", through<LBFGS>},       {"SparseAdam", through<SparseAdam>}};

const Subject pytorch_state{"pytorch-state", "RULE FROM TO: the state of PyTorch's optimizer into ours, and out of it again",
                            [](const Arguments& a) { rules.at(a.at(0))(gradus::load_pt(a.at(1)), a.at(2)); }};

}  // namespace clients::pt
