// What a recorded run leaves in its folder, and the page made of it. How the page looks and works in a browser: report.test.mjs.
#include <gmock/gmock.h>

#include <cmath>
#include <fstream>
#include <limits>

#include <gradus/autograd/base/internal/file.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/model/module.h>
#include <gradus/optim/rules/sgd.h>
#include <gradus/train/logs/read_log.h>
#include <gradus/train/loop/callback.h>
#include <gradus/train/report/internal/base64.h>
#include <gradus/train/report/report.h>
#include <gradus/train/report/run_record.h>

#include <message_of.h>
#include <temporary_folder.h>

namespace report_test {

using namespace gradus;
using namespace gradus::train;
using ::testing::HasSubstr;

std::size_t count(const std::string& all, std::string_view word) {
  std::size_t n = 0;
  for (std::size_t at = all.find(word); at != all.npos; at = all.find(word, at + 1)) ++n;
  return n;
}

TEST(RunRecord, KeepsWhatATrainingTells) {
  const TemporaryFolder folder;
  nn::Linear net(2, 3);
  optim::SGD sgd(nn::parameters(net), {.lr = 0.5});
  RunRecord record(folder / "run", {.norms_every = 2, .worst = 2, .classes = {"a</script>", "b", "c"}});
  const CallbackRef callback(record);
  record.set("epochs", 2);
  record.set("rule", optim::SGDOptions{.momentum = 0.5});
  record.set("note", "x < \"y\"");
  record.summary("layer\n  Linear");
  Context c;
  c.optimizer = &sgd;
  callback.call(Moment::train_begin, c);
  for (c.step = 1; c.step <= 4; ++c.step) {
    callback.call(Moment::batch_begin, c);
    sum(net(ones({1, 2}))).backward();
    sgd.step();
    callback.call(Moment::after_step, c);
    c.loss = 1;
    callback.call(Moment::batch_end, c);
  }
  --c.step;
  // Rows: right; wrong by 1; by 3; by 2; NaN; no class.
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Tensor scores = tensor({{9.0, 0.0, 0.0}, {1.0, 0.0, 0.0}, {0.0, 3.0, 0.0}, {0.0, 0.0, 2.0}, {nan, 0.0, 0.0}, {1.0, 0.0, 0.0}}),
               target = tensor({0, 1, 2, 0, 0, 7}, i64), pictures = ones({6, 1, 2, 2});
  const Tensor* inputs[] = {&pictures};
  c.inputs = inputs, c.prediction = &scores, c.target = &target;
  for (int twice = 0; twice < 2; ++twice) {   // the second validation takes the first one's place
    callback.call(Moment::validation_begin, c);
    callback.call(Moment::validation_batch, c);
  }
  const std::vector<NamedValue> values{{"val_loss", 2}};
  c.values = values;
  callback.call(Moment::epoch_end, c);
  c.stop("had enough");
  callback.call(Moment::train_end, c);

  const std::string run = read_file(folder / "run" / "run.json");
  for (const char* words : {R"(["optimizer","SGD)", R"(["epochs","2"],["rule.lr",")", R"(["rule.momentum","0.5"])",
                            R"(["note","x < \"y\""])",
                            R"("summary":"layer\u000a  Linear")", R"("ended":"had enough")", R"("steps":4)",
                            R"("classes":["a</script>","b","c"])", "\"confusion\":[[1,0,1],\n[1,0,0],\n[0,1,0]]",
                            R"("target":"c","predicted":"b","picture":"data:image/png;base64,)"})
    EXPECT_THAT(run, HasSubstr(words));
  EXPECT_EQ(count(run, "data:image/png"), 2u);
  EXPECT_LT(run.find("\"target\":\"c\""), run.find("\"target\":\"a</script>\""));   // the worst first
  const auto norms = read_log(folder / "run" / "norms.jsonl");
  ASSERT_EQ(norms.size(), 4u);                  // of a model that is no more than one layer weight and bias stand alone
  EXPECT_THAT(norms[0].steps, testing::ElementsAre(1, 3));

  const std::string file = report(folder / "run", {.title = "A & <b>"}), page = read_file(file);
  EXPECT_EQ(file, (folder / "run" / "report.html").string());
  EXPECT_THAT(page, HasSubstr("<title>A &amp; &lt;b&gt;</title>"));
  EXPECT_EQ(count(page, "</script>"), 2u);      // no text ends a script
  EXPECT_THAT(page, HasSubstr(R"("name":"val_loss","steps":[4],"values":[2])"));
  EXPECT_EQ(count(page, "http"), 1u);           // the name of SVG, which nobody fetches
}

TEST(Report, ThinsLongCurvesAndKeepsTheirExtremes) {
  const TemporaryFolder folder;
  std::string log = "step,loss\n";
  for (int i = 0; i < 20000; ++i) log += std::to_string(i) + (i == 7777 ? ",99\n" : i == 5555 ? ",-99\n" : ",1\n");
  folder.write("log.csv", log);
  const std::string page = read_file(report(folder.path(), {.compare = {folder.path().string()}, .file = (folder / "both.html").string()}));
  EXPECT_EQ(count(page, ",99,"), 2u);
  EXPECT_EQ(count(page, ",-99,"), 2u);
  EXPECT_LT(page.size(), 150000u);
}

TEST(Report, SaysWhatIsMissing) {
  const TemporaryFolder folder;
  EXPECT_THAT(message_of([&] { report(folder.path()); }), HasSubstr("neither log.jsonl nor log.csv nor run.json"));
  folder.write("run.json", "{\"steps\":");
  EXPECT_THAT(message_of([&] { report(folder.path()); }), HasSubstr("is no JSON"));
  EXPECT_THAT(message_of([&] { report(folder.path(), {.compare = std::vector<std::string>(8)}); }), HasSubstr("at most 7"));
  EXPECT_THAT(message_of([&] { RunRecord(folder.path(), {.worst = 101}); }), HasSubstr("worst must lie in [0, 100]"));
  EXPECT_EQ(page::base64("") + page::base64("f") + page::base64("fo") + page::base64("foo"), "Zg==Zm8=Zm9v");
}

}  // namespace report_test
