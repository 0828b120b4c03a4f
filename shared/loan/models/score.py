"""What the explanations know of the models."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Score = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""The models as one function.

It takes a table of applications, (N, F) float64 in the order of the fields: numbers as they are, a
choice as its index, NaN for "not stated". It returns (N, M) float64, the probabilities of approval
(0..1), one column a model. A row's answer does not depend on the rows around it. N is 1 or more.
"""
