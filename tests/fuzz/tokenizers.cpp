// tokenizer.json: what is read must tokenize any text and give it back. Most changes keep what the file says of itself valid JSON.
#include <gradus/data/text/internal/parts.h>

#include <string>

#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gradus::data::detail;
  const std::string text(reinterpret_cast<const char*>(data), size);
  try {
    const Json root = parse_json(text);
    const Node file(root, "");
    const auto model = read_model(file["model"]);
    const auto normalizer = file.has("normalizer") ? read_normalizer(file["normalizer"]) : nullptr;
    const auto pre_tokenizer = file.has("pre_tokenizer") ? read_pre_tokenizer(file["pre_tokenizer"]) : nullptr;
    const auto decoder = file.has("decoder") ? read_decoder(file["decoder"]) : nullptr;
    const auto processor = file.has("post_processor") ? read_processor(file["post_processor"]) : nullptr;
    std::string words = "Hello, wörld! it's 12 \n\n 日本 a\xcc\x81 <0x41> \xf0\x9f\x98\x80";
    if (normalizer) normalizer->apply(words);
    Pieces pieces{{words, true}};
    if (pre_tokenizer) pre_tokenizer->apply(pieces);
    Ids ids;
    for (const Piece& piece : pieces) model->encode(piece.text, ids);
    if (processor) ids = processor->apply(ids);
    std::vector<std::string> tokens;
    for (const std::int64_t id : ids)
      if (const std::string* token = model->entries.token(id)) tokens.push_back(*token);
    if (decoder) decoder->apply(tokens);
  } catch (const gradus::Error&) {
  }
  return 0;
}
