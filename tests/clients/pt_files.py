"""torch.load takes what save_pt writes, weights_only and mapped, and we take what torch.save writes, in either layout and any protocol."""
import collections

from client import GOLDEN, GradusError, Test, gradus, need

torch = need("torch")


def same(test, ours, theirs, where=""):
    test.assertEqual(type(ours), type(theirs), where)
    if isinstance(theirs, torch.Tensor):
        strides = lambda x: [step for size, step in zip(x.shape, x.stride()) if size > 1 and x.numel()]   # others mean nothing
        facts = lambda x: (x.dtype, x.shape, strides(x), x.requires_grad)
        test.assertEqual(facts(ours), facts(theirs), where)
        as_bytes = lambda x: x.detach().contiguous().view(-1).view(torch.uint8).tolist() if x.numel() else []
        test.assertEqual(as_bytes(ours), as_bytes(theirs), where)
    elif isinstance(theirs, dict):
        test.assertEqual(list(ours), list(theirs), where)
        for key in theirs:
            same(test, ours[key], theirs[key], f"{where}.{key}")
        test.assertEqual(getattr(ours, "_metadata", None), getattr(theirs, "_metadata", None), where)
    elif isinstance(theirs, (list, tuple)):
        test.assertEqual(len(ours), len(theirs), where)
        for i, (a, b) in enumerate(zip(ours, theirs)):
            same(test, a, b, f"{where}.{i}")
    else:
        test.assertEqual(repr(ours), repr(theirs), where)


class Pt(Test):
    def copied(self, value, **options):
        torch.save(value, self.folder / "theirs.pt", **options)
        gradus("copy-pt", self.folder / "theirs.pt", self.folder / "ours.pt")
        plain = torch.load(self.folder / "ours.pt", weights_only=True)
        same(self, torch.load(self.folder / "ours.pt", weights_only=True, mmap=True), plain)
        return plain

    def test_golden_files_go_through(self):
        for name in "checkpoint", "checkpoint_legacy", "tensors", "tensors_legacy", "bare", "protocol5":
            given = torch.load(GOLDEN / "pt" / f"{name}.pt", weights_only=False)
            gradus("copy-pt", GOLDEN / "pt" / f"{name}.pt", self.folder / "ours.pt")
            ours = torch.load(self.folder / "ours.pt", weights_only=True)
            if "protocol" in name:   # what becomes a dict, bytes or a tuple here
                ours, given = ({k: v for k, v in x.items() if k not in ("default", "counter", "bytearray", "size")} for x in (ours, given))
            if "tensors" in name:    # alone in their storage or not, they may be written tightly
                self.assertEqual(ours["whole"].data_ptr(), ours["transposed"].data_ptr())
                self.assertEqual(ours["tied"].data_ptr(), ours["again"].data_ptr())
            same(self, ours, given, name)

    def test_a_model_and_its_optimizer(self):
        model = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3), torch.nn.BatchNorm2d(8), torch.nn.Flatten(), torch.nn.LSTM(4, 5))
        optimizer = torch.optim.AdamW(model.parameters())
        model[0](torch.randn(2, 3, 5, 5)).sum().backward()
        optimizer.step()
        for dtype in torch.float32, torch.float64, torch.float16, torch.bfloat16:
            given = {"state_dict": model.to(dtype).state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3,
                     "parameters": list(model.parameters())}
            for options in {}, {"_use_new_zipfile_serialization": False}, {"pickle_protocol": 4}:
                ours = self.copied(given, **options)
                same(self, ours, given)
                model.load_state_dict(ours["state_dict"])
                optimizer.load_state_dict(ours["optimizer"])

    def test_many_of_everything(self):
        given = collections.OrderedDict((f"layer.{i}", torch.full((i % 7, 3), float(i))) for i in range(400))
        self.copied(given)
        self.copied({i: [i, -i, i * 0.5, str(i)] for i in range(3000)})

    def test_models_and_calls_are_refused(self):
        torch.save(torch.nn.Linear(1, 1), self.folder / "model.pt")
        with self.assertRaisesRegex(GradusError, "state_dict"):
            gradus("copy-pt", self.folder / "model.pt", self.folder / "ours.pt")
        torch.save(torch.zeros(2, dtype=torch.complex64), self.folder / "complex.pt")
        with self.assertRaisesRegex(GradusError, "complex64"):
            gradus("copy-pt", self.folder / "complex.pt", self.folder / "ours.pt")
        torch.save(torch.eye(2).to_sparse(), self.folder / "sparse.pt")
        with self.assertRaisesRegex(GradusError, "sparse"):
            gradus("copy-pt", self.folder / "sparse.pt", self.folder / "ours.pt")
        torch.jit.save(torch.jit.script(torch.nn.Linear(1, 1)), self.folder / "script.pt")
        with self.assertRaisesRegex(GradusError, "TorchScript"):
            gradus("copy-pt", self.folder / "script.pt", self.folder / "ours.pt")
        torch.save(torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.quint8), self.folder / "quantized.pt")
        with self.assertRaisesRegex(GradusError, "quantized|quint8"):
            gradus("copy-pt", self.folder / "quantized.pt", self.folder / "ours.pt")


if __name__ == "__main__":
    Test.main()
