"""Draws the letters that the raster codec knows (src/wire/codecs/raster/letters.ts), from the public typeface alone.

    python3 scripts/draw-letters.py REGULAR.otf BOLD.otf LETTERS.bin

The two fonts are TeX Gyre Heros (GUST Font License); FREETYPE names the library, 2.10 or later (default: the system's).
Written are, for each set and letter, its width, its height and its rows of shares of ink, 0 to 255. The letters are frozen
with the table version; `LETTERS.bin` is what `readLetters()` gives, unpacked.
"""
import ctypes
import ctypes.util
import os
import string
import sys

LETTERS = string.ascii_lowercase + string.ascii_uppercase + string.digits + ".,-/%()><=:+&"
# Base sizes of ggplot2 in points, at 300 dots per inch: axis labels are 0.8 of them, titles whole, headings bold.
BASE_SIZES = (11, 12)
DOTS_PER_POINT = 300 / 72
RENDER, TARGET_LIGHT = 4, 1 << 16

ft = ctypes.CDLL(os.environ.get("FREETYPE") or ctypes.util.find_library("freetype"))
long, pointer = ctypes.c_long, ctypes.c_void_p


def record(name, *fields):
    return type(name, (ctypes.Structure,), {"_fields_": list(fields)})


Generic = record("Generic", ("data", pointer), ("finalizer", pointer))
Bitmap = record(
    "Bitmap",
    ("rows", ctypes.c_uint), ("width", ctypes.c_uint), ("pitch", ctypes.c_int), ("buffer", pointer),
    ("num_grays", ctypes.c_ushort), ("pixel_mode", ctypes.c_ubyte),
)
# FT_GlyphSlotRec and FT_FaceRec, up to the members that are read.
Slot = record(
    "Slot",
    ("library", pointer), ("face", pointer), ("next", pointer), ("index", ctypes.c_uint), ("generic", Generic),
    ("metrics", long * 8), ("linear_advances", long * 2), ("advance", long * 2), ("format", ctypes.c_int),
    ("bitmap", Bitmap),
)
Face = record(
    "Face",
    ("counts", long * 5), ("family", pointer), ("style", pointer), ("num_fixed_sizes", ctypes.c_int),
    ("sizes", pointer), ("num_charmaps", ctypes.c_int), ("charmaps", pointer), ("generic", Generic),
    ("bbox", long * 4), ("units", ctypes.c_ushort), ("metrics", ctypes.c_short * 7), ("glyph", ctypes.POINTER(Slot)),
)


def check(code, what):
    if code != 0:
        sys.exit(f"FreeType could not {what}: error {code}")


def open_face(library, path):
    face = ctypes.POINTER(Face)()
    check(ft.FT_New_Face(library, path.encode(), long(0), ctypes.byref(face)), f"open {path}")
    return face


def draw(face, letter, points):
    """Rows of ink of a letter, without the empty ones around it; None when it draws nothing."""
    size = long(int(points * DOTS_PER_POINT * 64))
    check(ft.FT_Set_Char_Size(face, size, size, 72, 72), "set the size")
    check(ft.FT_Load_Char(face, ctypes.c_ulong(ord(letter)), ctypes.c_int32(RENDER | TARGET_LIGHT)), f"draw {letter}")
    bitmap = face.contents.glyph.contents.bitmap
    if bitmap.rows == 0:
        return None
    raw = ctypes.string_at(bitmap.buffer, bitmap.rows * bitmap.pitch)
    rows = [raw[y * bitmap.pitch : y * bitmap.pitch + bitmap.width] for y in range(bitmap.rows)]
    inked = [y for y, row in enumerate(rows) if any(row)]
    columns = [x for x in range(bitmap.width) if any(row[x] for row in rows)]
    return [row[columns[0] : columns[-1] + 1] for row in rows[inked[0] : inked[-1] + 1]]


def main(regular, bold, out):
    library = pointer()
    check(ft.FT_Init_FreeType(ctypes.byref(library)), "start")
    written = bytearray()
    for base in BASE_SIZES:
        for scale, font in ((0.8, regular), (1.0, regular), (1.0, bold)):
            face = open_face(library, font)
            for letter in LETTERS:
                rows = draw(face, letter, base * scale)
                if rows is not None:
                    written += bytes([len(rows[0]), len(rows)]) + b"".join(rows)
    with open(out, "wb") as file:
        file.write(written)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
