"""onnxruntime gives what gradus gives for every operation, layer and model that is exported; onnx.checker accepts every file. What is
refused stands below, with the reason that a user reads."""
import collections

from client import Test, gradus, need

numpy, onnx, onnxruntime, _ = need("numpy", "onnx", "onnxruntime", "safetensors")
from safetensors.numpy import load_file   # noqa: E402

# A part of the message: the names, without options and opset.
REFUSED = {}
for reason, names in {
    "is a decomposition of matrices":
        "cholesky eigh inv lstsq matrix_exp matrix_power pinv qr slogdet solve solve_triangular svd ",
    "is a loss, for training":
        "ctc_loss ",
    "draws random numbers":
        "alpha_dropout dropout dropout1d dropout2d dropout3d feature_alpha_dropout fractional_max_pool2d "
        "fractional_max_pool2d_ratio fractional_max_pool3d fractional_max_pool3d_ratio ",
    "drops weights at random":
        "scaled_dot_product_attention ",
    "has no operator in ONNX":
        "cummax cummin cumprod digamma erfinv lgamma linear_scan logcumsumexp mvlgamma polygamma sparsemax ",
    "is a Fourier transform":
        "fft fft2 fftn hfft ifft ifft2 ifftn ihfft irfft irfft2 irfftn rfft rfft2 rfftn ",
    "from the sample":
        "bag_max_max_norm index_reduce isin matrix_norm "
        "matrix_rank multilabel_margin_loss repeat_interleave unique unique_consecutive embedding_renorm svdvals eigvalsh searchsorted "
        "bucketize bincount ",
    "has no form in ONNX":
        "columns product_and_quotient ",
    "mask has selected":
        "index index_put masked_scatter ",
    "without a sign alone":
        "bitwise_left_shift bitwise_right_shift ",
    "from opset 18 on":
        "bitwise_and bitwise_not bitwise_or bitwise_xor operator& operator^ operator| scatter_reduce ",
    "from opset 20 on":
        "grid_sample ",
    "follow the batch or the sample":
        "bag_mean_sparse ",
    "needs at least one sample":
        "fftfreq rfftfreq tril_indices triu_indices ",
    "x is f32 but":                                   # a row with statistics in f64
        "batch_norm_eval ",
}.items():
    for operation in names.split():
        REFUSED.setdefault(operation, []).append(reason)


def run(path, inputs):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return session.run(None, {i.name: x for i, x in zip(session.get_inputs(), inputs)})


class Onnx(Test):
    def check_all(self, subject, tolerance, may_miss=False):
        verdicts = collections.Counter()
        failures = []
        for line in gradus(subject, self.folder).splitlines():
            verdict, name, *why = line.split(" ", 2)
            why = why[0] if why else ""
            verdicts[verdict] += 1
            plain = name.split(".")[0]
            if verdict == "refused":
                if not any(part in why for part in REFUSED.get(plain, [])):
                    failures.append(f"{name}: refused: {why}")
                continue
            if verdict == "fixed":
                failures.append(f"{name}: fixed batch: {why}")
            try:
                model = onnx.load(str(self.folder / f"{name}.onnx"))
                onnx.checker.check_model(model, full_check=True)
                data = load_file(str(self.folder / f"{name}.safetensors"))
                count = lambda letter: sum(key[0] == letter for key in data)
                ours = [data[f"y{k}"] for k in range(count("y"))]
                inputs = [data[f"x{k}"] for k in range(len(model.graph.input))]
                theirs = run(self.folder / f"{name}.onnx", inputs)
                self.assertEqual(len(ours), len(theirs))
                for a, b in zip(ours, theirs):
                    self.close(b, a, tolerance, name)
            except Exception as error:
                if may_miss and ("NOT_IMPLEMENTED" in str(error) or "does not support double" in str(error)):
                    verdicts["not in onnxruntime"] += 1   # which has many operators for floats alone
                    continue
                failures.append(f"{name}: {type(error).__name__}: " + " ".join(str(error).split())[:400])
        print(subject, dict(verdicts))
        self.assertEqual(failures, [], f"{len(failures)} of {sum(verdicts.values())}:\n" + "\n".join(failures))

    def test_operators(self):
        self.check_all("onnx_operators", 2e-4)

    def test_operators_in_f64(self):
        self.check_all("onnx_operators_f64", 1e-12, may_miss=True)

    def test_layers(self):
        self.check_all("onnx_layers", 1e-4)

    def test_layers_in_f64(self):
        self.check_all("onnx_layers_f64", 1e-12, may_miss=True)

    def test_models(self):
        self.check_all("onnx_models", 1e-4)

    def test_models_in_f64(self):
        self.check_all("onnx_models_f64", 1e-12, may_miss=True)


if __name__ == "__main__":
    Test.main()
