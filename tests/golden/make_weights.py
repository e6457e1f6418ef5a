"""Names, shapes and outputs of other libraries' models, to weights/<model>.safetensors: torchvision's ResNets (8 channels wide) and Hugging
Face's GPT-2, BERT and LLaMA, all tiny. Their weights are not stored: invented() makes them of their names, here and in
tests/nn/weights/invented.h. Needs torchvision and transformers beside torch.

Metadata: "names" has a line "name dtype sizes…" for each entry of the model's state_dict(). Arrays: inputs, outputs in f64 ("y") and f32 ("y32").
"""
import inspect
import math
import pathlib
import sys

import numpy as np
import torch
from safetensors.numpy import save_file

FOLDER = pathlib.Path(__file__).parent / "weights"


def invented(name, shape, dtype):
    """Numbers that are exact in f32, made of a name alone; near 1 what scales, small what is multiplied by many."""
    if not dtype.is_floating_point:
        return torch.full(shape, 7, dtype=dtype)
    h = 2166136261
    for byte in name.encode():
        h = (h ^ byte) * 16777619 % 2**32
    x = (h + np.arange(math.prod(shape), dtype=np.uint64) * 0x9E3779B1) % 2**32
    x ^= x >> np.uint64(16)
    x = x * np.uint64(0x85EBCA6B) % 2**32
    x ^= x >> np.uint64(13)
    value = (x >> np.uint64(16)).astype(np.float64) / 2**15 - 1
    if len(shape) >= 2:
        value *= 2.0 ** -round(math.log2(max(1, math.prod(shape[1:]))) / 2)
    elif name.endswith("running_var") or name.endswith("weight"):
        value = 1 + value / 4
    else:
        value /= 4
    return torch.from_numpy(value.reshape(shape)).to(dtype)


def case(name, net, inputs, call, drop=()):
    net.eval()
    state = {key: invented(key, tuple(x.shape), x.dtype) for key, x in net.state_dict().items()}
    for tied, first in drop:
        state[tied] = state[first]
    arrays = {key: x.numpy() for key, x in inputs.items()}
    for suffix, dtype in (("", torch.float64), ("32", torch.float32)):
        net.to(dtype)
        net.load_state_dict({key: x.to(dtype) if x.is_floating_point() else x for key, x in state.items()})
        with torch.no_grad():
            y = call(net, *(x.to(dtype) if x.is_floating_point() else x for x in inputs.values()))
        for i, each in enumerate(y if isinstance(y, tuple) else (y,)):
            arrays[f"y{suffix}" + (f".{i}" if isinstance(y, tuple) else "")] = each.numpy()
    lines = [" ".join([key, {torch.float32: "f32", torch.int64: "i64"}[x.dtype], *map(str, x.shape)]) for key, x in net.state_dict().items()]
    FOLDER.mkdir(exist_ok=True)
    save_file({key: np.ascontiguousarray(x) for key, x in arrays.items()}, FOLDER / f"{name}.safetensors",
              metadata={"names": "\n".join(lines)})


def randn(name, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(len(name)), dtype=torch.float64).float()


def words(*shape, most):
    return torch.randint(0, most, shape, generator=torch.Generator().manual_seed(1))


def narrow(width):
    """torchvision's class with `width` for 64 channels: the numbers are written into its source."""
    from torchvision.models import resnet
    source = inspect.getsource(resnet.ResNet)
    for factor in (1, 2, 4, 8):
        for old, new in ((f"self.inplanes = {64 * factor}\n", f"self.inplanes = {width * factor}\n"),
                         (f"(block, {64 * factor},", f"(block, {width * factor},"), (f"({64 * factor} * block", f"({width * factor} * block")):
            source = source.replace(old, new)
    space = dict(vars(resnet))
    exec(source, space)
    return lambda block, layers: space["ResNet"](getattr(resnet, block), layers, num_classes=10)


def resnets():
    make = narrow(8)
    for name, block, layers in (("resnet18", "BasicBlock", [2, 2, 2, 2]), ("resnet34", "BasicBlock", [3, 4, 6, 3]),
                                ("resnet50", "Bottleneck", [3, 4, 6, 3])):
        case(name, make(block, layers), {"x": randn(name, 2, 3, 40, 33)}, lambda net, x: net(x))


def gpt2():
    from transformers import GPT2Config, GPT2LMHeadModel
    net = GPT2LMHeadModel(GPT2Config(vocab_size=37, n_positions=16, n_embd=12, n_layer=2, n_head=3, attn_implementation="sdpa"))
    case("gpt2", net, {"x": words(2, 9, most=37)}, lambda net, x: net(x).logits, drop=[("lm_head.weight", "transformer.wte.weight")])


def bert():
    from transformers import BertConfig, BertModel
    net = BertModel(BertConfig(vocab_size=37, hidden_size=12, num_hidden_layers=2, num_attention_heads=3, intermediate_size=20,
                               max_position_embeddings=16, attn_implementation="sdpa"))
    padding = torch.tensor([[False] * 7, [False] * 4 + [True] * 3])

    def call(net, x, kinds, padding):
        y = net(x, attention_mask=(~padding).long(), token_type_ids=kinds)
        return y.last_hidden_state * (~padding)[..., None], y.pooler_output   # nobody asks what is where no word is
    case("bert", net, {"x": words(2, 7, most=37), "kinds": words(2, 7, most=2), "padding": padding}, call)


def llama():
    from transformers import LlamaConfig, LlamaForCausalLM
    from transformers.models.llama import modeling_llama as source

    def norm(self, x):   # theirs goes by way of f32 whatever x is, and so do the angles
        return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.variance_epsilon))

    def angles(self, x, position_ids):
        of_pair = 10000.0 ** (-torch.arange(0, 4, 2, dtype=torch.float64) / 4)
        turned = position_ids[..., None].double() * of_pair
        both = torch.cat((turned, turned), dim=-1)
        return both.cos().to(x.dtype), both.sin().to(x.dtype)
    source.LlamaRMSNorm.forward, source.LlamaRotaryEmbedding.forward = norm, angles
    net = LlamaForCausalLM(LlamaConfig(vocab_size=37, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4,
                                       num_key_value_heads=2, rms_norm_eps=1e-6, attn_implementation="sdpa"))
    case("llama", net, {"x": words(2, 9, most=37)}, lambda net, x: net(x).logits)


if __name__ == "__main__":
    for make in (resnets, gpt2, bert, llama):
        if len(sys.argv) == 1 or make.__name__ in sys.argv[1:]:
            make()
