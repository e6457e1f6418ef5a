// A log that TensorBoard shows (opt-in): event files of our own writing, scalars, histograms, pictures, texts and the model's graph.
//   train::TensorBoardLog board("runs/a");                     // tensorboard --logdir runs
//   board.add("loss", step, loss.item());   board.histogram("fc.weight", step, net.fc.weight.value());
//   board.picture("samples", step, data::make_grid(samples));   board.text("options", 0, "lr = 0.1");   board.graph(net, sample);
//   board.hparams({{"lr", "0.1"}}, {{"best", history.best}});
// A folder may have several event files; each run of the program writes one more, and one that resumes hides what the others have beyond
// its step. Everything has reached the system when a function returns.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <gradus/autograd/base/file_name.h>
#include <gradus/autograd/tape/tensor.h>
#include <gradus/nn/onnx/export_onnx.h>
#include <gradus/train/logs/log.h>

namespace gradus::train {

class TensorBoardLog final : public Log {
 public:
  explicit TensorBoardLog(const FileName& folder, const LogOptions& options = {}) : Log(options), folder_(folder) {}
  ~TensorBoardLog() override { flush_quietly(); }

  // How values are spread, in 30 bins of equal width between the least and the largest; what is not finite is left out. ValueError: step
  // below 0. FileError, as below.
  void histogram(std::string_view name, std::int64_t step, const Tensor& values);
  // [C, H, W] or [H, W], u8, or f32 and f64 between 0 and 1. ShapeError and DtypeError as of data::write_png.
  void picture(std::string_view name, std::int64_t step, const Tensor& pixels);
  void text(std::string_view name, std::int64_t step, std::string_view words);   // Markdown

  // The row of this run in the table of hyper-parameters: what was set ("true", numbers and texts are told apart), and what came out,
  // which are curves of one point, too; or all options of an aggregate, one of your own as well. ValueError: no settings, a
  // step below 0.
  void hparams(const Values& settings, const std::vector<NamedValue>& results, std::int64_t step = 0);
  template <class Options>
    requires(!std::is_convertible_v<const Options&, const Values&>)
  void hparams(const Options& settings, const std::vector<NamedValue>& results, std::int64_t step = 0) {
    Values values;
    for (const Option& option : options_of(settings)) values[std::string(option.name())] = option.text();
    hparams(values, results, step);
  }

  // The operations of a call, as ONNX names them, each under the layer whose weights it takes. GraphError and others where the model cannot
  // be exported: nn/onnx/export_onnx.h.
  template <class Net>
  void graph(const Net& net, const Tensor& sample) {
    const std::string file = graph_file();
    nn::export_onnx(file, net, sample);
    graph_of_onnx(file);
  }
  void graph_of_onnx(const FileName& file);     // an .onnx file's; it is removed if it is graph_file()

 private:
  void begin() override;
  void cut(std::int64_t step) override;
  void write(std::int64_t step, const std::vector<NamedValue>& row) override;
  void open();
  void put(const std::string& event);
  void put_value(std::int64_t step, const std::string& value);
  std::string graph_file() const;

  FileName folder_;
  std::string file_;                            // of this run; empty before there is anything to write
};

}  // namespace gradus::train
