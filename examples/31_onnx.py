"""The network of 31_onnx.cpp in onnxruntime: python3 31_onnx.py spirals.onnx"""
import sys

import numpy
import onnxruntime

session = onnxruntime.InferenceSession(sys.argv[1])
points = numpy.array([[0.5, 0.0], [-0.5, 0.0], [0.0, 0.3]], dtype=numpy.float32)
(logits,) = session.run(["logits"], {"point": points})
for point, arm in zip(points, logits.argmax(axis=1)):
    print(f"{point} is on arm {arm}")
