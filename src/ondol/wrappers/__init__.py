"""Models as scikit-learn's estimators."""

from ondol.wrappers.classifier import SKLearnClassifier
from ondol.wrappers.regressor import SKLearnRegressor
from ondol.wrappers.transformer import SKLearnTransformer

# What books call them.
Classifier = SKLearnClassifier
Regressor = SKLearnRegressor

__all__ = ["Classifier", "Regressor", "SKLearnClassifier", "SKLearnRegressor", "SKLearnTransformer"]
