"""safetensors' own reader takes our files, and we take its: every dtype that both have."""
from client import Test, gradus, need

torch, files = need("torch", "safetensors.torch")

DTYPES = [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8,
          torch.bool]


def samples():
    draw = torch.Generator().manual_seed(1)
    out = {}
    for dtype in DTYPES:
        for shape in ((), (0, 3), (1,), (2, 3), (2, 1, 3, 2)):
            x = torch.randn(shape, generator=draw, dtype=torch.float64) * 3
            x = x > 0 if dtype == torch.bool else x.abs() if dtype == torch.uint8 else x
            out[f"{dtype} {list(shape)}"] = x.to(dtype)
    out["special"] = torch.tensor([float("nan"), float("inf"), -float("inf"), -0.0, 1e-45])
    return out


class Safetensors(Test):
    def test_goes_there_and_back(self):
        given = samples()
        files.save_file(given, self.folder / "theirs.safetensors", metadata={"format": "pt", "a key": "a \"value\" ≤ 1"})
        gradus("copy-safetensors", self.folder / "theirs.safetensors", self.folder / "ours.safetensors")
        taken = files.load_file(self.folder / "ours.safetensors")
        self.assertEqual(taken.keys(), given.keys())
        for name, x in given.items():
            self.assertEqual((taken[name].dtype, taken[name].shape), (x.dtype, x.shape), name)
            self.assertEqual(taken[name].view(torch.uint8).tolist() if x.dim() else taken[name].tolist(),
                             x.view(torch.uint8).tolist() if x.dim() else x.tolist(), name)
        with files.safe_open(self.folder / "ours.safetensors", "pt") as file:
            self.assertEqual(file.metadata(), {"format": "pt", "a key": "a \"value\" ≤ 1"})


if __name__ == "__main__":
    Test.main()
