# Writes conversions.safetensors: for each dtype of ours a tensor "<dtype>", and beside it what PyTorch converts it to, "<dtype>.<other dtype>". What PyTorch
# leaves undefined (floating numbers out of an integer type's range) is left out. "floats" are numbers at which rounding to 16 bits is hard, and
# "floats.f16" and "floats.bf16" what they become. Written by safetensors itself: reading and saving must give the same bytes.
#     python3 make_conversions.py
import pathlib

import numpy
import torch
from safetensors.torch import save_file

dtypes = {"f32": torch.float32, "f64": torch.float64, "f16": torch.float16, "bf16": torch.bfloat16, "i64": torch.int64, "i32": torch.int32,
          "i16": torch.int16, "i8": torch.int8, "u8": torch.uint8, "bool": torch.bool}
small = [0, 1, -1, 2.5, -2.5, 0.1, -0.75, 99.5, 3, -127, 127, 120.25]
samples = {name: torch.tensor(small if dtype.is_floating_point else [0, 1, 2, 3, 100, 127], dtype=dtype) for name, dtype in dtypes.items()}
for name in ("i64", "i32", "i16", "i8"):
    ends = torch.iinfo(dtypes[name])
    samples[name] = torch.tensor([0, 1, -1, 100, -128, ends.min, ends.max, ends.max // 3, ends.min // 7], dtype=dtypes[name])
samples["u8"] = torch.tensor([0, 1, 127, 128, 200, 255], dtype=torch.uint8)
samples["bool"] = torch.tensor([True, False])

tensors = dict(samples)
for name, sample in samples.items():
    for other, dtype in dtypes.items():
        if other == name:
            continue
        taken = sample.clamp(min=0) if dtype == torch.uint8 and sample.is_floating_point() else sample
        # PyTorch goes from i64 to 16 bits by way of f32, and so rounds twice: numbers for which that is the same.
        if name in ("i64", "i32") and dtype in (torch.float16, torch.bfloat16):
            assert torch.equal(taken.to(dtype), taken.double().to(dtype))
        tensors[f"{name}.{other}"] = taken.to(dtype)

# Between neighbours of each format, one float to each side, subnormal ones, the largest, beyond it, infinities, NaN, and numbers of any bits.
generator = numpy.random.default_rng(0)
halves = numpy.concatenate([numpy.arange(0, 0x7C00, 61), numpy.array([0, 1, 2, 0x3FE, 0x3FF, 0x400, 0x7BFE])]).astype(numpy.uint16)
half_ties = (halves.view(numpy.float16).astype(numpy.float64) + (halves + 1).view(numpy.float16).astype(numpy.float64)) / 2
half_ties = numpy.append(half_ties[numpy.isfinite(half_ties)], 65520.0).astype(numpy.float32)
wide = numpy.concatenate([numpy.arange(0, 0x7F80, 67), [0, 1, 0x7F, 0x80, 0x7F7E]]).astype(numpy.uint32) << 16
wide_ties = (wide + 0x8000).astype(numpy.uint32).view(numpy.float32)
ties = numpy.concatenate([half_ties, wide_ties])
near = numpy.concatenate([ties, (ties.view(numpy.uint32) + 1).view(numpy.float32), (ties.view(numpy.uint32) - 1).view(numpy.float32)])
random = generator.integers(0, 2**32, 500, dtype=numpy.uint32).view(numpy.float32)
special = numpy.array([0, -0.0, numpy.inf, -numpy.inf, numpy.nan, 1e-8, 65504, 65519.99, 65520, 3.4e38, 1e-45], dtype=numpy.float32)
floats = torch.from_numpy(numpy.concatenate([near, -near, random, special]))
tensors |= {"floats": floats, "floats.f16": floats.to(torch.float16), "floats.bf16": floats.to(torch.bfloat16)}
save_file({name: t.contiguous() for name, t in tensors.items()}, pathlib.Path(__file__).with_name("conversions.safetensors"))
print(len(tensors), floats.shape)
