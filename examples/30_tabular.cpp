// A table with categories: flats with a city, a kind of house and numbers, some of them missing, from CSV files; a network that has a
// vector for every category says what they cost.
//
//   ./run example 30_tabular                (--train FILE --test FILE --epochs --batch --seed --report FOLDER; without files it makes some)
//
// You should see what the columns hold, the error of the mean price as a guess (about 207), and the network's fall to about 16 within a few
// seconds; the noise in the prices alone is 12. At the end: what it thinks of the cities, dearest first, and a row that it has not seen.
#include <gradus/data/read/csv.h>
#include <gradus/gradus.h>
#include <gradus/train/report/report.h>
#include <gradus/train/report/run_record.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>

#include "support/arguments.h"

using namespace gradus;

struct Options {
  std::string train = "", test = "", report = "";   // report: a folder for what `./run watch` shows and for report.html
  long epochs = 30, batch = 64, seed = 1;

  void describe(Describe& is) const { is(range::at_least_one, epochs, batch); }
};

// Flats of our own making: rent by area, city and kind; what nobody wrote down is empty.
data::Table made_up(std::int64_t n, Generator& random) {
  struct City { const char* name; double rent; };
  const City cities[] = {{"Wien", 5.2}, {"Salzburg", 4.9}, {"Innsbruck", 4.7}, {"Graz", 3.4}, {"Linz", 3.1}, {"Villach, Warmbad", 2.2}};
  const char* kinds[] = {"old building", "new building", "council \"Gemeindebau\"", "terraced house"};
  const double factor[] = {1.1, 1.25, 0.7, 1.0};
  const Tensor uniform = rand({n, 5}, random), noise = randn({n}, random);
  data::Texts city, kind;
  Array area({n}, f64), floor({n}, f64), lift({n}, boolean), price({n}, f64), floor_missing = Array::zeros({n}, boolean);
  for (std::int64_t i = 0; i < n; ++i) {
    const auto draw = [&](std::int64_t k) { return uniform.value().at({i, k}); };
    const City& in = cities[static_cast<int>(draw(0) * draw(0) * 6)];
    const int of_kind = static_cast<int>(draw(1) * 4), storey = static_cast<int>(draw(2) * 7);
    const bool has_lift = draw(3) < 0.5;
    city.add(in.name);
    kind.add(kinds[of_kind]);
    area.mutable_data<double>()[i] = std::round(30 + 120 * draw(4));
    floor.mutable_data<double>()[i] = storey;
    floor_missing.mutable_data<bool>()[i] = i % 11 == 3;
    lift.mutable_data<bool>()[i] = has_lift;
    const double euros = area.at({i}) * in.rent * factor[of_kind] * (has_lift ? 1 + 0.02 * storey : 1 - 0.03 * storey);
    price.mutable_data<double>()[i] = std::round(euros + 12 * noise.value().at({i}));
  }
  return data::Table()
      .add("city", city)
      .add("kind", kind)
      .add("area", area)
      .add(data::Column{.name = "floor", .type = f64, .values = floor, .missing = floor_missing})
      .add("lift", lift)
      .add("price", price);
}

// Columns as a network wants them: codes i64 [n, 2] and numbers f32 [n, 4], what is missing 0 and said in a column of its own.
struct Rows {
  Tensor codes, numbers, price;
};
Rows rows_of(const data::Table& t) {
  const Tensor floor = t.tensor({"floor"}), missing = isnan(floor);
  const Tensor known = where(missing, zeros(floor.shape()), floor);
  return {t.tensor({"city", "kind"}, i64), cat({t.tensor({"area", "lift"}), known, missing.to(f32)}, 1), t.tensor({"price"})};
}

struct Net {
  std::int64_t cities = 1, kinds = 1;
  nn::Embedding city{cities, 4}, kind{kinds, 3};
  nn::Linear first{4 + 3 + 4, 64}, second{64, 32}, price{32, 1};
  Array mean = Array::zeros({4}), deviation = Array::full({4}, 1);   // of the numbers; saved and not trained

  Tensor operator()(const Tensor& codes, const Tensor& numbers) const {
    const Tensor x = cat({city(select(codes, 1, 0)), kind(select(codes, 1, 1)), (numbers - mean) / deviation}, 1);
    return 100 * price(relu(second(relu(first(x)))));
  }
};

