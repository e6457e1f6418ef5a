"""An epoch of shuffled, normalised Fashion-MNIST in batches of 64 through PyTorch's DataLoader with so many workers: as its documents do
it, a sample at a time, and (data-fashion-whole) by whole batches of indices, which few do and which is faster."""
import statistics

import common
import torch
from torch.utils.data import BatchSampler, DataLoader, Dataset, RandomSampler

options = common.arguments()
if options.compile:
    raise SystemExit
workers = options.batch   # the number in the job's name


class Pictures(Dataset):
    """Bytes, normalised when they are asked for, as torchvision's transforms do it."""

    def __init__(self):
        def read(name, header):
            with open(f"{options.inputs}/{name}", "rb") as file:
                return torch.frombuffer(bytearray(file.read()), dtype=torch.uint8, offset=header)
        self.images = read("train-images-idx3-ubyte", 16).view(-1, 1, 28, 28)[:options.samples]
        self.labels = read("train-labels-idx1-ubyte", 8)[:options.samples].long()

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        return (self.images[index] / 255 - 0.2860) / 0.3530, self.labels[index]


pictures = Pictures()
kept = {"persistent_workers": True} if workers else {}
if "whole" in options.job:
    loader = DataLoader(pictures, sampler=BatchSampler(RandomSampler(pictures), 64, False), batch_size=None, num_workers=workers, **kept)
else:
    loader = DataLoader(pictures, 64, shuffle=True, num_workers=workers, **kept)


def epoch():
    for _ in loader:
        pass


squares = [(float((image * image).mean()), len(label)) for image, label in loader]
check = sum(value * count for value, count in squares) / options.samples
samples = common.samples_of(options.seconds, epoch, least=1)
common.report(options.job, "s/epoch", statistics.median(samples) * common.EPOCH / options.samples, check)
