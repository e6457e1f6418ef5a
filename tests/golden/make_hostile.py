# Writes hostile/<format>/ for safetensors, their index, npy and npz: small files that lie, each with a line in verdicts.txt that says what
# must become of it (tests/hostile.h). make_hostile_*.py beside it do the same for other formats.    python3 make_hostile.py
import io
import json
import pathlib
import shutil
import struct
import zipfile
import zlib

folder = pathlib.Path(__file__).with_name("hostile")


class Corpus:
    """Files of one format with their verdicts."""

    def __init__(self, name):
        self.folder = folder / name
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.verdicts = []

    def add(self, name, contents, verdict):
        (self.folder / name).write_bytes(contents)
        self.verdicts.append(f"{name}: {verdict}\n")

    def close(self):
        (self.folder / "verdicts.txt").write_text("".join(sorted(self.verdicts)))


def safetensors(header, data=b"", length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def tensor(dtype="F32", shape=(2,), offsets=(0, 8)):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


def make_safetensors():
    c = Corpus("safetensors")
    ok = {"w": tensor()}
    eight = bytes(8)
    c.add("empty", b"", "truncated: 0 bytes")
    c.add("nothing", safetensors({}), "loads")
    c.add("leading_blanks", safetensors(b" \t\r\n" + json.dumps(ok).encode() + b"  ", eight), "loads")
    c.add("truth_of_two", safetensors({"m": tensor("BOOL", (3,), (0, 3))}, b"\x00\x01\x02"), "loads")
    c.add("header_of_exabytes", safetensors(ok, eight, 2**63), "exceeds 100000000")
    c.add("header_beyond_the_file", safetensors(ok, eight, 1000), "truncated: a header of 1000 bytes")
    c.add("header_cut", safetensors(ok, eight, 10), "not valid JSON")
    c.add("no_object", safetensors(b"[1]"), "does not start with '{'")
    c.add("deep", safetensors(b'{"w":' + b"[" * 5000), "where none belongs")
    c.add("deep_unknown_key", safetensors(b'{"w":{"x":' + b"[" * 5000), "nested too deeply")
    c.add("zero_byte", safetensors(b"{}\x00{}"), "a zero byte in the header")
    c.add("not_utf8", safetensors(b'{"\xff":{}}'), "not valid JSON")
    text = json.dumps(ok).encode()
    c.add("twice", safetensors(text[:-1] + b"," + text[1:], eight), "duplicate name 'w'")
    c.add("polyglot", safetensors(ok, eight + b"PK\x03\x04"), "4 bytes after the last tensor")
    c.add("data_cut", safetensors(ok, bytes(7)), "truncated: the tensors take 8 bytes")
    c.add("overlap", safetensors({"v": tensor(), "w": tensor(offsets=(4, 12))}, bytes(12)), "overlap")
    c.add("hole", safetensors({"v": tensor(), "w": tensor(offsets=(12, 20))}, bytes(20)), "a hole before its data")
    c.add("backwards", safetensors({"w": tensor(offsets=(8, 0))}, eight), "run backwards")
    c.add("end_of_exabytes", safetensors({"w": tensor("U8", (2**60,), (0, 2**60))}, eight), "truncated")
    c.add("product_overflows", safetensors({"w": tensor(shape=(2**32, 2**32, 4), offsets=(0, 0))}), "exceeds 2^64")
    c.add("empty_overflows", safetensors({"w": tensor(shape=(0, 2**32, 2**32), offsets=(0, 0))}), "exceeds 2^63")
    c.add("negative", safetensors({"w": tensor(shape=(-2,))}, eight), "a negative number")
    c.add("fraction", safetensors({"w": tensor(shape=(2.0,))}, eight), "not an integer")
    c.add("nine_dimensions", safetensors({"w": tensor(shape=(1,) * 8 + (2,))}, eight), "9 dimensions")
    c.add("many_dimensions", safetensors({"w": tensor(shape=(1,) * 70 + (2,))}, eight), "more than 64 dimensions")
    c.add("unknown_dtype", safetensors({"w": tensor("F128", (2,), (0, 32))}, bytes(32)), "dtype 'F128' is none of the format's")
    c.add("u64_too_large", safetensors({"w": tensor("U64", (1,))}, b"\xff" * 8), "beyond the range of i64")
    c.add("no_offsets", safetensors({"w": {"dtype": "F32", "shape": [2]}}, eight), "needs dtype, shape and data_offsets")
    c.add("metadata_of_numbers", safetensors({"__metadata__": {"epoch": 3}}), "a number where none belongs at key 'epoch'")
    c.close()


def make_index():
    c = Corpus("safetensors_index")
    c.add("a.safetensors", safetensors({"w": tensor()}, bytes(8)), "loads")
    c.add("b.safetensors", safetensors({"w": tensor(), "v": tensor(offsets=(8, 16))}, bytes(16)), "loads")

    def index(name, contents, verdict):
        text = contents if isinstance(contents, bytes) else json.dumps(contents).encode()
        c.add(name + ".json", text, verdict)

    def weight_map(weights):
        return {"metadata": {"total_size": 8}, "weight_map": weights}

    index("right", weight_map({"w": "a.safetensors"}), "loads")
    index("no_tensors", weight_map({}), "loads")
    index("parent", weight_map({"w": "../safetensors/nothing"}), "is not in the folder of the index")
    index("absolute", weight_map({"w": "/etc/passwd"}), "is not in the folder of the index")
    index("hidden_parent", weight_map({"w": "x/../../safetensors/nothing"}), "is not in the folder of the index")
    index("backslash", weight_map({"w": "..\\a.safetensors"}), "is not in the folder of the index")
    index("no_name", weight_map({"w": ""}), "is not in the folder of the index")
    index("zero_byte", weight_map({"w": "a.safetensors\0"}), "is not in the folder of the index")
    index("missing_shard", weight_map({"w": "c.safetensors"}), "cannot open")
    index("a_folder", weight_map({"w": "."}), "is not in the folder of the index")
    index("itself", weight_map({"w": "itself.json"}), "is this a safetensors file?")
    index("not_there", weight_map({"w": "a.safetensors", "v": "a.safetensors"}), "tensor 'v' is not in shard a.safetensors")
    index("in_two", weight_map({"w": "a.safetensors", "v": "b.safetensors"}), "tensor 'w' is in shard b.safetensors, but the index says")
    index("unsaid", weight_map({"w": "b.safetensors"}), "tensor 'v' is in shard b.safetensors, but not in the index")
    index("number", weight_map({"w": 1}), "a shard that is no file's name")
    index("null", weight_map({"w": None}), "a shard that is no file's name")
    index("object", weight_map({"w": {}}), "a shard that is no file's name")
    index("list", {"weight_map": ["w"]}, "no \"weight_map\"")
    index("no_map", {"metadata": {}}, "no \"weight_map\"")
    index("twice", b'{"weight_map":{"w":"a.safetensors","w":"b.safetensors"}}', "tensor 'w' stands twice")
    index("two_maps", b'{"weight_map":{},"weight_map":{}}', "stands twice")
    index("deep", b'{"x":' + b"[" * 5000, "nested too deeply")
    index("no_json", b"{", "not valid JSON")
    index("a_list", b"[]", "no JSON object")
    index("a_number", b"5", "no JSON object")
    index("empty", b"", "not valid JSON")
    c.close()


def npy(header, data=b"", version=1, length=None):
    text = header.encode("latin1")
    length = struct.pack("<H" if version == 1 else "<I", len(text) if length is None else length)
    return b"\x93NUMPY" + bytes([version, 0]) + length + text + data


def described(descr="'<f4'", order="False", shape="(2,)"):
    return f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}\n"


