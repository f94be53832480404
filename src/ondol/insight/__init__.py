"""Looking inside while it happens.

* `explain(loss, weight)`: the local derivatives whose product is a weight's gradient
* `gradient_over_time(model, x, y)`: how far back along a sequence the gradient reaches
* `hidden_states(model, x)`: what the units of a recurrent layer hold after each step
* `attention_weights(model, x)`: how much each place of a sequence looks at each other
* `breakpoint_on(layer_or_op)`: the debugger, inside a rule, when it runs
"""

from ondol.insight.attention import attention_weights
from ondol.insight.breakpoints import breakpoint_on
from ondol.insight.explaining import explain
from ondol.insight.over_time import gradient_over_time, hidden_states

__all__ = ["attention_weights", "breakpoint_on", "explain", "gradient_over_time", "hidden_states"]
