"""The doctor: what is wrong with a training, in plain words and with the numbers that led there.

* `diagnose(model, x, y)`: a look at a model as it stands; `fit(..., diagnose=True)` looks all along a training
* `probe.py`: the measurement, one step that is computed and not made
* `findings/`: what the numbers may mean, a function for each
"""

from ondol.diagnosis.diagnose import diagnose
from ondol.diagnosis.findings import Finding
from ondol.diagnosis.report import Diagnosis

__all__ = ["Diagnosis", "Finding", "diagnose"]
