"""CTC loss, to ctc/: NAME.logits, .targets, .input_lengths and .target_lengths; the result .y of F.ctc_loss(log_softmax(logits, -1), …), its gradient .g and
that by the logits, .dlogits."""
import torch
import torch.nn.functional as F

import golden
from with_gradients import randn, with_gradients

torch.set_default_dtype(torch.float64)
arrays = {}


def add(name, shape, targets, input_lengths, target_lengths, **options):
    logits = randn(name + ".logits", *shape).requires_grad_()
    targets, input_lengths, target_lengths = torch.tensor(targets), torch.tensor(input_lengths), torch.tensor(target_lengths)
    arrays.update({f"{name}.logits": logits, f"{name}.targets": targets, f"{name}.input_lengths": input_lengths, f"{name}.target_lengths": target_lengths})
    y = F.ctc_loss(logits.log_softmax(-1), targets, input_lengths, target_lengths, **options)
    with_gradients(arrays, name, y, {"logits": logits})


rows, lengths = [[1, 2, 2, 4], [3, 1, 1, 1], [4, 4, 4, 1]], ([9, 7, 8], [4, 1, 3])
for reduction in ("mean", "sum", "none"):
    add(f"ctc.{reduction}", (9, 3, 5), rows, *lengths, reduction=reduction)
add("ctc.in_a_row", (9, 3, 5), [1, 2, 2, 4, 3, 4, 4, 4], *lengths)
add("ctc.blank", (6, 2, 4), [[0, 2], [1, 1]], [6, 5], [2, 2], blank=3)
add("ctc.silence", (5, 2, 3), [[1, 2], [1, 1]], [5, 3], [0, 2])
add("ctc.impossible", (5, 3, 3), [[1, 1, 1], [2, 1, 1], [1, 2, 1]], [4, 5, 3], [3, 2, 3], zero_infinity=True, reduction="none")
add("ctc.one", (7, 4), [1, 3, 3], 6, 3)
golden.save("ctc", arrays)
