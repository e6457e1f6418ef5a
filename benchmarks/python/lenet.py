"""LeNet-5 (LeCun et al., 1998, with ReLU and max pooling), SGD with momentum: a step on a preloaded batch of Fashion-MNIST."""
import common
import torch
from torch.nn import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential

options = common.arguments()
net = Sequential(Conv2d(1, 6, 5, padding=2), ReLU(), MaxPool2d(2), Conv2d(6, 16, 5), ReLU(), MaxPool2d(2), Flatten(),
                 Linear(400, 120), ReLU(), Linear(120, 84), ReLU(), Linear(84, 10))
common.load_weights(net, options, "lenet")
sgd = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9, fused=True)
common.measure_steps(options, net, sgd, *common.pictures(options))
