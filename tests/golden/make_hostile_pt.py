"""Files of the legacy and the zip layout that mean harm, to hostile/pt/. What load_pt has to say of each stands below.
No file is run here: the pickles are put together byte by byte.    python3 make_hostile_pt.py"""
import pathlib
import struct
import zipfile

HERE = pathlib.Path(__file__).parent / "hostile" / "pt"
MAGIC = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19." + b"\x80\x02M\xe9\x03." + b"\x80\x02}."


def text(s):
    return b"X" + struct.pack("<I", len(s.encode())) + s.encode()


def integer(n):
    return b"J" + struct.pack("<i", n) if -2**31 <= n < 2**31 else b"\x8a\x08" + struct.pack("<q", n)


def glob(module, name):
    return b"c" + f"{module}\n{name}\n".encode()


def call(function, *arguments):
    return function + b"(" + b"".join(arguments) + b"tR"


def ints(*numbers):
    return b"(" + b"".join(map(integer, numbers)) + b"t"


def storage(key="0", kind="FloatStorage", count=4, view=b"N", module="torch"):
    return b"(" + text("storage") + glob(module, kind) + text(key) + text("cpu") + integer(count) + view + b"tQ"


def tensor(of, offset=0, size=(4,), stride=(1,), more=b"\x89}"):
    return glob("torch._utils", "_rebuild_tensor_v2") + b"(" + of + integer(offset) + ints(*size) + ints(*stride) + more + b"tR"


def legacy(value, keys=("0",), data=struct.pack("<q4f", 4, 1, 2, 3, 4)):
    return MAGIC + b"\x80\x02" + value + b"." + b"\x80\x02](" + b"".join(text(k) for k in keys) + b"e." + data


def archive(entries, method=zipfile.ZIP_STORED):
    def write(path):
        with zipfile.ZipFile(path, "w", method) as out:
            for name, data in entries.items():
                out.writestr(zipfile.ZipInfo(name), data, method)
    return write


def zipped(value, data=struct.pack("<4f", 1, 2, 3, 4), **more):
    return archive({"a/data.pkl": b"\x80\x02" + value + b".", "a/data/0": data, "a/version": b"3\n", **more})


plain = lambda value: legacy(value, (), b"")
SYSTEM = glob("posix", "system")
nested_lists = lambda n: b"]" * n + b"a" * (n - 1)
# [], then a pair of it, a pair of that pair, …: 2^n leaves
doubling = lambda n: b"(]q\x00" + b"".join(b"h" + bytes([i]) + b"h" + bytes([i]) + b"\x86q" + bytes([i + 1]) for i in range(n)) + b"t"

