// Tables for the terminal: how training went, epoch by epoch, and what a classifier takes for what.
#pragma once
#include <cstdint>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

namespace support {

struct Epoch {
  double loss, train_accuracy, test_accuracy, learning_rate, seconds;
};

inline void print_epochs(const std::vector<Epoch>& epochs) {
  std::printf("\n epoch      loss   train acc   test acc   learning rate   seconds\n");
  std::printf(" -----   -------   ---------   --------   -------------   -------\n");
  double total = 0;
  for (std::size_t i = 0; i < epochs.size(); ++i) {
    const Epoch& e = epochs[i];
    std::printf(" %5zu   %7.4f   %9.4f   %8.4f   %13.6f   %7.2f\n", i + 1, e.loss, e.train_accuracy, e.test_accuracy, e.learning_rate,
                e.seconds);
    total += e.seconds;
  }
  std::printf("%68s\n", ("training took " + std::to_string(total).substr(0, 5) + " s").c_str());
}

// counts[truth * n + prediction], n classes with these names.
inline void print_confusion(std::span<const std::int64_t> counts, const std::vector<std::string>& names) {
  const std::size_t n = names.size();
  std::printf("\nconfusion (rows: what it is; columns: what the network says)\n\n%12s", "");
  for (const auto& name : names) std::printf("%6.5s", name.c_str());
  std::printf("  recall\n");
  for (std::size_t row = 0; row < n; ++row) {
    std::int64_t all = 0;
    for (std::size_t column = 0; column < n; ++column) all += counts[row * n + column];
    std::printf("%12.12s", names[row].c_str());
    for (std::size_t column = 0; column < n; ++column) {
      const auto count = counts[row * n + column];
      if (count == 0)
        std::printf("%6s", ".");
      else
        std::printf("%6lld", static_cast<long long>(count));
    }
    std::printf("%8.3f\n", all ? static_cast<double>(counts[row * n + row]) / static_cast<double>(all) : 0.0);
  }
}

}  // namespace support
