// Logs: to the character, resumed after any interruption, columns that come late; records that TensorBoard's own sums hold.
#include <gmock/gmock.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>

#include <gradus/autograd/base/internal/file.h>
#include <gradus/autograd/creation.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/train/logs/internal/event.h>
#include <gradus/train/logs/logs.h>
#include <gradus/train/loop/callback.h>

#include <message_of.h>
#include <temporary_folder.h>

namespace logs_test {

using namespace gradus;
using namespace gradus::train;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();

template <class L>
class Rows : public ::testing::Test {
 public:
  TemporaryFolder folder;
  std::filesystem::path file = folder / "of/a run/log";   // folders are made
  std::string written() const { return read_file(file); }
};
using Kinds = ::testing::Types<CsvLog, JsonLog>;
TYPED_TEST_SUITE(Rows, Kinds);

TYPED_TEST(Rows, GoOnAfterAnyInterruption) {
  const auto rows = [](TypeParam& log, int from, int to) {
    for (int step = from; step <= to; ++step) {
      log.add("loss", step, 1.0 / step);
      if (step % 2 == 0) log.add("lr", step, 0.1 * step);
      if (step == 5) log.add("late, with a \"comma\"", step, step == 5 ? nan : 0);
    }
  };
  std::string whole;
  {
    TypeParam log(this->file);
    rows(log, 1, 8);
    log.flush();
    whole = this->written();
  }
  std::size_t torn = whole.size() + 1;
  for (const std::string tail : {"", "7,", "{\"step\":9,\"lo", "\x80\n"}) {
    SCOPED_TRACE(tail);
    std::ofstream(this->file) << whole.substr(0, std::min(whole.size(), torn)) << (tail == "\x80\n" ? "" : tail);
    for (const int step : {8, 6, 5, 3, 1}) {
      TypeParam log(this->file);
      log.resume(step);
      rows(log, step + 1, 8);
      log.flush();
      EXPECT_EQ(this->written(), whole) << step;
    }
  }
  // A row that is torn in the middle of the file's last line, at any byte.
  for (std::size_t size = 0; size < whole.size(); size += 3) {
    std::ofstream(this->file) << whole.substr(0, size);
    TypeParam log(this->file);
    log.resume(0);
    rows(log, 1, 8);
    log.flush();
    EXPECT_EQ(read_log(this->file)[0].values.size(), 8u) << size;
  }
  TypeParam anew(this->file);
  anew.add("other", 3, 1);
  anew.flush();
  const auto curves = read_log(this->file);
  ASSERT_EQ(curves.size(), 1u);
  EXPECT_EQ(curves[0].name, "other");
}

TYPED_TEST(Rows, AreReadBack) {
  {
    TypeParam log(this->file);
    log.add("a\"b,c\\d é", 0, 0.1);
    log.add("b", 0, -infinity);
    log.add("b", 0, 1e-300);       // in the other's place
    log.add("c", 7, nan);
    log.add("b", 7, 3);
  }                                // written by the destructor
  const auto curves = read_log(this->file);
  ASSERT_EQ(curves.size(), 3u);
  EXPECT_EQ(curves[0].name, "a\"b,c\\d é");
  EXPECT_THAT(curves[0].values, ElementsAre(0.1));
  EXPECT_THAT(curves[1].steps, ElementsAre(0, 7));
  EXPECT_THAT(curves[1].values, ElementsAre(1e-300, 3));
  EXPECT_TRUE(std::isnan(curves[2].values.at(0)));
  EXPECT_THAT(message_of([&] { TypeParam(this->file).add("step", 1, 1); }), HasSubstr("no name"));
  EXPECT_THAT(message_of([&] { TypeParam(this->file).add("x", -1, 1); }), HasSubstr("below 0"));
  EXPECT_THAT(message_of([&] { TypeParam(this->file, {.every = -1}); }), HasSubstr("every must be at least 0"));
  TypeParam nowhere(this->file / "below a file");
  nowhere.add("x", 1, 1);
  EXPECT_THROW(nowhere.flush(), FileError);
}

TYPED_TEST(Rows, AreATrainingsByItsCallbacks) {
  const auto epoch = [](auto& log, int number, int from) {
    Context c;
    c.epoch = number;
    for (c.step = from; c.step < from + 3; ++c.step) {
      c.loss = 1.0 / static_cast<double>(c.step);
      CallbackRef(log).call(Moment::batch_end, c);
    }
    --c.step;
    const std::vector<NamedValue> values{{"loss", 0.5}, {"val_loss", 0.25 * number}};
    c.values = values;
    CallbackRef(log).call(Moment::epoch_end, c);
  };
  std::string whole;
  {
    TypeParam log(this->file, {.every = 2});
    epoch(log, 1, 1);
    epoch(log, 2, 4);
    whole = this->written();
  }
  const auto curves = read_log(this->file);
  EXPECT_EQ(curves[0].name, "batch_loss");
  EXPECT_THAT(curves[0].steps, ElementsAre(2, 4, 6));
  TypeParam log(this->file, {.every = 2});
  Context c;
  c.resumed = true;
  c.step = 3;
  CallbackRef(log).call(Moment::train_begin, c);
  epoch(log, 2, 4);
  EXPECT_EQ(this->written(), whole);
}

TEST(Logs, AreThisToTheCharacter) {
  const TemporaryFolder folder;
  CsvLog csv(folder / "log.csv");
  JsonLog json(folder / "log.jsonl");
  for (Log* log : std::initializer_list<Log*>{&csv, &json}) {
    log->add("loss", 1, 0.5);
    log->add("loss", 2, nan);
    log->add("lr\n", 2, 1e-4);
    log->flush();
  }
  EXPECT_EQ(read_file(folder / "log.csv"), "step,loss,\"lr \"\n1,0.5,\n2,nan,1e-04\n");
  EXPECT_EQ(read_file(folder / "log.jsonl"), "{\"step\":1,\"loss\":0.5}\n{\"step\":2,\"loss\":null,\"lr\\u000a\":1e-04}\n");
}

TEST(Logs, TellWhereALogIsNone) {
  const TemporaryFolder folder;
  const std::pair<const char*, const char*> files[] = {
      {"{\"step\":1}\n{\"loss\":2}\n", "line 2: it has no step"},  {"{\"step\":1,\"step\":2}\n", "two steps"},
      {"{\"step\":1} x\n", "something follows"},                   {"{\"step\":-1}\n", "step is -1"},
      {"{\"step\":1,\"a\":\"text\"}\n", "is no number"},           {"{\"step\":1,\"\\ud800\":1}\n", "surrogates"},
      {"{\"step\":1,\"a\n", "no end"},                             {"{\"step\":1,\"a\":1e999999}\n", "no number"},
      {"time,loss\n", "line 1: the first name is not step"},       {"step,loss\n1,2,3\n", "line 2: it has more cells"},
      {"step,loss\nx,2\n", "\"x\" is no number"},                  {"step,\"loss\n", "no end"},
      {"step,\"a\"b\n", "goes on behind its quotes"},              {"step\n1.5\n", "step is 1.5"}};
  for (const auto& [bytes, words] : files)
    EXPECT_THAT(message_of([&, log = folder.write("log", bytes)] { read_log(log); }), HasSubstr(words)) << bytes;
  EXPECT_THAT(read_log(folder.write("log", "")), ElementsAre());
  EXPECT_THROW(read_log(folder / "none"), FileError);
}

// Frames and sums as TFRecord has them; what is inside, TensorBoard reads in tests/clients.
TEST(TensorBoardLog, WritesRecordsThatHold) {
  EXPECT_EQ(logs::crc32c("123456789"), 0xE3069283u);
  EXPECT_EQ(logs::crc32c(std::string(32, '\0')), 0x8A9136AAu);
  const TemporaryFolder folder;
  const auto run = folder / "run";
  const nn::Linear net(2, 3);
  {
    TensorBoardLog board(run);
    EXPECT_FALSE(std::filesystem::exists(run));   // nothing, before there is anything
    board.add("loss", 1, 0.5);
    board.histogram("weights", 1, tensor({1.0, 2.0, nan}));
    board.histogram("nothing", 1, Array({0}, f32));
    board.picture("grey", 1, Array::zeros({4, 4}, u8));
    board.text("words", 0, "some");
    board.graph(net, ones({1, 2}));
    EXPECT_THROW(board.text("words", -1, "some"), ValueError);
    EXPECT_THROW(board.picture("flat", 1, ones({4})), ShapeError);
  }
  std::vector<std::filesystem::path> files(std::filesystem::directory_iterator(run), {});
  ASSERT_EQ(files.size(), 1u);                    // and nothing of the graph's is left
  EXPECT_THAT(files[0].filename().string(), StartsWith("events.out.tfevents."));
  const std::string all = read_file(files[0]);
  std::vector<std::string> records;
  for (std::size_t at = 0; at < all.size();) {
    std::uint64_t length = 0;
    for (int i = 7; i >= 0; --i) length = length << 8 | static_cast<unsigned char>(all[at + i]);
    ASSERT_LE(at + 16 + length, all.size());
    records.push_back(all.substr(at + 12, length));
    EXPECT_EQ(all.substr(at, 16 + length), logs::record(records.back()));
    at += 16 + length;
  }
  ASSERT_EQ(records.size(), 7u);
  EXPECT_THAT(records[0], HasSubstr("brain.Event:2"));
  EXPECT_THAT(records[4], HasSubstr("words/text_summary"));
  // Event: wall_time, step, summary {value {tag "loss", simple_value 0.5}}: in the destructor's order, last.
  EXPECT_THAT(records[6], HasSubstr(std::string("*\r\n\v\n\x04loss\x15\0\0\0?", 15)));
}

}  // namespace logs_test
