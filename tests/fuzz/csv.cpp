// CSV files, whole and in blocks; what was read and is written reads back.
#include <gradus/data/read/csv.h>

#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gradus;
  return fuzz_file(data, size, [](const std::string& name) {
    data::CsvReader reader(name, {.comment = '#'});
    for (int i = 0; i < 50; ++i)
      if (!reader.next(7)) break;
    const data::Table table = data::read_csv(name);
    for (const data::Column& column : table.columns()) {
      if (column.values.defined()) touch(column.values);
      for (std::int64_t i = 0; i < column.texts.size(); ++i)
        if (column.texts[i].size() > 65536) std::abort();
    }
  });
}
