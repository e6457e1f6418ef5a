"""Small tokenizers of tokenizers/, trained by Hugging Face's tokenizers (0.23), and what they make of some texts: NAME.json, and in
expected.json by name a list with a row a text of texts.json: ids, and what is decoded of them, special tokens skipped and shown. Its
trainers do not give the same twice, so a NAME.json that is there is kept. tests/clients/tokenizers.py calls make() with other texts."""
import json
import pathlib
import struct

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
          r"|\s*[\r\n]+|\s+(?!\S)|\s+")
QWEN2 = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")

CORPUS = """The mountain path climbs in steps, and every step is short; whoever counts them isn't lost.
We'll walk where the water walked before us: down the valley, through the wood, over the stones.
A step that is too long misses the path, a step that is too short never arrives. That's the whole art.
Numbers on the stones: 12, 305, 1999 and 2026; the last one says 100 % of nothing.
In the valley they speak of the weather, of the walking weather, and of the wandering stones.
"Don't hurry," said the old walker, "I've never seen a mountain that didn't wait; they're patient."
naïve café, Straße, Ångström; Привет, мир; 日本語 と 中文; the path goes on in every language.
walker walking walked walks, stepper stepping stepped steps, counter counting counted counts
The wood is where the water was, and the water is where the wood will be: so said the stones.""".split("\n")

TEXTS = ["", "Hello, world!", " leading and  double   spaces  ", "line\nbreaks\r\n\r\n  and\ttabs\n\n", "I'm we'LL they'Re it'ſ don't 'S",
         "naïve café ÅNGSTRÖM ﬁne ½ ① ２", "Привет, мир! Γειά σου Κόσμε", "你好，世界。日本語のテキスト 한국어 텍스트",
         "مرحبا بالعالم שלום नमस्ते दुनिया", "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 emoji", "12345 3.14159 1,000,000 ٣٤ Ⅻ",
         "a_b c-d e.f@g.h https://x.y/z?q=1&r=%20",
         "<|endoftext|>text<pad> <mask>x  <mask> gradus gradusx <r>  y[CLS]a[SEP][MASK]</s><s>",
         "\u200b\u00ad\u0085\u00a0\u3000\ufeffx\u2028y\x0b\x0cz", "e\u0301 u\u0308\u0304 a\u0323\u0302 \u1100\u1161\u11a8 ﷺ",
         "$100+5=~`^|<>",
         "x" * 150 + " " + "ab" * 30, "İstanbul ẞ ǅ Ω", "\U0001d400\U00020000\U0010ffff\ue000", "don't do not . , ? ! ' n't"]


def charsmap(replacements):
    """As SentencePiece stores them: the bytes of a double array, in front of the texts that its leaves point to."""
    texts, places, trie = b"", {}, {}
    for text, by in replacements.items():
        places[by] = places.get(by, len(texts))
        if places[by] == len(texts):
            texts += by.encode() + b"\0"
        node = trie
        for byte in text.encode():
            node = node.setdefault(byte, {})
        node[0] = places[by]
    units, bases = {0: 0}, set()

    def place(node, at):
        base = 1
        while base in bases or any(base ^ label in units for label in node):
            base += 1
        bases.add(base)
        units[at] |= (at ^ base) << 10 | (256 if 0 in node else 0)
        for label in node:
            units[base ^ label] = label
        for label, child in node.items():
            if label:
                place(child, base ^ label)
            else:
                units[base] = child | 1 << 31

    place(trie, 0)
    size = max(units) + 256
    return struct.pack(f"<{size + 1}I", 4 * size, *(units.get(i, 0) for i in range(size))) + texts


REPLACEMENTS = {"\r": " ", "\n": " ", "\t": " ", "\u00a0": " ", "\u2028": " ", "\u3000": " ", "\u200b": "", "\ufeff": "", "\x0b": "",
                "ﬁ": "fi", "½": "1⁄2", "①": "1", "２": "2", "é": "é", "e\u0301": "é", "u\u0308": "ü", "u\u0308\u0304": "ǖ",
                "ﷺ": "صلى الله عليه وسلم",
                "\U0001d400": "A", "Å": "Å", "~": "～", "İ": "İ"}


