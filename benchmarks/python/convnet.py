"""3x3 convolutions 1→32, 32→64 and 64→128 (stride 2), each with batch norm and ReLU; SGD with momentum: a step on a preloaded batch.
In the layout, NCHW or channels last, that turns out faster in a short trial."""
import common
import torch
from torch.nn import AdaptiveAvgPool2d, BatchNorm2d, Conv2d, Flatten, Linear, ReLU, Sequential


def block(n_in, n_out, stride):
    return Conv2d(n_in, n_out, 3, stride=stride, padding=1, bias=False), BatchNorm2d(n_out), ReLU(inplace=True)


def training(layout):
    net = Sequential(*block(1, 32, 1), *block(32, 64, 2), *block(64, 128, 2), AdaptiveAvgPool2d(1), Flatten(), Linear(128, 10))
    common.load_weights(net, options, "convnet")
    net = net.to(memory_format=layout)
    return net, torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9, fused=True)


def trial(layout):
    net, sgd = training(layout)
    loss_of = common.loss_function(net, options)
    image, label = images[:options.batch].contiguous(memory_format=layout), labels[:options.batch]
    return min(common.samples_of(0.3, lambda: common.training_step(loss_of, sgd, image, label))[1:])


options = common.arguments()
images, labels = common.pictures(options)
best = min((torch.channels_last, torch.contiguous_format), key=trial)
images = images.contiguous(memory_format=best)
common.measure_steps(options, *training(best), images, labels)
