"""NumPy's own readers take our npy and npz files, and safetensors' our shards; we take theirs."""
import json

from client import Test, gradus, need

numpy, safetensors = need("numpy", "safetensors.numpy")

DTYPES = ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "?"]


def samples():
    draw = numpy.random.default_rng(1)
    out = {}
    for dtype in DTYPES:
        for shape in ((), (0, 3), (1,), (2, 3), (2, 1, 3, 2)):
            out[f"{numpy.dtype(dtype)}.{len(out)}"] = numpy.asarray(draw.random(shape) * 100).astype(dtype).reshape(shape)
    out["special"] = numpy.array([numpy.nan, numpy.inf, -numpy.inf, -0.0, 1e-310])
    return out


class Numpy(Test):
    def equal(self, ours, theirs, what):
        self.close(ours, theirs, 0, what)
        self.assertEqual(ours.tobytes(), theirs.tobytes(), what)

    def test_npz_goes_there_and_back(self):
        given = samples()
        for write in (numpy.savez, numpy.savez_compressed):
            write(self.folder / "theirs.npz", **given)
            gradus("copy-arrays", self.folder / "theirs.npz", self.folder / "ours.npz")
            with numpy.load(self.folder / "ours.npz", allow_pickle=False) as taken:
                self.assertEqual(set(taken.files), set(given))
                for name, x in given.items():
                    self.equal(taken[name], x, name)

    def test_npy_goes_there_and_back_in_either_order(self):
        for i, x in enumerate(samples().values()):
            for theirs in (x, numpy.asfortranarray(x), x.astype(x.dtype.newbyteorder(">"))):
                numpy.save(self.folder / "theirs.npy", theirs)
                gradus("copy-arrays", self.folder / "theirs.npy", self.folder / "ours.npy")
                self.equal(numpy.load(self.folder / "ours.npy", allow_pickle=False, mmap_mode="r" if theirs.ndim and x.size else None),
                           theirs.astype(x.dtype), i)

    def test_shards_are_files_of_their_own(self):
        given = samples()
        safetensors.save_file(given, self.folder / "theirs.safetensors")
        gradus("copy-arrays", self.folder / "theirs.safetensors", self.folder / "model.safetensors.index.json")
        index = json.loads((self.folder / "model.safetensors.index.json").read_text())
        taken = {}
        for shard in set(index["weight_map"].values()):
            for name, x in safetensors.load_file(self.folder / shard).items():
                self.assertEqual(index["weight_map"][name], shard)
                taken[name] = x
        self.assertEqual(taken.keys(), given.keys())
        for name, x in given.items():
            self.equal(taken[name], x, name)


if __name__ == "__main__":
    Test.main()
