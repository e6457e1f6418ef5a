"""ResNet-20 for images of 32 x 32 (He et al., 2015) with SGD and momentum, batch 64: a step on a preloaded batch.
In the layout, NCHW or channels last, that turns out faster in a short trial."""
import common
import torch
from torch.nn import BatchNorm2d, Conv2d, Linear
from torch.nn.functional import adaptive_avg_pool2d, pad, relu


class Block(torch.nn.Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.conv1 = Conv2d(n_in, n_out, 3, stride=1 if n_in == n_out else 2, padding=1, bias=False)
        self.norm1 = BatchNorm2d(n_out)
        self.conv2 = Conv2d(n_out, n_out, 3, padding=1, bias=False)
        self.norm2 = BatchNorm2d(n_out)
        self.wider = n_out - n_in

    def forward(self, x):
        same = pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.wider // 2, self.wider // 2)) if self.wider else x
        x = self.norm2(self.conv2(relu(self.norm1(self.conv1(x)), inplace=True)))
        return relu(x + same, inplace=True)


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = Conv2d(3, 16, 3, padding=1, bias=False)
        self.norm = BatchNorm2d(16)
        widths = (16, 16, 16, 16, 32, 32, 32, 64, 64, 64)
        self.blocks = torch.nn.Sequential(*(Block(n_in, n_out) for n_in, n_out in zip(widths, widths[1:])))
        self.output = Linear(64, 10)

    def forward(self, x):
        x = self.blocks(relu(self.norm(self.conv(x)), inplace=True))
        return self.output(adaptive_avg_pool2d(x, 1).flatten(1))


def training(layout):
    net = Net()
    common.load_weights(net, options, "resnet")
    net = net.to(memory_format=layout)
    return net, torch.optim.SGD(net.parameters(), lr=0.002, momentum=0.9, weight_decay=1e-4, fused=True)


def trial(layout):
    net, sgd = training(layout)
    loss_of = common.loss_function(net, options)
    image, label = batches[0][0].contiguous(memory_format=layout), batches[0][1]
    return min(common.samples_of(0.3, lambda: common.training_step(loss_of, sgd, image, label))[1:])


options = common.arguments()
batches = common.colours(options)
best = min((torch.channels_last, torch.contiguous_format), key=trial)
batches = [(image.contiguous(memory_format=best), label) for image, label in batches]
common.measure_steps_on(options, *training(best), batches[:-1])
