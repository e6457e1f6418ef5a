// The chapters of the page, in the order of the lecture; each is computed by gradus' own optimizers when its function is called.
#pragma once
#include "landscape/figures.h"

namespace landscape::chapters {

using figure::Json;

// fitting.cpp: a line through points, its landscape, and the way down
Json predictions_and_loss();
Json loss_landscape();
Json gradient_descent();

// rates.cpp
Json learning_rates();
Json decaying_rates();

// valleys.cpp
Json poor_minimum();
Json mini_batches();

// averages.cpp: what momentum, RMSprop and Adam keep of past gradients
Json momentum();
Json rmsprop();
Json adam();

// race.cpp
Json race();
Json hyper_parameters();

}  // namespace landscape::chapters
