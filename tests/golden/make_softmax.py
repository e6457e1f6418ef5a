"""Softmax and its logarithm along each axis, to softmax/."""
import torch.nn.functional as F

import golden
from with_gradients import randn, with_gradients

x = (3 * randn("softmax.x", 5, 7, 4)).requires_grad_()
arrays = {"softmax.x": x}
for axis in range(3):
    with_gradients(arrays, f"softmax.{axis}", F.softmax(x, axis), {"x": x})
    with_gradients(arrays, f"log_softmax.{axis}", F.log_softmax(x, axis), {"x": x})
golden.save("softmax", arrays)
