// Computes the chapters of the page into a JSON file, which the page's build embeds.
//   landscape_chapters chapters.json
#include <cstdio>

#include <gradus/autograd/base/error.h>

#include "landscape/chapters/chapters.h"

int main(int argc, char** argv) try {
  if (argc != 2) {
    std::fprintf(stderr, "usage: landscape_chapters FILE.json\n");
    return 2;
  }
  using namespace landscape::chapters;
  landscape::figure::write(argv[1], {predictions_and_loss(), loss_landscape(), gradient_descent(), learning_rates(), poor_minimum(),
                                     mini_batches(), decaying_rates(), momentum(), rmsprop(), adam(), race(), hyper_parameters()});
} catch (const gradus::Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