def make_npy():
    c = Corpus("npy")
    eight = bytes(8)
    c.add("empty", b"", "truncated: 0 bytes")
    c.add("another_format", b"\x89PNG\r\n\x1a\n" + bytes(20), "is this an npy file?")
    c.add("version_9", npy(described(), eight, 9), "version 9.0 of the format")
    c.add("header_beyond_the_file", npy(described(), eight, 1, 60000), "truncated: a header of 60000 bytes")
    c.add("header_of_gigabytes", npy(described(), eight, 2, 2**32 - 1), "exceeds 1048576")
    c.add("header_cut", npy(described(), eight, 1, 20), "a string without an end")
    c.add("right", npy(described(), eight), "loads")
    c.add("blanks", npy("\n {'shape':(2,),'fortran_order':False,'descr':'<f4'}   \n", eight), "loads")
    c.add("truth_of_two", npy(described("'|b1'", shape="(3,)"), b"\x00\x01\x02"), "loads")
    c.add("code", npy("__import__('os').system('true')"), "no '{' where one belongs")
    c.add("code_in_shape", npy(described(shape="(exec('1'),)"), eight), "a size that is no whole number")
    c.add("object", npy(described("'|O'", shape="()"), b"\x80\x02cposix\nsystem\n(U\x04trueR."), "a pickle may run anything")
    c.add("record", npy(described("[('a', '<f4'), ('b', '<f4')]", shape="(1,)"), eight), "records of several fields")
    c.add("deep_record", npy(described("[" * 2000), eight), "a list without an end")
    c.add("negative", npy(described(shape="(-2,)"), eight), "a size that is no whole number")
    c.add("product_overflows", npy(described(shape="(4294967296, 4294967296, 4)")), "exceeds 2^64")
    c.add("empty_overflows", npy(described(shape="(0, 18446744073709551615)")), "exceeds 2^63")
    c.add("size_overflows", npy(described(shape="(99999999999999999999999,)")), "a size of 2^64 or more")
    c.add("exabytes", npy(described(shape="(1152921504606846976,)"), eight), "truncated: the elements take")
    c.add("no_tuple", npy(described(shape="2"), eight), "no '(' where one belongs")
    c.add("many_dimensions", npy(described(shape="(" + "1, " * 70 + "2)"), eight), "more than 64 dimensions")
    c.add("twice", npy("{'descr': '<f4', 'descr': '<f8', 'fortran_order': False, 'shape': (1,)}", eight), "a key that stands twice")
    c.add("key_more", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'x': 1}", eight), "a key that is none of")
    c.add("key_less", npy("{'descr': '<f4', 'shape': (2,)}", eight), "are not all there")
    c.add("order_maybe", npy(described(order="None"), eight), "neither True nor False")
    c.add("escape", npy(described("'\\x3cf4'"), eight), "a string with an escape")
    c.add("data_cut", npy(described(), bytes(7)), "truncated: the elements take 8 bytes, and 7 follow")
    c.add("polyglot", npy(described(), eight + b"PK\x03\x04"), "4 bytes after the last element")
    c.add("u8_too_large", npy(described("'<u8'", shape="(1,)"), b"\xff" * 8), "beyond the range of i64")
    c.add("float_of_three_bytes", npy(described("'<f3'"), bytes(6)), "of a size that gradus does not have")
    c.close()


