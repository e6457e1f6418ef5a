"""Runs the scripts of this folder, which let PyTorch, NumPy, safetensors and onnxruntime meet the C++ program `clients`.

    ./run test clients [SCRIPT...]      all of them, or those named: ./run test clients models pt

A script is skipped, with a notice, where a module that it needs is not installed (client.py); any other exit than 0 fails.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
FRAME = {"run", "client", "model_zoo"}   # what scripts share
SKIPPED = 77


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True, type=pathlib.Path)
    parser.add_argument("scripts", nargs="*")
    args = parser.parse_args()

    scripts = {path.stem: path for path in sorted(HERE.glob("*.py")) if path.stem not in FRAME}
    unknown = [name for name in args.scripts if pathlib.Path(name).stem not in scripts]
    if unknown:
        sys.exit(f"clients: there is no script {', '.join(unknown)}; there are: {' '.join(scripts)}")
    chosen = [pathlib.Path(name).stem for name in args.scripts] or list(scripts)

    environment = {**os.environ, "GRADUS_CLIENTS": str(args.program.resolve()), "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"}
    failed, skipped = [], []
    for name in chosen:
        began = time.monotonic()
        done = subprocess.run([sys.executable, scripts[name]], cwd=HERE, env=environment, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        verdict = {0: "passed", SKIPPED: "skipped"}.get(done.returncode, "FAILED")
        (failed if verdict == "FAILED" else skipped if verdict == "skipped" else []).append(name)
        print(f"{name}: {verdict} ({time.monotonic() - began:.1f} s)", flush=True)
        if done.stdout.strip() and (verdict != "passed" or args.scripts):
            print("  " + done.stdout.strip().replace("\n", "\n  "), flush=True)
    print(f"clients: {len(chosen) - len(failed) - len(skipped)} passed, {len(skipped)} skipped, {len(failed)} failed"
          + (f": {' '.join(failed)}" if failed else ""))
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
