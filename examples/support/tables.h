// Tables for the terminal: how training went, epoch by epoch, and what a classifier takes for what.
#pragma once
#include <gradus/autograd/base/drawing/table.h>

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
  namespace drawing = gradus::drawing;
  const drawing::Digits four = drawing::fixed_digits(4);
  drawing::Table table({{"epoch"}, {"loss", four, 7}, {"train acc", four}, {"test acc", four}, {"learning rate", drawing::fixed_digits(6)},
                     {"seconds", drawing::fixed_digits(2)}}, {.rule = true});
  double total = 0;
  for (std::size_t i = 0; i < epochs.size(); ++i) {
    const Epoch& e = epochs[i];
    table.add(i + 1, e.loss, e.train_accuracy, e.test_accuracy, e.learning_rate, e.seconds);
    total += e.seconds;
  }
  std::printf("\n%s%68s\n", table.text().c_str(), ("training took " + std::to_string(total).substr(0, 5) + " s").c_str());
}

// counts[truth * n + prediction], n classes with these names.
inline void print_confusion(std::span<const std::int64_t> counts, const std::vector<std::string>& names) {
  using gradus::drawing::Cell;
  std::vector<gradus::drawing::Column> columns{{.title = "", .width = 11}};
  for (const std::string& name : names) columns.push_back({.title = name.substr(0, 5), .width = 5});
  columns.push_back({"recall", gradus::drawing::fixed_digits(3), 7});
  gradus::drawing::Table table(columns, {.gap = 1});
  const std::size_t n = names.size();
  for (std::size_t row = 0; row < n; ++row) {
    std::vector<Cell> cells{names[row]};
    std::int64_t all = 0;
    for (std::size_t column = 0; column < n; ++column) {
      const std::int64_t count = counts[row * n + column];
      cells.push_back(count ? Cell(count) : Cell("."));
      all += count;
    }
    cells.push_back(all ? static_cast<double>(counts[row * n + row]) / static_cast<double>(all) : 0.0);
    table.add_row(cells);
  }
  std::printf("\nconfusion (rows: what it is; columns: what the network says)\n\n%s", table.text().c_str());
}

}  // namespace support
