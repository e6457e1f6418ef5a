"""Trajectories, to optim_peers/, of what PyTorch lacks, by Keras 3 and optax (both on JAX in double precision) and, for the
lecture's Adam and Keras's Ftrl, by their formulas in NumPy. Weights, gradients, groups, rates and what is recorded are those of make_optim.py.
"""
import os

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_ENABLE_X64"] = "true"
import keras
import numpy as np
import optax

import golden

keras.config.set_floatx("float64")
SHAPES = [(1,), (17,), (1000,), (4, 6)]
STACKS = [(4, 6), (6, 3), (2, 3, 4), (5,)]
RECORDED = [1, 2, 3, 10, 25]


def weight(tensor, shape):
    i = np.arange(np.prod(shape))
    return (((i * 37 + tensor * 11) % 101 - 50) / 25).reshape(shape)


def gradient(step, tensor, shape):
    if (tensor == 2 and step % 4 == 1) or (tensor == 3 and step < 2):
        return None
    i = np.arange(np.prod(shape))
    g = (((step * 7919 + i * 104729 + tensor * 1299709) % 2003 - 1001) / 500).reshape(shape)
    zero = (tensor == 1 and step % 5 == 3) or (tensor == 0 and step == 0)
    return np.zeros_like(g) if zero else g


