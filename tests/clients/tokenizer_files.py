"""Hugging Face's tokenizers and ours read each other's tokenizer.json and make the same tokens of thousands of random texts."""
import importlib.util
import json
import math
import random

from client import GOLDEN, Test, gradus, need

tokenizers = need("tokenizers")

ALPHABET = [chr(c) for c in [*range(32, 127)] * 3 + [10, 13, 9, 0xA0, 0x2028, 0x200D, 0x301, 0x308, 0x327, 0xE9, 0xE0, 0x130, 0x3B1, 0x430,
                                                    0x4F60, 0xAC00, 0x1F600, 0x1F3FD, 0x661, 0xBD, 0xFB01, 0x5D0, 0x627, 0x905, 0x94D] * 2]
WORDS = ["don't", " the", "The ", "'ll", "'LL", "  ", "\n\n", " \n ", "123", "1234567", "ſ", "é", "ABC", "<|endoftext|>", "<mask>",
         "gradus",
         "▁", "Ġ", "<0x41>", "##a", "<end>", "[CLS]"]


def random_text(draw):
    return "".join(draw.choice(WORDS) if draw.random() < 0.3 else draw.choice(ALPHABET) for _ in range(draw.randrange(1, 40)))


def made_by_tokenizers(t, texts):
    rows = []
    for text in texts:
        ids = t.encode(text).ids
        rows.append([ids, t.decode(ids), t.decode(ids, skip_special_tokens=False)])
    return rows


def equally_good(model, a, b):
    """Of a Unigram "sss" may be s + ss or ss + s: one sum, whose last bit the order decides, and how a reader rounds a score (theirs not
    always to the nearest)."""
    if model.get("type") != "Unigram" or a[1:] != b[1:] or sorted(a[0]) != sorted(b[0]):
        return False
    return math.isclose(*(sum(model["vocab"][i][1] for i in ids) for ids in (a[0], b[0])), rel_tol=1e-13)


class Tokenizers(Test):
    def setUp(self):
        super().setUp()
        draw = random.Random(1)
        self.texts = json.loads((GOLDEN / "tokenizers" / "texts.json").read_text()) + [random_text(draw) for _ in range(3000)]
        (self.folder / "texts.json").write_text(json.dumps(self.texts))

    def same(self, file):
        gradus("tokenize", file, self.folder / "texts.json", self.folder / "out.json")
        theirs = made_by_tokenizers(tokenizers.Tokenizer.from_file(str(file)), self.texts)
        model = json.loads(file.read_text())["model"]
        for text, a, b in zip(self.texts, json.loads((self.folder / "out.json").read_text()), theirs):
            if not equally_good(model, a, b):
                self.assertEqual(a, b, f"{file}: {text!r}")

    def test_ours_reads_theirs(self):
        spec = importlib.util.spec_from_file_location("make_tokenizers", GOLDEN / "make_tokenizers.py")
        maker = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(maker)
        maker.make(self.folder / "larger", maker.CORPUS * 3 + self.texts[-500:], [], 300)   # trained anew, on stranger texts
        files = sorted(f for f in (self.folder / "larger").glob("*.json") if f.stem not in ("texts", "corpus", "expected", "pairs"))
        self.assertEqual(len(files), 12)
        for file in files:
            self.same(file)

    def test_theirs_reads_ours(self):
        corpus = self.texts[:500]
        (self.folder / "corpus.json").write_text(json.dumps(corpus))
        for kind in ("bpe", "words", "characters"):
            gradus("train-tokenizer", kind, self.folder / "corpus.json", self.folder / f"{kind}.json")
            self.same(self.folder / f"{kind}.json")

    def test_learns_the_same_merges(self):
        from tokenizers import models, pre_tokenizers, trainers
        corpus = self.texts * 2
        (self.folder / "corpus.json").write_text(json.dumps(corpus))
        gradus("train-tokenizer", "bpe", self.folder / "corpus.json", self.folder / "bpe.json")
        theirs = tokenizers.Tokenizer(models.BPE())
        theirs.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        theirs.train_from_iterator(corpus, trainers.BpeTrainer(vocab_size=400, min_frequency=2, special_tokens=["<end>"],
                                                               show_progress=False,
                                                               initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
        ours = json.loads((self.folder / "bpe.json").read_text())["model"]
        self.assertEqual(ours["merges"], json.loads(theirs.to_str())["model"]["merges"])


if __name__ == "__main__":
    Test.main()