class Zip:
    """An archive made by hand, so that each number can lie."""

    def __init__(self):
        self.body, self.directory, self.count = b"", b"", 0

    def add(self, name, contents, *, method=0, flags=0, crc=None, size=None, stored=None, raw=None, offset=None, local=None, extra=b""):
        deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
        data = raw if raw is not None else deflater.compress(contents) + deflater.flush() if method == 8 else contents
        crc = zlib.crc32(contents) if crc is None else crc
        size = len(contents) if size is None else size
        stored = len(data) if stored is None else stored
        begin = len(self.body) if offset is None else offset
        numbers = struct.pack("<HHHHHIII", 20, flags, method, 0, 33, crc, stored, size)
        if offset is None:
            self.body += b"PK\x03\x04" + numbers + struct.pack("<HH", len(local or name), 0) + (local or name) + data
        self.directory += b"PK\x01\x02" + struct.pack("<H", 20) + numbers
        self.directory += struct.pack("<HHHHHII", len(name), len(extra), 0, 0, 0, 0, begin) + name + extra
        self.count += 1
        return self

    def bytes(self, *, count=None, size=None, begin=None, disk=0, behind=b"", comment=b""):
        n = self.count if count is None else count
        end = struct.pack("<HHHHIIH", disk, disk, n, n, len(self.directory) if size is None else size,
                          len(self.body) if begin is None else begin, len(comment))
        return self.body + self.directory + behind + b"PK\x05\x06" + end + comment