FILES = {
    # calls and imports
    "system": plain(call(SYSTEM, text("id"))),
    "system in a zip": zipped(call(SYSTEM, text("id"))),
    "eval": plain(call(glob("builtins", "eval"), text("1"))),
    "eval of Python 2": plain(call(glob("__builtin__", "eval"), text("1"))),
    "exec by name on the stack": plain(text("builtins") + text("exec") + b"\x93"),
    "getattr": plain(call(glob("builtins", "getattr"), glob("builtins", "set"), text("__class__"))),
    "a name with dots": plain(glob("torch", "serialization.os.system")),
    "torch.load": plain(call(glob("torch", "load"), text("/etc/passwd"))),
    "import": plain(call(glob("importlib", "import_module"), text("os"))),
    "numpy load": plain(glob("numpy", "load")),
    "a class of a script": plain(glob("__main__", "Net")),
    "inst": plain(b"(" + text("id") + b"iposix\nsystem\n"),
    "obj": plain(b"(" + SYSTEM.replace(b"posix\nsystem", b"torch\nSize") + text("id") + b"o"),
    "newobj": plain(glob("collections", "OrderedDict") + b")\x81"),
    "newobj ex": plain(glob("collections", "OrderedDict") + b")}\x92"),
    "extension": plain(b"\x82\x01"),
    "persistent id": plain(b"Pmodule\n"),
    "a module by id": plain(b"(" + text("module") + glob("torch", "Size") + text("net.py") + text("import os") + b"tQ"),
    "another id": plain(b"(" + text("file") + text("/etc/passwd") + b"tQ"),
    "a call of a list": plain(b"])R"),
    "a call of a storage class": plain(call(glob("torch", "FloatStorage"), integer(1 << 30))),
    "a call without a tuple": plain(glob("torch", "Size") + b"]R"),
    "attributes of a list": plain(b"]}b"),
    "attributes of a class": plain(glob("collections", "OrderedDict") + b"}b"),
    "pop": plain(b"NN0"),
    # the machine
    "nothing on the stack": plain(b"R"),
    "no mark": plain(b"t"),
    "below a mark": plain(b"N(\x85"),
    "odd items": plain(b"}(NNNu"),
    "append to a dict": plain(b"}Na"),
    "two values": plain(b"NN"),
    "memo empty": plain(b"h\x05"),
    "memo far": plain(b"Nr\xff\xff\xff\xff"),
    "protocol 6": MAGIC + b"\x80\x06N.",
    "protocol 0": MAGIC + b"I1\n.",
    "an unknown instruction": plain(b"\xff"),
    "a long text": MAGIC + b"\x80\x02X\xff\xff\xff\xffab",
    "a text of 2^64": MAGIC + b"\x80\x04\x8d" + b"\xff" * 8 + b"ab",
    "a long int": MAGIC + b"\x80\x02\x8b\xff\xff\xff\x7f",
    "a frame of 2^63": MAGIC + b"\x80\x04\x95" + b"\xff" * 7 + b"\x7f",
    "an int of 2^70": plain(b"\x8a\x09" + (2**70).to_bytes(9, "little")),
    "not UTF-8": plain(b"X\x02\x00\x00\x00\xc0\x80"),
    "a name without an end": plain(b"c" + b"a" * 2000),
    # values
    "deep": plain(nested_lists(5000)),
    "a list in itself": plain(b"]q\x00h\x00a"),
    "a dict in itself": plain(b"}q\x00" + text("x") + b"h\x00s"),
    "a ring": plain(b"]q\x00]q\x01h\x00aa"),
    "an OrderedDict whose attributes are itself": plain(call(glob("collections", "OrderedDict")) + b"q\x00h\x00b"),
    "an OrderedDict of numbers": plain(glob("collections", "OrderedDict") + b"](K\x01K\x02e\x85R"),
    "doubling": plain(doubling(200)),
    "doubling with leaves": plain(b"(K\x01q\x00" + doubling(200)[4:]),
    "sets of one list": plain(b"](" + b"N" * 3000 + b"eq\x00](" + (glob("builtins", "set") + b"h\x00\x85R") * 300 + b"e\x86"),
    "bytes of one text": plain(b"(" + glob("_codecs", "encode") + b"q\x00(" + text("x" * 3000) + b"q\x01" + text("latin1") + b"q\x02tR" +
                               b"h\x00h\x01h\x02\x86R" * 300 + b"t"),
    "a key that is a list": plain(b"}]Ns"),
    "a class as a value": plain(glob("collections", "OrderedDict")),
    "a storage as a value": legacy(storage()),
    "bytes beyond Latin-1": plain(call(glob("_codecs", "encode"), text("€"), text("latin1"))),
    "another codec": plain(call(glob("_codecs", "encode"), text("a"), text("rot13"))),
    # tensors and storages
    "offset": legacy(tensor(storage(), offset=1)),
    "negative offset": legacy(tensor(storage(), offset=-1)),
    "offset of 2^62": legacy(tensor(storage(), offset=2**62)),
    "strides": legacy(tensor(storage(), size=(2, 2), stride=(3, 1))),
    "negative strides": legacy(tensor(storage(), stride=(-1,), offset=3)),
    "strides that overflow": legacy(tensor(storage(), size=(2**32, 2), stride=(2**32, 1))),
    "sizes that overflow": legacy(tensor(storage(), size=(2**32, 2**32), stride=(0, 0))),
    "sizes that overflow beside a zero": legacy(tensor(storage(), size=(0, 2**40, 2**40), stride=(0, 0, 0))),
    "negative size": legacy(tensor(storage(), size=(-4,))),
    "two strides": legacy(tensor(storage(), stride=(1, 1))),
    "nine dimensions": legacy(tensor(storage(), size=(1,) * 9, stride=(1,) * 9)),
    "2^40 times one element": legacy(tensor(storage(), size=(2**20, 2**20), stride=(0, 0))),
    "an empty one beyond": legacy(tensor(storage(), size=(0,), offset=5)),
    "a tensor of a list": plain(tensor(b"]")),
    "conjugate": legacy(tensor(storage(), more=b"\x89}}" + text("conj") + b"\x88s")),
    "complex": legacy(tensor(storage(kind="ComplexFloatStorage", count=2), size=(2,))),
    "quantized": legacy(tensor(storage(kind="QInt8Storage", count=2), size=(2,))),
    "a storage of 2^62": legacy(tensor(storage(count=2**62)), data=struct.pack("<q4f", 2**62, 1, 2, 3, 4)),
    "a negative storage": legacy(tensor(storage(count=-1))),
    "a count that lies": legacy(tensor(storage()), data=struct.pack("<q4f", 5, 1, 2, 3, 4)),
    "two sizes of one storage": legacy(b"(" + tensor(storage()) + tensor(storage(count=5)) + b"t"),
    "two dtypes of one storage": legacy(b"(" + tensor(storage()) + tensor(storage(kind="DoubleStorage"), size=(2,)) + b"t"),
    "a view beyond": legacy(tensor(storage(view=b"(" + text("1") + ints(2, 3)[1:]))),
    "a tensor beyond its view": legacy(tensor(storage(view=b"(" + text("1") + ints(2, 2)[1:]), size=(3,))),
    "no such key": legacy(tensor(storage()), keys=("1",)),
    "a key too many": legacy(tensor(storage()), keys=("0", "1")),
    "a key twice": legacy(tensor(storage()), keys=("0", "0")),
    "no keys": legacy(tensor(storage()), keys=()),
    "missing elements": legacy(tensor(storage()), data=struct.pack("<q3f", 4, 1, 2, 3)),
    # archives
    "zip, storage missing": archive({"a/data.pkl": b"\x80\x02" + tensor(storage(view=b"")) + b"."}),
    "zip, storage short": zipped(tensor(storage(view=b"")), b"\0" * 15),
    "zip, storage long": zipped(tensor(storage(view=b"")), b"\0" * 17),
    "zip, no pickle": archive({"a/data/0": b"1234"}),
    "zip, two pickles": zipped(b"N", **{"b/data.pkl": b"\x80\x02N."}),
    "zip, more than a pickle": archive({"a/data.pkl": b"\x80\x02N.\x80\x02N."}),
    "zip, TorchScript": zipped(b"N", **{"a/constants.pkl": b"\x80\x02)."}),
    "zip, byteorder": zipped(b"N", **{"a/byteorder": b"middle"}),
    "zip, version": zipped(b"N", **{"a/version": b"11\n"}),
    "zip, a pickle that inflates": archive({"a/data.pkl": b"\x80\x02" + b"]" * 3_000_000}, zipfile.ZIP_DEFLATED),
    # other files
    "another magic number": b"\x80\x02\x8a\x0a" + b"\x01" * 10 + b".",
    "a small magic number": b"\x80\x02K\x01.",
    "another version": MAGIC[:15] + b"\x80\x02M\xea\x03.",
    "a pickle alone": b"\x80\x02}.",
    "not a pickle": b"hello",
    "empty": b"",
    "tar": b"storages".ljust(257, b"\0") + b"ustar\x0000".ljust(255, b"\0"),
    # these load
    "fine, Python 2's OrderedDict": legacy(glob("collections", "OrderedDict") + b"](](U\x01a" + tensor(storage()) + b"ee\x85R"),
    "fine, overlapping windows": legacy(tensor(storage(), size=(3, 2), stride=(1, 1))),
    "fine, an empty tensor at the end": legacy(tensor(storage(), size=(0,), offset=4)),
    "fine, zip": zipped(tensor(storage(view=b""))),
    "fine, NumPy scalars": plain(call(glob("numpy.core.multiarray", "scalar"), call(glob("numpy", "dtype"), text("f8"), b"\x89\x88") + b"(K\x03" + text("<") +
                                 b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb", call(glob("_codecs", "encode"), text("\0\0\0\0\0\0\x08@"), text("latin1")))),
}

VERDICTS = {
    '2^40_times_one_element': 'a tensor of 1099511627776 elements that are 4 repeated,',
    'a_call_of_a_list': 'a call of a list',
    'a_call_of_a_storage_class': 'a call of a class that PyTorch only names',
    'a_call_without_a_tuple': 'a call with a list in the place of arguments',
    'a_class_as_a_value': 'a class or function in the place of a value',
    'a_class_of_a_script': '__main__.Net',
    'a_count_that_lies': 'storage "0" has 5 elements',
    'a_dict_in_itself': 'a dict that contains itself',
    'a_frame_of_2^63': 'truncated: a frame of 9223372036854775807 bytes where 0 are left,',
    'a_key_that_is_a_list': 'a list as a key of a dict',
    'a_key_too_many': 'no tensor has storage "1", whose key stands',
    'a_key_twice': 'storage "0" stands there a second time,',
    'a_list_in_itself': 'a list that contains itself',
    'a_long_int': 'truncated: 2147483647 bytes wanted where 0 are left,',
    'a_long_text': 'truncated: 4294967295 bytes wanted where 2 are left,',
    'a_module_by_id': 'a whole model, whose classes gradus does not run; have Python save its state_dict instead:',
    'a_name_with_dots': 'torch.serialization.os.system',
    'a_name_without_an_end': 'a name of more than 1024 bytes',
    'a_negative_storage': "a storage's size must be an int of at least 0, not -1,",
    'a_pickle_alone': 'a pickle that torch.save did not write: its magic number is another',
    'a_ring': 'a list that contains itself',
    'a_small_magic_number': 'a pickle that torch.save did not write: its magic number is another',
    'a_storage_as_a_value': 'a storage in the place of a value',
    'a_storage_of_2^62': 'a storage of 4611686018427387904 elements',
    'a_tensor_beyond_its_view': 'a tensor of shape [3], strides [1] and offset 0 reaches beyond its storage of 2 elements,',
    'a_tensor_of_a_list': 'a tensor of a list in the place of a storage',
    'a_text_of_2^64': 'truncated: 18446744073709551615 bytes wanted where 2 are left,',
    'a_view_beyond': 'a view of 3 elements from 2 on of a storage of 4',
    'an_OrderedDict_of_numbers': 'an OrderedDict of what is no pairs',
    'an_OrderedDict_whose_attributes_are_itself': 'a dict that contains itself',
    'an_empty_one_beyond': 'a tensor of shape [0], strides [1] and offset 5 reaches beyond its storage of 4 elements,',
    'an_int_of_2^70': 'an int of 9 bytes, beyond the range of an i64,',
    'an_unknown_instruction': 'no pickle has an instruction 255;',
    'another_codec': 'bytes with other arguments than PyTorch writes',
    'another_id': 'a persistent id of the kind "file", not "storage",',
    'another_magic_number': 'a pickle that torch.save did not write: its magic number is another',
    'another_version': 'a legacy layout of another version than 1001, the only one that there is',
    'append_to_a_dict': 'items are added to a dict, not to a list,',
    'attributes_of_a_class': 'attributes are given to a class or function, which has none,',
    'attributes_of_a_list': 'attributes are given to a list, which has none,',
    'below_a_mark': 'an instruction finds nothing on the stack',
    'bytes_beyond_Latin-1': 'bytes written as letters that Latin-1 has not',
    'bytes_of_one_text': 'parts are shared so often that they are more than the file can hold',
    'complex': 'gradus has no dtype for complex64: a tensor of it',
    'conjugate': 'a tensor whose elements are to be conjugated or negated',
    'deep': 'values stand in each other more than 256 deep',
    'doubling': 'loads',
    'doubling_with_leaves': 'more than 1000000 leaves',
    'empty': 'truncated: an empty file',
    'eval': 'builtins.eval at byte 27 of the file: a pickle may call anything; gradus runs nothing',
    'eval_of_Python_2': 'builtins.eval at byte 27 of the file: a pickle may call anything; gradus runs nothing',
    'exec_by_name_on_the_stack': 'builtins.exec at byte 49 of the file: a pickle may call anything; gradus runs nothing',
    'extension': 'EXT1',
    'fine_NumPy_scalars': 'loads',
    "fine_Python_2's_OrderedDict": 'loads',
    'fine_an_empty_tensor_at_the_end': 'loads',
    'fine_overlapping_windows': 'loads',
    'fine_zip': 'loads',
    'getattr': 'builtins.getattr at byte 27 of the file: a pickle may call anything; gradus runs nothing',
    'import': 'importlib.import_module at byte 27 of the file: a pickle may call anything; gradus runs nothing',
    'inst': 'INST',
    'memo_empty': 'number 5 of the memo, which is empty,',
    'memo_far': 'number 4294967295 of the memo of a pickle of 40 bytes',
    'missing_elements': 'truncated: storage "0", 16 bytes after their count',
    'negative_offset': "a tensor's offset must be an int of at least 0, not -1,",
    'negative_size': "a tensor's size must be an int of at least 0, not -4,",
    'negative_strides': "a tensor's stride must be an int of at least 0, not -1,",
    'newobj': 'NEWOBJ',
    'newobj_ex': 'NEWOBJ_EX',
    'nine_dimensions': 'a tensor of 9 dimensions, where gradus has at most 8,',
    'no_keys': 'storage "0" is missing: it is not among the keys',
    'no_mark': 'an instruction finds no mark on the stack',
    'no_such_key': 'no tensor has storage "1", whose key stands',
    'not_UTF-8': 'a str that is not valid UTF-8',
    'not_a_pickle': 'neither a zip archive nor a pickle; did torch.save write it?',
    'nothing_on_the_stack': 'an instruction finds nothing on the stack',
    'numpy_load': 'numpy.load at byte 27 of the file: a pickle may call anything; gradus runs nothing',
    'obj': 'OBJ',
    'odd_items': "a dict's keys and values are 3, an odd number,",
    'offset': 'a tensor of shape [4], strides [1] and offset 1 reaches beyond its storage of 4 elements,',
    'offset_of_2^62': 'a tensor of shape [4], strides [1] and offset 4611686018427387904 reaches beyond its storage',
    'persistent_id': 'PERSID',
    'pop': 'POP',
    'protocol_0': 'INT',
    'protocol_6': 'protocol 6 of pickles; gradus reads 2 to 5;',
    'quantized': 'gradus has no dtype for qint8: a tensor of it',
    'sets_of_one_list': 'parts are shared so often that they are more than the file can hold',
    'sizes_that_overflow': 'a tensor of shape [4294967296, 4294967296], strides [0, 0] and offset 0 reaches beyond its',
    'sizes_that_overflow_beside_a_zero': 'a tensor of shape [0, 1099511627776, 1099511627776], strides [0, 0, 0] and offset 0 reaches',
    'strides': 'a tensor of shape [2, 2], strides [3, 1] and offset 0 reaches beyond its storage of 4 elements,',
    'strides_that_overflow': 'a tensor of shape [4294967296, 2], strides [4294967296, 1] and offset 0 reaches beyond its',
    'system': 'posix.system at byte 27 of the file: a pickle may call anything; gradus runs nothing',
    'system_in_a_zip': 'posix.system at byte 2 of data.pkl: a pickle may call anything; gradus runs nothing',
    'tar': 'a tar archive, the layout of PyTorch 0.1, which gradus does not read',
    'torch.load': 'torch.load',
    'two_dtypes_of_one_storage': 'storage "0" has 32 bytes and elsewhere 16,',
    'two_sizes_of_one_storage': 'storage "0" has 20 bytes and elsewhere 16,',
    'two_strides': 'a tensor of 1 sizes and 2 strides',
    'two_values': 'the pickle leaves 1 more values behind than the one that it is of',
    'zip_TorchScript': 'a TorchScript archive, which holds programs; have Python save the state_dict instead',
    'zip_a_pickle_that_inflates': "entry 'a/data.pkl': 3000002 bytes, more than 162944",
    'zip_byteorder': 'byteorder is "middle", not little or big',
    'zip_more_than_a_pickle': "4 bytes after the end of data.pkl's pickle",
    'zip_no_pickle': 'a zip archive without a data.pkl, which torch.save would have written; is this an npz file?',
    'zip_storage_long': 'storage "0" has 17 bytes in the archive but 16 in data.pkl',
    'zip_storage_missing': 'storage "0" is missing: there is no "a/data/0"',
    'zip_storage_short': 'storage "0" has 15 bytes in the archive but 16 in data.pkl',
    'zip_two_pickles': 'two pickles, in a/ and b/data.pkl',
    'zip_version': 'version "11" of the layout; gradus knows 1 to 10',
}

if __name__ == "__main__":
    HERE.mkdir(parents=True, exist_ok=True)
    for old in HERE.iterdir():
        old.unlink()
    names = {name.replace(" ", "_").replace(",", ""): content for name, content in FILES.items()}
    for name, content in names.items():
        path = HERE / name
        content(path) if callable(content) else path.write_bytes(content)
    (HERE / "verdicts.txt").write_text("".join(f"{name}: {VERDICTS[name]}\n" for name in sorted(names)))
