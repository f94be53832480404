"""Connectionist temporal classification: the probability of a text, summed over all ways to align it."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Op, Tensor, as_tensor
from ondol.backend import floatx
from ondol.errors import ShapeError
from ondol.ops.casting import cast
from ondol.ops.elementwise import WHOLE, is_half
from ondol.ops.shapes import expand_dims
from ondol.ops.softmaxes import log_softmax

NEVER = -1e30  # the logarithm of 0, as a number: sums of it are finite, and so are differences


class CTC(Op):
    r"""L = -ln Σ Πₜ pₜ[πₜ]  over all paths π that read as the labels;   d ln pₜ = -qₜ dL.

    A path names a class or the blank at each step; it reads as the labels once repetitions are merged and
    blanks are left out. With α of `Beginnings`, and βₜ[s], the logarithm of the probability of all ends of paths
    from place s at step t on,  qₜ[k] = Σₛ exp(αₜ[s] + βₜ[s]) / exp(-L)  over the places s of class k: the share of
    the paths, weighted by their probabilities, that are at class k at step t (Graves et al. 2006).
    """

    def __init__(self, blank):
        self.blank = blank

    def forward(self, labels, log_p, label_lengths, lengths, alphas):
        last = Paths(self.xp, labels, label_lengths, lengths, log_p, self.blank).log_sum(alphas[-1])
        return self.xp.where(last > 0.5 * NEVER, -last, self.xp.inf)  # a text can be too long for its steps

    def backward(self, dy):
        shares = ClassShares(self.blank)(*self.inputs)
        return None, expand_dims(expand_dims(-dy, -1), -1) * shares, None, None, None


class Beginnings(Op):
    r"""αₜ[s]: the logarithm of the probability of all beginnings of paths that are at place s of the text at step t."""

    differentiable = False  # `CTC` has the gradient for both

    def __init__(self, blank):
        self.blank = blank

    def forward(self, labels, log_p, label_lengths, lengths):
        return Paths(self.xp, labels, label_lengths, lengths, log_p, self.blank).alphas()


class ClassShares(Op):
    r"""qₜ[k], the shares of the gradient of `CTC`."""

    def __init__(self, blank):
        self.blank = blank

    def forward(self, labels, log_p, label_lengths, lengths, alphas):
        xp = self.xp
        paths = Paths(xp, labels, label_lengths, lengths, log_p, self.blank)
        last = paths.log_sum(alphas[-1])
        shares = xp.exp(alphas + paths.betas() - last[:, None])  # (steps, batch, places)
        counts = (paths.counts & (last > 0.5 * NEVER))[..., None]
        shares = xp.where(counts, shares, xp.zeros((), shares.dtype))
        classes = xp.one_hot(paths.classes, log_p.shape[-1], log_p.dtype)  # (batch, places, classes)
        return xp.matmul(xp.swapaxes(shares, 0, 1), classes)

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
        self.log_p = xp.swapaxes(xp.maximum(at_places, never), 0, 1)  # (steps, batch, places)
        self.counts = xp.arange(log_p.shape[1])[:, None] < lengths  # (steps, batch)

    def alphas(self):
        """α of all steps, (steps, batch, places); after the end of a sample it stays."""
        xp = self.xp

        def step(alpha, now):
            log_p, counts = now
            one, two = self._shifted(alpha, 1), self._shifted(alpha, 2) + self.skip
            alpha = xp.where(counts[:, None], self._log_add(alpha, one, two) + log_p, alpha)
            return alpha, alpha

        never = xp.full(self.final.shape, NEVER, self.final.dtype)
        before = xp.concatenate([xp.zeros_like(never[:, :1]), never[:, 1:]], axis=1)
        return xp.scan(step, before, (self.log_p, self.counts))[1]

    def betas(self):
        """β of all steps, (steps, batch, places)."""
        xp = self.xp

        def step(beta, now):
            log_p, counts = now
            onward = beta + log_p
            one, two = self._shifted(onward, -1), self._shifted(onward + self.skip, -2)
            return xp.where(counts[:, None], self._log_add(onward, one, two), beta), beta

        return xp.scan(step, self.final, (self.log_p, self.counts), reverse=True)[1]

    def log_sum(self, last):
        """ln Σ over the paths that have come to the end of the text, (batch,)."""
        xp = self.xp
        ended = last + self.final
        top = ended.max(axis=1)
        return top + xp.log(xp.exp(ended - top[:, None]).sum(axis=1))

    def _log_add(self, a, b, c):
        """ln (eᵃ + eᵇ + eᶜ)."""
        xp = self.xp
        top = xp.maximum(xp.maximum(a, b), c)
        return top + xp.log(xp.exp(a - top) + xp.exp(b - top) + xp.exp(c - top))

    def _shifted(self, x, by):
        """x moved along the places, with `NEVER` where nothing comes from."""
        edge = self.xp.full((x.shape[0], min(abs(by), x.shape[1])), NEVER, x.dtype)
        if by > 0:
            return self.xp.concatenate([edge, x[:, :-by]], axis=1)
        return self.xp.concatenate([x[:, -by:], edge], axis=1)


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
    if output.ndim != 3 or target.ndim != 2 or target.shape[:1] != batch or output.shape[1] == 0:
        raise ShapeError(
            "ctc_loss expected target.shape=(batch, labels) and output.shape=(batch, steps, classes), steps > 0. "
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
    log_p = log_softmax(wide)
    alphas = Beginnings(mask_index)(whole[0], log_p, whole[1], whole[2])
    loss = CTC(mask_index)(whole[0], log_p, whole[1], whole[2], alphas)
    return loss if loss.dtype == dtype else cast(loss, dtype)
