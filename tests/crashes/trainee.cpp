// A training that run.py kills, and a single save whose system calls it makes fail.
//   trainee train FOLDER RESULT     trains with checkpoints in FOLDER, going on from what is there; at its end all states go to RESULT.
//                                   Exit 0: through; 3: interrupted by a signal, after "interrupted at <step>"
//   trainee save FILE NUMBER [N]    a checkpoint with NUMBER and N numbers more; 1 after an error on stderr
//   trainee check FILE              says the NUMBER; 1 after an error
//   trainee latest FOLDER           says the step of the newest checkpoint
//   trainee log FOLDER              three rows in FOLDER/log.jsonl and log.csv each; 1 after an error, and the rows behind it all the same
// With TRAINEE_WRITES=N in the environment the system takes at most 7 bytes at a time, says EINTR before every third write, and ENOSPC once
// N bytes have been taken; after the ENOSPC there is room again.
#include <cstdio>
#include <cstdlib>
#include <string>

#include <cerrno>

#include <sys/syscall.h>
#include <unistd.h>

#include <gradus/gradus.h>
#include <gradus/train/logs/csv_log.h>
#include <gradus/train/logs/json_log.h>
#include <gradus/train/loop/fit.h>

// Stands in for the C library's in all of this program.
extern "C" ssize_t write(int descriptor, const void* bytes, size_t n) {
  static const char* const told = std::getenv("TRAINEE_WRITES");
  static long long room = told ? std::atoll(told) : 0;
  static int calls = 0;
  if (told && descriptor > STDERR_FILENO) {
    if (++calls % 3 == 0) return errno = EINTR, -1;
    if (room == 0) return room = 1LL << 40, errno = ENOSPC, -1;
    if (n > 7) n = 7;
    if (static_cast<long long>(n) > room) n = static_cast<size_t>(room);
    room -= static_cast<long long>(n);
  }
  return ::syscall(SYS_write, descriptor, bytes, n);
}

using namespace gradus;

namespace {

struct Net {
  nn::Linear hidden{8, 32};
  nn::BatchNorm1d norm{32};
  nn::Dropout drop{0.2};
  nn::Linear output{32, 3};
  Tensor operator()(const Tensor& x) const { return output(drop(relu(norm(hidden(x))))); }
};

data::TensorDataset<2> samples(std::int64_t n, std::uint64_t seed) {
  Generator random(seed);
  std::vector<std::int64_t> labels;
  for (std::int64_t i = 0; i < n; ++i) labels.push_back(static_cast<std::int64_t>(random.below(3)));
  return data::TensorDataset(randn({n, 8}, random).value(), Array::from(labels, {n}));
}

int train_it(const std::string& folder, const std::string& result) {
  manual_seed(1);
  Net net;
  optim::Adam adam(nn::parameters(net), {.lr = 0.01});
  optim::OneCycleLR schedule(adam, {.max_lr = 0.03, .total_steps = 2000});
  optim::EMA ema(nn::parameters(net), {.decay = 0.99}, [&](const auto& visit) { nn::each_buffer(net, visit); });
  data::DataLoader training(samples(960, 1), {.batch_size = 16, .shuffle = true, .workers = 1}), validation(samples(320, 2));
  train::Accuracy accuracy;
  train::Checkpoints checkpoints(folder);
  const train::History history =
      train::fit(net, nn::CrossEntropyLoss(), adam, training, validation,
                 {.epochs = 30, .accumulate = 2, .schedule = &schedule, .average = &ema,
                  .early_stopping = train::EarlyStopping{.patience = 40}, .metrics = {{"accuracy", accuracy}},
                  .checkpoints = &checkpoints, .checkpoint_every = 5});
  for (const std::string& note : history.notes) std::printf("note: %s\n", note.c_str());
  if (history.ended == train::Ended::interrupted) {
    std::printf("interrupted at %lld\n", static_cast<long long>(history.steps));
    return 3;
  }
  State all = sum_of_states({{"optimizer", adam}, {"schedule", schedule}, {"average", ema}, {"generator", default_generator()}});
  all.add("model.", nn::state(net));
  for (const auto& [name, column] : history.values)
    if (name != "seconds") all.arrays["history." + name] = Array::from(column, {static_cast<std::int64_t>(column.size())});
  save_state(result, all);
  return 0;
}

struct Kept {
  std::int64_t number = 0, more = 0;
  State state() const {
    State s;
    s.set("number", number);
    s.arrays["more"] = Array::zeros({more});
    return s;
  }
  void load_state(const State& s) { number = StateReader(s).count("number"); }
};

}  // namespace

int main(int argc, char** argv) try {
  const std::string what = argc > 2 ? argv[1] : "";
  if (what == "train" && argc == 4) return train_it(argv[2], argv[3]);
  Kept number;
  if (what == "save" && argc >= 4) {
    number.number = std::atoll(argv[3]);
    if (argc > 4) number.more = std::atoll(argv[4]);
    [[maybe_unused]] const auto marked = ::write(STDOUT_FILENO, "saving\n", 7);   // where run.py begins to count
    train::save_checkpoint(argv[2], {{"number", number}});
    return 0;
  }
  if (what == "check") {
    train::load_checkpoint(argv[2], {{"number", number}});
    std::printf("%lld\n", static_cast<long long>(number.number));
    return 0;
  }
  if (what == "log") {
    const std::string folder = argv[2];
    train::JsonLog json(folder + "/log.jsonl");
    train::CsvLog csv(folder + "/log.csv");
    bool failed = false;
    for (int step = 1; step <= 3; ++step)
      for (train::Log* log : std::initializer_list<train::Log*>{&json, &csv}) try {
          log->add("loss", step, 1.0 / step);
          log->flush();
        } catch (const FileError& e) {
          std::fprintf(stderr, "%s\n", e.what());
          failed = true;
        }
    return failed;
  }
  if (what == "latest") {
    const auto latest = train::Checkpoints(argv[2]).latest();
    std::printf("%lld\n", latest ? static_cast<long long>(latest->step) : -1);
    return 0;
  }
  std::fprintf(stderr, "usage: the first lines of trainee.cpp\n");
  return 2;
} catch (const std::exception& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 1;
}
