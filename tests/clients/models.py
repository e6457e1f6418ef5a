"""PyTorch's models and gradus's load each other's weights: outputs equal to 1e-5 in f32 and 1e-12 in f64, and after a step the weights."""
from client import Test, gradus, need
from model_zoo import MODELS, model, weights, take

torch, files = need("torch", "safetensors.torch")

DTYPES = {"f32": (torch.float32, 1e-5), "f64": (torch.float64, 1e-12)}
# How PyTorch writes a state_dict, by the file's name.
WRITERS = {
    "safetensors": lambda state, file: files.save_file(state, file),
    "pt": lambda state, file: torch.save(state, file),
    "legacy.pt": lambda state, file: torch.save(state, file, _use_new_zipfile_serialization=False),
}
READERS = {
    "safetensors": lambda file: files.load_file(file),
    "pt": lambda file: torch.load(file, weights_only=True),
}


class Models(Test):
    def each(self):
        for name in MODELS:
            for dtype, (theirs, tolerance) in DTYPES.items():
                with self.subTest(model=name, dtype=dtype):
                    net, inputs = model(name, theirs)
                    files.save_file(inputs, self.folder / "inputs")
                    yield name, dtype, net.eval(), inputs, tolerance

    def outputs(self):
        return files.load_file(self.folder / "outputs")["y"]

    def test_theirs_are_loaded_here(self):
        for name, dtype, net, inputs, tolerance in self.each():
            with torch.no_grad():
                expected = net(*inputs.values())
            for kind, write in WRITERS.items():
                with self.subTest(model=name, dtype=dtype, kind=kind):
                    write(weights(net), self.folder / f"theirs.{kind}")
                    gradus("model-predict", name, dtype, self.folder / f"theirs.{kind}", self.folder / "inputs", self.folder / "outputs")
                    self.close(self.outputs(), expected, tolerance)

    def test_ours_are_loaded_there(self):
        for name, dtype, net, inputs, tolerance in self.each():
            for kind, read in READERS.items():
                with self.subTest(model=name, dtype=dtype, kind=kind):
                    gradus("model-fresh", name, dtype, self.folder / "inputs", self.folder / f"ours.{kind}", self.folder / "outputs")
                    take(net, read(self.folder / f"ours.{kind}"))
                    with torch.no_grad():
                        self.close(self.outputs(), net(*inputs.values()), tolerance)

    def test_a_step_of_either_gives_equal_weights(self):
        # Adam's eps is wide: where a gradient is 0 but for rounding (a key's bias under softmax), 1e-8 would make a step of the rounding.
        for name, dtype, net, inputs, _ in self.each():
            if dtype != "f64":
                continue
            begin = {key: x.clone() for key, x in weights(net).items()}
            files.save_file(begin, self.folder / "begin.safetensors")
            for rule, make in {"SGD": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.01),
                               "Adam": lambda p: torch.optim.Adam(p, lr=1e-3, eps=1e-3)}.items():
                with self.subTest(model=name, rule=rule):
                    gradus("model-step", name, dtype, self.folder / "begin.safetensors", self.folder / "inputs", rule,
                           self.folder / "after.safetensors")
                    take(net, begin)
                    net.train().zero_grad()
                    optimizer = make(net.parameters())
                    net(*inputs.values()).square().mean().backward()
                    optimizer.step()
                    ours, theirs = files.load_file(self.folder / "after.safetensors"), weights(net)
                    self.assertEqual(sorted(set(ours) - set(net.tied)), sorted(theirs))
                    moved = 0
                    for key, x in theirs.items():
                        self.close(ours[key], x, 1e-12, f"{name} {rule} {key}")
                        moved += not torch.equal(x, begin[key])
                    self.assertGreater(moved, len(theirs) // 2)


if __name__ == "__main__":
    Test.main()
