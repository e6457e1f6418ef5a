"""A character LSTM (embedding 64, hidden 256, sequences of 64, batch 32) with Adam: a step on a text."""
import common
import torch


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.words = torch.nn.Embedding(128, 64)
        self.rnn = torch.nn.LSTM(64, 256)
        self.output = torch.nn.Linear(256, 128)

    def forward(self, x):
        return self.output(self.rnn(self.words(x))[0].flatten(0, 1))


options = common.arguments()
net = Net()
common.load_weights(net, options, "lstm")
adam = torch.optim.Adam(net.parameters(), lr=2e-3, fused=True)
common.measure_steps_on(options, net, adam, common.characters(options)[:-1])
