// gradus convert A B
#include <filesystem>
#include <iostream>
#include <limits>

#include <gradus/autograd/base/drawing/progress.h>
#include <gradus/autograd/base/drawing/terminal.h>

#include "arguments.h"
#include "command.h"
#include "names.h"
#include "sizes.h"
#include "sink.h"
#include "statistics.h"
#include "weights.h"

namespace gradus::tool {

const std::string_view convert_help =
    R"(usage: gradus convert A B [--dtype DTYPE] [--rename OLD=NEW]... [--drop PATTERN]... [--prefix P] [--shard-size SIZE]

Writes the tensors of A into B, whose ending says the format: .safetensors, .npz, .npy (of a single tensor), .pt or .pth. One tensor is in
memory at a time. B is replaced in one step when all of it is written; A is never written to. What B's format cannot hold is told.

  --dtype DTYPE      floating tensors become f32, f64, f16 or bf16; whole numbers stay what they are
  --rename OLD=NEW   "encoder.*.w=blocks.*.weight", "model.**=**": * stands for characters between dots, ** for whole parts, and both are
                     carried over; the first rule that fits a name holds; may be given several times
  --drop PATTERN     tensors that are left out; may be given several times
  --prefix P         before every name, after renaming
  --shard-size SIZE  several safetensors files of at most so much ("2GB", "500MB", "1GiB"), and an index of them

Exit code: 0; 2 where something went wrong, and B is as it was.
)";

namespace {

struct ConvertOptions {
  std::string dtype;
  Repeated rename, drop;
  std::string prefix;
  ByteSize shard_size;
};

struct Plan {
  std::vector<Planned> planned;
  std::vector<const Entry*> from;  // of each of them
};

// What would fail when its turn comes fails here, where nothing is written yet.
void check_can_load(const std::string& file, const Entry& e) {
  const auto name = [&] { return printable(e.name); };
  check<ValueError>(e.loads_as.has_value(), "gradus convert: ", file, ": tensor ", name, ": gradus has no dtype for ", e.dtype,
                    "; --drop leaves it out");
  check<ValueError>(e.shape.size() <= Shape::max_rank, "gradus convert: ", file, ": tensor ", name, ": ", e.shape.size(),
                    " dimensions; gradus has at most ", Shape::max_rank, "; --drop leaves it out");
  for (const std::uint64_t size : e.shape)
    check<ValueError>(size <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()), "gradus convert: ", file, ": tensor ",
                      name, ": a dimension of ", size, "; --drop leaves it out");
}

Plan plan_of(const Weights& file, const ConvertOptions& options) {
  std::optional<Dtype> wanted;
  if (!options.dtype.empty()) {
    wanted = dtype_named("gradus convert", options.dtype);
    check<ValueError>(is_floating(*wanted), "gradus convert: --dtype is for floating tensors: f32, f64, f16 or bf16, not ", *wanted);
  }
  std::vector<std::string_view> names;
  for (const Entry& e : file.entries) names.push_back(e.name);
  Plan plan;
  std::map<std::string, std::size_t> places;
  for (auto& [at, name] : Renaming("gradus convert", options.rename.items, options.drop.items, options.prefix).apply(names)) {
    const Entry& e = file.entries[at];
    check_can_load(file.files.front(), e);
    Shape shape;
    for (const std::uint64_t size : e.shape) shape.push_back(static_cast<std::int64_t>(size));
    plan.planned.push_back({std::move(name), wanted && is_floating(*e.loads_as) ? *wanted : *e.loads_as, shape});
    checked_elements(shape, "gradus convert");
    places.emplace(e.name, plan.from.size());
    if (const auto first = places.find(e.same_as); !e.same_as.empty() && first != places.end()) plan.planned.back().same_as = first->second;
    plan.from.push_back(&e);
  }
  return plan;
}

void refuse_to_write_over(const Weights& input, const std::vector<std::string>& outputs) {
  for (const std::string& out : outputs)
    for (const std::string& in : input.files) {
      std::error_code error;
      check<ValueError>(!std::filesystem::equivalent(in, out, error), "gradus convert: \"", printable(out),
                        "\" is a file of the input, which is never "
                        "written to; give B another name");
    }
}

