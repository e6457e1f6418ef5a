"""Writes unicode_data.cpp: what tokenizers ask of Unicode, from Python's unicodedata. Numbers are written in base 32, lowest digits first,
a letter each from '0' on (48 to 79), the last digit of a number from 'P' on (80 to 111), so that a table is a short text."""
import pathlib
import sys
import unicodedata as u

SPACES = set(map(chr, [*range(9, 14), 32, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000]))
ALPHABETIC_SYMBOLS = [*range(0x24B6, 0x24EA), *range(0x1F130, 0x1F14A), *range(0x1F150, 0x1F16A), *range(0x1F170, 0x1F18A)]


def number(x):
    out = ""
    while x >= 32:
        out, x = out + chr(48 + x % 32), x // 32
    return out + chr(80 + x)


def signed(x):
    return number(2 * x if x >= 0 else -2 * x - 1)


def kind(c):
    """Bits: letter, number, mark, mark without a width, punctuation, space, control, part of a word."""
    category = u.category(c)
    letter, num, mark = category[0] == "L", category[0] == "N", category[0] == "M"
    word = letter or mark or category in ("Nd", "Nl", "Pc") or ord(c) in ALPHABETIC_SYMBOLS or c in "\u200c\u200d"
    bits = [letter, num, mark, category == "Mn", category[0] == "P", c in SPACES, category in ("Cc", "Cf", "Co", "Cs"), word]
    return sum(bit << i for i, bit in enumerate(bits))


everyone = [chr(c) for c in range(0x110000)]
kinds, before, at = "", 0, 0
for c in everyone:
    if kind(c) != before:
        kinds += number(ord(c) - at) + number(kind(c))
        before, at = kind(c), ord(c)

# Small letters: one letter each, but for one that becomes two; and by ranges in which the difference stays.
lower, at, run = "", 0, None
rows = []
for c in everyone:
    small = c.lower()
    if small == c or c == "\u0130" or 0xD800 <= ord(c) < 0xE000:
        continue
    assert len(small) == 1
    difference = ord(small) - ord(c)
    if rows and rows[-1][2] == difference and ord(c) - rows[-1][1] in (1, 2) and (
            rows[-1][0] == rows[-1][1] or ord(c) - rows[-1][1] == rows[-1][3]):
        rows[-1][3] = ord(c) - rows[-1][1]
        rows[-1][1] = ord(c)
    else:
        rows.append([ord(c), ord(c), difference, 1])
for first, last, difference, step in rows:
    lower += number(first - at) + number((last - first) // step * 2 + step - 1) + signed(difference)
    at = first

# Decompositions of one step: the place, whether it is for compatibility and how long it is, its letters.
decompositions, at = "", 0
for c in everyone:
    text = u.decomposition(c)
    if not text:
        continue
    parts = text.split()
    compatible = parts[0][0] == "<"
    letters = [int(part, 16) for part in (parts[1:] if compatible else parts)]
    decompositions += number(ord(c) - at) + number(2 * len(letters) + compatible)
    previous = ord(c)
    for letter in letters:
        decompositions += signed(letter - previous)
        previous = letter
    at = ord(c)

classes, before, at = "", 0, 0
for c in everyone:
    if u.combining(c) != before:
        classes += number(ord(c) - at) + number(u.combining(c))
        before, at = u.combining(c), ord(c)

# Pairs that do not come together again although they came apart.
excluded, at = "", 0
for c in everyone:
    text = u.decomposition(c)
    if text and text[0] != "<" and u.normalize("NFC", c) != c:
        excluded += number(ord(c) - at)
        at = ord(c)

tables = {"unicode_kinds": kinds, "unicode_lower": lower, "unicode_decompositions": decompositions, "unicode_classes": classes,
          "unicode_excluded": excluded}
out = f"// Written by make_unicode_data.py, which says how. Unicode {u.unidata_version}.\n"
out += "#include <gradus/data/text/internal/unicode.h>\n\n"
out += "namespace gradus::data::detail {\n"
for name, table in tables.items():
    lines, line = [], ""
    for letter in table:
        piece = {"\\": "\\\\", "?": "\\077"}.get(letter, letter)   # a question mark could begin a trigraph
        if len(line) + len(piece) > 134:
            lines.append(line)
            line = ""
        line += piece
    lines.append(line)
    out += f"\nconst char* const {name} =\n" + "\n".join(f'    "{line}"' for line in lines) + ";\n"
out += "\n}  // namespace gradus::data::detail\n"
(pathlib.Path(__file__).parent / "unicode_data.cpp").write_text(out)
print({name: len(table) for name, table in tables.items()}, out.count("\n"), file=sys.stderr)
