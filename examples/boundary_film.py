"""A film of the spiral: how a boundary finds its way

The boundary of a network after 0, 10, 50, 100, 200 and 400 epochs: first a few straight cuts from the middle,
then they bend and grow along the arms. fit is called again and again, and goes on where it was.
(od.plot.BoundaryFrames is a callback that makes an animated GIF of the same: film = BoundaryFrames(x, y);
fit(..., callbacks=[film]); film.save("spiral.gif").)
"""

import ondol as od
from _gallery import canvas, save, steps

od.random.seed(0)
x, y = od.datasets.spiral()
model = od.Sequential([od.Input((2,))])
model.add(od.layers.Dense(32, activation="tanh"))
model.add(od.layers.Dense(32, activation="tanh"))
model.add(od.layers.Dense(3, activation="softmax"))
model.compile(od.optimizers.SGD(0.1, momentum=0.9), "categorical_crossentropy")

figure, axes = canvas(columns=3, rows=2, height=2.4)
done = 0
for ax, epoch in zip(axes.flat, (0, 10, 50, 100, 200, 400), strict=True):
    if epoch:
        model.fit(x, y, batch_size=30, epochs=steps(epoch - done), verbose=0)
        done = epoch
    loss = model.evaluate(x, y, verbose=0)
    print(f"epoch {epoch:3}: loss {loss:.3f}")
    title = f"epoch {epoch}, loss {loss:.2f}" if epoch else "before training"
    od.plot.decision_boundary(model, x, y, title=title, feature_names=("", ""), ax=ax, legend=False)
save(figure)
