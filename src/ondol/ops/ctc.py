"""Connectionist temporal classification: the probability of a text, summed over all ways to align it."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Op, Tensor, as_tensor
from ondol.backend import floatx
from ondol.errors import ShapeError
from ondol.ops.casting import cast
from ondol.ops.elementwise import WHOLE, is_half
from ondol.ops.shapes import expand_dims

NEVER = -1e30  # the logarithm of 0, as a number: sums of it are finite, and so are differences


class CTC(Op):
    r"""L = -ln Σ Πₜ pₜ[πₜ]  over all paths π that read as the labels,  p = softmax(z);   dzₜ = (pₜ - qₜ) dL.

    A path names a class or the blank at each step; it reads as the labels once repetitions are merged and
    blanks are left out. qₜ[k] is the share of the paths, weighted by their probabilities, that are at class k
    at step t. Steps after the end of a sample do not count (Graves et al. 2006).
    """

    def __init__(self, blank):
        self.blank = blank

    def forward(self, labels, z, label_lengths, lengths):
        paths = Paths(self.xp, labels, label_lengths, lengths, log_softmax(self.xp, z), self.blank)
        last, _ = paths.forwards()
        return self.xp.where(paths.exist(last), -paths.log_sum(last), self.xp.inf)

    def backward(self, dy):
        dz = CTCGradient(self.blank)(*self.inputs)
        return None, expand_dims(expand_dims(dy, -1), -1) * dz, None, None


class CTCGradient(Op):
    r"""g = pₜ - qₜ, the gradient of `CTC`:  qₜ[k] = Σₛ exp(αₜ[s] + βₜ[s]) / exp(-L)  over the places s of class k.

    αₜ[s] is the logarithm of the probability of all beginnings of paths that are at place s of the text at
    step t, βₜ[s] that of all ends from there on.
    """

    def __init__(self, blank):
        self.blank = blank

    def forward(self, labels, z, label_lengths, lengths):
        xp = self.xp
        log_p = log_softmax(xp, z)
        paths = Paths(xp, labels, label_lengths, lengths, log_p, self.blank)
        last, alphas = paths.forwards()
        betas = paths.backwards()
        shares = xp.exp(alphas + betas - paths.log_sum(last)[:, None])  # (steps, batch, places)
        classes = xp.one_hot(paths.classes, z.shape[-1], z.dtype)  # (batch, places, classes)
        q = xp.matmul(xp.swapaxes(shares, 0, 1), classes)  # (batch, steps, classes)
        counts = xp.swapaxes(paths.counts, 0, 1) & paths.exist(last)[:, None]
        return xp.where(counts[..., None], xp.exp(log_p) - q, xp.zeros((), z.dtype))

    def backward(self, dy):
        raise TypeError(
            "Expected the first derivative of ctc_loss. Received: a request for its second, which is not there. "
            "Use a gradient that is not differentiated again."
        )


class Paths:
    """The places of a text, blank, l₁, blank, l₂, ..., blank, and the steps between them.

    From one step to the next a path stays, goes on by one place, or by two past a blank between different
    labels. All probabilities are logarithms.

    Args:
        xp: the array namespace.
        labels: (batch, labels).
        label_lengths, lengths: (batch,), how many labels and how many steps count.
        log_p: (batch, steps, classes).
        blank: the class that stands for no label.
    """

    def __init__(self, xp, labels, label_lengths, lengths, log_p, blank):
        self.xp = xp
        batch, n = labels.shape
        blanks = xp.full((batch, n + 1), blank, labels.dtype)
        pairs = xp.stack([blanks[:, :n], labels], axis=-1).reshape((batch, 2 * n))
        self.classes = xp.concatenate([pairs, blanks[:, :1]], axis=1)  # (batch, places)
        two_before = xp.concatenate([blanks[:, :1], blanks[:, :1], self.classes], axis=1)[:, : 2 * n + 1]
        certain, never = xp.zeros((), log_p.dtype), xp.full((), NEVER, log_p.dtype)
        may_skip = (self.classes != blank) & (self.classes != two_before)
        self.skip = xp.where(may_skip, certain, never)
        places, end = xp.arange(2 * n + 1), 2 * label_lengths[:, None]
        is_end = (places == end) | ((places == end - 1) & (end > 0))
        self.final = xp.where(is_end, certain, never)
        at_places = xp.take_along_axis(log_p, self.classes[:, None, :], axis=2)
        self.log_p = xp.swapaxes(at_places, 0, 1)  # (steps, batch, places)
        self.counts = xp.arange(log_p.shape[1])[:, None] < lengths  # (steps, batch)

    def forwards(self):
        """The α after the last step, (batch, places), and those of all steps, (steps, batch, places)."""
        xp = self.xp

        def step(alpha, now):
            log_p, counts = now
            one, two = self._shifted(alpha, 1), self._shifted(alpha, 2) + self.skip
            moved = xp.logaddexp(xp.logaddexp(alpha, one), two) + log_p
            alpha = xp.where(counts[:, None], moved, alpha)
            return alpha, alpha

        before = xp.full(self.final.shape, NEVER, self.final.dtype)
        before = xp.concatenate([xp.zeros_like(before[:, :1]), before[:, 1:]], axis=1)
        return xp.scan(step, before, (self.log_p, self.counts))

    def backwards(self):
        """The β of all steps, (steps, batch, places)."""
        xp = self.xp

        def step(beta, now):
            log_p, counts = now
            onward = beta + log_p
            one, two = self._shifted(onward, -1), self._shifted(onward + self.skip, -2)
            earlier = xp.logaddexp(xp.logaddexp(onward, one), two)
            return xp.where(counts[:, None], earlier, beta), beta

        return xp.scan(step, self.final, (self.log_p, self.counts), reverse=True)[1]

    def log_sum(self, last):
        """ln Σ over the paths that have come to the end of the text, (batch,)."""
        xp = self.xp
        ended = last + self.final
        top = ended.max(axis=1)
        return top + xp.log(xp.exp(ended - top[:, None]).sum(axis=1))

    def exist(self, last):
        """Whether there is such a path at all: a text can be too long for its steps."""
        return self.log_sum(last) > 0.5 * NEVER

    def _shifted(self, x, by):
        """x moved along the places, with `NEVER` where nothing comes from."""
        edge = self.xp.full((x.shape[0], min(abs(by), x.shape[1])), NEVER, x.dtype)
        if by > 0:
            return self.xp.concatenate([edge, x[:, :-by]], axis=1)
        return self.xp.concatenate([x[:, -by:], edge], axis=1)


def log_softmax(xp, z):
    z = z - z.max(axis=-1, keepdims=True)
    return z - xp.log(xp.exp(z).sum(axis=-1, keepdims=True))


def ctc_loss(target: Any, output: Any, target_length: Any, output_length: Any, mask_index: int = 0) -> Tensor:
    """-ln of the probability that the outputs read as the labels, summed over all alignments.

    Args:
        target: class numbers (batch, labels); those after `target_length` do not matter.
        output: scores before softmax (batch, steps, classes).
        target_length: whole numbers (batch,), how many labels of each sample count.
        output_length: whole numbers (batch,), how many steps of each sample count.
        mask_index: the class that stands for "no label here", the blank.

    Returns:
        Array (batch,); infinite for a text that does not fit into its steps (it needs one for each label,
        and one more between two that are equal).

    Raises:
        ShapeError: if the shapes do not fit.

    Example:
        >>> import ondol as od
        >>> z = od.zeros((1, 2, 2))  # two steps, in each the blank or class 1: three of four paths read as 1
        >>> od.exp(-od.ops.ctc_loss([[1]], z, [1], [2])).round(4)
        Tensor([0.75], dtype=float32)

    Reference: Graves, Fernández, Gomez, Schmidhuber: "Connectionist temporal classification" (2006).
    """
    target, output = as_tensor(target), as_tensor(output)
    target_length, output_length = as_tensor(target_length), as_tensor(output_length)
    batch = output.shape[:1]
    if output.ndim != 3 or target.ndim != 2 or target.shape[:1] != batch:
        raise ShapeError(
            "ctc_loss expected target.shape=(batch, labels) and output.shape=(batch, steps, classes). "
            f"Received: target.shape={target.shape}, output.shape={output.shape}."
        )
    if target_length.shape != batch or output_length.shape != batch:
        raise ShapeError(
            f"ctc_loss expected target_length and output_length of shape {batch}, one for each sample. "
            f"Received: target_length.shape={target_length.shape}, output_length.shape={output_length.shape}."
        )
    if output.dtype.kind in WHOLE:
        output = cast(output, floatx())
    dtype = output.dtype
    wide = cast(output, "float32") if is_half(dtype) else output
    whole = [x if x.dtype.kind == "i" else cast(x, "int32") for x in (target, target_length, output_length)]
    loss = CTC(mask_index)(whole[0], wide, whole[1], whole[2])
    return loss if loss.dtype == dtype else cast(loss, dtype)
