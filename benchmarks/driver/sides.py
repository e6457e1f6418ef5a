"""Who is measured: gradus and its peers, each with its command and its environment."""
import dataclasses
import os
import pathlib
import re
import subprocess
import sys

# Presets that a machine may carry, and that would choose kernels or threads for one side or another.
UNSET = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_WAIT_POLICY", "OMP_PROC_BIND", "OMP_PLACES",
         "GOMP_SPINCOUNT", "GOMP_CPU_AFFINITY", "KMP_BLOCKTIME", "KMP_AFFINITY", "MKL_DYNAMIC", "MALLOC_ARENA_MAX", "LD_PRELOAD",
         "ATEN_CPU_CAPABILITY", "GRADUS_PROFILE")
# glibc hands large buffers back to the kernel and faults them in again, step after step; a careful user of LibTorch tells it not to.
KEEP_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(1 << 30), "MALLOC_TRIM_THRESHOLD_": str(1 << 30)}


@dataclasses.dataclass(frozen=True)
class Side:
    name: str
    folder: pathlib.Path                    # of its programs
    extra: dict = dataclasses.field(default_factory=dict, hash=False)

    def environment(self, threads):
        env = {key: value for key, value in os.environ.items() if key not in UNSET}
        for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "GRADUS_NUM_THREADS"):
            env[name] = str(threads)
        return env | self.extra

    def command(self, job, threads, seconds, samples, inputs):
        """None: this side has not this job."""
        program = self.folder / job.program
        if not program.exists():
            return None
        return [str(program), "--job", job.name, "--threads", str(threads), "--seconds", str(seconds), "--samples", str(samples),
                "--inputs", str(inputs)]


def version_of(root):
    """Of the LibTorch below this folder. Debian's header is behind its package."""
    if root == "/usr":
        asked = subprocess.run(["dpkg-query", "-W", "-f=${Version}", "libtorch-dev"], stdout=subprocess.PIPE, text=True)
        return asked.stdout.split("+")[0] + " Debian"
    header = pathlib.Path(root) / "include/torch/headeronly/version.h"
    if not header.exists():
        header = pathlib.Path(root) / "include/torch/csrc/api/include/torch/version.h"
    found = re.search(r'TORCH_VERSION\s*\\?\s*"([0-9.]+)"', header.read_text())
    return found[1] if found else "?"


def build(folder, *targets):
    """Quiet unless it fails."""
    print("building", *targets, file=sys.stderr, flush=True)
    made = subprocess.run(["cmake", "--build", folder, "--target", *targets], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if made.returncode:
        sys.stderr.write(made.stdout[-5000:])
    return made.returncode == 0


def find(build_folder, compile_first=True):
    """gradus first, then every peer that is there."""
    here = build_folder / "benchmarks"
    if compile_first and not build(build_folder, "bench_gradus"):
        sys.exit("bench: gradus does not build")
    sides = [Side("gradus", here / "gradus")]
    for line in (here / "peers.txt").read_text().splitlines():
        target, root, _ = line.split()
        if compile_first and not build(build_folder, f"bench_{target}"):
            print(f"bench: {target} does not build; going on without", file=sys.stderr)
            continue
        if (here / target).is_dir():
            sides.append(Side(f"LibTorch {version_of(root)}", here / target, KEEP_MEMORY))
    return sides
