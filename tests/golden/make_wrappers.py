"""To wrappers/: trajectories of Lookahead on fixed gradients and of SAM on a function, by optax in double precision, for
tests/optim/around/lookahead_test.cpp and sam_test.cpp.    python3 make_wrappers.py
"""
import os

os.environ["JAX_ENABLE_X64"] = "true"
import jax
import jax.numpy as jnp
import numpy as np
import optax

import golden

SHAPES = [(1,), (17,), (1000,), (4, 6)]
RECORDED = [1, 2, 5, 10, 25]


def weights():
    return [(((np.arange(np.prod(shape)) * 37 + t * 11) % 101 - 50) / 25).reshape(shape) for t, shape in enumerate(SHAPES)]


def gradients(step):
    return [((step * 7919 + np.arange(np.prod(shape)) * 104729 + t * 1299709) % 2003 - 1001).reshape(shape) / 500 for t, shape in enumerate(SHAPES)]


def recorded(ws):
    return np.concatenate([np.array(w).flatten()[:: 40 if t == 2 else 1] for t, w in enumerate(ws)])


def lookahead(optimizer, k, alpha, reset_state=False):
    """Rows of the fast weights, and rows of the slow ones."""
    params = optax.LookaheadParams.init_synced([jnp.array(w) for w in weights()])
    transform = optax.lookahead(optimizer, k, alpha, reset_state)
    state = transform.init(params)
    fast, slow = [], []
    for step in range(25):
        updates, state = transform.update([jnp.array(g) for g in gradients(step)], state, params)
        params = optax.apply_updates(params, updates)
        if step + 1 in RECORDED:
            fast.append(recorded(params.fast))
            slow.append(recorded(params.slow))
    return np.stack([np.stack(fast), np.stack(slow)])


def halved(lr):
    return lambda count: lr * 0.5 ** (count // 10)


def loss(ws):
    total = 0
    for w in ws:
        curvature = 0.5 + (jnp.arange(w.size) * 13 % 7 / 7).reshape(w.shape)
        total += jnp.sum(curvature / 2 * w**2 + w**4 / 40)
    return total


def sam(optimizer, rho):
    ws = [jnp.array(w) for w in weights()]
    transform = optax.contrib.sam(optimizer, optax.chain(optax.contrib.normalize(), optax.sgd(rho)), opaque_mode=True)
    state, rows = transform.init(ws), []
    for step in range(25):
        updates, state = transform.update(jax.grad(loss)(ws), state, ws, grad_fn=lambda p, _: jax.grad(loss)(p))
        ws = optax.apply_updates(ws, updates)
        if step + 1 in RECORDED:
            rows.append(recorded(ws))
    return np.stack(rows)


golden.save("wrappers", {
    "lookahead_sgd": lookahead(optax.sgd(halved(0.1), momentum=0.9), 5, 0.5),
    "lookahead_adam": lookahead(optax.adam(halved(0.05)), 3, 0.8),
    "lookahead_adam_reset": lookahead(optax.adam(0.05), 4, 0.5, reset_state=True),
    "sam_sgd": sam(optax.sgd(halved(0.1), momentum=0.9), 0.05),
    "sam_adam": sam(optax.adam(0.05), 2.0),
}, subject=golden.family)
