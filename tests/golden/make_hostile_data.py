# Writes hostile/<format>/ for the readers of data: csv, jsonl, png, jpeg, wav, cifar, idx; see make_hostile.py.    python3 make_hostile_data.py
import pathlib
import struct
import zlib

from make_hostile import Corpus

images = pathlib.Path(__file__).with_name("images")


def csv():
    c = Corpus("csv")
    c.add("fine", b"a,b\n1,x\n2,y\n", "loads")
    c.add("fine_quoted", b'\xef\xbb\xbf"a","b"\r\n"1","x\n""y"""\r\n,NA\r\n', "loads")
    c.add("fine_read_again", b"a\n1\n2.5\ntrue\nx\n", "loads")
    c.add("fine_numbers", b"a,b,c\n1e308,-0,9223372036854775807\n1e-400,.5,-9223372036854775808\n1e999999999999999999999,1.,+7\n", "loads")
    c.add("empty", b"", "there is no row, not even a header")
    c.add("open_quote", b'a\n"x\n' + b"y\n" * 100, "line 2, column 1: the quote that opens here is not closed")
    c.add("behind_a_quote", b'a\n"x"y\n', "line 2, column 4: a quoted cell goes on")
    c.add("ragged", b"a,b\n1\n", "line 2 has 1 cell, the header 2")
    c.add("too_many", b"a\n1,2\n", "line 2 has more cells than the header, which has 1")
    c.add("one_name", b"a,a\n", "have one name")
    c.add("utf16", "a,b\n1,2\n".encode("utf-16"), "UTF-16")
    c.add("latin1", "a\nä\n".encode("latin-1"), "is no UTF-8")
    c.add("zero_bytes", b"a\n\0\0\n", "loads")
    c.add("commas", b"," * 5000, "have one name")
    c.add("gzip_cut", zlib.compress(b"a\n1\n", wbits=31)[:-6], "the gzip stream does not end")
    c.add("gzip", zlib.compress(b"a\n" + b"1\n" * 100000, wbits=31), "loads")
    c.close()


def jsonl():
    c = Corpus("jsonl")
    c.add("fine", b'{"a":1,"b":"x"}\n{"b":"\\ud83d\\ude00","a":2.5}\n{}\n', "loads")
    c.add("empty", b"", "loads")
    c.add("list", b"[1]\n", "line 1: no object")
    c.add("list_in_list", b"[" * 5000, "line 1: no object")
    c.add("deep", b'{"a":1}\n{"b":' + b"[" * 5000, "line 2: field 'b' is not in the first line")
    c.add("deep_first", b'{"b":' + b"[" * 5000, "is a list, which is no column")
    c.add("twice", b'{"a":1,"a":2}\n', "stands twice")
    c.add("cut", b'{"a":1}\n{"a":', "line 2, column 6: no valid JSON")
    c.add("two", b'{"a":1}{"a":2}\n', "no valid JSON")
    c.add("half_a_pair", b'{"a":"\\ud800"}\n', "no valid JSON")
    c.add("not_utf8", b'{"a":"\xff"}\n', "no valid JSON")
    c.add("zero_byte", b'{"a":"\0"}\n', "no valid JSON")
    c.add("large", b'{"a":1e999}\n', "no valid JSON")
    c.add("sparse", b"{" + b",".join(b'"%d":0' % i for i in range(1500)) + b"}\n" + b"{}\n" * 1500, "name the fields that are wanted")
    c.close()


def chunk(kind, data, crc=None):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data) if crc is None else crc)


def png_of(width, height, bits, colour, rows, more=b"", interlaced=0):
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, interlaced)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + more + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def png():
    c = Corpus("png")
    for name in ("rgb.png", "palette_transparent.png", "interlaced.png", "one_bit.png"):
        c.add("fine_" + name[:-4], (images / name).read_bytes(), "loads")
    rgb = (images / "rgb.png").read_bytes()
    c.add("empty", b"", "an empty file")
    c.add("text", b"hello", "neither a PNG nor a JPEG")
    c.add("signature", rgb[:8], "truncated")
    c.add("cut", rgb[:-30], "truncated")
    c.add("huge", png_of(2**31 - 1, 2**31 - 1, 8, 2, b""), "more than the")
    c.add("huge_for_its_bytes", png_of(10000, 10000, 8, 2, b""), "cannot be")
    c.add("no_side", png_of(0, 1, 8, 2, b""), "IHDR")
    c.add("three_bits", png_of(1, 1, 3, 0, b"\0\0"), "IHDR")
    c.add("too_few_rows", png_of(4, 4, 8, 0, b"\0abcd"), "Not enough image data")
    c.add("no_palette", png_of(1, 1, 8, 3, b"\0\0"), "PLTE")
    c.add("beyond_the_palette", png_of(1, 1, 8, 3, b"\0\7", chunk(b"PLTE", b"abc")), "loads")
    c.add("wrong_crc", rgb[:40] + bytes([rgb[40] ^ 1]) + rgb[41:], "read_image")
    c.add("filter_of_9", png_of(1, 1, 8, 0, b"\x09\0"), "filter")
    c.add("bomb_of_text", png_of(1, 1, 8, 0, b"\0\0", chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(10**7)))), "loads")
    c.add("chunk_of_2GiB", rgb[:33] + struct.pack(">I", 2**31 - 1) + b"zTXt", "truncated")
    c.close()


