"""The jobs: which program runs each, and how far the checks of two sides may differ."""
import dataclasses


@dataclasses.dataclass(frozen=True)
class Job:
    name: str
    program: str
    tolerance: float          # relative, between the checks of two sides
    sides: str = "cpp"        # "cpp": the C++ programs; "all": PyTorch from Python too
    quick_samples: int = 60000


def training(name, program, tolerance=0.01):
    return Job(name, program, tolerance, "all", 6000)


JOBS = [
    training("mlp-64", "mlp", 0.05),   # each side shuffles for itself
    training("mlp-256", "mlp", 0.05),
    training("mlp-64-preloaded", "mlp"),
    training("mlp-256-preloaded", "mlp"),
    training("lenet-64", "lenet"),
    training("convnet-64", "convnet"),
    training("convnet-128", "convnet"),
    Job("chain-1", "chain", 1e-4),
    Job("chain-64", "chain", 1e-4),
    Job("tiny-sgd", "tiny", 1e-4),
    Job("tiny-adam", "tiny", 1e-4),
    *(Job(f"optimizer-{rule}", "optimizer", 1e-4, "all") for rule in ("sgd", "momentum", "rmsprop", "adam", "adamw")),
    Job("ops", "ops", 0),
]


def select(names):
    """The jobs of these names, or of families ("mlp", "optimizer"), and ops-NAME; all when none is named. ValueError for an unknown one."""
    if not names:
        return JOBS
    chosen = []
    for name in names:
        found = [job for job in JOBS if job.name == name or job.name.startswith(f"{name}-")]
        if name.startswith("ops-"):
            found = [Job(name, "ops", 0)]
        if not found:
            raise ValueError(f"there is no job {name}; there are: {' '.join(job.name for job in JOBS)}")
        chosen += [job for job in found if job not in chosen]
    return chosen
