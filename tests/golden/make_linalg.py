"""Products, linear algebra and Fourier transforms with their gradients, to linalg/. Where an answer is one of several (the signs of
singular vectors), what all of them have in common is kept."""
import torch

import golden
from with_gradients import randn, with_gradients

L, F = torch.linalg, torch.fft
arrays = {}


def flat(*tensors):
    parts = [part for t in tensors for part in ((t.real, t.imag) if t.is_complex() else (t,))]
    return torch.cat([part.flatten() for part in parts])


def keep(name, function, *shapes, made=lambda x: x):
    """A function of inputs a, b, … of these shapes (or tensors), drawn anew for each case."""
    inputs = {}
    for key, shape in zip("abcd", shapes):
        value = shape.clone() if torch.is_tensor(shape) else made(randn(f"{name}.{key}", *shape))
        inputs[key] = value.requires_grad_()
        arrays[f"{name}.{key}"] = inputs[key]
    with_gradients(arrays, name, function(*inputs.values()), inputs)


keep("products_vector_vector", torch.matmul, (4,), (4,))
keep("products_vector_batch", torch.matmul, (3,), (2, 1, 3, 4))
keep("products_batch_vector", torch.matmul, (2, 2, 3), (3,))
keep("products_addmm", lambda a, b, c: torch.addmm(a, b, c, beta=0.5, alpha=-2), (4,), (2, 3), (3, 4))
keep("products_baddbmm", lambda a, b, c: torch.baddbmm(a, b, c, alpha=3), (2, 1, 4), (2, 2, 3), (2, 3, 4))
keep("products_inner", torch.inner, (2, 1, 3), (4, 3))
keep("products_tensordot", lambda a, b: torch.tensordot(a, b, ([2, 0], [0, -1])), (2, 3, 4), (4, 5, 2))
keep("products_kron", torch.kron, (2, 3), (2, 2, 1))
keep("products_cross", lambda a, b: L.cross(a, b, dim=1), (2, 3, 2), (1, 3, 2))
for p in [0.5, 1, 2, 3, float("inf")]:
    keep(f"products_cdist_{p}", lambda a, b: torch.cdist(a, b, p, "donot_use_mm_for_euclid_dist"), (2, 3, 4), (2, 5, 4))
for name, equation, *shapes in [("trace", "ii", (3, 3)), ("diagonal", "iij->ji", (3, 3, 2)), ("cube", "iii->i", (3, 3, 3)),
                                ("bilinear", "bn,anm,bm->ba", (2, 3), (4, 3, 5), (2, 5)),
                                ("dots", "...ij,...jk->...ik", (2, 1, 3, 2), (4, 2, 3)),
                                ("summed_dots", "i...->i", (3, 2, 4)), ("implicit", "cb,aB", (2, 3), (4, 2)),
                                ("chain", "ab,bc,cd,da->", (2, 3), (3, 4), (4, 5), (5, 2)), ("ones", "ij,jk->ik", (3, 4), (1, 2)),
                                ("outer", "i,j", (2,), (3,)), ("heads", "bhqd,bhkd->bhqk", (2, 2, 3, 4), (2, 2, 5, 4)),
                                ("both_dots", "b...,...b->...", (2, 3, 1), (4, 2)), ("spaces", " i j , j -> i ", (2, 3), (3,))]:
    keep(f"einsum_{name}", lambda *x: torch.einsum(equation, *x), *shapes)

regular = lambda x: x + 4 * torch.eye(*x.shape[-2:], dtype=x.dtype) if x.dim() > 1 and x.shape[-1] == x.shape[-2] else x
definite = lambda x: regular(x @ x.mT)
keep("solve_inv", L.inv, (2, 4, 4), made=regular)
keep("solve_matrix", L.solve, (3, 3), (2, 3, 2), made=regular)
keep("solve_vectors", L.solve, (2, 3, 3), (2, 3), made=regular)
keep("solve_upper", lambda a, b: L.solve_triangular(a, b, upper=True), (2, 3, 3), (3, 2), made=regular)
keep("solve_right_unit", lambda a, b: L.solve_triangular(a, b, upper=False, left=False, unitriangular=True), (3, 3), (2, 2, 3))
keep("solve_lstsq", lambda a, b: L.lstsq(a, b).solution, (2, 5, 3), (2, 5, 2))
keep("solve_lstsq_wide", lambda a, b: L.lstsq(a, b).solution, (3, 5), (3, 2))
keep("solve_pinv", L.pinv, (2, 4, 3))
low = randn("low", 4, 2) @ randn("rank", 2, 3)
keep("solve_pinv_rank", L.pinv, low)
keep("solve_left", lambda a, b: L.solve(a, b, left=False), (2, 3, 3), (2, 2, 3), made=lambda x: regular(x) if x.shape[-2] == 3 else x)
keep("solve_pinv_atol", lambda a: L.pinv(a, atol=1.5), (2, 4, 3))
keep("solve_pinv_hermitian", lambda a: L.pinv(a, atol=0.1, hermitian=True), (2, 4, 4), made=lambda x: x + x.mT)
keep("det_plain", torch.det, (2, 4, 4))
keep("det_log", lambda a: flat(*L.slogdet(a)), (2, 3, 3))

