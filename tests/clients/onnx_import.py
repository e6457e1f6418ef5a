"""ONNX models run by gradus: onnx's own cases of every operator, and what PyTorch's two exporters write.

A case that is not refused gives onnx's outputs. Where it does not, it stands in one list with the reason.
"""
import collections
import warnings

from client import Test, gradus, need

numpy, onnx, torch, files = need("numpy", "onnx", "torch", "safetensors.numpy")
from onnx import numpy_helper
from onnx.backend.test.case.node import collect_testcases

warnings.filterwarnings("ignore")

# Cases that load and do not give onnx's outputs, each with the reason.
FAIL = {
    "training_dropout": "an input says that it is training, which a call refuses",
    "maxpool_2d_uint8": "pooling is of f32 and f64",
}
# Operators without a case in onnx's collection that gradus runs in full.
UNTRIED = {"GlobalLpPool"}


def array_of(value):
    if isinstance(value, onnx.TensorProto):
        return numpy_helper.to_array(value)
    return numpy.asarray(value)


class Runs(Test):
    def run_all(self, models):
        """models: name → (bytes of the model, inputs by name). Gives name → (how it went, why, outputs)."""
        for name, (model, inputs) in models.items():
            folder = self.folder / name
            folder.mkdir()
            (folder / "model.onnx").write_bytes(model)
            files.save_file({key: numpy.ascontiguousarray(value).reshape(numpy.shape(value)) for key, value in inputs.items()},
                            folder / "inputs.safetensors")
        (self.folder / "list").write_text("".join(f"{self.folder / name}\n" for name in models))
        out = {}
        for line in gradus("onnx-run", self.folder / "list").splitlines():
            folder, how, why = line.split("\t", 2)
            name = folder.rsplit("/", 1)[1]
            outputs = files.load_file(f"{folder}/outputs.safetensors") if how == "ran" else {}
            out[name] = how, why, outputs
        return out


class Nodes(Runs):
    def test_every_case_that_is_not_refused_gives_onnxs_outputs(self):
        models, wanted = {}, {}
        for case in collect_testcases(None):
            inputs, outputs = case.data_sets[0]
            if any(x is None or isinstance(x, (list, dict)) for x in [*inputs, *outputs]):
                continue                                   # sequences and optionals
            arrays = {info.name: array_of(x) for info, x in zip(case.model.graph.input, inputs)}
            if any(array.dtype.kind not in "biuf" for array in [*arrays.values(), *map(array_of, outputs)]):
                continue                                   # texts, complex numbers, small floats that NumPy has not
            name = case.name.removeprefix("test_")
            models[name] = case.model.SerializeToString(), arrays
            wanted[name] = case, {info.name: array_of(x) for info, x in zip(case.model.graph.output, outputs)}
        results = self.run_all(models)
        counts, wrong, good = collections.Counter(), [], set()
        for name, (how, why, outputs) in results.items():
            case, expected = wanted[name]
            if how == "ran":
                try:
                    for key, value in expected.items():
                        ours = outputs[key]
                        self.assertEqual(ours.shape, value.shape)
                        if value.dtype not in (numpy.uint16, numpy.uint32, numpy.uint64):   # i64 here
                            self.assertEqual(ours.dtype, value.dtype)
                        numpy.testing.assert_allclose(ours, value.astype(ours.dtype), rtol=case.rtol, atol=max(case.atol, 1e-6))
                    good |= {node.op_type for node in case.model.graph.node}
                except AssertionError as error:
                    how, why = "wrong", str(error)
            counts[how] += 1
            if how in ("wrong", "failed") and not any(name.startswith(prefix) for prefix in FAIL):
                wrong.append(f"{name}: {how}: {why[:200]}")
        ours = set(gradus("onnx-operators").split())
        print(f"onnx's cases: {counts['ran']} right, {counts['refused']} refused, {counts['wrong'] + counts['failed']} not right; "
              f"{len(ours & good)} of {len(ours)} operators have a case")
        self.assertEqual(wrong, [])
        self.assertEqual(ours - good, UNTRIED)


