"""A train_step of your own: training against an adversary

fit stays, only what happens in a step changes. Here each step first moves every point a little in the
direction in which its loss grows fastest, the sign of the gradient by the *input* (Goodfellow et al., 2014),
and then learns the moved points. The boundary keeps its distance from the data, and moving the points costs
the network less.
"""

import ondol as od
from _gallery import canvas, save, steps


def attacked(model, x, y, reach=0.2):
    x = od.tensor(x, requires_grad=True)
    loss = model.compute_loss(x, y, model(x))
    return x.detach() + reach * od.sign(od.gradients(loss, x))


class Hardened(od.Sequential):
    def train_step(self, data):
        x, y = data
        x = attacked(self, x, y)
        loss = self.compute_loss(x, y, self(x, training=True))
        self.optimizer.apply(od.gradients(loss, self.trainable_weights), self.trainable_weights)
        return {"loss": loss}


x, y = od.datasets.moons(n=200, noise=0.1)
y = y[:, None].astype("float32")
figure, axes = canvas(columns=2, height=2.3)
for ax, kind in zip(axes, (od.Sequential, Hardened), strict=True):
    od.random.seed(0)
    model = kind([od.Input((2,))])
    model.add(od.layers.Dense(64, activation="relu"))
    model.add(od.layers.Dense(64, activation="relu"))
    model.add(od.layers.Dense(1, activation="sigmoid"))
    model.compile(od.optimizers.Adam(0.01), "binary_crossentropy")
    model.fit(x, y, epochs=steps(100), verbose=0)
    moved = attacked(model, x, y).numpy()
    clean, under_attack = ((model.predict(points, verbose=0).round() == y).mean() for points in (x, moved))
    name = "as usual" if kind is od.Sequential else "against an adversary"
    print(f"trained {name:21} {clean:.0%} right, {under_attack:.0%} after an attack")
    od.plot.decision_boundary(model, x, y, title=f"trained {name}", ax=ax, legend=False)
save(figure)