def jpeg():
    c = Corpus("jpeg")
    for name in ("rgb.jpg", "progressive.jpg", "gray.jpg", "cmyk.jpg", "turned.jpg"):
        c.add("fine_" + name[:-4], (images / name).read_bytes(), "loads")
    rgb = (images / "rgb.jpg").read_bytes()
    frame = rgb.index(b"\xff\xc0") + 5   # height, width
    c.add("begins", b"\xff\xd8\xff", "read_image")
    c.add("cut", rgb[:-40], "truncated")
    c.add("no_end", rgb[:-2], "truncated")
    c.add("huge", rgb[:frame] + b"\xff\xdc\xff\xdc" + rgb[frame + 4:], "more than the")
    c.add("huge_for_its_bytes", rgb[:frame] + b"\x10\x00\x10\x00" + rgb[frame + 4:], "cannot be")
    c.add("no_lines", rgb[:frame] + b"\0\0" + rgb[frame + 2:], "read_image")
    c.add("no_scan", rgb[:rgb.index(b"\xff\xda")] + b"\xff\xd9", "read_image")
    progressive = (images / "progressive.jpg").read_bytes()
    scan = progressive.rindex(b"\xff\xda")
    c.add("many_scans", progressive[:-2] + progressive[scan:-2] * 200 + b"\xff\xd9", "Inconsistent progression")
    turned = (images / "turned.jpg").read_bytes()
    at = turned.index(b"Exif")
    c.add("exif_beyond", turned[:at + 10] + b"\xff\xff\xff\xff" + turned[at + 14:], "loads")
    c.close()


def wav():
    c = Corpus("wav")

    def form(tag=1, channels=1, rate=8000, width=2, bits=16):
        return b"fmt " + struct.pack("<IHHIIHH", 16, tag, channels, rate, rate * width, width, bits)

    def riff(chunks, kind=b"RIFF"):
        return kind + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks

    data = b"data" + struct.pack("<I", 4) + b"abcd"
    c.add("fine", riff(form() + data), "loads")
    c.add("fine_stream", riff(form() + b"data\xff\xff\xff\xffabcd"), "loads")
    c.add("fine_large", riff(b"ds64" + struct.pack("<IQQQ", 24, 0, 4, 0) + form() + b"data\xff\xff\xff\xffabcd", b"RF64"), "loads")
    c.add("large_that_lies", riff(b"ds64" + struct.pack("<IQQQ", 24, 0, 2**63, 0) + form() + b"data\xff\xff\xff\xffabcd", b"RF64"), "truncated")
    c.add("empty", b"", "truncated: 0 bytes")
    c.add("text", b"hello, this is no sound", "no WAV file")
    c.add("no_samples", riff(form()), "there are no samples")
    c.add("no_format", riff(data), "samples before their format")
    c.add("two_formats", riff(form() + form() + data), "a second format")
    c.add("cut", riff(form() + data)[:-1], "truncated: chunk 'data' at byte 36 takes 4 bytes, and 3 are there")
    c.add("chunk_of_4GiB", riff(b"LIST\xff\xff\xff\xff" + form() + data), "truncated: chunk 'LIST'")
    c.add("short_format", riff(b"fmt \x02\0\0\0\1\0" + data), "takes 16 bytes at least")
    c.add("short_extensible", riff(form(tag=0xFFFE) + data), "takes 40 bytes")
    c.add("mp3", riff(form(tag=0x55) + data), "samples coded as MP3")
    c.add("no_channels", riff(form(channels=0, width=0) + data), "0 channels")
    c.add("no_rate", riff(form(rate=0) + data), "0 frames a second")
    c.add("twelve_bits", riff(form(bits=12) + data), "whole numbers of 12 bits")
    c.add("wrong_frame", riff(form(width=3) + data), "3 bytes a frame")
    c.add("half_a_frame", riff(form(channels=3, width=6) + data), "no whole number of frames")
    c.close()


def cifar():
    c = Corpus("cifar")
    c.add("fine", b"\x03" + bytes(3072), "loads")
    c.add("empty", b"", "loads")
    c.add("cut", b"\x03" + bytes(3071), "3072 bytes are no whole number of records")
    c.add("hundred", b"\x03\x03" + bytes(3072), "CIFAR-100")
    c.add("label_10", b"\x0a" + bytes(3072), "record 0 (byte 0): label 10")
    c.add("gzip", zlib.compress(b"\x03" + bytes(3072), wbits=31), "loads")
    c.add("gzip_cut", zlib.compress(b"\x03" + bytes(3072), wbits=31)[:-9], "the gzip stream does not end")
    c.close()


def idx():
    c = Corpus("idx")
    c.add("fine", b"\0\0\x08\2\0\0\0\2\0\0\0\3abcdef", "loads")
    c.add("fine_floats", b"\0\0\x0d\1\0\0\0\1\x3f\x80\0\0", "loads")
    c.add("fine_gzip", zlib.compress(b"\0\0\x08\1\0\0\0\2ab", wbits=31), "loads")
    c.add("empty", b"", "truncated: the magic number")
    c.add("magic", b"PK\3\4", "wrong magic number")
    c.add("type", b"\0\0\x0a\0", "unknown element type 10")
    c.add("nine_dimensions", b"\0\0\x08\x09" + b"\0\0\0\1" * 9 + b"a", "9 dimensions")
    c.add("sizes_that_overflow", b"\0\0\x08\4" + b"\xff\xff\xff\xff" * 4, "exceeds 2^60")
    c.add("sizes_that_lie", b"\0\0\x08\1\x7f\xff\xff\xff", "truncated")
    c.add("gzip_that_lies", zlib.compress(b"\0\0\x08\1\x7f\xff\xff\xff", wbits=31), "truncated")
    c.add("left_over", b"\0\0\x08\1\0\0\0\1ab", "bytes left over")
    c.close()


for make in (csv, jsonl, png, jpeg, wav, cifar, idx):
    make()
