"""What is wrong with a graph, in words.

`training.py` looks over a graph and its gradients after the fact: `diagnose`. `anomaly.py` watches while nodes are made
and swept over: `detect_anomaly`.
"""

from autograd.diagnosis.anomaly import detect_anomaly
from autograd.diagnosis.training import Diagnosis, diagnose

__all__ = ["Diagnosis", "detect_anomaly", "diagnose"]
