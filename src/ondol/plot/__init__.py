"""Pictures of trainings and of what a model has learnt. Every function returns a matplotlib figure.

* `learning_curves(history)`: loss and metrics, epoch by epoch
* `loss_over_steps(losses)`: the loss while a `Trainer` trains
* `decision_boundary(model, x, y)`: which class a model sees at every place of a plane
* `confusion_matrix(y_true, y_pred)`: which classes are taken for which
* `misclassified(x, y_true, y_pred)`: the images that a model gets wrong
* `filters(layer)`: the kernels of a convolution
* `feature_maps(model, image)`: what convolutions and poolings make of an image
* `augmentations(layer, image)`: what layers that change images at random make of one
* `receptive_field(model)`: how far each layer sees
* `training_step(model.trace(x, y))`: signals, gradients and updates of one step, layer by layer
* `predicted_values(y_true, y_pred)`: what a regression predicts beside what is true

Nothing is shown and no global state of matplotlib is touched: `figure.savefig("curves.png")` writes a file
(or `.pdf`, `.svg`), and a notebook shows the figure that a cell ends with.
"""

from ondol.plot.augmentations import augmentations
from ondol.plot.boundary import decision_boundary
from ondol.plot.confusion import confusion_matrix
from ondol.plot.curves import learning_curves
from ondol.plot.feature_maps import feature_maps
from ondol.plot.filters import filters
from ondol.plot.mistakes import misclassified
from ondol.plot.receptive_field import receptive_field
from ondol.plot.regression import predicted_values
from ondol.plot.steps import loss_over_steps
from ondol.plot.training_step import training_step

__all__ = [
    "learning_curves",
    "loss_over_steps",
    "training_step",
    "decision_boundary",
    "confusion_matrix",
    "misclassified",
    "filters",
    "feature_maps",
    "augmentations",
    "receptive_field",
    "predicted_values",
]
