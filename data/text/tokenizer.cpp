#include <gradus/data/text/tokenizer.h>

#include <algorithm>
#include <deque>
#include <unordered_map>

#include <gradus/autograd/base/describe/options.h>
#include <gradus/autograd/base/internal/file.h>
#include <gradus/autograd/base/internal/printable.h>
#include <gradus/autograd/base/parallel.h>
#include <gradus/data/text/internal/added_tokens.h>
#include <gradus/data/text/internal/parts.h>
#include <gradus/data/text/internal/utf8.h>

namespace gradus::data {

using gradus::detail::in_quotes;

namespace {

constexpr std::uint64_t longest_tokenizer = std::uint64_t{1} << 28;

detail::AddedToken read_added(const detail::Node& node) {
  node.only({"id", "content", "single_word", "lstrip", "rstrip", "normalized", "special"});
  const bool special = node.flag_or("special", false);
  return {.content = node["content"].text(),
          .id = node["id"].whole(),
          .single_word = node.flag_or("single_word", false),
          .lstrip = node.flag_or("lstrip", false),
          .rstrip = node.flag_or("rstrip", false),
          .normalized = node.flag_or("normalized", !special),
          .special = special};
}

}  // namespace

struct Tokenizer::Parts {
  std::string json;
  std::unique_ptr<const detail::Normalizer> normalizer;
  std::unique_ptr<const detail::PreTokenizer> pre_tokenizer;
  std::unique_ptr<const detail::Model> model;
  std::unique_ptr<const detail::Processor> processor;
  std::unique_ptr<const detail::Decoder> decoder;
  std::deque<detail::AddedToken> added;  // they stay where they are
  detail::TokenFinder raw, normalized;
  std::unordered_map<std::int64_t, const detail::AddedToken*> by_id;
  std::unordered_map<std::string_view, const detail::AddedToken*> by_content;
  std::int64_t end = 0;

  explicit Parts(std::string_view text) : json(text) {
    const detail::Json root = detail::parse_json(json);
    const detail::Node file(root, "");
    if (!root.is_object()) fail<FileError>("a tokenizer.json is an object, not ", root.type_name());
    file.only({"version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder", "model"});
    if (file.has("version") && file["version"].text() != "1.0") file["version"].refuse("must be 1.0");
    model = detail::read_model(file["model"]);
    end = model->entries.end();
    if (file.has("normalizer")) normalizer = detail::read_normalizer(file["normalizer"]);
    if (file.has("pre_tokenizer")) pre_tokenizer = detail::read_pre_tokenizer(file["pre_tokenizer"]);
    if (file.has("decoder")) decoder = detail::read_decoder(file["decoder"]);
    if (file.has("added_tokens")) file["added_tokens"].each([&](const detail::Node& node) { add(node); });
    if (file.has("post_processor")) {
      processor = detail::read_processor(file["post_processor"]);
      for (const std::int64_t id : processor ? processor->apply({}) : detail::Ids())
        if (!find(id)) file["post_processor"].refuse("no token has the number ", id);
    }
  }

  void add(const detail::Node& node) {
    added.push_back(read_added(node));
    const detail::AddedToken& token = added.back();
    if (token.content.empty()) node.refuse("an empty text is no token");
    const std::string* const same = model->entries.token(token.id);
    if (same && *same != token.content) node.refuse("its number ", token.id, " is that of ", in_quotes(*same));
    if (!by_id.emplace(token.id, &token).second) node.refuse("two tokens have the number ", token.id);
    if (!by_content.emplace(token.content, &token).second) node.refuse("token ", in_quotes(token.content), " stands twice");
    end = std::max(end, token.id + 1);
    std::string content = token.content;
    if (token.normalized && normalizer) normalizer->apply(content);
    (token.normalized ? normalized : raw).add(content, &token);
  }

  const std::string* find(std::int64_t id) const {
    if (const auto found = by_id.find(id); found != by_id.end()) return &found->second->content;
    return model->entries.token(id);
  }

