"""What is wrong with a graph, in words.

`training.py` looks over a graph and its gradients after the fact: `diagnose`. It sees them as `examined.py` lays them
out, with units and samples; `units.py` looks at the units, `zeros.py` at gradients that are 0, `suspects.py` for lines
that may have cut the graph. `anomaly.py` watches while nodes are made and swept over: `detect_anomaly`. `branches.py`
knows the nan that comes from a branch of `where` that was not taken, for both.
"""

from autograd.diagnosis.anomaly import detect_anomaly
from autograd.diagnosis.training import Diagnosis, diagnose

__all__ = ["Diagnosis", "detect_anomaly", "diagnose"]
