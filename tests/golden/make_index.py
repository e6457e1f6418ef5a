"""Indexing, scattering, padding and patches of images with their gradients, to index/; what NumPy alone has is checked against it."""
import numpy as np
import torch
import torch.nn.functional as F

import golden
from with_gradients import randn, with_gradients

arrays = {}


def whole(name, low, high, *shape):
    return torch.randint(low, high, shape, generator=golden.generator(name))


def keep(name, function, **inputs):
    """Inputs that are floating get gradients; all are kept."""
    floating = {key: value.requires_grad_() for key, value in inputs.items() if value.is_floating_point()}
    for key, value in inputs.items():
        arrays[f"{name}.{key}"] = value
    with_gradients(arrays, name, function(**inputs), floating)


for reduce in ["sum", "prod", "mean", "amax", "amin"]:
    for include_self in [True, False]:
        name = f"scatter_{reduce}_{'with' if include_self else 'without'}"
        ties = reduce in ("amax", "amin") and include_self   # without: PyTorch counts x among equal ones, though it takes no part
        draw = (lambda n, *s: whole(n, -1, 3, *s).double()) if ties or reduce == "prod" else randn
        keep(name, lambda x, index, src: x.scatter_reduce(1, index, src, reduce, include_self=include_self),
             x=draw(name + ".x", 4, 5), index=whole(name + ".index", 0, 5, 3, 8), src=draw(name + ".src", 3, 8))
        if reduce != "sum":
            name = "index" + name[7:]
            keep(name, lambda x, index, src: x.index_reduce(0, index, src, reduce, include_self=include_self),
                 x=draw(name + ".x", 4, 3), index=whole(name + ".index", 0, 4, 6), src=draw(name + ".src", 6, 3))

x3 = lambda name: randn(name + ".x", 3, 4, 5)
i, j = whole("index.i", -3, 3, 2, 1), whole("index.j", -4, 4, 3)
mask = whole("index.mask", 0, 2, 3, 4).bool()
keep("index_together", lambda x, i, j: x[i, j], x=x3("index_together"), i=i, j=j)
keep("index_behind", lambda x, i, j: x[:, j], x=x3("index_behind"), i=i, j=j)
keep("index_apart", lambda x, i, j: x[i, 1:, j], x=x3("index_apart"), i=i, j=j)
keep("index_new", lambda x, i, j: x[i, None, j], x=x3("index_new"), i=i, j=j)
keep("index_ellipsis", lambda x, i, j: x[..., None, j], x=x3("index_ellipsis"), i=i, j=j)
keep("index_slices", lambda x, i, j: x[-1:, ::3, -4:-1], x=x3("index_slices"), i=i, j=j)
keep("index_mask", lambda x, mask, j: x[mask], x=x3("index_mask"), mask=mask, j=j)
keep("index_mask_behind", lambda x, mask, j: x[:, mask], x=randn("index_mask_behind.x", 2, 3, 4), mask=mask, j=j)
keep("index_number_first", lambda x, i, j: x[1, j], x=x3("index_number_first"), i=i, j=j)
# NumPy puts the dimensions of indices that are apart in front when one is a number, too.
numbers = randn("index_number_apart.x", 3, 4, 5)
keep("index_number_apart", lambda x, i, j: x[1][:, j].permute(1, 0), x=numbers, i=i, j=j)
assert np.array_equal(arrays["index_number_apart.y"].detach().numpy(), numbers.detach().numpy()[1, :, j.numpy()])
for name, index in {"together": (i, j), "behind": (slice(None), j), "apart": (i, slice(1, None), j), "new": (i, None, j), "ellipsis": (..., None, j)}.items():
    as_numpy = tuple(k.numpy() if isinstance(k, torch.Tensor) else k for k in index)
    assert np.array_equal(arrays[f"index_{name}.y"].detach().numpy(), arrays[f"index_{name}.x"].detach().numpy()[as_numpy])
keep("index_put_add", lambda x, i, j, v: x.index_put((i, j), v, accumulate=True), x=x3("index_put_add"), i=i, j=j, v=randn("index_put_add.v", 3, 1))


def padded(name, padding, mode, *shape):
    keep(f"pad_{name}", lambda x: F.pad(x, padding, mode, **({"value": 1.5} if mode == "constant" else {})), x=randn(f"pad_{name}.x", *shape))


padded("constant", [1, 2, -1, 3, 0, 1], "constant", 2, 3, 4)
for mode in ["reflect", "replicate", "circular"]:
    padded(f"{mode}_1", [2, 1], mode, 2, 3, 4)
    padded(f"{mode}_2", [2, 1, 0, 2], mode, 1, 2, 3, 4)
    padded(f"{mode}_3", [1, 1, 2, 0, 1, 2], mode, 1, 2, 3, 3, 3)

options = dict(kernel_size=(2, 3), dilation=(2, 1), padding=(1, 2), stride=(1, 2))
keep("unfold", lambda x: F.unfold(x, **options), x=randn("unfold.x", 2, 2, 4, 5))
keep("fold", lambda x: F.fold(x, (4, 5), **options), x=randn("fold.x", 2, 12, 16))
keep("windows", lambda x: x.unfold(1, 3, 2), x=randn("windows.x", 2, 7, 2))
golden.save("index", arrays, lambda name: golden.family(name))
