"""Looking inside while it happens.

* `explain(loss, weight)`: the local derivatives whose product is a weight's gradient
* `breakpoint_on(layer_or_op)`: the debugger, inside a rule, when it runs
"""

from ondol.insight.breakpoints import breakpoint_on
from ondol.insight.explaining import explain

__all__ = ["breakpoint_on", "explain"]
