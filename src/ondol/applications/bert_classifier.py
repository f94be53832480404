"""BertClassifier: what BERT has learnt of a language, used to tell texts apart."""

from __future__ import annotations

from typing import Any

from ondol import layers
from ondol.applications.arguments import positive
from ondol.applications.bert import BERT, checked_backbone, initializer
from ondol.models import Model


class BertClassifier(Model):
    r"""$f(p W + b)$ of the vector p that BERT makes of a whole text, its pooled output, with dropout before.

    Fine-tuning trains all weights, with a small learning rate (2e-5 to 5e-5 for the sizes of the paper) for few epochs.
    With `backbone.trainable = False`, set before `compile`, only W and b learn: transfer learning.

    Args:
        backbone: a BERT, as a rule one that was trained as part of a BertMaskedLM.
        classes: number of classes.
        activation: f; "softmax" for probabilities, None for logits.
        dropout: rate of the dropout.

    Call arguments:
        inputs: as of BERT.

    Returns:
        (batch, classes).

    Raises:
        TypeError: for a backbone that is no BERT.
        DataError: for no positive number of classes.

    Example:
        >>> import numpy as np, ondol as od
        >>> bert = od.applications.BERT(1000, num_layers=2, num_heads=2, hidden_dim=64, intermediate_dim=256)
        >>> model = od.applications.BertClassifier(bert, classes=3)
        >>> model(np.ones((2, 10), int)).shape
        (2, 3)
        >>> bert.trainable = False
        >>> [w.shape for w in model.trainable_weights]
        [(64, 3), (3,)]

    Reference:
        Devlin et al.: "BERT" (2019), section 4.1.
    """

    def __init__(
        self, backbone: BERT, classes: int, activation: Any = "softmax", dropout: float = 0.1, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.backbone = checked_backbone(backbone)
        self.dropout = layers.Dropout(dropout)
        self.output_dense = layers.Dense(
            positive("classes", classes), activation, kernel_initializer=initializer(), name="output"
        )

    def call(self, inputs: Any, training: bool = False) -> Any:
        pooled = self.backbone(inputs, training=training)["pooled_output"]
        return self.output_dense(self.dropout(pooled, training=training))
