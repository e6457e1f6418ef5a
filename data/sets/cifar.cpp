#include <gradus/data/sets/cifar.h>

#include <cstring>
#include <filesystem>
#include <vector>

#include <gradus/data/read/cifar.h>

namespace gradus::data {
namespace {

std::filesystem::path cifar_file(const std::filesystem::path& root, const std::string& name, const char* set) {
  std::error_code unreachable;
  for (const char* end : {"", ".gz"})
    if (std::filesystem::is_regular_file(root / (name + end), unreachable)) return root / (name + end);
  fail<FileError>(set, ": ", root / name, " is missing; unpack the binary version from https://www.cs.toronto.edu/~kriz/cifar.html, "
                  "and set .root");
}

Array joined(const std::vector<Array>& parts) {
  if (parts.size() == 1) return parts[0];
  Shape shape = parts[0].shape();
  for (std::size_t i = 1; i < parts.size(); ++i) shape[0] += parts[i].shape()[0];
  Array out(shape, parts[0].dtype());
  auto* to = static_cast<std::byte*>(out.mutable_raw());
  for (const Array& part : parts) {
    const std::size_t bytes = static_cast<std::size_t>(part.size()) * size_of(part.dtype());
    std::memcpy(to, part.raw(), bytes);
    to += bytes;
  }
  return out;
}

}  // namespace

Pictures cifar10(Split split, const CifarOptions& options) {
  check<ValueError>(!options.coarse, "cifar10: only CIFAR-100 has coarse labels");
  const std::filesystem::path root = options.root.empty() ? "cifar-10-batches-bin" : options.root;
  std::vector<std::string> names{"test_batch.bin"};
  if (split == Split::train) names = {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"};
  std::vector<Array> pixels, labels;
  for (const std::string& name : names) {
    CifarRecords records = read_cifar10(cifar_file(root, name, "cifar10"));
    pixels.push_back(std::move(records.pixels));
    labels.push_back(std::move(records.labels));
  }
  const Normalisation usual{.mean = {0.4914, 0.4822, 0.4465}, .deviation = {0.2470, 0.2435, 0.2616}};
  return {joined(pixels), joined(labels), options.normalisation.value_or(usual)};
}

Pictures cifar100(Split split, const CifarOptions& options) {
  const std::filesystem::path root = options.root.empty() ? "cifar-100-binary" : options.root;
  const CifarRecords records = read_cifar100(cifar_file(root, split == Split::train ? "train.bin" : "test.bin", "cifar100"));
  const Normalisation usual{.mean = {0.5071, 0.4865, 0.4409}, .deviation = {0.2673, 0.2564, 0.2762}};
  return {records.pixels, options.coarse ? records.coarse : records.labels, options.normalisation.value_or(usual)};
}

}  // namespace gradus::data