keep("factor_cholesky", L.cholesky, (2, 3, 3), made=definite)
keep("factor_cholesky_upper", lambda a: L.cholesky(a, upper=True), (3, 3), made=definite)
keep("factor_qr", lambda a: flat(*(t ** 2 for t in L.qr(a))), (2, 4, 3))
keep("factor_qr_wide", lambda a: flat(*(t ** 2 for t in L.qr(a))), (2, 4))
for name, shape in [("tall", (2, 4, 3)), ("wide", (3, 5)), ("square", (3, 3))]:
    def common(a):
        u, s, vh = L.svd(a, full_matrices=False)
        return flat(u ** 2, s, vh ** 2, u @ vh)
    keep(f"factor_svd_{name}", common, shape)
keep("factor_svdvals", L.svdvals, (2, 3, 4))
keep("factor_svdvals_equal", L.svdvals, 2 * torch.eye(3, dtype=torch.float64))
keep("factor_eigh", lambda a: flat(L.eigh(a).eigenvalues, L.eigh(a).eigenvectors ** 2), (2, 4, 4), made=lambda x: x + x.mT)
keep("factor_eigvalsh", L.eigvalsh, (3, 3), made=lambda x: x + x.mT)
keep("factor_eigh_upper", lambda a: flat(L.eigh(a, "U").eigenvalues, L.eigh(a, "U").eigenvectors ** 2), (2, 3, 3))
for name, shape in [("tall", (2, 5, 3)), ("wide", (3, 5))]:   # what completes a basis has no gradient here
    def whole(a):
        u, s, vh = L.svd(a)
        k = s.shape[-1]
        more = (u[..., k:] @ u[..., k:].mT, vh[..., k:, :].mT @ vh[..., k:, :])
        return flat(u[..., :k] ** 2, s, vh[..., :k, :] ** 2, *(t.detach() for t in more))
    keep(f"factor_svd_full_{name}", whole, shape)
keep("factor_qr_complete_wide", lambda a: flat(*(t ** 2 for t in L.qr(a, mode="complete"))), (2, 3, 4))

for order in ["fro", "nuc", 1, 2, -1, -2, float("inf"), -float("inf")]:
    keep(f"norm_{order}", lambda a: L.matrix_norm(a, order), (2, 3, 4))
    if str(order)[0] != "-":
        keep(f"norm_of_zero_{order}", lambda a: L.matrix_norm(a, order), torch.zeros(3, 3, dtype=torch.float64))
keep("norm_axes", lambda a: L.matrix_norm(a, 2, (2, 0), keepdim=True), (3, 2, 4))
for name, size in [("tiny", 1e-3), ("small", 0.1), ("middle", 0.4), ("large", 1), ("huge", 10)]:
    keep(f"power_exp_{name}", L.matrix_exp, (2, 3, 3), made=lambda x: x * size)
keep("power_5", lambda a: L.matrix_power(a, 5), (2, 3, 3))
keep("power_-3", lambda a: L.matrix_power(a, -3), (3, 3), made=regular)
keep("power_multi_dot", lambda *x: L.multi_dot(x), (3,), (3, 4), (4, 2), (2,))

c = torch.complex
keep("fft_12", lambda a, b: flat(F.fft(c(a, b))), (2, 12), (2, 12))
keep("fft_real", lambda a: flat(F.fft(a, 7, 0, "ortho")), (4, 3))
keep("fft_inverse", lambda a, b: flat(F.ifft(c(a, b), norm="forward")), (2, 37), (2, 37))
for n in [7, 8]:
    keep(f"fft_half_{n}", lambda a: flat(F.rfft(a, n, 1)), (2, 6, 3))
    keep(f"fft_half_inverse_{n}", lambda a, b: F.irfft(c(a, b), n), (2, 5), (2, 5))
keep("fft_hermitian", lambda a, b: F.hfft(c(a, b), norm="ortho"), (2, 5), (2, 5))
keep("fft_hermitian_inverse", lambda a: flat(F.ihfft(a)), (2, 6))
keep("fft_several", lambda a, b: flat(F.fftn(c(a, b), (2, 5), (0, 2))), (3, 2, 4), (3, 2, 4))
keep("fft_several_last", lambda a: flat(F.rfftn(a, (3, 6))), (2, 4, 5))
keep("fft_several_inverse", lambda a, b: F.irfftn(c(a, b), norm="ortho"), (3, 4), (3, 4))
keep("fft_image", lambda a, b: flat(F.ifft2(c(a, b))), (2, 3, 4), (2, 3, 4))
frequencies = torch.cat([F.fftfreq(6, 0.5, dtype=torch.float64), F.rfftfreq(7, dtype=torch.float64)])
keep("fft_shift", lambda a: flat(F.fftshift(a), F.ifftshift(a, 1), frequencies + 0 * a[0, 0]), (2, 5))
golden.save("linalg", {name: array.detach().resolve_neg() for name, array in arrays.items()}, golden.family)
