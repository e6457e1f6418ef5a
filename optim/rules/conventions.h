// Formulas that go by one name in different places: options of the rules that have several. The first of each is PyTorch's.
//   optim::SGD sgd(params, {.lr = 0.1, .momentum = 0.9, .form = optim::Momentum::ema});
// presets.h has what the lecture, Keras and optax choose.
#pragma once

namespace gradus::optim {

// What becomes of a direction d (the gradient, for SGD) on its way into the weight:
enum class Momentum {
  classic,         // b ← momentum·b + d;                  w ← w − lr·b
  lr_inside,       // b ← momentum·b + lr·d;               w ← w − b             differs once lr changes
  ema,             // b ← momentum·b + (1−momentum)·d;     w ← w − lr·b          an average: classic with lr·(1−momentum)
  ema_debiased,    // b as ema;                            w ← w − lr·b/(1−momentumᵗ)
};
// Where ε stands below the fraction bar:
enum class Eps {
  outside,         // √v + ε
  inside,          // √(v + ε); the default of Adamax, max(β₂·u, |g| + ε)
  scaled_hat,      // Adam's √v + ε under lr·√(1−β₂ᵗ)/(1−β₁ᵗ), as if ε were ε/√(1−β₂ᵗ): the "ε̂" of the paper, section 2
};

}  // namespace gradus::optim
