"""Pictures of trainings and of what a model has learnt. Every function returns a matplotlib figure.

* `learning_curves(history)`: loss and metrics, epoch by epoch
* `loss_over_steps(losses)`: the loss while a `Trainer` trains
* `decision_boundary(model, x, y)`: which class a model sees at every place of a plane
* `BoundaryFrames(x, y)`: a callback that films the boundary while it moves
* `confusion_matrix(y_true, y_pred)`: which classes are taken for which
* `misclassified(x, y_true, y_pred)`: the images that a model gets wrong
* `filters(layer)`: the kernels of a convolution
* `feature_maps(model, image)`: what convolutions and poolings make of an image
* `saliency(model, image)`: where a network looks, by gradients, by covering parts, and by Grad-CAM
* `augmentations(layer, image)`: what layers that change images at random make of one
* `receptive_field(model)`: how far each layer sees
* `activation_functions()`: activations and their derivatives
* `initializer_signals()`: how far a signal comes through layers, by how their weights are drawn
* `loss_surface(f)`: the paths of optimizers on a landscape
* `hidden_space(model, x, y)`: how a hidden layer bends the plane
* `roc_and_precision_recall(y_true, y_score)`: what every threshold would give
* `weight_histograms(model)`: how the numbers in each weight are spread
* `training_step(model.trace(x, y))`: signals, gradients and updates of one step, layer by layer
* `predicted_values(y_true, y_pred)`: what a regression predicts beside what is true

Nothing is shown and no global state of matplotlib is touched: `figure.savefig("curves.png")` writes a file
(or `.pdf`, `.svg`), and a notebook shows the figure that a cell ends with.
"""

from ondol.plot.activation_functions import activation_functions
from ondol.plot.augmentations import augmentations
from ondol.plot.boundary import decision_boundary
from ondol.plot.confusion import confusion_matrix
from ondol.plot.curves import learning_curves
from ondol.plot.feature_maps import feature_maps
from ondol.plot.filters import filters
from ondol.plot.frames import BoundaryFrames
from ondol.plot.hidden_space import hidden_space
from ondol.plot.mistakes import misclassified
from ondol.plot.receptive_field import receptive_field
from ondol.plot.regression import predicted_values
from ondol.plot.roc import roc_and_precision_recall
from ondol.plot.saliency import saliency
from ondol.plot.signals import initializer_signals
from ondol.plot.steps import loss_over_steps
from ondol.plot.surface import loss_surface
from ondol.plot.training_step import training_step
from ondol.plot.weights import weight_histograms

__all__ = [
    "learning_curves",
    "loss_over_steps",
    "training_step",
    "weight_histograms",
    "activation_functions",
    "initializer_signals",
    "loss_surface",
    "hidden_space",
    "roc_and_precision_recall",
    "decision_boundary",
    "BoundaryFrames",
    "confusion_matrix",
    "misclassified",
    "filters",
    "feature_maps",
    "saliency",
    "augmentations",
    "receptive_field",
    "predicted_values",
]
