"""784-512-256-10 with Adam on Fashion-MNIST: an epoch through the loader, or from preloaded data."""
import statistics

import common
import torch
from torch.utils.data import BatchSampler, DataLoader, RandomSampler, TensorDataset

options = common.arguments()
net = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(784, 512), torch.nn.ReLU(), torch.nn.Linear(512, 256), torch.nn.ReLU(),
                          torch.nn.Linear(256, 10))
common.load_weights(net, options, "mlp")
adam = torch.optim.Adam(net.parameters(), lr=1e-3, fused=True)
loss_of = common.loss_function(net, options)
images, labels = common.pictures(options)

if options.job.endswith("preloaded"):
    batches = list(zip(images.split(options.batch), labels.split(options.batch)))
else:   # whole batches by index: a tenth of what picking sample after sample costs
    dataset = TensorDataset(images, labels)
    batches = DataLoader(dataset, sampler=BatchSampler(RandomSampler(dataset), options.batch, False), batch_size=None)


def epoch():
    return sum(common.training_step(loss_of, adam, image, label) * len(label) for image, label in batches) / options.samples


loss = epoch()
samples = common.samples_of(options.seconds, epoch, least=1)
common.report(options.job, "s/epoch", statistics.median(samples) * common.EPOCH / options.samples, loss)
