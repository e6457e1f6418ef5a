"""TensorBoard's own reader on the event files of TensorBoardLog: scalars after a resume, a histogram, pictures, a text, a graph."""
import io

from client import Test, gradus, need

need("tensorboard")
from tensorboard.backend.event_processing import event_accumulator   # noqa: E402
from tensorboard.plugins.hparams import api_pb2, metadata   # noqa: E402


class TensorBoardLog(Test):
    def test_is_read(self):
        gradus("tensorboard_log", self.folder)
        read = event_accumulator.EventAccumulator(str(self.folder), size_guidance={"scalars": 0, "histograms": 0, "images": 0, "tensors": 0})
        read.Reload()
        tags = read.Tags()
        self.assertTrue(tags["graph"])
        self.assertEqual([(s.step, s.value) for s in read.Scalars("loss")], [(1, 11), (2, 12), (3, 23), (4, 24), (5, 25)])

        histogram = read.Histograms("weights")[0].histogram_value
        self.assertEqual((histogram.min, histogram.max, histogram.num, histogram.sum), (0, 59, 60, 59 * 30))
        self.assertEqual(sum(histogram.bucket), 60)
        self.assertEqual(len(histogram.bucket), len(histogram.bucket_limit))

        text = read.Tensors("options/text_summary")[0].tensor_proto
        self.assertEqual(text.string_val[0], b"lr = **0.1**")

        picture = read.Images("picture")[0]
        self.assertEqual((picture.height, picture.width), (2, 3))
        self.assertEqual((read.Images("colours")[0].height, read.Images("colours")[0].width), (4, 5))
        try:
            from PIL import Image
        except ImportError:
            pass
        else:
            self.assertEqual(list(Image.open(io.BytesIO(picture.encoded_image_string)).tobytes()), [0, 50, 100, 150, 200, 255])

        content = read.PluginTagToContent("hparams")
        start = metadata.parse_session_start_info_plugin_data(content["_hparams_/session_start_info"])
        self.assertEqual((start.hparams["lr"].number_value, start.hparams["nesterov"].bool_value, start.hparams["rule"].string_value),
                         (0.1, True, "SGD"))
        end = metadata.parse_session_end_info_plugin_data(content["_hparams_/session_end_info"])
        self.assertEqual(end.status, api_pb2.STATUS_SUCCESS)
        experiment = metadata.parse_experiment_plugin_data(content["_hparams_/experiment"])
        self.assertEqual([(i.name, i.type) for i in experiment.hparam_infos],
                         [("lr", api_pb2.DATA_TYPE_FLOAT64), ("nesterov", api_pb2.DATA_TYPE_BOOL), ("rule", api_pb2.DATA_TYPE_STRING)])
        self.assertEqual([i.name.tag for i in experiment.metric_infos], ["best"])
        self.assertEqual([(s.step, s.value) for s in read.Scalars("best")], [(2, 0.25)])

        graph = read.Graph()
        nodes = {node.name: node for node in graph.node}
        self.assertTrue(any(name.startswith("hidden/") for name in nodes) and any(name.startswith("output/") for name in nodes), list(nodes))
        for node in graph.node:
            for source in node.input:
                self.assertIn(source, nodes)
        reached, wanted = set(), [name for name, node in nodes.items() if node.op == "Output"]
        while wanted:
            name = wanted.pop()
            if name not in reached:
                reached.add(name)
                wanted += nodes[name].input
        self.assertEqual(reached, set(nodes), "every node leads to the output")


if __name__ == "__main__":
    Test.main()
