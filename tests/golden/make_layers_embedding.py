"""Embedding, EmbeddingBag and Bilinear, to layers/embedding.safetensors. See layer_cases.py."""
import torch
from torch import nn
from torch.nn.functional import embedding

from layer_cases import case, indices, save

words = indices("embedding.words", (3, 4), 5)
case("embedding", lambda: nn.Embedding(5, 3), [words])
case("embedding_padding", lambda: nn.Embedding(5, 3, padding_idx=-2, sparse=True), [words])
case("embedding_frequency", lambda: nn.Embedding(5, 3, scale_grad_by_freq=True), [words])
case("embedding_max_norm", lambda: nn.Embedding(5, 3, max_norm=0.6), [words], steps=("train0", "eval"))
case("embedding_max_norm_1", lambda: nn.Embedding(5, 3, max_norm=0.8, norm_type=1.0, padding_idx=1), [words], steps=("train0",))
case("embedding_max_norm_inf", lambda: nn.Embedding(5, 3, max_norm=0.3, norm_type=float("inf")), [words], steps=("eval",))

row = indices("embedding.row", (9,), 5)
offsets, ends = torch.tensor([0, 3, 3, 8]), torch.tensor([0, 3, 3, 8, 9])


def weighted(bag, x, weights):
    return bag(x, None, weights)


for mode in ("sum", "mean", "max"):
    case(f"bag_{mode}", lambda: nn.EmbeddingBag(5, 3, mode=mode), [words])
    case(f"bag_{mode}_offsets", lambda: nn.EmbeddingBag(5, 3, mode=mode), [row, offsets])
    case(f"bag_{mode}_ends", lambda: nn.EmbeddingBag(5, 3, mode=mode, include_last_offset=True), [row, ends])
    case(f"bag_{mode}_padding", lambda: nn.EmbeddingBag(5, 3, mode=mode, padding_idx=-4), [row, offsets])
    case(f"bag_{mode}_max_norm", lambda: nn.EmbeddingBag(5, 3, mode=mode, max_norm=0.6, norm_type=3.0), [words])
case("bag_mean_sparse", lambda: nn.EmbeddingBag(5, 3, sparse=True, padding_idx=0), [words])
# By the rows themselves: of a bag PyTorch divides by how often another word was there (counts[indices[i]] with i the number of the word).
case("bag_sum_frequency", lambda: nn.EmbeddingBag(5, 3, mode="sum", scale_grad_by_freq=True), [words],
     call=lambda f, x: embedding(x, f.weight, scale_grad_by_freq=True).sum(1))
case("bag_mean_frequency", lambda: nn.EmbeddingBag(5, 3, scale_grad_by_freq=True), [row, torch.tensor([0, 4])],
     call=lambda f, x, _: torch.stack([part.mean(0) for part in embedding(x, f.weight, scale_grad_by_freq=True).split([4, 5])]))
case("bag_weighted", lambda: nn.EmbeddingBag(5, 3, mode="sum"), [words, (3, 4)], call=weighted)
case("bag_weighted_sparse", lambda: nn.EmbeddingBag(5, 3, mode="sum", sparse=True), [words, (3, 4)], call=weighted)
case("bag_weighted_offsets", lambda: nn.EmbeddingBag(5, 3, mode="sum", padding_idx=2), [row, offsets, (9,)])

case("bilinear", lambda: nn.Bilinear(3, 4, 2), [(3, 3), (3, 4)])
case("bilinear_without_bias", lambda: nn.Bilinear(3, 4, 2, bias=False), [(2, 2, 3), (2, 2, 4)])
case("bilinear_one_sample", lambda: nn.Bilinear(3, 4, 2), [(3,), (4,)])
save("embedding")
