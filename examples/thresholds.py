"""Thresholds: a probability is not yet a decision

From its radius and its texture, a neuron says how likely a tumour is benign. From which probability on to
believe it is another question, and every answer trades one kind of mistake for the other. The curves show all
of them at once, the table three.
"""

import ondol as od
from _gallery import save, steps

od.random.seed(0)
(x, y), (x_test, y_test) = od.datasets.breast_cancer.load_data(test_split=0.4)
x, x_test = x[:, :2], x_test[:, :2]  # radius and texture alone
normalize = od.layers.Normalization()
normalize.adapt(x)
model = od.Sequential([od.Input((x.shape[1],)), normalize, od.layers.Dense(1, activation="sigmoid")])
model.compile(od.optimizers.Adam(0.01), "binary_crossentropy")
model.fit(x, y, epochs=steps(50), verbose=0)

probability = model.predict(x_test, verbose=0).ravel()
for threshold in (0.2, 0.5, 0.9):
    said = probability > threshold
    print(
        f"from {threshold:.0%} on: {(said & (y_test == 0)).sum()} malignant ones taken for benign, "
        f"{(~said & (y_test == 1)).sum()} benign ones for malignant"
    )
save(od.plot.roc_and_precision_recall(y_test, probability))
