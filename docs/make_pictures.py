"""Make the picture in the README: the signature explorer where the gradient explodes, trained with and without
clipping.

    .venv/bin/python docs/make_pictures.py        (Windows: .venv\\Scripts\\python docs\\make_pictures.py)

Writes docs/exploding_gradients.png and prints what it shows, which is the picture's alt text in the README.
"""

from io import BytesIO
from pathlib import Path

from PIL import Image

from seqlearn.widgets.exploding import ExplodingGradients

PATH = Path(__file__).with_name("exploding_gradients.png")


def main() -> None:
    """Clip at 1, press Train, and store the picture with few colours, so that the file stays small."""
    explorer = ExplodingGradients()
    explorer.controls["clip"].value = 1.0
    explorer.controls["train"].click()
    picture = Image.open(BytesIO(explorer.image.value)).convert("RGB")
    picture.quantize(colors=128, dither=Image.Dither.NONE).save(PATH, optimize=True)
    print(explorer.text)


if __name__ == "__main__":
    main()
