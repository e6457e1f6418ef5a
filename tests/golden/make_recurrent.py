"""Recurrent layers and cells in f64, to recurrent/, for tests/nn/layers/recurrent_test.cpp: NAME.state.*, the input .x, where given .h_0, .c_0
and .lengths, the results .y, .h_n, .c_n with gradients .gy, .gh, .gc, and what comes of them: .grad.x, .grad.h_0, .grad.c_0, .grad.<weight>.
Sequences of unequal length go through packed ones, in any order."""
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

import golden
from with_gradients import randn

torch.set_default_dtype(torch.float64)
arrays = {}
N, T, I, H = 3, 5, 3, 4


def keep(name, **tensors):
    for key, tensor in tensors.items():
        arrays[f"{name}.{key}"] = tensor.detach()


def module_of(kind, name, *sizes, **options):
    torch.manual_seed(golden.seed(name))
    module = kind(*sizes, **options)
    for key, value in module.state_dict().items():
        keep(name, **{f"state.{key}": value})
    return module


def backward(name, module, inputs, results):
    seeds = {key: randn(f"{name}.g{key}", *y.shape) for key, y in results.items()}
    torch.autograd.backward(list(results.values()), list(seeds.values()))
    keep(name, **{f"g{key}": seed for key, seed in seeds.items()})
    keep(name, **inputs, **{f"grad.{key}": x.grad for key, x in inputs.items()})
    keep(name, **{f"grad.{key}": p.grad for key, p in module.named_parameters()})


def layer(name, kind, *, shape=(T, N, I), states=False, lengths=None, evaluate=False, **options):
    module = module_of(kind, name, shape[-1], H, **options).train(not evaluate)
    inputs = {"x": randn(f"{name}.x", *shape).requires_grad_()}
    places = options.get("num_layers", 1) * (2 if options.get("bidirectional") else 1)
    batch = () if len(shape) == 2 else (shape[0 if options.get("batch_first") else 1],)
    if states:
        inputs["h_0"] = randn(f"{name}.h_0", places, *batch, options.get("proj_size") or H).requires_grad_()
        if kind is nn.LSTM:
            inputs["c_0"] = randn(f"{name}.c_0", places, *batch, H).requires_grad_()
    x, first = options.get("batch_first", False), None
    if states:
        first = (inputs["h_0"], inputs["c_0"]) if kind is nn.LSTM else inputs["h_0"]
    if lengths:
        keep(name, lengths=torch.tensor(lengths))
        packed = pack_padded_sequence(inputs["x"], lengths, batch_first=x, enforce_sorted=False)
        y, last = module(packed, first)
        y, _ = pad_packed_sequence(y, batch_first=x, total_length=shape[1 if x else 0])
    else:
        y, last = module(inputs["x"], first)
    h, c = last if kind is nn.LSTM else (last, None)
    results = {"y": y, "h": h} if c is None else {"y": y, "h": h, "c": c}
    keep(name, y=y, h_n=h, **({} if c is None else {"c_n": c}))
    backward(name, module, inputs, results)


def cell(name, kind, shape=(N, I), states=True, **options):
    module = module_of(kind, name, I, H, **options)
    inputs = {"x": randn(f"{name}.x", *shape).requires_grad_()}
    if states:
        inputs["h_0"] = randn(f"{name}.h_0", *shape[:-1], H).requires_grad_()
        if kind is nn.LSTMCell:
            inputs["c_0"] = randn(f"{name}.c_0", *shape[:-1], H).requires_grad_()
    first = None if not states else (inputs["h_0"], inputs["c_0"]) if kind is nn.LSTMCell else inputs["h_0"]
    h = module(inputs["x"], first)
    h, c = h if kind is nn.LSTMCell else (h, None)
    keep(name, h_n=h, **({} if c is None else {"c_n": c}))
    backward(name, module, inputs, {"h": h} if c is None else {"h": h, "c": c})


UNEQUAL = [3, 5, 1]
for key, kind, more in (("tanh", nn.RNN, {}), ("relu", nn.RNN, {"nonlinearity": "relu"}), ("gru", nn.GRU, {}), ("lstm", nn.LSTM, {}),
                        ("projected", nn.LSTM, {"proj_size": 2})):
    layer(f"{key}_plain", kind, **more)
    layer(f"{key}_states", kind, states=True, bias=False, **more)
    layer(f"{key}_deep", kind, states=True, num_layers=2, bidirectional=True, batch_first=True, shape=(N, T, I), **more)
    layer(f"{key}_unequal", kind, states=True, num_layers=2, bidirectional=True, lengths=UNEQUAL, **more)
layer("lstm_unequal_batch_first", nn.LSTM, lengths=[2, 4, 4], batch_first=True, shape=(N, T, I))
layer("lstm_dropout_eval", nn.LSTM, num_layers=2, dropout=0.5, evaluate=True)
layer("lstm_unbatched", nn.LSTM, states=True, bidirectional=True, shape=(T, I))
layer("gru_unbatched", nn.GRU, num_layers=2, shape=(T, I))
layer("lstm_one_step", nn.LSTM, shape=(1, N, I))
layer("lstm_empty", nn.LSTM, num_layers=2, shape=(T, 0, I))
layer("gru_empty", nn.GRU, bidirectional=True, shape=(T, 0, I))
for key, kind, more in (("tanh", nn.RNNCell, {}), ("relu", nn.RNNCell, {"nonlinearity": "relu"}), ("gru", nn.GRUCell, {}),
                        ("lstm", nn.LSTMCell, {})):
    cell(f"{key}_cell", kind, **more)
    cell(f"{key}_cell_first", kind, shape=(I,), states=False, bias=False, **more)
cell("lstm_cell_unbatched", nn.LSTMCell, shape=(I,))

golden.save("recurrent", arrays, subject=golden.family)
