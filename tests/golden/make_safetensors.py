# Writes safetensors.safetensors, the file that Python's safetensors makes of known arrays: safetensors_test.cpp reads it and must
# write the very same bytes.    python3 make_safetensors.py
import pathlib

import numpy
from safetensors.numpy import save_file

tensors = {
    "weight": numpy.arange(6, dtype=numpy.float32).reshape(2, 3) / 4 - 0.5,
    "bias": numpy.array([numpy.pi, -0.0, numpy.inf], dtype=numpy.float64),
    "a.steps": numpy.array([-(2**63), 2**63 - 1], dtype=numpy.int64),
    "image": numpy.array([[0, 127, 255]], dtype=numpy.uint8),
    "mask": numpy.array([True, False, True], dtype=bool),
    "scalar": numpy.array(2.5, dtype=numpy.float32),
    "empty": numpy.zeros((3, 0, 2), dtype=numpy.float32),
    "ünïcode \"quoted\"\n\x01": numpy.array([1], dtype=numpy.int64),
}
save_file(tensors, pathlib.Path(__file__).with_name("safetensors.safetensors"), metadata={"made by": "Python, \"safetensors\""})
