# Writes npy/: files of NumPy's own writer. variants.npz has an array of each dtype, order, version and rank; npz_test.cpp and npy_test.cpp
# read them and must write the same bytes.    python3 make_npy.py
import io
import pathlib
import zipfile

import numpy
from numpy.lib import format as npy

folder = pathlib.Path(__file__).with_name("npy")
folder.mkdir(exist_ok=True)


def variant(name, array, version=(1, 0)):
    """Name and bytes of an npy file."""
    out = io.BytesIO()
    npy.write_array(out, numpy.asanyarray(array), version=version, allow_pickle=True)
    return name, out.getvalue()


values = {  # what the elements are in C++: the extremes, in order
    "b1": [True, False, True],
    "i1": [-128, 0, 127],
    "i2": [-(2**15), 0, 2**15 - 1],
    "i4": [-(2**31), 0, 2**31 - 1],
    "i8": [-(2**63), 0, 2**63 - 1],
    "u1": [0, 1, 255],
    "u2": [0, 1, 2**16 - 1],
    "u4": [0, 1, 2**32 - 1],
    "u8": [0, 1, 2**63 - 1],
    "f2": [-65504, 2**-24, numpy.nan],
    "f4": [-1.5, 2**-149, numpy.inf],
    "f8": [-1.5, 2**-1074, -0.0],
}
matrix = numpy.arange(6, dtype=numpy.float32).reshape(2, 3)
variants = [variant(f"{order}{name}", numpy.array(v, dtype=order + name)) for name, v in values.items() for order in "<>"]
variants += [
    variant("scalar", numpy.float64(2.5)),
    variant("empty", numpy.zeros((3, 0, 2), numpy.float32)),
    variant("matrix", matrix),
    variant("v2", matrix, (2, 0)),
    variant("v3", matrix, (3, 0)),
    variant("fortran", numpy.asfortranarray(matrix)),
    variant("fortran 3", numpy.asfortranarray(numpy.arange(24, dtype=">i2").reshape(2, 3, 4))),
    variant("large u8", numpy.array([2**63], dtype=numpy.uint64)),
    variant("complex", numpy.array([1j])),
    variant("long double", numpy.array([1], dtype=numpy.longdouble)),
    variant("object", numpy.array([None], dtype=object)),
    variant("text", numpy.array(["a"])),
    variant("bytes", numpy.array([b"a"])),
    variant("raw", numpy.zeros(1, "V2")),
    variant("date", numpy.array(["2026-01-01"], dtype="M8[D]")),
    variant("record", numpy.zeros(1, [("a", "<f4"), ("b", "<i8", (2,))])),
    variant("nine dimensions", numpy.zeros([1] * 9, numpy.float32)),
]
with zipfile.ZipFile(folder / "variants.npz", "w", zipfile.ZIP_DEFLATED) as archive:
    for name, data in variants:
        archive.writestr(zipfile.ZipInfo(name + ".npy"), data, zipfile.ZIP_DEFLATED)
numpy.savez(folder / "stored.npz", matrix, weight=matrix.astype(numpy.float64))
numpy.savez_compressed(folder / "compressed.npz", matrix, weight=numpy.zeros((40, 50)))
numpy.save(folder / "matrix.npy", matrix)
