"""Maxima that several elements share, to reduce/: of all, along each axis, and where the first is."""
import torch

import golden
from with_gradients import with_gradients

ties = torch.randint(0, 3, (4, 5, 3), generator=golden.generator("amax.x")).double().requires_grad_()
arrays = {"amax.x": ties}
with_gradients(arrays, "amax.all", ties.amax(), {"x": ties})
for axis in range(3):
    with_gradients(arrays, f"amax.{axis}", ties.amax(axis), {"x": ties})
    arrays[f"argmax.{axis}"] = ties.argmax(axis)
golden.save("reduce", arrays)