  detail::Ids encode(std::string_view bytes, bool special) const {
    const std::string text = detail::valid_utf8(bytes);
    detail::Ids out;
    std::unordered_map<std::string, detail::Ids> known;  // words come again
    const auto piece = [&](const std::string& word) {
      if (word.size() > 64) return model->encode(word, out);
      const auto [at, fresh] = known.try_emplace(word);
      if (fresh) model->encode(word, at->second);
      out.insert(out.end(), at->second.begin(), at->second.end());
    };
    const auto found = [&](const detail::AddedToken& token) { out.push_back(token.id); };
    raw.split(
        text,
        [&](std::string_view part, std::size_t begin) {
          std::string changed(part);
          if (normalizer) normalizer->apply(changed);
          normalized.split(
              changed,
              [&](std::string_view rest, std::size_t within) {
                detail::Pieces pieces{{std::string(rest), begin == 0 && within == 0}};
                if (pre_tokenizer) pre_tokenizer->apply(pieces);
                for (const detail::Piece& p : pieces) piece(p.text);
              },
              found);
        },
        found);
    return special && processor ? processor->apply(std::move(out)) : out;
  }
};

Tokenizer Tokenizer::from_json(std::string_view json) { return Tokenizer(std::make_shared<const Parts>(json)); }

Tokenizer Tokenizer::load(const FileName& file) {
  try {
    {
      const InputFile open(file);
      check<FileError>(open.size() <= longest_tokenizer, "a tokenizer of ", open.size(), " bytes exceeds ", longest_tokenizer);
    }
    return from_json(read_file(file));
  } catch (const FileError& e) {
    fail<FileError>("Tokenizer::load: ", file, ": ", e.what());
  }
}

Tokenizer Tokenizer::bytes() {
  detail::Json vocabulary = detail::Json::object();
  for (int b = 0; b < 256; ++b) vocabulary[detail::utf8_of(detail::letter_of_byte(static_cast<unsigned char>(b)))] = b;
  const detail::Json byte_level{{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", false}};
  const detail::Json file{{"version", "1.0"},
                          {"truncation", nullptr},
                          {"padding", nullptr},
                          {"added_tokens", detail::Json::array()},
                          {"normalizer", nullptr},
                          {"pre_tokenizer", byte_level},
                          {"post_processor", nullptr},
                          {"decoder", byte_level},
                          {"model",
                           {{"type", "BPE"},
                            {"dropout", nullptr},
                            {"unk_token", nullptr},
                            {"continuing_subword_prefix", nullptr},
                            {"end_of_word_suffix", nullptr},
                            {"fuse_unk", false},
                            {"byte_fallback", false},
                            {"ignore_merges", false},
                            {"vocab", vocabulary},
                            {"merges", detail::Json::array()}}}};
  return from_json(file.dump());
}

void Tokenizer::save(const FileName& file) const {
  FileReplacement out(file);
  out.write(parts_->json.data(), parts_->json.size());
  out.commit();
}
const std::string& Tokenizer::json() const { return parts_->json; }

std::vector<std::int64_t> Tokenizer::encode(std::string_view text, const EncodeOptions& options) const {
  return parts_->encode(text, options.add_special_tokens);
}

std::string Tokenizer::decode(std::span<const std::int64_t> ids, const DecodeOptions& options) const {
  std::vector<std::string> tokens;
  for (const std::int64_t id : ids) {
    const auto added = parts_->by_id.find(id);
    if (options.skip_special_tokens && added != parts_->by_id.end() && added->second->special) continue;
    tokens.push_back(token(id));
  }
  std::string out;
  if (parts_->decoder) {
    parts_->decoder->apply(tokens);
    for (const std::string& t : tokens) out += t;
  } else {
    for (const std::string& t : tokens) (out += &t == tokens.data() ? "" : " ") += t;
  }
  return out;
}

TokenBatch Tokenizer::encode_batch(std::span<const std::string> texts, const BatchOptions& options) const {
  check<ValueError>(options.max_length >= 0 && options.length >= 0, "encode_batch: max_length and length must be at least 0, not ",
                    options.max_length, " and ", options.length);
  const auto n = static_cast<std::int64_t>(texts.size());
  std::vector<detail::Ids> rows(texts.size());
  parallel_for(n, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      rows[static_cast<std::size_t>(i)] = parts_->encode(texts[static_cast<std::size_t>(i)], false);
  });
  const bool special = options.add_special_tokens && parts_->processor;
  const std::size_t around = special ? parts_->processor->apply({}).size() : 0;
  std::size_t longest = static_cast<std::size_t>(options.length);
  for (detail::Ids& row : rows) {
    if (const auto most = static_cast<std::size_t>(options.max_length); most > 0 && row.size() + around > most) {
      check<ValueError>(most >= around, "encode_batch: a max_length of ", most, " has no place for ", around, " special tokens");
      const auto cut_off = static_cast<std::ptrdiff_t>(row.size() + around - most);
      if (options.truncation == Side::right)
        row.erase(row.end() - cut_off, row.end());
      else
        row.erase(row.begin(), row.begin() + cut_off);
    }
    if (special) row = parts_->processor->apply(std::move(row));
    check<ValueError>(options.length == 0 || row.size() <= static_cast<std::size_t>(options.length), "encode_batch: a text of ", row.size(),
                      " tokens does not fit into ", options.length, "; max_length cuts longer ones");
    longest = std::max(longest, row.size());
  }
  const auto length = static_cast<std::int64_t>(longest);
  Array ids = Array::full({n, length}, static_cast<double>(options.pad_id), i64), mask = Array::zeros({n, length}, boolean);
  for (std::int64_t i = 0; i < n; ++i) {
    const detail::Ids& row = rows[static_cast<std::size_t>(i)];
    const std::int64_t begin = i * length + (options.padding == Side::left ? length - static_cast<std::int64_t>(row.size()) : 0);
    std::copy(row.begin(), row.end(), ids.mutable_data<std::int64_t>() + begin);
    std::fill_n(mask.mutable_data<bool>() + begin, row.size(), true);
  }
  return {std::move(ids), std::move(mask)};
}

std::int64_t Tokenizer::size() const { return parts_->end; }
std::optional<std::int64_t> Tokenizer::id(std::string_view token) const {
  if (const auto added = parts_->by_content.find(token); added != parts_->by_content.end()) return added->second->id;
  const std::int64_t id = parts_->model->entries.find(token);
  return id < 0 ? std::nullopt : std::optional(id);
}
std::string Tokenizer::token(std::int64_t id) const {
  const std::string* const found = parts_->find(id);
  check<ValueError>(found != nullptr, "Tokenizer: no token has the number ", id, "; they are below ", size());
  return *found;
}
std::vector<std::string> Tokenizer::special_tokens() const {
  std::vector<std::string> out;
  for (const detail::AddedToken& token : parts_->added)
    if (token.special) out.push_back(token.content);
  return out;
}

}  // namespace gradus::data
