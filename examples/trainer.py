"""Trainer: the loop of the books, for a network that you wrote

Anything with forward(x, t), backward(), params and grads can be trained by od.Trainer, with any optimizer.
Here it is a class of a few lines around three layers.
"""

import numpy as np

import ondol as od
from _gallery import save, steps


class TwoLayerNet:
    def __init__(self, inputs, hidden, outputs):
        rng = np.random.default_rng(0)
        self.layers = [
            od.layers.Affine(0.5 * rng.normal(size=(inputs, hidden)), np.zeros(hidden)),
            od.layers.ReLU(),
            od.layers.Affine(0.1 * rng.normal(size=(hidden, outputs)), np.zeros(outputs)),
        ]
        self.loss = od.layers.SoftmaxWithLoss()
        self.params = [weight for layer in self.layers for weight in layer.params]
        self.grads = [gradient for layer in self.layers for gradient in layer.grads]

    def predict(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def forward(self, x, t):
        return self.loss.forward(self.predict(x), t)

    def backward(self):
        dout = self.loss.backward()
        for layer in reversed(self.layers):
            dout = layer.backward(dout)


(x, t), (x_test, t_test) = od.datasets.digits.load_data()
x, x_test = x.reshape(-1, 64), x_test.reshape(-1, 64)
od.random.seed(0)  # for the order of the samples
net = TwoLayerNet(64, 50, 10)
trainer = od.Trainer(net, od.optimizers.SGD(0.1))
trainer.fit(x, t, max_epoch=steps(30), batch_size=32, eval_interval=45)
print(f"{(net.predict(x_test).argmax(axis=1) == t_test).mean():.1%} of the unseen digits right")
save(trainer.plot())
