"""What the scripts of tests/clients share: the C++ program, a folder for files, comparisons, and a way to be skipped.

    from client import close, folder, gradus, need, Test

    torch = need("torch")                                  # or the script is skipped, with a notice

    class Safetensors(Test):                               # unittest.TestCase with folder(self) and close(self, a, b)
        def test_goes_there_and_back(self):
            gradus("copy", self.folder / "a.safetensors", self.folder / "b.safetensors")     # what it prints; its error fails the test

    if __name__ == "__main__":
        Test.main()
"""
import importlib
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

SKIPPED = 77
PROGRAM = os.environ.get("GRADUS_CLIENTS", "")
GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "golden"


def need(*modules):
    """The modules (one: itself, several: a tuple); the script ends as skipped where one is not installed."""
    found = []
    for name in modules:
        try:
            found.append(importlib.import_module(name))
        except Exception as error:   # not only ImportError: a module may be there and broken
            print(f"skipped: no {name} here ({error})")
            sys.exit(SKIPPED)
    return found[0] if len(found) == 1 else tuple(found)


class GradusError(AssertionError):
    """What the C++ program said."""


def gradus(*arguments):
    """Runs a subject of the C++ program; gives what it prints."""
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        raise GradusError(f"{' '.join(map(str, arguments))}: exit {done.returncode}\n{done.stderr.strip()}")
    return done.stdout


class Test(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="gradus-clients-")
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)

    def close(self, ours, theirs, tolerance=0.0, what=""):
        """Equal shapes, dtypes, NaNs in the same places, numbers within tolerance (absolute, and relative to theirs); 0: equal."""
        import numpy
        ours, theirs = (numpy.asarray(x.detach() if hasattr(x, "detach") else x) for x in (ours, theirs))
        self.assertEqual(ours.shape, theirs.shape, what)
        self.assertEqual(ours.dtype, theirs.dtype, what)
        numpy.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance, equal_nan=True, err_msg=str(what))

    @staticmethod
    def main():
        unittest.main(verbosity=1)
