"""PyTorch's optimizers go on from a state that went through ours, as if it had not: the same steps, in every bit of float64."""
from client import Test, gradus, need

torch = need("torch")

OPTIONS = {"SGD": dict(lr=0.1, momentum=0.9), "Adam": {}, "AdamW": {}, "Adamax": {}, "NAdam": {}, "RAdam": {}, "Adagrad": {}, "Adadelta": {},
           "RMSprop": {}, "Rprop": {}, "ASGD": dict(t0=2), "Adafactor": {}, "Muon": {}, "SparseAdam": {}}


def step(optimizer, weights, sparse):
    def closure():
        optimizer.zero_grad()
        loss = sum(((w - 0.3) ** 4).sum() for w in weights)
        loss.backward()
        if sparse:
            for w in weights:
                w.grad = w.grad.to_sparse(1)
        return loss
    optimizer.step(closure)


class Optimizers(Test):
    def test_each_goes_on_after_a_journey(self):
        torch.set_default_dtype(torch.float64)   # NAdam's and ASGD's numbers, too
        for name, options in OPTIONS.items():
            with self.subTest(name):
                draw = torch.Generator().manual_seed(1)
                weights = [torch.nn.Parameter(torch.randn(shape, generator=draw)) for shape in ((4, 3), (2, 5))]
                optimizer = getattr(torch.optim, name)(weights, **options)
                for _ in range(3):
                    step(optimizer, weights, name == "SparseAdam")
                state = optimizer.state_dict()
                torch.save({"weights": [w.detach() for w in weights], "optimizer": state}, self.folder / "theirs.pt")
                gradus("pytorch-state", name, self.folder / "theirs.pt", self.folder / "ours.pt")
                copies = [torch.nn.Parameter(w.detach().clone()) for w in weights]
                other = getattr(torch.optim, name)(copies)
                other.load_state_dict(torch.load(self.folder / "ours.pt", weights_only=True))
                for _ in range(3):
                    step(optimizer, weights, name == "SparseAdam")
                    step(other, copies, name == "SparseAdam")
                for a, b in zip(copies, weights):
                    self.close(a, b, what=name)

    def test_lbfgs(self):
        torch.set_default_dtype(torch.float64)
        weights = [torch.nn.Parameter(torch.linspace(-1, 2, 6).reshape(2, 3))]
        optimizer = torch.optim.LBFGS(weights, max_iter=4)
        for _ in range(2):
            step(optimizer, weights, False)
        torch.save({"weights": [w.detach() for w in weights], "optimizer": optimizer.state_dict()}, self.folder / "theirs.pt")
        gradus("pytorch-state", "LBFGS", self.folder / "theirs.pt", self.folder / "ours.pt")
        copies = [torch.nn.Parameter(w.detach().clone()) for w in weights]
        other = torch.optim.LBFGS(copies)
        other.load_state_dict(torch.load(self.folder / "ours.pt", weights_only=True))
        step(optimizer, weights, False)
        step(other, copies, False)
        self.close(copies[0], weights[0], 1e-12)


if __name__ == "__main__":
    Test.main()
