"""Hugging Face's own GPT-2 and torchvision's own ResNet-18 (skipped where they are not installed: pip install transformers torchvision)
load what we write, strictly, and we load what they write."""
from unittest import mock

from client import Test, gradus, need

torch, files, transformers = need("torch", "safetensors.torch", "transformers")
# torchvision's compiled part does not load beside another build of PyTorch (CPU's) than its own; its models need none of it.
with mock.patch.object(torch.library, "register_fake", lambda *_, **__: lambda f: f):
    torchvision = need("torchvision.models")


class Published(Test):
    def both_ways(self, name, net, inputs, call):
        net.eval()
        files.save_file({"x": inputs}, self.folder / "inputs")
        files.save_model(net, self.folder / "theirs.safetensors")   # which leaves out what is tied
        gradus("model-predict", name, "f32", self.folder / "theirs.safetensors", self.folder / "inputs", self.folder / "outputs")
        with torch.no_grad():
            self.close(files.load_file(self.folder / "outputs")["y"], call(net), 1e-5)
        gradus("model-fresh", name, "f32", self.folder / "inputs", self.folder / "ours.safetensors", self.folder / "outputs")
        net.load_state_dict(files.load_file(self.folder / "ours.safetensors"), strict=True)
        with torch.no_grad():
            self.close(files.load_file(self.folder / "outputs")["y"], call(net), 1e-5)

    def test_gpt2(self):
        torch.manual_seed(1)
        net = transformers.GPT2LMHeadModel(transformers.GPT2Config(vocab_size=40, n_positions=16, n_embd=24, n_layer=3, n_head=4,
                                                                   bos_token_id=0, eos_token_id=0))
        words = torch.randint(0, 40, (2, 11))
        self.both_ways("gpt2", net, words, lambda net: net(words).logits)

    def test_resnet18(self):
        torch.manual_seed(1)
        images = torch.randn(2, 3, 64, 64)
        self.both_ways("resnet18", torchvision.resnet18(), images, lambda net: net(images))


if __name__ == "__main__":
    Test.main()
