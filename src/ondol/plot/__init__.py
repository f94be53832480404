"""Pictures of trainings and of what a model has learnt. Every function returns a matplotlib figure.

* `learning_curves(history)`: loss and metrics, epoch by epoch
* `compare(histories)`: several trainings in one picture
* `loss_over_steps(losses)`: the loss while a `Trainer` trains
* `learning_rate_finder(curve)`: at which rates a model learns, from `od.optimizers.learning_rate_finder`
* `model_size(sizes, training, validation)`: which models are too small and which too large
* `decision_boundary(model, x, y)`: which class a model sees at every place of a plane
* `BoundaryFrames(x, y)`: a callback that films the boundary while it moves
* `confusion_matrix(y_true, y_pred)`: which classes are taken for which
* `misclassified(x, y_true, y_pred)`: the images that a model gets wrong
* `filters(layer)`: the kernels of a convolution
* `feature_maps(model, image)`: what convolutions and poolings make of an image
* `saliency(model, image)`: where a network looks, by gradients, deconvolution, by covering parts, and by Grad-CAM
* `augmentations(layer, image)`: what layers that change images at random make of one
* `receptive_field(model)`: how far each layer sees
* `activation_functions()`: activations and their derivatives
* `initializer_signals()`: how far a signal comes through layers, by how their weights are drawn
* `loss_surface(f)`: the paths of optimizers on a landscape
* `hidden_space(model, x, y)`: how a hidden layer bends the plane
* `roc_and_precision_recall(y_true, y_score)`: what every threshold would give
* `weight_histograms(model)`: how the numbers in each weight are spread
* `training_step(model.trace(x, y))`: signals, gradients and updates of one step, layer by layer
* `gradient_flow(model, x, y)`: whether the gradient vanishes or explodes on its way to the first layers
* `gradient_over_time(model, x, y)`: how far back along a sequence it reaches, and why a recurrent network forgets
* `hidden_states(model, x)`: what the units of a recurrent layer hold after each step
* `ActivationStatistics(x)`: a callback that watches what comes out of each layer from epoch to epoch
* `attention_map(weights)`: which tokens a model looks at when it writes another
* `predicted_values(y_true, y_pred)`: what a regression predicts beside what is true
* `forecast(history, truth, prediction)`: how a series went, how it went on, and what was foretold

Nothing is shown and no global state of matplotlib is touched: `figure.savefig("curves.png")` writes a file
(or `.pdf`, `.svg`), and a notebook shows the figure that a cell ends with.
"""

from ondol.plot.activation_functions import activation_functions
from ondol.plot.activation_statistics import ActivationStatistics
from ondol.plot.attention import attention_map
from ondol.plot.augmentations import augmentations
from ondol.plot.boundary import decision_boundary
from ondol.plot.comparison import compare
from ondol.plot.confusion import confusion_matrix
from ondol.plot.curves import learning_curves
from ondol.plot.feature_maps import feature_maps
from ondol.plot.filters import filters
from ondol.plot.forecast import forecast
from ondol.plot.frames import BoundaryFrames
from ondol.plot.gradient_flow import gradient_flow
from ondol.plot.hidden_space import hidden_space
from ondol.plot.learning_rate_finder import learning_rate_finder
from ondol.plot.mistakes import misclassified
from ondol.plot.model_size import model_size
from ondol.plot.over_time import gradient_over_time, hidden_states
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
    "compare",
    "loss_over_steps",
    "learning_rate_finder",
    "model_size",
    "training_step",
    "gradient_flow",
    "gradient_over_time",
    "hidden_states",
    "ActivationStatistics",
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
    "attention_map",
    "predicted_values",
    "forecast",
]
