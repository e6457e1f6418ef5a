"""Files of torch.save to pt/, for pt_test.cpp, and pt/optimizers.pt, for pytorch_state_test.cpp.    python3 make_pt.py"""
import collections
import importlib
import inspect
import io
import pathlib
import re
import zipfile

import torch

HERE = pathlib.Path(__file__).parent / "pt"
DTYPES = ["float32", "float64", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool", "uint16", "uint32", "uint64",
          "float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e8m0fnu"]


def save(name, value, **options):
    torch.save(value, HERE / f"{name}.pt", **options)


def save_legacy(name, value):
    """Keys of storages are addresses, and sorted: they are numbered in the order of the value, so that the bytes are the same each time."""
    out = io.BytesIO()
    torch.serialization.sorted = list
    torch.save(value, out, _use_new_zipfile_serialization=False)
    keys = {}
    number = lambda m: keys.setdefault(m[0], str(len(keys)).zfill(len(m[0])).encode())
    (HERE / f"{name}.pt").write_bytes(re.sub(rb"\d{14,15}", number, out.getvalue()))


def rewritten(name, source, change):
    """The archive with each entry's bytes changed."""
    with zipfile.ZipFile(HERE / f"{source}.pt") as old, zipfile.ZipFile(HERE / f"{name}.pt", "w") as new:
        for entry in old.infolist():
            changed = change(entry.filename.split("/", 1)[1], old.read(entry))
            if changed is not None:
                new.writestr(zipfile.ZipInfo(entry.filename.replace(source, "another root", 1)), changed)


def checkpoint():
    """A linear layer's state dict, its optimizer's, numbers: what people save."""
    model = torch.nn.Linear(3, 2)
    with torch.no_grad():
        model.weight.copy_(torch.arange(6.).reshape(2, 3) / 4)
        model.bias.copy_(torch.tensor([-1., 1.]))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.125)
    model(torch.ones(1, 3)).sum().backward()
    optimizer.step()
    return {"epoch": 3, "state_dict": model.state_dict(), "optimizer": optimizer.state_dict(), "best": 0.25, "name": "Ünï", "done": False}


def values():
    return {
        "none": None, "true": True, "false": False, "ints": [0, 255, 256, 65535, 65536, -1, -2**31, 2**31, 2**63 - 1, -2**63],
        "floats": [0.1, float("inf"), -0.0], "text": "naïve \"text\"\n", "bytes": b"\x00\x7f\x80\xff", "tuple": (1, (2, ()), [3]),
        "set": {5}, "ordered": collections.OrderedDict([("z", 1), ("a", 2)]), 7: "seven", 2.5: "two and a half", True: "true",
        "size": torch.Size([2, 3]), "dtype": torch.bfloat16, "device": torch.device("cuda", 1), "default": collections.defaultdict(list, {"x": [1]}),
        "counter": collections.Counter("aab"), "bytearray": bytearray(b"ab"), "long text": "x" * 300,
    }


def tensors():
    base = torch.arange(24, dtype=torch.float32)
    grid = base.reshape(4, 6)
    tied = torch.nn.Parameter(torch.ones(2, 2) / 2)
    return collections.OrderedDict(
        whole=base, grid=grid, transposed=grid.t(), column=grid[:, 2], steps=grid[1::2, 1::3], expanded=base[5:6].expand(3, 4),
        windows=base.unfold(0, 4, 2), box=base.reshape(2, 3, 4).permute(2, 0, 1), scalar=base[7], empty=torch.zeros(0, 3), tied=tied, again=tied,
        needs=torch.ones(1, requires_grad=True), rank8=base.reshape(1, 2, 1, 3, 1, 2, 1, 2).transpose(1, 7), one_row=grid[2:3].t())


def every_dtype():
    out = {}
    for name in DTYPES:
        dtype = getattr(torch, name)
        x = torch.tensor([0., 1., 0.5, 2., 112.]) if "e8m0" not in name else torch.tensor([1., 1., 0.5, 2., 64.])
        out[name] = (x > 0 if name == "bool" else x.to(dtype))
    return out


# ---- optimizers: 3 steps, their state, and the weights after each of 3 more

