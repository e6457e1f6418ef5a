# Writes dtypes.safetensors: tensors of the dtypes beside f32, f64, i64, u8 and bool, each named after its dtype, and beside each "<name>.value", what PyTorch
# converts it to: f32 or i64. Python's safetensors must read the file.    python3 make_dtypes.py
import json
import pathlib

import torch
from safetensors import deserialize

torch.manual_seed(0)
every_byte = torch.arange(256).to(torch.uint8)
halves = torch.randint(-(2**15), 2**15, (120,), dtype=torch.int16)
halves[:8] = torch.tensor([0, 1, 0x3FF, 0x7BFF, 0x7C00, 0x7E00, -0x8000, -0x7FFF])
ends = {"I8": torch.int8, "I16": torch.int16, "I32": torch.int32, "U16": torch.uint16, "U32": torch.uint32}

stored = {name: every_byte.view(dtype) for name, dtype in
          {"F8_E4M3": torch.float8_e4m3fn, "F8_E5M2": torch.float8_e5m2, "F8_E4M3FNUZ": torch.float8_e4m3fnuz,
           "F8_E5M2FNUZ": torch.float8_e5m2fnuz, "F8_E8M0": torch.float8_e8m0fnu}.items()}
stored |= {"F16": halves.view(torch.float16), "BF16": halves.view(torch.bfloat16)}
stored |= {name: torch.tensor([[0, 1], [torch.iinfo(d).min, torch.iinfo(d).max]], dtype=d) for name, d in ends.items()}
stored |= {"U64": torch.tensor([0, 1, 2**63 - 1], dtype=torch.uint64)}

header, data = {}, b""
for name, tensor in stored.items():
    value = tensor.to(torch.float32 if tensor.is_floating_point() else torch.int64)
    for key, dtype, t in ((name, name, tensor), (name + ".value", "F32" if tensor.is_floating_point() else "I64", value)):
        raw = t.contiguous().flatten().view(torch.uint8).numpy().tobytes()
        header[key] = {"dtype": dtype, "shape": list(t.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
text = json.dumps(header).encode()
file = len(text).to_bytes(8, "little") + text + data
assert len(deserialize(file)) == len(header)
pathlib.Path(__file__).with_name("dtypes.safetensors").write_bytes(file)
