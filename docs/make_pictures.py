"""Make the picture in the README: the signature explorer, its spectral radius moving to and fro past 1.

    .venv/bin/python docs/make_pictures.py        (Windows: .venv\\Scripts\\python docs\\make_pictures.py)

Writes docs/exploding_gradients.gif. It moves three times and rests where the gradient explodes.
"""

from io import BytesIO
from pathlib import Path

from PIL import Image

from seqlearn.widgets.exploding import ExplodingGradients

PATH = Path(__file__).with_name("exploding_gradients.gif")
RADII = [round(0.8 + 0.05 * i, 2) for i in range(13)]  # 0.8 to 1.4


def main() -> None:
    """One frame a radius, there and back, with few colours, so that the file stays small."""
    explorer = ExplodingGradients()
    frames = []
    for radius in (*RADII, *RADII[-2:0:-1], 1.1):
        explorer.set(radius=radius)
        picture = Image.open(BytesIO(explorer.image.value)).convert("RGB").crop((0, 0, 960, 338))
        frames.append(picture.quantize(colors=32, dither=Image.Dither.NONE))
    durations = [180] * (len(frames) - 1) + [1500]
    frames[0].save(PATH, save_all=True, append_images=frames[1:], duration=durations, loop=2, optimize=True)


if __name__ == "__main__":
    main()