def make(folder, corpus, texts, size):
    quiet = {"show_progress": False}
    made = {}

    def byte_level(pre, **options):
        t = Tokenizer(models.BPE(**options))
        t.pre_tokenizer, t.decoder = pre, decoders.ByteLevel()
        t.train_from_iterator(corpus, trainers.BpeTrainer(vocab_size=size + 258, special_tokens=["<|endoftext|>", "<pad>"], min_frequency=2,
                                                          initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), **quiet))
        return t

    def split(pattern):
        return pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pattern), "isolated"),
                                        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])

    def bert(**options):
        t = Tokenizer(models.WordPiece(unk_token="[UNK]"))
        t.normalizer, t.pre_tokenizer = normalizers.BertNormalizer(**options), pre_tokenizers.BertPreTokenizer()
        t.decoder = decoders.WordPiece()
        t.train_from_iterator(corpus, trainers.WordPieceTrainer(vocab_size=size + 150,
                                                                special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], **quiet))
        t.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1",
                                                         special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
        return t

    def pieces(pre, norm):
        t = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>", fuse_unk=True))
        t.normalizer, t.pre_tokenizer = norm, pre
        t.train_from_iterator(corpus, trainers.BpeTrainer(vocab_size=size + 330, limit_alphabet=50, special_tokens=[
            "<unk>", "<s>", "</s>", *(f"<0x{b:02X}>" for b in range(256))], **quiet))
        described = json.loads(t.to_str())
        described["added_tokens"] = described["added_tokens"][:3]
        t = Tokenizer.from_str(json.dumps(described))
        t.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
        t.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
        return t

    made["gpt2"] = byte_level(pre_tokenizers.ByteLevel(add_prefix_space=False))
    made["roberta"] = t = byte_level(pre_tokenizers.ByteLevel(add_prefix_space=True))
    t.post_processor = processors.RobertaProcessing(("<pad>", 1), ("<|endoftext|>", 0))
    t.add_special_tokens([AddedToken("<mask>", lstrip=True, special=True)])
    t.add_tokens([AddedToken("gradus", single_word=True), AddedToken("<r>", rstrip=True, normalized=False)])
    made["llama3"] = t = byte_level(split(LLAMA3), ignore_merges=True)
    t.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=False), processors.TemplateProcessing(
        single="<|endoftext|> $A", pair="<|endoftext|> $A $B:1", special_tokens=[("<|endoftext|>", 0)])])
    made["qwen2"] = t = byte_level(split(QWEN2))
    t.normalizer = normalizers.NFC()
    made["bert"] = bert()
    made["bert_cased"] = bert(lowercase=False, strip_accents=None)
    made["llama2"] = pieces(None, normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]))
    made["mistral"] = pieces(pre_tokenizers.Metaspace(prepend_scheme="first", split=False), None)
    made["unigram"] = t = Tokenizer(models.Unigram())
    t.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase(), normalizers.StripAccents(), normalizers.Strip()])
    t.pre_tokenizer, t.decoder = pre_tokenizers.Metaspace(), decoders.Metaspace()
    t.train_from_iterator(corpus, trainers.UnigramTrainer(vocab_size=size + 80, special_tokens=["<unk>", "</s>"], unk_token="<unk>",
                                                              **quiet))
    made["t5"] = t = Tokenizer(models.Unigram())
    t.normalizer = normalizers.Sequence([normalizers.Precompiled(charsmap(REPLACEMENTS)), normalizers.Replace(Regex(" {2,}"), " ")])
    t.pre_tokenizer, t.decoder = pre_tokenizers.Metaspace(), decoders.Metaspace()
    t.train_from_iterator(corpus, trainers.UnigramTrainer(vocab_size=size + 80, special_tokens=["<unk>", "</s>"], unk_token="<unk>",
                                                              **quiet))
    t.post_processor = processors.TemplateProcessing(single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)])
    made["words"] = t = Tokenizer(models.WordLevel(unk_token="[UNK]"))
    t.normalizer = normalizers.Sequence([normalizers.NFD(), normalizers.StripAccents()])
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Whitespace(), pre_tokenizers.Digits(individual_digits=True),
                                               pre_tokenizers.Punctuation(behavior="contiguous")])
    t.train_from_iterator(corpus, trainers.WordLevelTrainer(vocab_size=size + 20, special_tokens=["[UNK]"], **quiet))
    made["suffix"] = t = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>"))
    t.normalizer, t.decoder = normalizers.NFKD(), decoders.BPEDecoder()
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Split(",", "merged_with_previous"),
                                               pre_tokenizers.Digits()])
    t.train_from_iterator(corpus, trainers.BpeTrainer(vocab_size=size + 150, special_tokens=["<unk>"], end_of_word_suffix="</w>", **quiet))

    folder.mkdir(exist_ok=True)
    expected, pairs = {}, {}
    for name, t in made.items():
        file = folder / f"{name}.json"
        if file.exists():
            t = Tokenizer.from_file(str(file))
        else:
            t.save(str(file), pretty=False)
        expected[name] = []
        for text in texts:
            ids = t.encode(text).ids
            expected[name].append([ids, t.decode(ids), t.decode(ids, skip_special_tokens=False)])
        pairs[name] = []
        for first, second in zip(texts[1:6], texts[3:]):
            row = []
            for most in (0, 12, 7, 5):
                t.no_truncation() if most == 0 else t.enable_truncation(most)
                pair = t.encode(first, second)
                row.append([pair.ids, pair.type_ids])
            t.no_truncation()
            pair = t.encode(first, second, add_special_tokens=False)
            pairs[name].append([*row, [pair.ids, pair.type_ids]])
    (folder / "pairs.json").write_text(json.dumps(pairs, separators=(",", ":")))
    (folder / "texts.json").write_text(json.dumps(texts))
    (folder / "corpus.json").write_text(json.dumps(corpus))
    (folder / "expected.json").write_text(json.dumps(expected, separators=(",", ":")))


if __name__ == "__main__":
    make(pathlib.Path(__file__).parent / "tokenizers", CORPUS, TEXTS, 60)