def trajectory(walker, first, second, shapes=SHAPES):
    """walker(w, lr, **options) returns a function step(g, lr) that returns the new weights; one for each tensor."""
    w = [weight(t, shape) for t, shape in enumerate(shapes)]
    walkers = [walker(w[t], **(first if t < 2 else second)) for t in range(4)]
    rows = []
    for step in range(25):
        for t, shape in enumerate(shapes):
            g = gradient(step, t, shape)
            if g is not None:
                w[t] = walkers[t](g, (first if t < 2 else second)["lr"] * 0.5 ** (step // 10))
        if step + 1 in RECORDED:
            rows.append(np.concatenate([x.flatten()[::40 if shapes is SHAPES and t == 2 else 1] for t, x in enumerate(w)]))
    return np.stack(rows)


def of_keras(kind):
    def walker(w, lr, **options):
        variable = keras.Variable(w, dtype="float64")
        optimizer = kind(learning_rate=lr, **options)
        optimizer.build([variable])

        def step(g, lr):
            optimizer.learning_rate = lr
            optimizer.apply_gradients([(keras.ops.convert_to_tensor(g), variable)])
            return np.array(variable.value)
        return step
    return walker


def of_optax(transform, lr_first=False, decay=0.0):
    """w + transform(g)·(−lr) − lr·decay·w; with lr_first the transform is chain(before, −lr, after), as in optax.rmsprop."""
    def walker(w, lr, **options):
        before, after = transform(**options) if lr_first else (transform(**options), optax.identity())
        state = [w, before.init(w), after.init(w)]

        def step(g, lr):
            d, state[1] = before.update(g, state[1], state[0])
            d, state[2] = after.update(-lr * d, state[2], state[0])
            state[0] = np.array(state[0] + d - lr * decay * state[0])
            return state[0]
        return step
    return walker


def lecture_adam(w, lr, beta1, beta2, eps):
    average, square, here = np.zeros_like(w), np.zeros_like(w), [w]

    def step(g, lr):
        average[:] = beta1 * average + (1 - beta1) * g
        square[:] = beta2 * square + (1 - beta2) * g**2
        here[0] = here[0] - lr / np.sqrt(square + eps) * average
        return here[0]
    return step


def keras_ftrl(w, lr, power=-0.5, start=0.1, l1=0.0, l2=0.0, shrinkage=0.0, beta=0.0):
    """keras/src/optimizers/ftrl.py, in its words."""
    accum, linear, here = np.full_like(w, start), np.zeros_like(w), [w]

    def step(g, lr):
        new_accum = accum + g * g
        linear[:] += g + 2 * shrinkage * here[0] - (new_accum ** -power - accum ** -power) / lr * here[0]
        quadratic = new_accum ** -power / lr + 2 * (l2 + beta / (2 * lr))
        here[0] = (np.clip(linear, -l1, l1) - linear) / quadratic
        accum[:] = new_accum
        return here[0]
    return step


k = keras.optimizers
rms = of_optax(lambda decay, eps, momentum: (optax.scale_by_rms(decay=decay, eps=eps, eps_in_sqrt=True), optax.trace(momentum)), lr_first=True)
golden.save("optim_peers", {
    "keras_sgd": trajectory(of_keras(k.SGD), dict(lr=0.1, momentum=0.9), dict(lr=0.02, momentum=0.5, nesterov=True)),
    "keras_rmsprop": trajectory(of_keras(k.RMSprop), dict(lr=0.01), dict(lr=0.02, rho=0.8, epsilon=1e-3, momentum=0.9)),
    "keras_rmsprop_centered": trajectory(of_keras(k.RMSprop), dict(lr=0.01, centered=True, epsilon=1e-3),
                                         dict(lr=0.02, rho=0.8, epsilon=1e-2, momentum=0.9, centered=True)),
    "keras_adam": trajectory(of_keras(k.Adam), dict(lr=0.01), dict(lr=0.02, beta_1=0.8, beta_2=0.95, epsilon=1e-2)),
    "keras_amsgrad": trajectory(of_keras(k.Adam), dict(lr=0.01, amsgrad=True), dict(lr=0.02, beta_1=0.5, beta_2=0.6, epsilon=1e-2, amsgrad=True)),
    "keras_adamw": trajectory(of_keras(k.AdamW), dict(lr=0.01), dict(lr=0.02, weight_decay=0.3, epsilon=1e-2)),
    "keras_adagrad": trajectory(of_keras(k.Adagrad), dict(lr=0.1), dict(lr=0.02, initial_accumulator_value=0.5, epsilon=1e-1)),
    "keras_adamax": trajectory(of_keras(k.Adamax), dict(lr=0.01), dict(lr=0.02, beta_1=0.8, beta_2=0.95, epsilon=1e-2)),
    "keras_nadam": trajectory(of_keras(k.Nadam), dict(lr=0.01), dict(lr=0.02, beta_1=0.8, beta_2=0.95, epsilon=1e-2)),
    "keras_ftrl": trajectory(keras_ftrl, dict(lr=0.1), dict(lr=0.05, power=-0.7, start=0.5, l1=0.3, l2=0.2, shrinkage=0.1, beta=0.4)),
    "optax_ema": trajectory(of_optax(lambda momentum: optax.ema(momentum, debias=False)), dict(lr=0.1, momentum=0.9), dict(lr=0.02, momentum=0.5)),
    "optax_ema_debiased": trajectory(of_optax(lambda momentum: optax.ema(momentum, debias=True)), dict(lr=0.1, momentum=0.9),
                                     dict(lr=0.02, momentum=0.5)),
    "optax_rmsprop": trajectory(rms, dict(lr=0.01, decay=0.9, eps=1e-8, momentum=0.9), dict(lr=0.02, decay=0.8, eps=1e-2, momentum=0.5)),
    "optax_eps_root": trajectory(of_optax(lambda eps: optax.scale_by_adam(eps=0, eps_root=eps)), dict(lr=0.01, eps=1e-8), dict(lr=0.02, eps=1e-2)),
    "optax_nadam": trajectory(of_optax(lambda b1, b2, eps: optax.scale_by_adam(b1=b1, b2=b2, eps=eps, nesterov=True)),
                              dict(lr=0.01, b1=0.9, b2=0.999, eps=1e-8), dict(lr=0.02, b1=0.8, b2=0.95, eps=1e-2)),
    "lion": trajectory(of_optax(lambda b1, b2: optax.scale_by_lion(b1=b1, b2=b2), decay=0.1), dict(lr=0.01, b1=0.9, b2=0.99),
                       dict(lr=0.02, b1=0.5, b2=0.8)),
    "lamb": trajectory(of_optax(lambda b1, b2, eps, weight_decay: optax.chain(
        optax.scale_by_adam(b1=b1, b2=b2, eps=eps), optax.add_decayed_weights(weight_decay), optax.scale_by_trust_ratio())),   # optax.lamb
        dict(lr=0.1, b1=0.9, b2=0.999, eps=1e-6, weight_decay=0), dict(lr=0.05, b1=0.8, b2=0.95, eps=1e-3, weight_decay=0.1), STACKS),
    "lecture_adam": trajectory(lecture_adam, dict(lr=0.01, beta1=0.9, beta2=0.999, eps=1e-8), dict(lr=0.02, beta1=0.8, beta2=0.95, eps=1e-2)),
})
