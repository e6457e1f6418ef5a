"""Attention and the Transformer's layers, to layers/transformer.safetensors. See layer_cases.py."""
import torch
from torch import nn

from layer_cases import arrays, case, randn, save

NEG = float("-inf")


def attention(*, weights=True, average=True, self_attention=False, causal=False, padding=None, mask=None):
    """padding and mask are constants of the case, which its inputs repeat."""
    def call(f, *x):
        q, k, v = (x[0],) * 3 if self_attention else (x[0], x[1], x[1]) if len([y for y in x if y.is_floating_point()]) == 2 else x[:3]
        y, w = f(q, k, v, need_weights=weights, average_attn_weights=average, key_padding_mask=padding, attn_mask=mask, is_causal=causal)
        return y if w is None else (y, w)
    return call


def square(n):
    return nn.Transformer.generate_square_subsequent_mask(n, dtype=torch.float64)


padding = torch.tensor([[False, False, True], [False, True, False]])
hidden = torch.tensor([[False, True, False], [False, False, True], [True, False, False], [False, False, False]])
each = torch.tensor([[[(i + j + h) % 3 == 0 and j > 0 for j in range(3)] for i in range(4)] for h in range(4)])
slopes = randn("attention.bias", 4, 3)
arrays["attention_added.constant.mask"] = slopes.numpy()
MHA = nn.MultiheadAttention

case("attention_self", lambda: MHA(4, 2, batch_first=True), [(2, 3, 4)], call=attention(self_attention=True))
case("attention_fused", lambda: MHA(4, 2, batch_first=True), [(2, 3, 4)], call=attention(self_attention=True, weights=False))
case("attention_length_first", lambda: MHA(4, 2), [(4, 2, 4), (3, 2, 4)], call=attention(average=False))
case("attention_three", lambda: MHA(4, 2, bias=False), [(4, 2, 4), (3, 2, 4), (3, 2, 4)], call=attention(weights=False))
case("attention_dims", lambda: MHA(4, 2, kdim=3, vdim=5), [(4, 2, 4), (3, 2, 3), (3, 2, 5)], call=attention())
case("attention_one_sequence", lambda: MHA(4, 2), [(4, 4), (3, 4)], call=attention(average=False))
case("attention_padding", lambda: MHA(4, 2), [(4, 2, 4), (3, 2, 4)], call=attention(weights=False, padding=padding))
case("attention_masks", lambda: MHA(4, 2), [(4, 2, 4), (3, 2, 4)], call=attention(padding=padding, mask=hidden))
case("attention_mask_of_each", lambda: MHA(4, 2), [(4, 2, 4), (3, 2, 4)], call=attention(weights=False, mask=each))
case("attention_added", lambda: MHA(4, 2), [(4, 2, 4), (3, 2, 4)], call=attention(weights=False, padding=padding.double() * -3, mask=slopes))
case("attention_causal", lambda: MHA(4, 2, batch_first=True), [(2, 3, 4)], call=attention(self_attention=True, weights=False, causal=True, mask=square(3)))
case("attention_causal_weights", lambda: MHA(4, 2), [(3, 2, 4)], call=attention(self_attention=True, causal=True, mask=square(3)))
case("attention_more_keys", lambda: MHA(4, 2, add_bias_kv=True, add_zero_attn=True), [(4, 2, 4), (3, 2, 4)],
     call=attention(padding=padding, mask=hidden))
case("attention_more_keys_fused", lambda: MHA(4, 2, add_bias_kv=True, add_zero_attn=True, batch_first=True), [(2, 3, 4)],
     call=attention(self_attention=True, weights=False, mask=square(3)))
case("attention_dropout", lambda: MHA(4, 2, dropout=0.5), [(3, 2, 4)], call=attention(self_attention=True), steps=("eval",))

encoder = dict(d_model=4, nhead=2, dim_feedforward=3, dropout=0.0)
case("encoder_layer", lambda: nn.TransformerEncoderLayer(**encoder), [(3, 2, 4)])
case("encoder_layer_first", lambda: nn.TransformerEncoderLayer(**encoder, norm_first=True, batch_first=True, activation="gelu", layer_norm_eps=0.1),
     [(2, 3, 4)], call=lambda f, x: f(x, src_mask=square(3), is_causal=True))
case("encoder_layer_without_bias", lambda: nn.TransformerEncoderLayer(**encoder, bias=False), [(3, 4)])
case("encoder_layer_padding", lambda: nn.TransformerEncoderLayer(**encoder), [(3, 2, 4)],
     call=lambda f, x: f(x, src_mask=hidden[:3], src_key_padding_mask=padding & False))