SHAPES = [(4, 6), (6, 3), (3, 2)]
RULES = {
    "SGD": [dict(lr=0.1, momentum=0.9, dampening=0.1, weight_decay=0.01), dict(lr=0.05, momentum=0.8, nesterov=True), dict(lr=0.2)],
    "Adam": [dict(lr=0.1, betas=(0.8, 0.99), eps=1e-6, weight_decay=0.01), dict(lr=0.05, amsgrad=True, maximize=True)],
    "AdamW": [dict(lr=0.1, weight_decay=0.1), dict(lr=0.05, amsgrad=True)],
    "Adamax": [dict(lr=0.1), dict(lr=0.05, betas=(0.8, 0.9), weight_decay=0.1)],
    "NAdam": [dict(lr=0.1, momentum_decay=0.01), dict(lr=0.05, weight_decay=0.1, decoupled_weight_decay=True)],
    "RAdam": [dict(lr=0.1), dict(lr=0.05, betas=(0.9, 0.5), weight_decay=0.1, decoupled_weight_decay=True)],
    "Adagrad": [dict(lr=0.1, lr_decay=0.1, initial_accumulator_value=0.5), dict(lr=0.05, weight_decay=0.1, eps=1e-6)],
    "Adadelta": [dict(lr=1.0), dict(lr=0.5, rho=0.8, eps=1e-4, weight_decay=0.1)],
    "RMSprop": [dict(lr=0.1, momentum=0.9, centered=True), dict(lr=0.05, alpha=0.9, eps=1e-6, weight_decay=0.1)],
    "Rprop": [dict(lr=0.1), dict(lr=0.05, etas=(0.4, 1.5), step_sizes=(1e-3, 1.0))],
    "ASGD": [dict(lr=0.1, lambd=0.01, t0=2), dict(lr=0.05, alpha=0.5, weight_decay=0.1, t0=1)],
    "Adafactor": [dict(lr=0.1), dict(lr=0.05, beta2_decay=-0.5, eps=(1e-10, 1e-2), d=2.0, weight_decay=0.1)],
    "Muon": [dict(lr=0.1, ns_steps=3), dict(lr=0.05, momentum=0.9, nesterov=False, weight_decay=0.01, adjust_lr_fn="match_rms_adamw")],
}


def weight(tensor, shape):
    i = torch.arange(torch.Size(shape).numel())
    return (((i * 37 + tensor * 11) % 101 - 50).double() / 25).reshape(shape)


def gradient(step, tensor, shape):
    i = torch.arange(torch.Size(shape).numel())
    return (((step * 7919 + i * 104729 + tensor * 1299709) % 2003 - 1001).double() / 500).reshape(shape)


def continued(make_optimizer, groups):
    w = [torch.nn.Parameter(weight(t, shape)) for t, shape in enumerate(SHAPES)]
    w = w[:len(groups)] if len(groups) > 2 else w
    parts = [[p] for p in w] if len(groups) > 2 else [w[:2], w[2:]]
    optimizer = make_optimizer([{"params": p, **options} for p, options in zip(parts, groups)])
    out = {}
    for step in range(6):
        for t, p in enumerate(w):
            p.grad = gradient(step, t, p.shape)
        optimizer.step()
        if step == 2:
            out["optimizer"] = optimizer.state_dict()
            out = torch.load(io.BytesIO(saved({**out, "weights": [p.detach() for p in w]})))   # a copy
        if step == 5:
            out["after"] = [p.detach() for p in w]
    return out


def saved(value):
    out = io.BytesIO()
    torch.save(value, out)
    return out.getvalue()


def lbfgs(**options):
    w = [torch.nn.Parameter(weight(0, (3,))), torch.nn.Parameter(weight(1, (2, 2)))]
    optimizer = torch.optim.LBFGS(w, max_iter=4, **options)

    def closure():
        optimizer.zero_grad()
        loss = sum(((p - 0.3) ** 4).sum() for p in w)
        loss.backward()
        return loss

    for _ in range(2):
        optimizer.step(closure)
    out = torch.load(io.BytesIO(saved({"optimizer": optimizer.state_dict(), "weights": [p.detach() for p in w]})))
    optimizer.step(closure)
    return {**out, "after": [p.detach() for p in w]}


def muon(groups):
    """Its iteration in double, where PyTorch has bfloat16."""
    module = importlib.import_module("torch.optim._muon")
    exec(inspect.getsource(module._zeropower_via_newtonschulz).replace(".bfloat16()", ".double().clone()"), module.__dict__)
    return torch.optim.Muon(groups)


def optimizers():
    out = {}
    for name, groups in RULES.items():
        out[name] = continued(muon if name == "Muon" else getattr(torch.optim, name), groups)
    out["LBFGS"] = lbfgs(lr=0.5, history_size=5)
    out["LBFGS wolfe"] = lbfgs(line_search_fn="strong_wolfe")
    return out


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    torch.manual_seed(0)
    for name, value in {"checkpoint": checkpoint(), "values": values(), "tensors": tensors(), "dtypes": every_dtype()}.items():
        save(name, value)
        save_legacy(f"{name}_legacy", value)
    save("protocol3", {**values(), **checkpoint()}, pickle_protocol=3)
    save("protocol5", {**values(), **checkpoint()}, pickle_protocol=5)
    save("bare", torch.arange(3))
    width = {key: int(re.search(r"\d+$", str(x.dtype).replace("fn", "").replace("uz", "").split("_")[0])[0]) // 8 if key != "bool" else 1
             for key, x in every_dtype().items()}
    widths = list(width.values())   # of storages, in the order of their keys
    swap = lambda name, data: b"big" if name == "byteorder" else data if not name.startswith("data/") else \
        b"".join(data[i:i + widths[int(name[5:])]][::-1] for i in range(0, len(data), widths[int(name[5:])]))
    rewritten("dtypes_big_endian", "dtypes", swap)
    rewritten("tensors_old", "tensors", lambda name, data: data if name == "data.pkl" or name.startswith("data/") else b"2\n" if name == "version" else None)
    torch.set_default_dtype(torch.float64)   # or NAdam's mu_product and ASGD's eta would be float32
    save_legacy("optimizers", optimizers())   # fewer bytes than the zip layout
