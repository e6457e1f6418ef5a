// Deep Q-learning (Mnih et al., 2015; double, van Hasselt et al., 2016) on a frozen lake of our own: from S to G over ice on which every
// tenth step goes astray, to the left or to the right, around holes (o) and walls (#). The network learns from what it has tried, and
// nothing else: a memory of steps, drawn from at random, and an elder copy of itself that says what the next place is worth.
//
//   ./run example 25_dqn                                  (--steps, --seed)
//
// You should see how often the policy of the moment reaches the goal, exactly, rise to that of the best one that there is, or nearly; then
// both policies on the map. It takes two seconds.
#include <gradus/gradus.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "support/arguments.h"

using namespace gradus;

constexpr std::array<std::string_view, 6> lake = {"S....o...",  //
                                                  ".##......",  //
                                                  "...o.##..",  //
                                                  ".o...#o..",  //
                                                  "...#....o",  //
                                                  "o.....o.G"};
constexpr int rows = 6, columns = 9, places = rows * columns, actions = 4;
constexpr double astray = 0.05, discount = 0.97;   // so often to each side

char at(int place) { return lake[place / columns][place % columns]; }
bool ends(int place) { return at(place) == 'G' || at(place) == 'o'; }
double reward(int place) { return at(place) == 'G' ? 1 : at(place) == 'o' ? -1 : -0.01; }

// Where a step leads: up, right, down, left. Walls and shores do not move.
int step(int place, int action) {
  constexpr int down[] = {-1, 0, 1, 0}, right[] = {0, 1, 0, -1};
  const int row = place / columns + down[action], column = place % columns + right[action];
  if (row < 0 || row >= rows || column < 0 || column >= columns || lake[row][column] == '#') return place;
  return row * columns + column;
}

using Policy = std::array<int, places>;

// What the policy is worth in each place by f(where one comes to, what that is worth), from the rules of the lake, not from trying;
// none: of the best action, which it finds.
template <class F>
std::array<double, places> worth(Policy& policy, bool find, F f) {
  std::array<double, places> v{};
  for (int sweep = 0; sweep < 500; ++sweep)
    for (int place = 0; place < places; ++place) {
      if (ends(place) || at(place) == '#') continue;
      double best = -1e9;
      for (int a = 0; a < actions; ++a) {
        if (!find && a != policy[place]) continue;
        const int ahead = step(place, a), left = step(place, (a + 3) % 4), right = step(place, (a + 1) % 4);
        const double q = (1 - 2 * astray) * f(ahead, v[ahead]) + astray * (f(left, v[left]) + f(right, v[right]));
        if (q > best + 1e-12) best = q, policy[place] = a;
      }
      v[place] = best;
    }
  return v;
}
double chance(Policy policy) {   // of reaching the goal from the start
  return worth(policy, false, [](int place, double v) { return ends(place) ? at(place) == 'G' : 0.999 * v; })[0];
}
Policy best_policy() {
  Policy policy{};
  worth(policy, true, [](int place, double v) { return reward(place) + (ends(place) ? 0 : discount * v); });
  return policy;
}

struct Net {
  nn::Linear see{places, 64}, think{64, 64}, value{64, actions};
  // places [N] i64 → what each action is worth there, [N, 4].
  Tensor operator()(const Tensor& here) const { return value(relu(think(relu(see(one_hot(here, places).to(f32)))))); }
};

Policy policy_of(const Net& net) {
  const NoGrad guard;
  const Tensor choice = argmax(net(arange(places, i64)), 1);
  Policy policy;
  for (int place = 0; place < places; ++place) policy[place] = static_cast<int>(choice[{place}].item());
  return policy;
}

struct Experience {
  int place, action, next;
};

struct Options {
  long steps = 40000;
  std::uint64_t seed = 1;

  void describe(Describe& is) const { is(range::at_least_one, steps); }
};

int main(int argc, char** argv) {
  const auto options = support::arguments<Options>(argc, argv);
  manual_seed(options.seed);
  Generator dice(options.seed, 1);
  Net net;
  Net elder = net;   // as it was some time ago
  optim::Adam adam(nn::parameters(net), {.lr = 1e-3});
  optim::CosineAnnealingLR schedule(adam, {.t_max = options.steps / 2});
  std::vector<Experience> memory;
  constexpr std::size_t most = 10000, batch = 64;
  const double best = chance(best_policy());
  Policy policy = policy_of(net);

  std::printf("   steps   episodes   reaches the goal   (the best policy: %.3f)\n", best);
  int place = 0, episodes = 0;
  for (long t = 1, since_start = 0; t <= options.steps; ++t, ++since_start) {
    // Less and less at random; an episode ends in a hole, at the goal, or when it
    // is getting dark, and the next one begins somewhere else.
    const double curious = std::max(0.1, 1 - 2 * static_cast<double>(t) / static_cast<double>(options.steps));
    const int action = dice.uniform() < curious ? static_cast<int>(dice.below(actions)) : policy[place];
    const double luck = dice.uniform();
    const int next = step(place, luck < astray ? (action + 3) % 4 : luck < 2 * astray ? (action + 1) % 4 : action);
    const Experience tried{place, action, next};
    if (memory.size() < most) memory.push_back(tried);
    else memory[static_cast<std::size_t>(t) % most] = tried;
    place = next;
    if (ends(place) || since_start > 50) {
      do place = static_cast<int>(dice.below(places));
      while (ends(place) || at(place) == '#');
      since_start = 0, ++episodes;
    }

    if (t % 2 == 0 && memory.size() >= batch) {
      std::vector<std::int64_t> from, chosen, to;
      std::vector<float> gain, goes_on;
      for (std::size_t i = 0; i < batch; ++i) {
        const Experience e = memory[dice.below(memory.size())];
        from.push_back(e.place), chosen.push_back(e.action), to.push_back(e.next);
        gain.push_back(static_cast<float>(reward(e.next))), goes_on.push_back(ends(e.next) ? 0 : static_cast<float>(discount));
      }
      const Tensor there = tensor(to, i64), action_taken = unsqueeze(tensor(chosen, i64), 1);
      const Tensor target = no_grad([&] {   // the network chooses, its copy judges
        return tensor(gain) + tensor(goes_on) * squeeze(gather(elder(there), 1, argmax(net(there), 1, true)), {1});
      });
      const Tensor loss = nn::smooth_l1_loss(squeeze(gather(net(tensor(from, i64)), 1, action_taken), {1}), target);
      adam.zero_grad();
      loss.backward();
      adam.step();
      schedule.step();
      if (t % 40 == 0) policy = policy_of(net);
      if (t % 500 == 0) nn::load_state(elder, nn::state(net));
    }
    if (t % (options.steps / 8) == 0) std::printf("%8ld %10d   %16.3f\n", t, episodes, chance(policy_of(net)));
  }

  policy = policy_of(net);
  const Policy ideal = best_policy();
  const auto sign = [](int where, const Policy& p) {
    static constexpr const char* arrows[] = {"↑", "→", "↓", "←"};
    return ends(where) || at(where) == '#' ? std::string(1, at(where)) : std::string(arrows[p[where]]);
  };
  std::printf("\nlearned%*sthe best\n", 2 * columns - 3, "");
  for (int row = 0; row < rows; ++row) {
    for (const Policy& p : {policy, ideal}) {
      for (int column = 0; column < columns; ++column) std::printf("%s ", sign(row * columns + column, p).c_str());
      std::printf("    ");
    }
    std::printf("\n");
  }
  std::printf("\nreaches the goal: %.3f, the best policy %.3f\n", chance(policy), best);
}
