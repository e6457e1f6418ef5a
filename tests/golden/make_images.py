# Writes images/: small pictures as Pillow writes them (and some that it cannot write, made here by hand), and image_pixels/: what Pillow
# reads from them, u8 [channels, height, width] by file name, for tests/data/read/image_test.cpp.    python3 make_images.py
import io
import pathlib
import struct
import zlib

import numpy as np
from PIL import Image

from golden import save, seed

folder = pathlib.Path(__file__).with_name("images")
height, width = 11, 14


def smooth(name, channels):
    """Colours that change slowly, with a little noise: what a JPEG keeps."""
    random = np.random.default_rng(seed(name))
    y, x = np.mgrid[0:height, 0:width]
    planes = [128 + 60 * np.sin(x / (3 + c) + c) + 50 * np.cos(y / (4 - c)) + random.normal(0, 3, (height, width)) for c in range(channels)]
    return np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(bits, colour, rows, interlaced=0, more=b""):
    """rows: bytes of each row, or of each pass, a filter byte before each."""
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, interlaced)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + more + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def adam7(pixels):
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    out = b""
    for x0, y0, dx, dy in passes:
        part = pixels[y0::dy, x0::dx]
        if part.size:
            out += b"".join(b"\0" + row.tobytes() for row in part)
    return out


def main():
    folder.mkdir(exist_ok=True)
    for file in folder.glob("*"):
        file.unlink()
    arrays = {}

    def add(name, contents, mode=None, pixels=None):
        (folder / name).write_bytes(contents)
        if pixels is None:
            image = Image.open(io.BytesIO(contents))
            pixels = np.asarray(image.convert(mode) if mode else image)
        pixels = pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1)
        arrays[name] = pixels

    def write(name, image, mode=None, **options):
        out = io.BytesIO()
        image.save(out, "JPEG" if name.endswith("jpg") else "PNG", **options)
        add(name, out.getvalue(), mode)

    rgb = Image.fromarray(smooth("rgb", 3))
    rgba = Image.fromarray(smooth("rgba", 4))
    gray = Image.fromarray(smooth("gray", 1)[:, :, 0])
    write("gray.png", gray)
    write("gray_alpha.png", Image.fromarray(smooth("gray_alpha", 2), "LA"))
    write("rgb.png", rgb)
    write("rgba.png", rgba)
    write("palette.png", rgb.quantize(7), "RGB")
    write("palette_of_2.png", rgb.quantize(2), "RGB", bits=1)
    transparent = rgb.quantize(6)
    write("palette_transparent.png", transparent, "RGBA", transparency=bytes([0, 255, 128, 7]))
    black_white = np.asarray(gray) > 128
    add("one_bit.png", png(1, 0, b"".join(b"\0" + np.packbits(row).tobytes() for row in black_white)), pixels=np.uint8(255) * black_white)
    interlaced = smooth("interlaced", 3)
    add("interlaced.png", png(8, 2, adam7(interlaced), 1))
    deep = np.random.default_rng(seed("deep")).integers(0, 65536, (height, width, 3))
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in deep)
    add("sixteen_bits.png", png(16, 2, rows), pixels=((deep * 255 + 32895) >> 16).astype(np.uint8))   # round(deep / 257)
    arrays["sixteen_bits.png.deep"] = deep.astype(np.int32).transpose(2, 0, 1)

    write("rgb.jpg", rgb, quality=85)
    write("444.jpg", rgb, quality=90, subsampling=0)
    write("progressive.jpg", rgb, quality=80, progressive=True, restart_marker_blocks=1)
    write("gray.jpg", gray, quality=80)
    write("cmyk.jpg", Image.fromarray(smooth("cmyk", 4), "CMYK"), "RGB", quality=90)
    exif = Image.Exif()
    exif[0x0112] = 6
    write("turned.jpg", rgb, quality=90, exif=exif)
    arrays["rgb.png.gray"] = np.asarray(rgb.convert("L"))[None]
    save("image_pixels", arrays, lambda name: "pixels")


main()
