"""Five digits of 5x5 pixels, and a softmax

The smallest image classifier: 25 pixels, 50 ReLU units, and a softmax that turns five scores into
probabilities that add up to 1. It has only ever seen the five clean digits; asked about worn ones, it says
how sure it is, and takes a 2 for a 3.
"""

import numpy as np

import ondol as od
from _gallery import canvas, label, save, steps

clean = """
.##.. ####. ####. ...#. #####
..#.. ....# ....# ..##. #....
..#.. .###. .###. .#.#. ####.
..#.. #.... ....# ##### ....#
.###. ##### ####. ...#. ####.
"""
worn = """
..##. ####. ####. ...#. .###.
..#.. ....# ...#. ..##. #....
..#.. ..### .##.. .##.. #.##.
..#.. ....# ....# ####. ...##
.###. ##### .###. ...#. .###.
"""


def images(drawing):
    pixels = np.array([list(line.replace(" ", "")) for line in drawing.split("\n")[1:-1]]) == "#"
    return pixels.reshape(5, 5, 5).swapaxes(0, 1).astype("float32")  # (digits, rows, columns)


od.random.seed(0)
model = od.Sequential([od.Input((5, 5)), od.layers.Flatten()])
model.add(od.layers.Dense(50, activation="relu"))
model.add(od.layers.Dense(5, activation="softmax"))
model.compile(od.optimizers.SGD(0.05, momentum=0.9), "sparse_categorical_crossentropy")
model.fit(images(clean), np.arange(5), batch_size=1, epochs=steps(100), verbose=0)

probabilities = model.predict(images(worn), verbose=0)
figure, axes = canvas(columns=5, rows=2, height=1.5)
for number, (image, p) in enumerate(zip(images(worn), probabilities, strict=True)):
    print(f"a worn {number + 1}: seen as {p.argmax() + 1}; probabilities {p.round(3)}")
    axes[0, number].imshow(image, cmap="gray_r")
    axes[0, number].set_axis_off()
    axes[1, number].bar(range(1, 6), p)
    label(axes[1, number], f"a {p.argmax() + 1}: {p.max():.0%}", "digit")
    axes[1, number].set(ylim=(0, 1), xticks=range(1, 6), yticks=[0, 0.5, 1])
axes[1, 0].set_ylabel("probability")
save(figure)