case("encoder_layer_dropout", lambda: nn.TransformerEncoderLayer(**{**encoder, "dropout": 0.3}), [(3, 2, 4)], steps=("eval",))
case("decoder_layer", lambda: nn.TransformerDecoderLayer(**encoder), [(4, 2, 4), (3, 2, 4)])
case("decoder_layer_first", lambda: nn.TransformerDecoderLayer(**encoder, norm_first=True, batch_first=True, activation="gelu", bias=False),
     [(2, 4, 4), (2, 3, 4)], call=lambda f, x, m: f(x, m, tgt_mask=square(4), tgt_is_causal=True, memory_key_padding_mask=padding))
case("decoder_layer_masks", lambda: nn.TransformerDecoderLayer(**encoder, layer_norm_eps=0.1), [(3, 2, 4), (3, 2, 4)],
     call=lambda f, x, m: f(x, m, memory_mask=hidden[:3], tgt_key_padding_mask=padding))


def stack(layer, kind, norm):
    return lambda: kind(layer(), 2, nn.LayerNorm(4) if norm else None)


case("encoder", stack(lambda: nn.TransformerEncoderLayer(**encoder), nn.TransformerEncoder, False), [(3, 2, 4)])
case("encoder_norm", stack(lambda: nn.TransformerEncoderLayer(**encoder, norm_first=True, batch_first=True), nn.TransformerEncoder, True), [(2, 3, 4)],
     call=lambda f, x: f(x, mask=square(3), is_causal=True))
case("decoder", stack(lambda: nn.TransformerDecoderLayer(**encoder), nn.TransformerDecoder, False), [(4, 2, 4), (3, 2, 4)])
case("decoder_norm", stack(lambda: nn.TransformerDecoderLayer(**encoder), nn.TransformerDecoder, True), [(4, 2, 4), (3, 2, 4)],
     call=lambda f, x, m: f(x, m, tgt_mask=square(4)))
whole = dict(num_encoder_layers=1, num_decoder_layers=2, dim_feedforward=3, dropout=0.0)
case("transformer", lambda: nn.Transformer(4, 2, **whole), [(3, 2, 4), (4, 2, 4)], call=lambda f, x, y: f(x, y, tgt_mask=square(4)))
case("transformer_first", lambda: nn.Transformer(4, 2, **whole, norm_first=True, batch_first=True, activation="gelu"), [(2, 3, 4), (2, 4, 4)],
     call=lambda f, x, y: f(x, y, src_key_padding_mask=padding, memory_key_padding_mask=padding))


class Positions(nn.Module):
    """What they add, computed by formula or from a weight; those of gradus."""

    def __init__(self, learned, first):
        super().__init__()
        self.first = first
        if learned:
            self.weight = nn.Parameter(torch.zeros(5, 4))

    def forward(self, x):
        at = torch.arange(self.first, self.first + x.shape[0])
        if hasattr(self, "weight"):
            return x + (self.weight[at].unsqueeze(1) if x.ndim == 3 else self.weight[at])
        rows = torch.tensor([[(torch.sin if e % 2 == 0 else torch.cos)(l / 100 ** torch.tensor((e - e % 2) / 4)) for e in range(4)] for l in at])
        return x + (rows.unsqueeze(1) if x.ndim == 3 else rows)


case("positions_sinusoidal", lambda: Positions(False, 2), [(3, 2, 4)])
case("positions_learned", lambda: Positions(True, 2), [(3, 2, 4)])
case("positions_learned_one", lambda: Positions(True, 0), [(3, 4)])


class Rotary(nn.Module):
    """Pairs (i, i + D/2), as complex numbers."""

    def forward(self, x):
        half = x.shape[-1] // 2
        turns = torch.outer(torch.arange(1, 1 + x.shape[-2]).double(), 10000 ** (-torch.arange(half).double() / half))
        y = torch.complex(x[..., :half], x[..., half:]) * torch.polar(torch.ones_like(turns), turns)
        return torch.cat([y.real, y.imag], -1)


case("positions_rotary", Rotary, [(2, 3, 4)])


def alibi(q, k, v):
    """As Press's own code: slopes of 3 heads are those of 2, and the first of 4."""
    slopes = torch.tensor([2.0 ** -4, 2.0 ** -8, 2.0 ** -2])
    return torch.softmax(q @ k.mT / 2 ** 0.5 - slopes[:, None, None] * (torch.arange(1, 4)[:, None] - torch.arange(4)).abs(), -1) @ v


case("positions_alibi", nn.Identity, [(2, 3, 3, 2), (2, 3, 4, 2), (2, 3, 4, 2)], call=lambda f, q, k, v: alibi(q, k, v))
save("transformer")
