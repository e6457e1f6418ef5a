"""What the scripts of golden values share: where their numbers come from, and where they go. See README.md."""
import hashlib
import pathlib
import re

import numpy as np
from safetensors.numpy import save_file


def seed(name):
    """Of the random numbers of one case: it hangs from nothing but the name, so a case more or less changes no other."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "little")


def generator(name):
    """PyTorch's, for torch.randn(..., generator=...); torch.manual_seed(seed(name)) where a layer draws for itself."""
    import torch
    return torch.Generator().manual_seed(seed(name))


def case(name):
    """The case that an array belongs to: what stands before the first point."""
    return name.split(".")[0]


def family(name):
    """What stands before the first point or underscore."""
    return re.split("[._]", name)[0]


def save(folder, arrays, subject=case):
    """Writes each array to <folder>/<subject(name)>.safetensors, and removes what lies there and belongs to no subject any more."""
    files = {}
    for name, array in arrays.items():
        array = array.detach().numpy() if hasattr(array, "detach") else np.asarray(array)
        files.setdefault(subject(name), {})[name] = np.ascontiguousarray(array).reshape(array.shape)
    folder = pathlib.Path(__file__).parent / folder
    folder.mkdir(exist_ok=True)
    for file in folder.glob("*.safetensors"):
        if file.stem not in files:
            file.unlink()
    for name, contents in files.items():
        save_file(contents, folder / f"{name}.safetensors")