def make_npz():
    c = Corpus("npz")
    array = npy(described(), bytes(8))
    zeros = npy(described("'|u1'", shape="(20000,)"), bytes(20000))
    right = Zip().add(b"w.npy", array)
    c.add("empty", b"", "not a zip archive")
    c.add("nothing", Zip().bytes(), "loads")
    c.add("right", right.bytes(), "loads")
    c.add("comment", right.bytes(comment=b"a comment"), "loads")
    c.add("deflated", Zip().add(b"w.npy", zeros, method=8).bytes(), "loads")
    out = io.BytesIO()

    class Stream(io.RawIOBase):  # what cannot be sought gets data descriptors
        def writable(self):
            return True

        def write(self, data):
            return out.write(bytes(data))

    with zipfile.ZipFile(Stream(), "w") as archive:
        archive.writestr(zipfile.ZipInfo("w.npy"), array)
    c.add("descriptors", out.getvalue(), "loads")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("w.npy"), array, zipfile.ZIP_LZMA)
    c.add("lzma", out.getvalue(), "compressed by LZMA (method 14)")

    c.add("no_end", right.bytes()[:-22], "there is no end of a directory")
    c.add("before_the_archive", b"#!/bin/sh\n" + right.bytes(), "but it ends at byte")
    c.add("behind_the_archive", right.bytes() + b"\n", "there is no end of a directory")
    c.add("between_directory_and_end", right.bytes(behind=b"xx"), "but it ends at byte")
    c.add("encrypted", Zip().add(b"w.npy", array, flags=1).bytes(), "it is encrypted")
    c.add("method_unknown", Zip().add(b"w.npy", array, method=99).bytes(), "compressed by AES encryption (method 99)")
    c.add("bomb_by_size", Zip().add(b"w.npy", zeros, method=8, size=2**32 - 2).bytes(), "less than deflating can do")
    c.add("bomb_beyond_its_size", Zip().add(b"w.npy", zeros + bytes(10**6), method=8, size=len(zeros), crc=zlib.crc32(zeros)).bytes(),
          "inflates to more than the")
    c.add("bomb_by_overlap", Zip().add(b"a.npy", array).add(b"b.npy", array, offset=0).bytes(), "is another one's")
    c.add("bomb_by_quoting", Zip().add(b"a.npy", array).add(b"a.npy", array, offset=0).bytes(), "overlap at byte 0")
    c.add("short", Zip().add(b"w.npy", zeros, method=8, size=len(zeros) + 1).bytes(), "1 bytes after the last element")
    c.add("short_with_a_longer_array",
          Zip().add(b"w.npy", npy(described("'|u1'", shape="(20001,)"), bytes(20000)), method=8, size=len(zeros) + 1).bytes(),
          "it inflates to less than the")
    c.add("deflated_cut", Zip().add(b"w.npy", zeros, method=8, raw=b"\xed\xc1").bytes(), "less than deflating can do")
    c.add("deflated_damaged", Zip().add(b"w.npy", array, method=8, raw=b"\xff" * 40).bytes(), "the deflated data are damaged")
    c.add("wrong_crc", Zip().add(b"w.npy", array, crc=1).bytes(), "its CRC-32 is not the one")
    c.add("wrong_crc_of_nothing", Zip().add(b"w.npy", npy(described(shape="(0,)")), crc=1).bytes(), "its CRC-32 is not the one")
    c.add("larger_than_stored", Zip().add(b"w.npy", array, size=10**6).bytes(), "stored, but 1000000 bytes are said to take")
    c.add("beyond_the_file", Zip().add(b"w.npy", array, size=10**6, stored=10**6).bytes(), "reach beyond the archive's contents")
    c.add("offset_beyond", Zip().add(b"w.npy", array).add(b"v.npy", array, offset=10**6).bytes(), "beyond the archive's contents")
    c.add("offset_nowhere", Zip().add(b"w.npy", array).add(b"v.npy", array, offset=3).bytes(), "no entry begins at byte 3")
    c.add("another_name", Zip().add(b"w.npy", array, local=b"v.npy").bytes(), "is another one's")
    c.add("zero_byte_in_name", Zip().add(b"w.npy\0", array).bytes(), "a zero byte in the name")
    c.add("twice", Zip().add(b"w.npy", array).add(b"w.npy", array).bytes(), "two entries are called 'w.npy'")
    c.add("two_names_of_one", Zip().add(b"w.npy", array).add(b"w", array).bytes(), "two arrays are called 'w'")
    c.add("several_disks", right.bytes(disk=1), "an archive in several files")
    c.add("count_too_large", right.bytes(count=60000), "cannot name 60000 entries")
    c.add("count_too_small", Zip().add(b"w.npy", array).add(b"v.npy", array).bytes(count=1), "more than the 1 entries")
    c.add("directory_beyond", right.bytes(size=10**6), "but it ends at byte")
    c.add("extra_cut", Zip().add(b"w.npy", array, extra=b"\x01\x00\xff\x00").bytes(), "the extra field is cut off")
    c.add("zip64_cut", Zip().add(b"w.npy", array, size=2**32 - 1, stored=2**32 - 1, extra=b"\x01\x00\x08\x00" + bytes(8)).bytes(),
          "the zip64 field is cut off")
    c.add("zip64_of_exabytes",
          Zip().add(b"w.npy", array, size=2**32 - 1, stored=2**32 - 1, extra=struct.pack("<HHQQ", 1, 16, 2**63, 2**63)).bytes(),
          "reach beyond the archive's contents")
    c.add("zip64_for_small_numbers",
          Zip().add(b"w.npy", array, size=2**32 - 1, stored=2**32 - 1, extra=struct.pack("<HHQQ", 1, 16, len(array), len(array))).bytes(),
          "loads")
    locator = b"PK\x06\x07" + struct.pack("<IQI", 0, 2**63, 1)
    c.add("zip64_end_beyond", right.bytes(behind=locator), "beyond the archive")
    c.add("no_array", Zip().add(b"readme.txt", b"a text that is no array").bytes(), "is this an npy file?")
    c.add("array_longer_than_entry", Zip().add(b"w.npy", array[:-1]).bytes(), "truncated: the elements take 8 bytes, and 7 follow")
    c.add("object", Zip().add(b"w.npy", npy(described("'|O'", shape="()"), b"cposix\nsystem\n.")).bytes(), "a pickle may run anything")
    c.close()


make_safetensors()
make_index()
make_npy()
make_npz()
