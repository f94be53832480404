"""Drawings of computations and of models."""

import xml.etree.ElementTree as ElementTree
from itertools import combinations

import numpy as np
import pytest

import ondol as od
from ondol.autograd.flow import flow_back
from ondol.graphs import Diagram, Edge, Node
from ondol.graphs.placing import place

L = od.layers


def numbers(**values):
    return [od.Variable(value, name=name) for name, value in values.items()]


def fruit():
    """2 apples of 100 and 3 oranges of 150, with a tax of 10%."""
    apples, price, oranges, other, tax = numbers(apples=2.0, price=100.0, oranges=3.0, other=150.0, tax=1.1)
    return (apples * price + oranges * other) * tax


def labels(diagram):
    return {(e.source.lines[0], e.forward): e.backward for e in diagram.edges}


def test_values_and_gradients_of_the_textbooks_fruit():
    found = labels(od.graph(fruit(), values=True))
    assert found == {
        ("apples", "2"): "110",
        ("price", "100"): "2.2",
        ("×", "200"): "1.1",
        ("oranges", "3"): "165",
        ("other", "150"): "3.3",
        ("×", "450"): "1.1",
        ("+", "650"): "1.1",
        ("tax", "1.1"): "650",
        ("×", "715"): "1",
    }


def test_a_sum_times_a_number():
    x, y, z = numbers(x=2.0, y=3.0, z=4.0)
    text = str(od.graph((x + y) * z, values=True))
    assert [" ".join(line.split()) for line in text.splitlines()] == [
        "1 x → 3 2 ← 4",
        "2 y → 3 3 ← 4",
        "3 Add(1, 2) → 5 5 ← 4",
        "4 z → 5 4 ← 5",
        "5 Multiply(3, 4) → 6 20 ← 1",
        "6 result",
    ]


def test_what_is_used_twice_gets_a_part_of_its_gradient_from_each():
    (x,) = numbers(x=3.0)
    diagram = od.graph(x * x + x, values=True)
    parts = sorted(float(e.backward) for e in diagram.edges if e.source.lines == ["x"])
    assert parts == [1, 3, 3]
    assert len([n for n in diagram.nodes if n.lines == ["x"]]) == 1


def test_the_whole_flow_is_what_gradients_gives():
    rng = np.random.default_rng(0)
    w = od.Variable(rng.normal(size=(3, 2)), name="w")
    b = od.Variable(np.zeros(2), name="b")
    x = rng.normal(size=(4, 3))
    y = (od.ops.tanh(x @ w + b) ** 2).sum()
    flow = flow_back(y)
    for variable in (w, b):
        leaf = variable.read()
        np.testing.assert_allclose(flow.arrived[leaf].numpy(), od.gradients(y, variable).numpy())
        parts = [g.numpy() for (op, i), g in flow.sent.items() if op.inputs[i] is leaf]
        np.testing.assert_allclose(sum(parts), od.gradients(y, variable).numpy())


def test_large_arrays_by_shape_mean_and_length():
    w = od.Variable(np.full((3, 4), 2.0), name="w")
    found = labels(od.graph((w * 3.0).sum(), values=True))
    assert found["w", "(3, 4), mean 2, norm 6.928"] == "(3, 4), mean 3, norm 10.39"
    assert ("3", "3") in found


def test_without_values_the_shapes():
    w = od.Variable(np.ones((3, 4)), name="w")
    assert set(labels(od.graph((w * 3.0).sum()))) == {
        ("w", "(3, 4)"),
        ("3", ""),
        ("×", "(3, 4)"),
        ("Sum", ""),
    }


def test_a_result_of_several_numbers():
    (w,) = [od.Variable([1.0, 2.0], name="w")]
    assert labels(od.graph(w * 2.0, values=True))["w", "[1, 2]"] == "[2, 2]"
    assert labels(od.graph(w * 2.0, values=True, grad=[1.0, 10.0]))["w", "[1, 2]"] == "[2, 20]"


def test_the_layers_of_a_model():
    model = od.applications.ResNet20()
    diagram = model.graph()
    boxes = {node.lines[0]: node for node in diagram.nodes}
    stem = boxes["stem_conv (Conv2D)"]
    assert stem.lines[1:] == ["(None, 32, 32, 16)", "432 parameters"]
    ends = [n for n in diagram.nodes if n.lines[0].endswith("(AddReLU)")]
    assert len(ends) == 9
    assert all(len([e for e in diagram.edges if e.target is n]) == 2 for n in ends)
    assert diagram.title == f"{model.name}: {model.count_params():,} parameters"


def test_a_stack_that_was_called():
    model = od.Sequential([L.Dense(3), L.ReLU()])
    model(np.ones((1, 2)))
    assert [n.lines[0].split(" ")[-1] for n in model.graph().nodes][1:] == ["(Dense)", "(ReLU)"]
    assert model.graph().nodes[1].lines[1:] == ["(None, 3)", "9 parameters"]


def boxes_of(placement):
    return [
        (x - w / 2, y - h / 2, x + w / 2, y + h / 2)
        for (x, y), (w, h) in ((placement.centres[n], placement.sizes[n]) for n in placement.centres)
    ]


@pytest.mark.parametrize("diagram", [od.graph(fruit(), values=True), od.applications.ResNet20().graph()])
def test_no_two_boxes_overlap_and_all_are_inside(diagram):
    placement = place(diagram)
    boxes = boxes_of(placement)
    for a, b in combinations(boxes, 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
    for left, top, right, bottom in boxes:
        assert 0 <= left < right <= placement.width
        assert 0 <= top < bottom <= placement.height
    for path in placement.paths.values():
        assert all(0 <= x <= placement.width and 0 <= y <= placement.height for x, y in path)


def test_arrows_go_forward_in_the_direction():
    diagram = od.graph(fruit())
    placement = place(diagram)
    for edge in diagram.edges:
        assert placement.centres[edge.source][0] < placement.centres[edge.target][0]


def test_order_without_crossings_where_there_is_one():
    a, b, c, d = (Node([name], "layer") for name in "abcd")
    crossed = Diagram([a, b, c, d], [Edge(a, d), Edge(b, c)], "down")
    centres = place(crossed).centres
    assert (centres[a][0] < centres[b][0]) == (centres[d][0] < centres[c][0])


def test_the_picture_is_a_document_with_every_text(tmp_path):
    x, y = numbers(**{"a < b & c": 2.0, "값": 3.0})
    diagram = od.graph(x * y, values=True)
    path = diagram.save(tmp_path / "graph.svg")
    root = ElementTree.fromstring(path.read_text(encoding="utf-8"))
    texts = [t.text for t in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"a < b & c", "값", "×", "6", "2", "3", "result"} <= set(texts)
    assert diagram._repr_svg_() == path.read_text(encoding="utf-8")
    assert diagram.save(tmp_path / "graph.txt").read_text(encoding="utf-8") == str(diagram) + "\n"


def test_mistakes_are_told(tmp_path):
    with pytest.raises(od.errors.DataError, match="remembers how"):
        od.graph(od.tensor(1.0) * 2)
    with pytest.raises(od.errors.DataError, match=r"\.svg or \.txt"):
        od.graph(fruit()).save(tmp_path / "graph.png")
    with pytest.raises(od.errors.DataError, match="od.Input"):
        od.Sequential([L.Dense(1)]).graph()

    class Own(od.Model):
        def call(self, x):
            return x

    with pytest.raises(od.errors.DataError, match=r"od\.graph\(model\(x\)\)"):
        Own().graph()
