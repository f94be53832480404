"""Run every program of this folder and put its picture into docs/gallery/: python examples/build.py [NAME...]

Pictures are reduced to 256 colours, which makes them a third as large and shows nowhere. The pages
around them, docs/gallery.md and docs/gallery.ko.md, are written by hand; tests/examples compares them with
what is here.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

HERE = Path(__file__).parent
GALLERY = HERE.parent / "docs" / "gallery"


def programs():
    return sorted(path for path in HERE.glob("*.py") if path.name not in ("_gallery.py", Path(__file__).name))


def build(program, folder):
    subprocess.run([sys.executable, program, "--out", folder], check=True)
    (picture,) = folder.iterdir()
    target = GALLERY / picture.name
    if picture.suffix == ".png":
        colors = Image.open(picture).convert("RGB").quantize(256, method=Image.Quantize.MAXCOVERAGE, dither=0)
        colors.save(target, optimize=True)
    else:
        target.write_bytes(picture.read_bytes())
    print(f"{target.name}: {target.stat().st_size / 1000:.0f} kB\n")


if __name__ == "__main__":
    GALLERY.mkdir(parents=True, exist_ok=True)
    for program in programs():
        if program.stem in sys.argv[1:] or not sys.argv[1:]:
            with tempfile.TemporaryDirectory() as folder:
                build(program, Path(folder))
