"""The jobs: how each is run, how far the checks of two sides may differ, and what gradus is to reach."""
import dataclasses

from driver import outside

CPP, PYTHON, FLOOR = "cpp", "python", "floor"
REDUCED = "reduced"   # PyTorch with products in bf16


@dataclasses.dataclass(frozen=True)
class Job:
    name: str
    program: str
    kinds: tuple = (CPP,)       # the kinds of peers that have it
    tolerance: float = 1e-4     # relative, between the checks of two sides
    goal: float = 1.0           # how many times faster than the best peer, with all cores
    share: float = 1.0          # of --seconds, for a program that measures many things
    outside: object = None      # measured from outside: a function of outside.py
    once: bool = False          # knows nothing of threads: one run, which counts as one with one thread


def training(name, program, goal, tolerance=0.01):
    return Job(name, program, (CPP, PYTHON), tolerance, goal)


def in_bf16(name):
    """The job with products in bf16, where the processor has them, beside the fastest of PyTorch's precisions, f32 among them."""
    return Job(f"{name}-bf16", name.split("-")[0], (PYTHON, REDUCED), 0.01, 1.5)


def optimizer(rule, goal=1, kinds=(PYTHON,)):
    """kinds: LibTorch's C++ has six of PyTorch's rules."""
    return Job(f"optimizer-{rule}", "optimizer", kinds, 1e-4, goal)


WEIGHTS = [f"{way}-{form}" for way in ("load", "save") for form in ("safetensors", "sharded", "npz", "npy", "pt")]
WEIGHTS += [f"load-{form}-mapped" for form in ("safetensors", "sharded", "npy", "pt")]

JOBS = [
    training("mlp-64", "mlp", 2, 0.05),   # each side shuffles for itself
    training("mlp-256", "mlp", 2, 0.05),
    training("mlp-64-preloaded", "mlp", 1.5),
    training("mlp-256-preloaded", "mlp", 1.2),
    Job("mlp-64-floor", "mlp", (FLOOR,), 0.01, 0.9),
    Job("mlp-256-floor", "mlp", (FLOOR,), 0.01, 0.9),
    training("lenet-64", "lenet", 1.5),
    training("convnet-64", "convnet", 1.3),
    training("convnet-128", "convnet", 1.3),
    training("lstm", "lstm", 1.5),
    training("gpt", "gpt", 1.5),
    training("resnet", "resnet", 1.3),
    training("vit", "vit", 1.3),
    *(in_bf16(name) for name in ("gpt", "resnet", "vit", "convnet-64")),
    Job("chain-1", "chain", goal=10),
    Job("chain-64", "chain", goal=10),
    Job("tiny-sgd", "tiny", goal=10),
    Job("tiny-adam", "tiny", goal=10),
    *(optimizer(rule, 1, (CPP, PYTHON)) for rule in ("sgd", "momentum", "rmsprop", "centered", "amsgrad", "adagrad", "lbfgs")),
    *(optimizer(rule, 1.3, (CPP, PYTHON)) for rule in ("adam", "adamw")),
    *(optimizer(rule) for rule in ("adadelta", "adamax", "nadam", "radam", "asgd", "rprop", "adafactor")),
    Job("optimizer-muon", "optimizer", (PYTHON,), 1e-3),   # PyTorch's products are in bfloat16
    *(optimizer(rule, kinds=()) for rule in ("lion", "schedulefree", "lamb")),   # not in PyTorch
    Job("infer-mlp", "infer", tolerance=1e-3, goal=2),
    Job("infer-convnet", "infer", tolerance=1e-3, goal=2),
    Job("ops", "ops", share=0.1),
    *(Job(f"weights-{what}", "weights", (PYTHON,), share=0) for what in WEIGHTS),
    *(Job(f"data-{how}-{workers}", "data", (PYTHON,), 1e-3) for how in ("fashion", "fashion-whole") for workers in (0, 2)),
    Job("data-wait", "data", ()),
    Job("data-csv", "read", (PYTHON,), 1e-6),
    Job("data-jpeg", "read", (PYTHON,), 1e-3),
    Job("rss-mlp", "mlp", (CPP, PYTHON), goal=2, outside=outside.rss),
    Job("start", "start", goal=2, outside=outside.start),
    Job("compile", "compile", goal=2, outside=outside.compile_time, once=True),
    Job("size", "size", goal=2, outside=outside.size, once=True),
]


def select(names):
    """The jobs of these names, or of families ("mlp", "optimizer"), and ops-NAME; all when none is named. ValueError for an unknown one."""
    chosen = []
    for name in names:
        found = [job for job in JOBS if job.name == name or job.name.startswith(f"{name}-")]
        if name.startswith("ops-"):
            found = [Job(name, "ops", share=0.1)]
        if not found:
            raise ValueError(f"there is no job {name}; there are: {' '.join(job.name for job in JOBS)}")
        chosen += [job for job in found if job not in chosen]
    return chosen or JOBS
