// JSON lines, whole and in blocks.
#include <gradus/data/read/jsonl.h>

#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gradus;
  return fuzz_file(data, size, [](const std::string& name) {
    const data::Table table = data::read_jsonl(name);
    for (const data::Column& column : table.columns())
      if (column.values.defined()) touch(column.values);
    data::JsonlReader reader(name, {{"a", data::as_category}, {"b", f32}}, {.unknown_code = 0});
    for (int i = 0; i < 50; ++i)
      if (!reader.next(3)) break;
  });
}
