"""What all sides read alike: the pictures, and the initial weights of each model, as raw floats in the order of its parameters."""
import array
import gzip
import math
import pathlib
import random
import sys

TEXT = pathlib.Path("/usr/share/common-licenses/GPL-3")   # which every Debian has
PICTURES = pathlib.Path("/usr/share/datasets/fashion-mnist")


def linear(n_in, n_out):
    """Weight [n_out, n_in] and bias, uniform in ±1/√n_in."""
    return [(n_in * n_out, 1 / math.sqrt(n_in)), (n_out, 1 / math.sqrt(n_in))]


def conv(n_in, n_out, kernel, bias=True):
    bound = 1 / math.sqrt(n_in * kernel * kernel)
    return [(n_in * n_out * kernel * kernel, bound)] + ([(n_out, bound)] if bias else [])


def norm(channels):
    """Ones and zeros."""
    return [(channels, "one"), (channels, "zero")]


def lstm(n_in, hidden):
    return [(count, 1 / math.sqrt(hidden)) for count in (4 * hidden * n_in, 4 * hidden * hidden, 4 * hidden, 4 * hidden)]


def transformer_layer(width, inner):
    """Attention's products, the two of the feed-forward part, two norms."""
    attention = [(3 * width * width, math.sqrt(6 / (4 * width))), (3 * width, "zero"), (width * width, 1 / math.sqrt(width)), (width, "zero")]
    return attention + linear(width, inner) + linear(inner, width) + norm(width) + norm(width)


def resnet(depth):
    """The residual network for small images of He et al. (2015): 6n + 2 layers, shortcuts without parameters."""
    parts, last = conv(3, 16, 3, False) + norm(16), 16
    for width in (16, 32, 64):
        for _ in range((depth - 2) // 6):
            parts += conv(last, width, 3, False) + norm(width) + conv(width, width, 3, False) + norm(width)
            last = width
    return parts + linear(64, 10)


def vit(layers, width):
    """Patches of 4 x 4 in 32 x 32 x 3, positions, blocks of norm, attention, norm and a wider layer; a last norm, ten classes."""
    block = norm(width) + linear(width, 3 * width) + linear(width, width) + norm(width) + linear(width, 4 * width) + linear(4 * width, width)
    return conv(3, width, 4) + [(64 * width, 0.02)] + layers * block + norm(width) + linear(width, 10)


MODELS = {
    "mlp": linear(784, 512) + linear(512, 256) + linear(256, 10),
    "lenet": conv(1, 6, 5) + conv(6, 16, 5) + linear(400, 120) + linear(120, 84) + linear(84, 10),
    "convnet": conv(1, 32, 3, False) + norm(32) + conv(32, 64, 3, False) + norm(64) + conv(64, 128, 3, False) + norm(128) + linear(128, 10),
    "lstm": [(128 * 64, 1.0)] + lstm(64, 256) + linear(256, 128),
    "gpt": [(128 * 128, 0.1), (128 * 128, 0.1)] + 4 * transformer_layer(128, 512) + norm(128) + linear(128, 128),
    "resnet": resnet(20),
    "vit": vit(4, 128),
    "tiny": linear(2, 16) + linear(16, 16) + linear(16, 1),
}


def floats(parts, generator):
    for count, bound in parts:
        if bound == "one":
            yield from (1.0 for _ in range(count))
        elif bound == "zero":
            yield from (0.0 for _ in range(count))
        else:
            yield from (generator.uniform(-bound, bound) for _ in range(count))


def write(folder, pictures=PICTURES):
    """Fills the folder; what is there already stays. Ends the program with a hint where the pictures are missing."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"):
        if not (folder / name).exists():
            source = pictures / f"{name}.gz"
            if not source.exists():
                sys.exit(f"bench: no {source}; Debian: apt-get install dataset-fashion-mnist")
            (folder / name).write_bytes(gzip.decompress(source.read_bytes()))
    if not (folder / "text").exists():
        text = TEXT.read_bytes() if TEXT.exists() else bytes(random.Random(1).choices(b"abcdefghijklmnopqrstuvwxyz \n", k=35000))
        (folder / "text").write_bytes(bytes(byte & 127 for byte in text))
    for name, parts in MODELS.items():
        if not (folder / f"{name}.f32").exists():
            (folder / f"{name}.f32").write_bytes(array.array("f", floats(parts, random.Random(1))).tobytes())