def models():
    nn = torch.nn

    class Conv(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.norm = nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8)
            self.down = nn.Conv2d(8, 8, 3, stride=2, groups=2, bias=False)
            self.up, self.head = nn.ConvTranspose2d(8, 4, 2, stride=2), nn.Linear(4, 5)

        def forward(self, x):
            x = nn.functional.max_pool2d(torch.relu(self.norm(self.conv(x))), 2)
            x = nn.functional.interpolate(nn.functional.gelu(self.down(x)), scale_factor=2.0, mode="bilinear", align_corners=False)
            x = nn.functional.avg_pool2d(nn.functional.pad(self.up(x), (1, 0, 2, 1), mode="reflect"), 3, stride=2, padding=1)
            return self.head(x.mean((2, 3)))

    class Recurrent(nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm = nn.LSTM(4, 6, num_layers=2, bidirectional=True, batch_first=True)
            self.gru, self.rnn = nn.GRU(12, 5, batch_first=True), nn.RNN(5, 3, nonlinearity="relu", batch_first=True)

        def forward(self, x):
            return self.rnn(self.gru(self.lstm(x)[0])[0])[0]

    class Transformer(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding, self.places = nn.Embedding(11, 8), nn.Embedding(16, 8)
            layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, norm_first=True, activation="gelu", dropout=0)
            self.encoder, self.head = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False), nn.Linear(8, 11)

        def forward(self, x):
            n = x.shape[1]
            mask = torch.triu(torch.full((n, n), float("-inf"), dtype=self.places.weight.dtype), 1)
            return self.head(self.encoder(self.embedding(x) + self.places(torch.arange(n)), mask=mask, is_causal=True))

    class Tensors(nn.Module):
        def forward(self, x):
            a, b = x.split([2, 4], 1)
            parts = [torch.softmax(b, -1), torch.cumsum(b, 1), b[:, :, ::2].repeat(1, 1, 2), b.clamp(-0.5, 0.5), b.flip(2)]
            y = torch.cat([p.reshape(p.shape[0], -1) for p in parts], 1)
            return y, a.argmax(2), torch.where(a > 0, a, a.exp()).sum((1, 2)), torch.topk(b, 2, dim=2)[0], torch.einsum("bij,bkj->bik", a, b)

    yield "mlp", nn.Sequential(nn.Linear(6, 9), nn.SiLU(), nn.LayerNorm(9), nn.Linear(9, 4), nn.LogSoftmax(-1)), (2, 6), (5, 6)
    yield "conv", Conv(), (2, 3, 12, 12), (3, 3, 12, 12)
    yield "recurrent", Recurrent(), (2, 7, 4), (3, 7, 4)
    yield "transformer", Transformer(), (2, 9), (4, 9)
    yield "tensors", Tensors(), (2, 6, 4), (3, 6, 4)


class PyTorch(Runs):
    def test_what_its_exporters_write_gives_its_outputs(self):
        exported, wanted = {}, {}
        for dtype in (torch.float32, torch.float64):
            for name, net, shape, other in models():
                torch.manual_seed(1)
                for p in net.parameters():
                    torch.nn.init.normal_(p, std=0.5)
                net = net.eval().to(dtype)
                draw = (lambda s: torch.randint(0, 11, s)) if name == "transformer" else (lambda s: torch.randn(s, dtype=dtype))
                sample, x = draw(shape), draw(other)
                with torch.no_grad():
                    y = net(x)
                for dynamo in (False, True):
                    if dynamo and not has_onnxscript:
                        continue
                    for opset in (18, 20) if dynamo else (17, 20):
                        if dynamo and opset == 20 and dtype == torch.float64:
                            continue
                        key = f"{name}-{str(dtype)[6:]}-{'dynamo' if dynamo else 'script'}-{opset}"
                        file = self.folder / f"{key}.onnx"
                        options = {"dynamic_axes": {"x": {0: "batch"}}}
                        if dynamo:
                            options = {"dynamic_shapes": ({0: torch.export.Dim("batch")},), "external_data": False, "verbose": False}
                        torch.onnx.export(net, (sample,), str(file), input_names=["x"], opset_version=opset, dynamo=dynamo, **options)
                        exported[key] = file.read_bytes(), {"x": x.numpy()}
                        wanted[key] = dtype, [t.numpy() for t in (y if isinstance(y, tuple) else (y,))]
        results = self.run_all(exported)
        for key, (how, why, outputs) in results.items():
            with self.subTest(key):
                self.assertEqual(how, "ran", why)
                dtype, expected = wanted[key]
                names = [o.name for o in onnx.load_model_from_string(exported[key][0]).graph.output]
                # The newer exporter writes constants of a model in f64 with the digits of f32.
                tolerance = 1e-5 if dtype == torch.float32 else 1e-6 if "dynamo" in key else 1e-12
                for name, value in zip(names, expected):
                    numpy.testing.assert_allclose(outputs[name], value, rtol=tolerance, atol=tolerance)
        print(f"PyTorch's exporters: {len(results)} models")


try:
    import onnxscript   # noqa: F401
    has_onnxscript = True
except ImportError:
    has_onnxscript = False
    print("no onnxscript here: PyTorch's newer exporter is left out")

if __name__ == "__main__":
    Test.main()
