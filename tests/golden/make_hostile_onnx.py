# Writes hostile/onnx/: small models that lie, each with its verdict (make_hostile.py). Needs onnx.    python3 make_hostile_onnx.py
import numpy as np
from onnx import AttributeProto, TensorProto, helper, numpy_helper

from make_hostile import Corpus

FLOAT = TensorProto.FLOAT


def value(name, shape=(2, 2), dtype=FLOAT):
    return helper.make_tensor_value_info(name, dtype, shape)


def model(nodes=None, initializers=(), inputs=("x",), outputs=("y",), opsets=((("", 17)),)):
    nodes = [helper.make_node("Relu", ["x"], ["y"], name="n")] if nodes is None else nodes
    graph = helper.make_graph(nodes, "g", [value(i) for i in inputs], [value(o) for o in outputs], initializer=list(initializers))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid(*o) for o in opsets], ir_version=8)


def node(op, inputs, outputs=("y",), name="n", **attributes):
    return helper.make_node(op, list(inputs), list(outputs), name=name, **attributes)


def tensor(name="w", dims=(2, 2), dtype=FLOAT, raw=bytes(16), **fields):
    t = TensorProto(name=name, dims=dims, data_type=dtype)
    if raw is not None:
        t.raw_data = raw
    for key, entry in fields.items():
        if key == "external":
            t.data_location = TensorProto.EXTERNAL
            for k, v in entry.items():
                t.external_data.add(key=k, value=v)
        else:
            getattr(t, key).extend(entry)
    return t


def with_w(**fields):
    return model([node("Add", ["x", "w"])], [tensor(**fields)])