double error_of(const Tensor& guess, const Tensor& price) { return std::sqrt(mean(square(guess - price)).item()); }

int main(int argc, char** argv) {
  auto options = support::arguments<Options>(argc, argv);
  manual_seed(static_cast<std::uint64_t>(options.seed));
  if (options.train.empty()) {
    options.train = "flats_train.csv", options.test = "flats_test.csv";
    Generator random(5);
    data::write_csv(options.train, made_up(4000, random));
    data::write_csv(options.test, made_up(1000, random));
  }

  // Cities and kinds get codes by the training rows; the test rows are read by the same list. A city that is not in it is an error.
  const data::Table train =
      data::read_csv(options.train, {.types = {{"city", data::as_category}, {"kind", data::as_category}, {"floor", f64}}});
  const data::Table test = data::read_csv(options.test.empty() ? options.train : options.test, {.types = train.types()});
  for (const data::Column& column : train.columns()) {
    const std::string type = text(column.type);
    std::printf("%-6s %-9s %5.0f missing", column.name.c_str(), type.c_str(),
                column.missing.defined() ? sum(Tensor(column.missing).to(f32)).item() : 0.);
    for (const std::string& category : column.categories) std::printf("%s%s", &category == &column.categories[0] ? "   " : ", ",
        category.c_str());
    std::printf("\n");
  }

  const Rows known = rows_of(train), unseen = rows_of(test);
  Net net{.cities = static_cast<std::int64_t>(train["city"].categories.size()),
      .kinds = static_cast<std::int64_t>(train["kind"].categories.size())};
  net.mean = mean(known.numbers, 0).value();
  net.deviation = (gradus::std(known.numbers, 0) + 1e-3).value();
  optim::AdamW adam(nn::parameters(net), {.lr = 3e-3});
  optim::CosineAnnealingLR schedule(adam, {.t_max = options.epochs});
  data::DataLoader loader(data::TensorDataset(known.codes, known.numbers, known.price), {.batch_size = options.batch, .shuffle = true,
      .seed = 1});

  std::optional<train::RunRecord> record;
  if (!options.report.empty()) {
    record.emplace(options.report);
    record->set("options", options);
    record->summary(nn::summary(net, known.codes, known.numbers));
  }

  std::printf("\nroot of the mean squared error on %lld flats that the network has not seen\n", static_cast<long long>(test.rows()));
  std::printf("the mean price as a guess   %7.1f\n", error_of(mean(known.price), unseen.price));
  std::int64_t step = 0;
  for (long epoch = 1; epoch <= options.epochs; ++epoch) {
    train::Mean huber;
    for (auto [codes, numbers, price] : loader) {
      const Tensor loss = nn::huber_loss(net(codes, numbers), price, {.delta = 30});
      adam.zero_grad();
      loss.backward();
      adam.step();
      ++step;
      huber.update(loss.item(), price.dim(0));
    }
    if (record) {
      train::MeanSquaredError error({.root = true});
      error.update(no_grad([&] { return net(unseen.codes, unseen.numbers); }), unseen.price);
      record->add("loss", step, huber.value());
      record->add("val_rmse", step, error.value());
      record->add("lr", step, adam.lr());
      record->save();
    }
    schedule.step();
    if (epoch == 1 || epoch % 10 == 0 || epoch == options.epochs)
      std::printf("epoch %3ld                   %7.1f\n", epoch, no_grad([&] { return error_of(net(unseen.codes, unseen.numbers),
          unseen.price); }));
  }

  if (record) std::printf("report: %s\n", train::report(options.report).c_str());

  // The same flat in every city.
  const NoGrad guard;
  std::vector<std::pair<double, std::string>> prices;
  const auto& cities = train["city"].categories;
  for (std::size_t k = 0; k < cities.size(); ++k) {
    const Tensor here = tensor({{static_cast<double>(k), 0.}}, i64);
    prices.emplace_back(net(here, mean(known.numbers, 0, true)).item(), cities[k]);
  }
  std::sort(prices.rbegin(), prices.rend());
  std::printf("\nan average flat:");
  for (const auto& [price, city] : prices) std::printf("  %s %.0f", city.c_str(), price);
  std::printf("\nfirst of the unseen rows: %.0f, and the network says %.0f\n", unseen.price.value().at({0, 0}),
              net(unseen.codes, unseen.numbers).value().at({0, 0}));
}