// One line for each kind of thing that is not in B, or not as it was in A.
void tell_what_changes(const Weights& file, const Plan& plan, Target target, const Sink& sink) {
  std::map<std::string, std::size_t> changes;
  std::map<std::string, std::vector<std::string>> by_storage;
  for (std::size_t i = 0; i < plan.planned.size(); ++i) {
    const Entry& e = *plan.from[i];
    const Dtype to = plan.planned[i].dtype;
    const bool widened = e.bytes != static_cast<std::uint64_t>(plan.planned[i].shape.elements()) * size_of(*e.loads_as);
    if (to != *e.loads_as || widened) ++changes[text(e.dtype, " -> ", to)];
    const bool kept = sink.keeps_ties && plan.planned[i].same_as;
    if (!e.storage.empty() && !kept) by_storage[e.storage].push_back(plan.planned[i].name);
  }
  for (const auto& [what, count] : changes) std::cout << "  " << what << ": " << count_text(count, "tensor") << '\n';
  for (const auto& [storage, names] : by_storage) {
    if (names.size() < 2) continue;
    std::cout << "  lost: that these share memory:";
    for (const std::string& name : names) std::cout << ' ' << printable(name);
    std::cout << '\n';
  }
  if (!sink.keeps_names && plan.planned[0].name != "arr_0")   // which is what has none is called
    std::cout << "  lost: the name, " << printable(plan.planned[0].name) << '\n';
  if (!sink.keeps_metadata && !file.metadata.empty())
    std::cout << "  lost: metadata, " << file.metadata.size() << " of them, which " << name_of(target) << " cannot hold\n";
  if (!file.values.empty())
    std::cout << "  lost: what is no tensor, " << count_text(file.values.size(), "value") << ", such as "
              << printable(file.values.front().first) << '\n';
  if (file.graph) std::cout << "  lost: the graph of operations\n";
}

// How many finite numbers a narrower dtype made infinite.
std::int64_t made_infinite(const Array& before, const Array& after) {
  return statistics_of(after).infinities - statistics_of(before).infinities;
}

void write_all(const Weights& file, const Plan& plan, Sink& sink) {
  drawing::ProgressBar bar("convert");
  const bool shows_progress = file.bytes() > 100'000'000 && drawing::is_terminal(2);
  if (shows_progress) bar.start(static_cast<std::int64_t>(plan.planned.size()));
  for (const std::size_t i : sink.order) {
    Array array = file.load(plan.from[i]->name);
    const Planned& planned = plan.planned[i];
    if (array.dtype() != planned.dtype) {
      const Array narrow = array.to(planned.dtype);
      if (size_of(planned.dtype) < size_of(array.dtype()))
        if (const std::int64_t count = made_infinite(array, narrow); count > 0)
          std::cout << "  beyond the range of " << planned.dtype << ", now infinite: " << printable(planned.name) << ", "
                    << count_text(static_cast<std::uint64_t>(count), "element") << '\n';
      array = narrow;
    }
    sink.write(i, array);
    if (shows_progress) bar.step();
  }
  if (shows_progress) bar.finish();
}

}  // namespace

int run_convert(const Words& words) {
  ConvertOptions options;
  const Words files = read_arguments("gradus convert", options_of(options), words, {"A", "B"});
  const Target target = target_of(files[1]);
  check<ValueError>(options.shard_size.bytes == 0 || target == Target::safetensors,
                    "gradus convert: --shard-size is for safetensors, not for ", name_of(target));
  const auto file = open_weights(files[0]);
  const Plan plan = plan_of(*file, options);
  Metadata metadata = file->metadata;
  if (file->format == "pt" && target == Target::safetensors) metadata.emplace("format", "pt");  // which transformers wants to read there
  const auto sink = make_sink(files[1], plan.planned, metadata, options.shard_size.bytes);
  refuse_to_write_over(*file, sink->files);
  refuse_to_write_over(*file, sink->replaced);
  std::uint64_t bytes = 0;
  for (const Planned& p : plan.planned) bytes += p.bytes();
  write_all(*file, plan, *sink);
  sink->commit();
  std::cout << printable(sink->files.back()) << ": " << name_of(target) << ", " << count_text(plan.planned.size(), "tensor") << ", "
            << size_text(bytes);
  if (sink->files.size() > 1) std::cout << " in " << count_text(sink->files.size() - 1, "shard");
  std::cout << '\n';
  tell_what_changes(*file, plan, target, *sink);
  return ok;
}

}  // namespace gradus::tool