def nested(depth):
    graph = helper.make_graph([node("Identity", ["x"])], "g", [], [value("y")])
    for _ in range(depth):
        graph = helper.make_graph([node("If", ["x"], then_branch=graph)], "g", [], [value("y")])
    return helper.make_model(helper.make_graph([node("If", ["x"], then_branch=graph)], "g", [value("x")], [value("y")]),
                             opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


c = Corpus("onnx")


def add(name, m, verdict):
    c.add(name, m if isinstance(m, bytes) else m.SerializeToString(), verdict)


plain = model().SerializeToString()
add("plain", plain, "loads")
add("empty", b"", "no graph: a file of 0 bytes")
add("another_format", b"PK\x03\x04" + bytes(30), "no field has the number 0")
add("text", b"#!/bin/sh\necho hello\n", "which ONNX never uses")
add("cut", plain[:-3], "truncated")
add("a_length_of_exabytes", b"\x3a\xff\xff\xff\xff\xff\xff\xff\xff\x7f", "truncated, field 7 says that it has 9223372036854775807 bytes")
add("a_number_without_an_end", b"\x08" + b"\xff" * 11, "a number that does not end")
add("a_number_of_70_bits", b"\x08" + b"\xff" * 9 + b"\x7f", "a number that does not end")
add("a_group", b"\x0b\x0c" + plain, "is of kind 3, which ONNX never uses")
add("field_0", b"\x00\x00" + plain, "no field has the number 0")
add("an_unknown_field", b"\xc2\x3e\x03abc" + plain, "loads")
add("two_graphs", plain + plain, "a second graph")
add("no_opset", model(opsets=()), "does not say which operator set")
add("another_opset", model(opsets=[("our.own", 1)]), "which version of ai.onnx")
add("an_opset_of_the_future", model(opsets=[("", 4000)]), "version 4000 of ai.onnx")
add("an_opset_twice", model(opsets=[("", 17), ("ai.onnx", 13)]), "operator set \"\" twice")
add("deep", nested(20), "graphs within graphs")
add("a_graph_within", nested(2), "node \"n\" (If): graphs inside a node that gradus does not run (ai.onnx 17)")

add("a_circle", model([node("Relu", ["b"], ["a"]), node("Relu", ["a"], ["b"]), node("Add", ["a", "x"])]), "or in a circle")
add("itself", model([node("Add", ["x", "y"])]), "or in a circle")
add("out_of_order", model([node("Relu", ["a"]), node("Relu", ["x"], ["a"])]), "nodes out of order")
add("a_missing_initialiser", model([node("Add", ["x", "w"])]), "takes \"w\", which is no input, no initialiser")
add("a_missing_output", model(outputs=("z",)), "output \"z\" is made by nothing")
add("no_outputs", model(outputs=()), "the graph has no outputs")
add("an_output_twice", model(outputs=("y", "y")), "two outputs are named \"y\"")
add("an_input_twice", model(inputs=("x", "x")), "two inputs are named \"x\"")
add("an_initialiser_twice", model(initializers=[tensor(), tensor()]), "two initialisers are named \"w\"")
add("an_initialiser_without_a_name", model(initializers=[tensor(name="")]), "an initialiser without a name")
add("two_makers", model([node("Relu", ["x"]), node("Neg", ["x"])]), "makes \"y\", which something else makes, too")
add("the_input_made", model([node("Relu", ["x"], ["x"])], outputs=("x",)), "makes \"x\", which something else makes, too")
add("too_many_inputs", model([node("Relu", ["x", "x"])]), "2 inputs, at most 1")
add("too_few_inputs", model([node("Add", ["x"])]), "input 1 is missing")
add("an_input_left_out", model([node("Add", ["", "x"])]), "input 0 is missing")
add("too_many_outputs", model([node("Relu", ["x"], ["y", "z"])]), "2 outputs")
add("no_operator", model([node("", ["x"])]), "names no operator")
add("an_unknown_operator", model([node("Explode", ["x"])]), "(Explode): an operator that gradus does not run")
add("an_unknown_domain", model([node("Relu", ["x"], domain="evil")]), "operators of the domain \"evil\"")
add("an_unknown_attribute", model([node("Relu", ["x"], bomb=1)]), "attribute \"bomb\" (INT) is not known")
add("an_attribute_of_another_type", model([node("Elu", ["x"], alpha="1")]), "\"alpha\" is STRING and should be FLOAT")
twice = node("Elu", ["x"], alpha=1.0)
twice.attribute.append(helper.make_attribute("alpha", 2.0))
add("an_attribute_twice", model([twice]), "attribute \"alpha\" twice")
nameless = node("Elu", ["x"])
nameless.attribute.append(AttributeProto(type=AttributeProto.FLOAT, f=1))
add("an_attribute_without_a_name", model([nameless]), "an attribute without a name")
hollow = node("Constant", [])
hollow.attribute.append(AttributeProto(name="value", type=AttributeProto.TENSOR))
add("a_tensor_that_is_not_there", model([hollow]), "is a tensor that is not there")
add("a_padding_below_0", model([node("MaxPool", ["x"], kernel_shape=[1], pads=[-5, 0])]), "a padding of -5")
add("a_kernel_of_0", model([node("MaxPool", ["x"], kernel_shape=[0])]), "a kernel, stride or dilation of 0")

add("raw_data_too_short", with_w(raw=bytes(15)), "takes 16 bytes, and raw_data has 15")
add("raw_data_too_long", with_w(raw=bytes(17)), "takes 16 bytes, and raw_data has 17")
add("a_tensor_of_terabytes", with_w(dims=(1 << 20, 1 << 20)), "and raw_data has 16")
add("dims_that_overflow", with_w(dims=(1 << 33, 1 << 33)), "the product of its dimensions exceeds 2^63")
add("dims_that_overflow_beside_0", with_w(dims=(0, 1 << 33, 1 << 33), raw=b""), "the product of its dimensions exceeds 2^63")
add("a_dimension_below_0", with_w(dims=(-2, -2)), "a dimension of -2")
add("nine_dimensions", with_w(dims=(1,) * 9, raw=bytes(4)), "9 dimensions")
add("texts", with_w(dtype=TensorProto.STRING, raw=None, string_data=[b"a"]), "gradus has no dtype for STRING")
add("a_type_that_is_none", with_w(dtype=99), "is of type 99, which ONNX has not")
add("elements_twice", with_w(float_data=[1, 2, 3, 4]), "elements in raw_data and in float_data")
add("too_few_elements", with_w(raw=None, float_data=[1, 2, 3]), "needs 4 elements, and float_data has 3")
add("elements_in_another_list", with_w(raw=None, int64_data=[1, 2, 3, 4]), "stand in float_data, not in int64_data")
add("a_byte_of_1000", with_w(dims=(1,), dtype=TensorProto.INT8, raw=None, int32_data=[1000]), "1000 is no number of 8 bits")
add("a_u64_beyond_i64", with_w(dims=(1,), dtype=TensorProto.UINT64, raw=b"\xff" * 8), "beyond the range of i64")
for name, where, verdict in [("up", {"location": "../raw.bin"}, "no place in the model's folder"),
                             ("root", {"location": "/etc/passwd"}, "no place in the model's folder"),
                             ("nowhere", {"location": "not_there.bin"}, "external data at \"not_there.bin\""), ("none", {}, "without a location"),
                             ("text", {"location": "plain", "offset": "1e3"}, "no whole number"),
                             ("far", {"location": "plain", "offset": "18446744073709551600"}, "which has"),
                             ("length", {"location": "plain", "length": "8"}, "external data of 8 bytes")]:
    add(f"external_{name}", with_w(raw=None, external=where), verdict)
add("external_and_here", with_w(external={"location": "plain"}), "elements here and in another file")


def numbers(name, *values):
    return numpy_helper.from_array(np.array(values, np.int64), name)


# A few bytes that ask for all memory there is: left for the call, or refused.
add("a_bomb_of_zeros", model([node("ConstantOfShape", ["s"])], [numbers("s", 1 << 20, 1 << 20)]), "loads")
add("a_bomb_beyond_memory", model([node("ConstantOfShape", ["s"])], [numbers("s", 1 << 40, 1 << 40)]), "(ConstantOfShape): ")
add("a_bomb_of_sums", model([node("ConstantOfShape", ["s"], ["a"]), node("Transpose", ["a"], ["b"]), node("Add", ["a", "b"], ["c"]),
                             node("Tile", ["c", "s"])], [numbers("s", 1 << 9, 1 << 11)]), "loads")
c.close()
