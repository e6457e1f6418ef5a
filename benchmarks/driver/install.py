"""Puts the peers where bench.py finds them: PyTorch 2.13 into a virtual environment under the build folder, Debian's LibTorch with apt-get."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

TORCH = "torch==2.13.0"
BESIDE = ("numpy", "safetensors", "pandas", "pillow")   # which the jobs weights and data compare with, too
CPU_INDEX = "https://download.pytorch.org/whl/cpu"   # without the gigabytes of CUDA, where pip's own index has no build for processors alone


def run(*command, **options):
    print("+", *command, file=sys.stderr, flush=True)
    return subprocess.run(command, stdout=sys.stderr, **options).returncode == 0


def pytorch(here):
    venv = here / "venv"
    if not (venv / "bin" / "pip").exists() and not run(sys.executable, "-m", "venv", venv):
        return False
    pip = (venv / "bin" / "pip", "install", "--quiet")
    torch = run(*pip, f"{TORCH}+cpu") or run(*pip, TORCH, "--index-url", CPU_INDEX, "--retries", "0") or run(*pip, TORCH)
    return torch and run(*pip, *BESIDE)


def debian_libtorch(here):
    """The package, and the OpenMP flavour of OpenBLAS beside it (not installed: programs of the machine keep theirs)."""
    root = () if os.geteuid() == 0 else ("sudo",)
    if not run(*root, "apt-get", "-qq", "install", "-y", "--no-install-recommends", "libtorch-dev"):
        return False
    target = here / "openblas-openmp"
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        if not run("apt-get", "-qq", "download", "libopenblas0-openmp", cwd=folder):
            return False
        for package in pathlib.Path(folder).glob("*.deb"):
            run("dpkg", "-x", package, folder)
        shutil.rmtree(target, ignore_errors=True)
        found = next(pathlib.Path(folder).glob("usr/lib/*/openblas-openmp"), None)
        return bool(found and shutil.copytree(found, target, symlinks=True))


def peers(build_folder):
    here = build_folder / "benchmarks"
    here.mkdir(parents=True, exist_ok=True)
    for name, install in (("PyTorch 2.13", pytorch), ("Debian's LibTorch", debian_libtorch)):
        if not install(here):
            print(f"bench: could not install {name}; going on without", file=sys.stderr)
