"""Recurrent layers and cells as rows of the table of layers, to layers/recurrent.safetensors; all their options: make_recurrent.py."""
from torch import nn

from layer_cases import case, save


def flat(module, *inputs):
    y, last = module(*inputs)
    return (y, *last) if isinstance(last, tuple) else (y, last)


case("rnn_plain", lambda: nn.RNN(3, 4), [(5, 2, 3)], call=flat)
case("gru_plain", lambda: nn.GRU(3, 4), [(5, 2, 3)], call=flat)
case("lstm_plain", lambda: nn.LSTM(3, 4), [(5, 2, 3)], call=flat)
case("rnn_cell", lambda: nn.RNNCell(3, 4), [(2, 3), (2, 4)])
case("gru_cell", lambda: nn.GRUCell(3, 4), [(2, 3), (2, 4)])
case("lstm_cell", lambda: nn.LSTMCell(3, 4), [(2, 3), (2, 4), (2, 4)], call=lambda f, x, h, c: f(x, (h, c)))
save("recurrent")
