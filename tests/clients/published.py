"""Hugging Face's own GPT-2, BERT and LLaMA and torchvision's own ResNets load what we write, strictly, and we load what they write.
Skipped where they are not installed: pip install transformers torchvision."""
from unittest import mock

from client import Test, gradus, need

torch, files, transformers = need("torch", "safetensors.torch", "transformers")
# torchvision's compiled part does not load beside another build of PyTorch (CPU's) than its own; its models need none of it.
with mock.patch.object(torch.library, "register_fake", lambda *_, **__: lambda f: f):
    torchvision = need("torchvision.models")


TOLERANCES = {"f32": (torch.float32, 1e-5), "f64": (torch.float64, 1e-12)}


class Published(Test):
    def both_ways(self, name, net, call, *inputs, dtypes=("f32", "f64")):
        for ours in dtypes:
            with self.subTest(model=name, dtype=ours):
                dtype, tolerance = TOLERANCES[ours]
                net.to(dtype).eval()
                given = [x.to(dtype) if x.is_floating_point() else x for x in inputs]
                files.save_file({f"x{i}" if i > 1 else "x": x for i, x in enumerate(given, 1)}, self.folder / "inputs")
                files.save_model(net, self.folder / "theirs.safetensors")   # which leaves out what is tied
                gradus("model-predict", name, ours, self.folder / "theirs.safetensors", self.folder / "inputs", self.folder / "outputs")
                with torch.no_grad():
                    self.close(files.load_file(self.folder / "outputs")["y"], call(net, *given), tolerance)
                gradus("model-fresh", name, ours, self.folder / "inputs", self.folder / "ours.safetensors", self.folder / "outputs")
                net.load_state_dict(files.load_file(self.folder / "ours.safetensors"), strict=True)
                with torch.no_grad():
                    self.close(files.load_file(self.folder / "outputs")["y"], call(net, *given), tolerance)

    def test_gpt2(self):
        torch.manual_seed(1)
        net = transformers.GPT2LMHeadModel(transformers.GPT2Config(vocab_size=40, n_positions=16, n_embd=24, n_layer=3, n_head=4,
                                                                   bos_token_id=0, eos_token_id=0))
        self.both_ways("gpt2", net, lambda net, words: net(words).logits, torch.randint(0, 40, (2, 11)))

    def test_bert(self):
        torch.manual_seed(1)
        net = transformers.BertModel(transformers.BertConfig(vocab_size=40, max_position_embeddings=16, hidden_size=24,
                                                             num_hidden_layers=3, num_attention_heads=4, intermediate_size=32))

        def call(net, words, kinds):
            y = net(words, token_type_ids=kinds)
            return torch.cat([y.last_hidden_state.flatten(1), y.pooler_output], 1)
        self.both_ways("bert", net, call, torch.randint(0, 40, (2, 11)), torch.randint(0, 2, (2, 11)))

    def test_llama(self):   # in f32, since its norms and rotary angles are of f32 whatever the model's dtype is
        torch.manual_seed(1)
        net = transformers.LlamaForCausalLM(transformers.LlamaConfig(vocab_size=40, hidden_size=24, intermediate_size=32,
                                                                     num_hidden_layers=3, num_attention_heads=6, num_key_value_heads=2))
        self.both_ways("llama", net, lambda net, words: net(words).logits, torch.randint(0, 40, (2, 11)), dtypes=("f32",))

    def test_resnet18(self):
        torch.manual_seed(1)
        self.both_ways("resnet18", torchvision.resnet18(), lambda net, x: net(x), torch.randn(2, 3, 64, 64))

    def test_resnet50(self):   # in f64, since of random weights it makes numbers of 17, whose last digits in f32 are more than 1e-5
        torch.manual_seed(1)
        self.both_ways("resnet50", torchvision.resnet50(), lambda net, x: net(x), torch.randn(2, 3, 64, 64), dtypes=("f64",))


if __name__ == "__main__":
    Test.main()
