"""What PyTorch's programs share: arguments, inputs, the clock. The C++ sides' counterpart is ../measure.h."""
import argparse
import statistics
import time

import torch

EPOCH = 60000


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--job", required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--samples", type=int, default=EPOCH)
    parser.add_argument("--inputs", required=True)
    parser.add_argument("--compile", action="store_true", help="through torch.compile")
    parser.add_argument("--precision", choices=("f32", "medium", "autocast"), default="f32", help="medium: of products; autocast: bfloat16")
    options = parser.parse_args()
    options.batch = next((int(word) for word in options.job.split("-") if word.isdigit()), 0)
    torch.set_num_threads(options.threads)
    if options.precision == "medium":
        torch.set_float32_matmul_precision("medium")
    return options


def load_weights(net, options, name, order=None):
    """Parameter after parameter, in the net's order or that of these names."""
    with open(f"{options.inputs}/{name}.f32", "rb") as file:
        floats = torch.frombuffer(bytearray(file.read()), dtype=torch.float32)
    named = dict(net.named_parameters())
    parameters = [named[key] for key in order or named]
    with torch.no_grad():
        for parameter, values in zip(parameters, floats.split([p.numel() for p in parameters])):
            parameter.copy_(values.view_as(parameter))


def pictures(options):
    """All of them, normalised: [samples, 1, 28, 28], and their labels."""
    def read(name, header):
        with open(f"{options.inputs}/{name}", "rb") as file:
            return torch.frombuffer(bytearray(file.read()), dtype=torch.uint8, offset=header)
    images = read("train-images-idx3-ubyte", 16).view(-1, 1, 28, 28)[:options.samples]
    labels = read("train-labels-idx1-ubyte", 8)[:options.samples]
    return ((images / 255 - 0.2860) / 0.3530), labels.long()


def characters(options, steps=64, samples=32, batch_first=False):
    """Batches of the text as ../measure.h cuts it: [steps, samples], or batch first, and, a character further on, as many in a row."""
    with open(f"{options.inputs}/text", "rb") as file:
        text = torch.frombuffer(bytearray(file.read()), dtype=torch.uint8).long()
    begins = range(0, len(text) - steps * samples, steps * samples)
    def cut(begin):
        rows = text[begin:begin + steps * samples].view(samples, steps)
        return rows if batch_first else rows.T.contiguous()
    return [(cut(begin), cut(begin + 1).flatten()) for begin in begins]


def colours(options, count=10):
    """Batches of images [64, 3, 32, 32] and their labels, as ../measure.h makes them."""
    images, labels = pictures(options)
    black = -0.2860 / 0.3530
    moved = [torch.nn.functional.pad(images[:64 * count], (1 + c, 3 - c, 2, 2), value=black) for c in range(3)]
    return list(zip(torch.cat(moved, 1).split(64), labels[:64 * count].split(64)))


def report(job, unit, value, check):
    print(f"job={job} unit={unit} value={value:.9g} check={check:.9g}", flush=True)


def samples_of(seconds, call, least=3):
    """The times of single calls."""
    samples, begin = [], time.perf_counter()
    while len(samples) < least or time.perf_counter() - begin < seconds:
        start = time.perf_counter()
        call()
        samples.append(time.perf_counter() - start)
    return samples


def training_step(loss_of, optimizer, image, label):
    loss = loss_of(image, label)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def loss_function(net, options):
    """net and cross-entropy in one, compiled if wanted."""
    def loss_of(image, label):
        with torch.autocast("cpu", torch.bfloat16, enabled=options.precision == "autocast"):
            return torch.nn.functional.cross_entropy(net(image), label)
    return torch.compile(loss_of) if options.compile else loss_of


def measure_steps(options, net, optimizer, images, labels):
    """The time of a training step on preloaded pictures; checked by the mean loss of the first twenty."""
    batches = list(zip(images.split(options.batch), labels.split(options.batch)))[:-1]   # full batches only
    measure_steps_on(options, net, optimizer, batches)


def measure_steps_on(options, net, optimizer, batches):
    loss_of = loss_function(net, options)
    at = 0

    def step():
        nonlocal at
        image, label = batches[at % len(batches)]
        at += 1
        return training_step(loss_of, optimizer, image, label)
    losses = [step() for _ in range(20)]
    report(options.job, "ms/step", statistics.median(samples_of(options.seconds, step)) * 1e3, statistics.mean(losses))
