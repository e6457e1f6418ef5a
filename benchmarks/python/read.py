"""Files into batches, as ../gradus/read.cpp, which writes them: numbers by pandas (or NumPy, where it is missing), JPEG files by Pillow
in PyTorch's DataLoader."""
import pathlib
import statistics

import common
import numpy
import torch

options = common.arguments()
if options.compile:
    raise SystemExit
inputs = pathlib.Path(options.inputs)


def need(name):
    if not (inputs / name).exists():
        raise SystemExit(f"no {inputs / name}: gradus's side of this job writes it; let it run first")


def csv():
    need("numbers.csv")
    try:
        import pandas
        def read():
            return torch.from_numpy(pandas.read_csv(inputs / "numbers.csv").to_numpy())
    except ImportError:
        def read():
            return torch.from_numpy(numpy.loadtxt(inputs / "numbers.csv", delimiter=",", skiprows=1))
    x = read()
    check = float(x[-1, 9] + x[7, 3])
    samples = common.samples_of(options.seconds, read, least=1)
    common.report(options.job, "ms/MB", 1e9 * statistics.median(samples) / (inputs / "numbers.csv").stat().st_size, check)


class Pictures(torch.utils.data.Dataset):
    def __init__(self):
        self.files = sorted((inputs / "pictures").glob("*/*.jpg"))

    def __len__(self):
        return len(self.files)

    def __getitem__(self, index):
        from PIL import Image
        with Image.open(self.files[index]) as image:
            small = image.convert("RGB").resize((224, 224), Image.Resampling.BILINEAR)
        return torch.from_numpy(numpy.array(small)).permute(2, 0, 1), int(self.files[index].parent.name == "odd")


def jpeg():
    need("pictures")
    loader = torch.utils.data.DataLoader(Pictures(), 32, shuffle=True, num_workers=options.threads, persistent_workers=True)
    check = 0.0

    def epoch():
        nonlocal check
        check = sum(float(pictures.float().mean()) * len(labels) for pictures, labels in loader) / len(loader.dataset)

    epoch()
    samples = common.samples_of(options.seconds, epoch, least=1)
    common.report(options.job, "ms/picture", 1e3 * statistics.median(samples) / len(loader.dataset), check)


csv() if options.job == "data-csv" else jpeg()
