"""onnxruntime gives what gradus gives for every operation, layer and model that is exported; onnx.checker accepts every file. What is
refused stands below, with the reason that a user reads."""
import collections
import os

from client import Test, gradus, need

numpy, onnx, onnxruntime, _ = need("numpy", "onnx", "onnxruntime", "safetensors")
from safetensors.numpy import load_file   # noqa: E402

# Names without options and opset -> a part of the message.
REFUSED = {}
KNOWN_FIXED = {}
SHOW = os.environ.get("GRADUS_CLIENTS_SHOW")


def run(path, inputs):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return session.run(None, {i.name: x for i, x in zip(session.get_inputs(), inputs)})


class Onnx(Test):
    def check_all(self, subject, tolerance):
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
            if verdict == "fixed" and plain not in KNOWN_FIXED:
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
                failures.append(f"{name}: {type(error).__name__}: " + " ".join(str(error).split())[:400])
        print(subject, dict(verdicts))
        self.assertEqual(failures, [], f"{len(failures)} of {sum(verdicts.values())}:\n" + "\n".join(failures))

    def test_operators(self):
        self.check_all("onnx_operators", 2e-4)

    def test_layers(self):
        self.check_all("onnx_layers", 1e-4)

    def test_models(self):
        self.check_all("onnx_models", 1e-4)


if __name__ == "__main__":
    Test.main()
