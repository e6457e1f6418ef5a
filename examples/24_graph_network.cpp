// A graph network by gather and scatter: the nodes of a graph belong to three groups, one in ten says to which, and the others have to find
// out from their neighbours. In every round each node gathers what its neighbours know (index_select), adds it up (index_add), and thinks.
//
//   ./run example 24_graph_network                        (--steps, --seed)
//
// You should see how often a network of 0, 1, 2, 4 and 6 rounds is right on graphs of 400 nodes that it has never seen, having learned from
// graphs of 60: without messages a guess, 0.33; as more rounds carry the news further, more than 0.8, since most neighbours are of one's
// own group, but not all. It takes two seconds.
#include <gradus/gradus.h>

#include <cstdio>

#include "support/arguments.h"

using namespace gradus;

constexpr std::int64_t groups = 3, width = 32;
constexpr double friends = 7, strangers = 2;   // neighbours of one's own group, and of the others, on average

// Any number of graphs side by side are one graph. Every edge stands twice, once for each direction.
struct Graph {
  Tensor known;         // [nodes, groups + 1]: the group of those who say it, and whether they do
  Tensor from, to;      // [edges] i64
  Tensor group;         // [nodes] i64, the truth
  Tensor asked;         // i64: the nodes that do not say
  Tensor neighbours;    // [nodes, 1]: how many; 1 for those who have none
};

Graph make_graphs(int graphs, std::int64_t nodes, Generator& dice) {
  const double in_group = friends * groups / static_cast<double>(nodes),
               outside = strangers * groups / static_cast<double>((groups - 1) * nodes);
  std::vector<std::int64_t> from, to, group, asked;
  for (int g = 0; g < graphs; ++g) {
    const auto first = static_cast<std::int64_t>(group.size());
    for (std::int64_t i = 0; i < nodes; ++i) group.push_back(static_cast<std::int64_t>(dice.below(groups)));
    for (std::int64_t i = first; i < first + nodes; ++i)
      for (std::int64_t j = first; j < i; ++j)
        if (dice.uniform() < (group[i] == group[j] ? in_group : outside)) from.insert(from.end(), {i, j}), to.insert(to.end(), {j, i});
  }
  const auto all = static_cast<std::int64_t>(group.size());
  Array known = Array::zeros({all, groups + 1}), neighbours = Array::zeros({all, 1});
  for (std::int64_t i = 0; i < all; ++i) {
    float* const says = known.mutable_data<float>() + i * (groups + 1);
    if (dice.uniform() < 0.1) says[group[i]] = says[groups] = 1;
    else asked.push_back(i);
  }
  for (const std::int64_t i : to) ++neighbours.mutable_data<float>()[i];
  return {known, tensor(from, i64), tensor(to, i64), tensor(group, i64), tensor(asked, i64), maximum(neighbours, 1)};
}

struct Round {
  nn::Linear own{width, width}, heard{width, width};
  Tensor operator()(const Tensor& x, const Graph& g) const {
    const Tensor messages = index_select(x, 0, g.from), sums = index_add(zeros_like(x), 0, g.to, messages);
    return x + relu(own(x) + heard(sums / g.neighbours));
  }
};

struct Net {
  nn::Linear first{groups + 1, width}, last{width, groups};
  std::vector<Round> rounds;

  // → logits [asked nodes, groups]
  Tensor operator()(const Graph& g) const {
    Tensor x = first(g.known);
    for (const Round& round : rounds) x = round(x, g);
    return last(index_select(x, 0, g.asked));
  }
};

struct Options {
  long steps = 600;
  std::uint64_t seed = 1;

  void describe(Describe& is) const { is(range::at_least_one, steps); }
};

int main(int argc, char** argv) {
  const auto options = support::arguments<Options>(argc, argv);
  manual_seed(options.seed);
  Generator dice(options.seed, 1);
  std::vector<Graph> lessons;
  for (int i = 0; i < 40; ++i) lessons.push_back(make_graphs(8, 60, dice));
  const Graph exam = make_graphs(10, 400, dice);

  std::printf(" rounds   loss   right, on graphs of 400 nodes\n");
  for (const std::size_t rounds : {0, 1, 2, 4, 6}) {
    Net net{.rounds = std::vector<Round>(rounds)};
    optim::AdamW adam(nn::parameters(net), {.lr = 3e-3});
    optim::CosineAnnealingLR schedule(adam, {.t_max = options.steps});
    double loss_sum = 0;
    for (long step = 0; step < options.steps; ++step) {
      const Graph& graph = lessons[static_cast<std::size_t>(step) % lessons.size()];
      const Tensor loss = nn::cross_entropy(net(graph), index_select(graph.group, 0, graph.asked));
      adam.zero_grad();
      loss.backward();
      adam.step();
      schedule.step();
      if (step >= options.steps / 2) loss_sum += loss.item();
    }
    const NoGrad guard;
    std::printf(" %6zu  %.3f   %.3f\n", rounds, loss_sum / static_cast<double>(options.steps - options.steps / 2),
                nn::accuracy(net(exam), index_select(exam.group, 0, exam.asked)));
    std::fflush(stdout);
  }
}
