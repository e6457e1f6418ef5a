// GRADUS_PROFILE: a program of its own, which runs itself under the variable and reads what it wrote.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include <nlohmann/json.hpp>

#include <gradus/autograd/base/profile/profile.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/data/dataset/tensor_dataset.h>
#include <gradus/data/loader/loader.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/losses/loss.h>
#include <gradus/nn/model/module.h>
#include <gradus/optim/rules/adam.h>

#include "support.h"
#include "temporary_folder.h"

namespace gradus {
namespace {


struct Net {
  nn::Linear hidden{784, 128}, output{128, 10};
  Tensor operator()(const Tensor& x) const { return output(relu(hidden(x))); }
};

// What the run under GRADUS_PROFILE does.
TEST(Profiled, DISABLED_TwoSteps) {
  ASSERT_TRUE(profile::on());
  Net net;
  optim::Adam adam(nn::parameters(net), {.lr = 1e-3});
  for (auto [x, y] : data::DataLoader(data::TensorDataset(ones({64, 784}), zeros({64}, i64)), {.batch_size = 32})) {
    const profile::Span whole("a \"step\" of mine", "mine");
    EXPECT_TRUE(whole.wanted());
    Tensor loss = nn::cross_entropy(net(x), y);   // inside my span: part of it
    adam.zero_grad();
    loss.backward();
  }
  Tensor loss = nn::cross_entropy(net(ones({32, 784})), zeros({32}, i64));
  adam.zero_grad();
  loss.backward();
  adam.step();
}

struct Outcome {
  int status;
  std::string errors;
};

Outcome run_profiled(const std::filesystem::path& folder, const std::string& trace) {
  const std::string self = std::filesystem::read_symlink("/proc/self/exe"), errors = folder / "errors.txt";
  const std::string command = "GRADUS_PROFILE='" + trace + "' '" + self +
                              "' --gtest_also_run_disabled_tests --gtest_filter=Profiled.DISABLED_TwoSteps >/dev/null 2>'" + errors + "'";
  const int status = std::system(command.c_str());
  std::ostringstream text;
  text << std::ifstream(errors).rdbuf();
  return {status, text.str()};
}

TEST(Profile, WritesATraceAndATable) {
  const TemporaryFolder folder;
  const Outcome run = run_profiled(folder.path(), folder / "trace.json");
  ASSERT_EQ(run.status, 0) << run.errors;
  std::map<std::string, nlohmann::json> first;   // event by "kind name"
  std::map<std::string, int> count;
  std::ifstream trace_file(folder / "trace.json");
  const nlohmann::json trace = nlohmann::json::parse(trace_file);
  std::map<int, double> last_end;   // by thread
  for (const auto& e : trace.at("traceEvents")) {
    const std::string key = e.at("cat").get<std::string>() + " " + e.at("name").get<std::string>();
    if (count[key]++ == 0) first[key] = e;
    EXPECT_EQ(e.at("ph"), "X");
    double& end = last_end[e.at("tid").get<int>()];
    EXPECT_GE(e.at("ts").get<double>(), end - 0.01) << key << ": spans of one thread do not overlap";
    end = e.at("ts").get<double>() + e.at("dur").get<double>();
  }
  EXPECT_EQ(count["mine a \"step\" of mine"], 2);
  EXPECT_GE(count["data wait for a batch"], 2);
  EXPECT_EQ(count["optimizer step"], 1);
  EXPECT_EQ(count["forward linear"], 2);
  EXPECT_EQ(count["backward linear"], 2);
  EXPECT_EQ(count["forward matmul"], 0) << "the products inside a backward belong to it";
  const auto& forward = first["forward linear"].at("args");
  EXPECT_EQ(forward.at("shapes"), "[32, 784] [128, 784] [128]");
  EXPECT_EQ(first["backward relu"].at("args").at("shapes"), "[32, 128] -> [32, 128]");   // though it writes over what it gets
  EXPECT_EQ(forward.at("bytes").get<double>(), 4.0 * (32 * 784 + 128 * 784 + 128 + 32 * 128));
  EXPECT_GE(forward.at("flops").get<double>(), 2.0 * 32 * 784 * 128);
  EXPECT_GE(first["backward linear"].at("args").at("flops").get<double>(), 2 * 2.0 * 32 * 128 * 10);   // of the last layer: two products
  EXPECT_NE(run.errors.find("GFLOP/s"), std::string::npos) << run.errors;
  EXPECT_NE(run.errors.find("[32, 784] [128, 784] [128]"), std::string::npos) << run.errors;
}

TEST(Profile, SaysWhenItCannotWrite) {
  const TemporaryFolder folder;
  const Outcome run = run_profiled(folder.path(), folder / "no" / "such" / "folder.json");
  EXPECT_EQ(run.status, 0);
  EXPECT_NE(run.errors.find("cannot write"), std::string::npos) << run.errors;
}

TEST(Profile, OffItWritesNothingDown) {
  ASSERT_FALSE(profile::on());
  const profile::Span span("nothing", "at all");
  EXPECT_FALSE(span.wanted());
}

}  // namespace
}  // namespace gradus
