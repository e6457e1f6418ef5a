"""Who is measured: gradus and its peers, each with its programs and its environment."""
import dataclasses
import os
import pathlib
import re
import subprocess
import sys

# Presets that a machine may carry, and that would choose kernels or threads for one side or another.
UNSET = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS", "OMP_WAIT_POLICY",
         "OMP_PROC_BIND", "OMP_PLACES", "GOMP_SPINCOUNT", "GOMP_CPU_AFFINITY", "MKL_DYNAMIC", "MALLOC_ARENA_MAX", "LD_PRELOAD",
         "ATEN_CPU_CAPABILITY", "GRADUS_PROFILE")
# glibc hands large buffers back to the kernel and faults them in again, step after step; a careful user of PyTorch tells it not to.
KEEP_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(1 << 30), "MALLOC_TRIM_THRESHOLD_": str(1 << 30)}
SOURCES = pathlib.Path(__file__).resolve().parent.parent


def clean_environment():
    return {key: value for key, value in os.environ.items() if key not in UNSET}


@dataclasses.dataclass(frozen=True, eq=False)
class Side:
    """The programs of a C++ side; a kind is what jobs.py calls it."""
    name: str
    kind: str
    folder: pathlib.Path                                  # of its programs
    extra: dict = dataclasses.field(default_factory=dict)       # environment
    sources: pathlib.Path = None
    compile_flags: tuple = ()
    libraries: tuple = ()                                 # its shared libraries
    untouched: bool = False                               # threads are left as the peer likes them

    def environment(self, threads):
        counts = {} if self.untouched else {name: str(threads) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "GRADUS_NUM_THREADS")}
        return clean_environment() | counts | self.extra

    def program(self, name):
        path = self.folder / name
        return [str(path)] if path.exists() else None

    def command(self, program, job, threads, seconds, samples, inputs):
        """None: this side has not this program."""
        start = self.program(program)
        return start and start + ["--job", job, "--threads", str(0 if self.untouched else threads), "--seconds", str(seconds),
                                  "--samples", str(samples), "--inputs", str(inputs)]

    def shared_libraries(self):
        return self.libraries


class PythonSide(Side):
    """The programs of PyTorch; `compile_flags` are theirs."""

    def program(self, name):
        script = SOURCES / "python" / f"{name}.py"
        return [str(self.folder / "python"), str(script), *self.compile_flags] if script.exists() else None


def build(folder, *targets):
    """Quiet unless it fails."""
    print("building", *targets, file=sys.stderr, flush=True)
    made = subprocess.run(["cmake", "--build", folder, "--target", *targets], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if made.returncode:
        sys.stderr.write(made.stdout[-5000:])
    return made.returncode == 0


class Gradus(Side):
    def shared_libraries(self):
        """Of a build of their own, made when first asked for."""
        shared = self.folder.parent / "shared"
        print("building gradus as shared libraries", file=sys.stderr, flush=True)
        settings = ["-DBUILD_SHARED_LIBS=ON", "-DGRADUS_TESTS=OFF", "-DGRADUS_EXAMPLES=OFF", "-DGRADUS_BENCHMARKS=OFF", "-DCMAKE_BUILD_TYPE=Release"]
        subprocess.run(["cmake", "-S", SOURCES.parent, "-B", shared, *settings], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return sorted({path.resolve() for path in shared.glob("libgradus_*.so*")}) if build(shared, "all") else []


def version_of(root):
    """Of the LibTorch below this folder. Debian's header is behind its package."""
    if root == pathlib.Path("/usr"):
        asked = subprocess.run(["dpkg-query", "-W", "-f=${Version}", "libtorch-dev"], stdout=subprocess.PIPE, text=True)
        return asked.stdout.split("+")[0]
    header = root / "include/torch/headeronly/version.h"
    if not header.exists():
        header = root / "include/torch/csrc/api/include/torch/version.h"
    found = re.search(r'TORCH_VERSION\s*\\?\s*"([0-9.]+)"', header.read_text())
    return found[1] if found else "?"


def libtorch(here, target, root, libraries):
    """The sides of one LibTorch: its C++ programs, and PyTorch's where it came with a Python."""
    flags = ("-std=c++20" if root != pathlib.Path("/usr") else "-std=c++17", f"-I{root}/include/torch/csrc/api/include", f"-I{root}/include")
    files = tuple((libraries / name).resolve() for name in ("libtorch.so", "libtorch_cpu.so", "libc10.so"))
    version = ".".join(version_of(root).split(".")[:2])
    common = dict(kind="cpp", folder=here / target)
    whole = dict(sources=SOURCES / "libtorch", compile_flags=flags, libraries=files)   # asked of one side of each LibTorch
    if root == pathlib.Path("/usr"):
        sides = [Side(name=f"LibTorch {version}", untouched=True, **common, **whole)]
        openblas = here / "openblas-openmp"
        if openblas.is_dir():
            avx512 = {"ATEN_CPU_CAPABILITY": "avx512"} if " avx512f " in pathlib.Path("/proc/cpuinfo").read_text() else {}
            tuned = {"LD_LIBRARY_PATH": str(openblas)} | KEEP_MEMORY | avx512
            sides.append(Side(name=f"LibTorch {version} tuned", extra=tuned, **common))
        return sides
    sides = [Side(name=f"LibTorch {version}", extra=KEEP_MEMORY, **common, **whole)]
    python = root.parents[3] / "bin" if len(root.parents) > 3 else root
    if (python / "python").exists():
        cache = {"TORCHINDUCTOR_CACHE_DIR": str(here / "inductor")}
        sides.append(PythonSide(f"PyTorch {version}", "python", python, KEEP_MEMORY))
        sides.append(PythonSide(f"torch.compile {version}", "python", python, KEEP_MEMORY | cache, compile_flags=("--compile",)))
        for precision in ("medium", "autocast"):
            sides.append(PythonSide(f"{precision} {version}", "reduced", python, KEEP_MEMORY, compile_flags=("--precision", precision)))
    return sides


def find(build_folder, compile_first=True):
    """gradus first, then every peer that is there; a notice for what is not."""
    here = build_folder / "benchmarks"
    if compile_first and not build(build_folder, "bench_gradus"):
        sys.exit("bench: gradus does not build")
    sides = [Gradus("gradus", "gradus", here / "gradus", sources=SOURCES / "gradus", compile_flags=("-std=c++20", f"-I{build_folder}/include"))]
    peers = [line.split() for line in (here / "peers.txt").read_text().splitlines()]
    for target, root, libraries in peers:
        if compile_first and not build(build_folder, f"bench_{target}"):
            print(f"bench: {target} does not build; going on without", file=sys.stderr)
        elif (here / target).is_dir():
            sides += libtorch(here, target, pathlib.Path(root), pathlib.Path(libraries))
    if (here / "floor" / "mlp").exists():
        sides.append(Side("floor", "floor", here / "floor"))
    for target, name in (("libtorch", "PyTorch 2.13 and its LibTorch"), ("libtorch_debian", "Debian's LibTorch")):
        if not any(peer[0] == target for peer in peers):
            print(f"bench: without {name}, which is not here (./run bench --install-peers)", file=sys.stderr)
    return sides
