"""What the rows do not show: adapting, masks, remembered logits, Keras 2's spellings, odd inputs."""

import numpy as np
import pytest
from scipy import special

import ondol as od

L = od.layers
RNG = np.random.default_rng(0)


# -- Normalization


def test_adapt_measures_what_numpy_measures():
    x = RNG.normal(3.0, 5.0, size=(50, 4)).astype("float32")
    layer = L.Normalization()
    layer.adapt(x)
    mean, variance, count = layer.get_weights()
    np.testing.assert_allclose(mean, x.mean(axis=0, dtype="float64"), rtol=1e-6)
    np.testing.assert_allclose(variance, x.var(axis=0, dtype="float64"), rtol=1e-6)
    assert count == 0
    y = layer(x).numpy()
    np.testing.assert_allclose(y.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(y.std(axis=0), 1, rtol=1e-5)
    assert layer.trainable_weights == []


@pytest.mark.parametrize("axis", [-1, 1, (1, 2), None])
def test_adapt_in_batches_gives_the_same(axis):
    x = RNG.normal(100.0, 0.1, size=(40, 3, 2))
    whole, parts = L.Normalization(axis=axis, dtype="float64"), L.Normalization(axis=axis, dtype="float64")
    whole.adapt(x)
    parts.adapt((batch, "labels") for batch in np.array_split(x, [7, 8, 30]))
    keep = {-1: (2,), 1: (1,), (1, 2): (1, 2), None: ()}[axis]
    others = tuple(i for i in range(3) if i not in keep)
    np.testing.assert_allclose(parts.get_weights()[1], x.var(axis=others), rtol=1e-9)
    for a, b in zip(whole.get_weights(), parts.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9)


def test_adapt_takes_lists_tensors_and_integers_and_starts_anew():
    layer = L.Normalization(axis=None)
    for data in ([[1, 2], [3, 6]], [np.array([[1, 2]]), np.array([[3, 6]])], od.tensor([[1, 2], [3, 6]])):
        layer.adapt(data)
        np.testing.assert_allclose([float(w) for w in layer.get_weights()], [3.0, 3.5, 0.0])


def test_a_feature_that_never_changes_becomes_zero():
    layer = L.Normalization()
    layer.adapt([[1.0, 5.0], [3.0, 5.0]])
    assert layer([[3.0, 5.0]]).tolist() == [[1.0, 0.0]]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (np.ones((2, 4)), r"lengths \(3,\) along.*data.shape=\(2, 4\)"),
        (np.array([[1.0, np.nan, 2.0]]), "NaN or infinity"),
        ([], "Received: none"),
        (np.ones((0, 3)), "Received: none"),
        (7, "type int"),
    ],
)
def test_adapt_refuses(data, message):
    layer = L.Normalization()
    layer.build((None, 3))
    with pytest.raises(ValueError, match=message):
        layer.adapt(data)


def test_given_statistics_are_not_adapted():
    with pytest.raises(ValueError, match="nothing to adapt"):
        L.Normalization(mean=0.0, variance=1.0).adapt(np.ones((2, 3)))


# -- Softmax


@pytest.mark.parametrize("axis", [-1, 1, (1, 2)])
def test_softmax_with_a_mask(axis):
    x = RNG.normal(size=(3, 4, 5)).astype("float32")
    mask = RNG.random((3, 4, 5)) > 0.3
    expected = special.softmax(np.where(mask, x, -np.inf), axis=axis)
    np.testing.assert_allclose(L.Softmax(axis=axis)(x, mask=mask).numpy(), expected, rtol=1e-5, atol=1e-7)


def test_softmax_of_a_row_that_is_masked_as_a_whole_is_zero():
    y = L.Softmax()([[1.0, 2.0], [3.0, 4.0]], mask=[[0, 0], [1, 0]])
    assert y.tolist() == [[0.0, 0.0], [1.0, 0.0]]


@pytest.mark.parametrize(
    ("layer", "formula"),
    [
        (L.Softmax(), special.softmax),
        (L.Activation("softmax"), special.softmax),
        (L.Dense(3, "softmax"), special.softmax),
        (L.Sigmoid(), special.expit),
        (L.Dense(3, "sigmoid"), special.expit),
    ],
)
def test_outputs_know_their_logits(layer, formula):
    y = layer(np.array([[1.0, -2.0, 0.5]], "float32"))
    np.testing.assert_allclose(formula(y.logits.numpy()), y.numpy(), rtol=1e-5)


# -- Embedding


def test_embedding_takes_floats_from_fit_and_any_rank():
    layer = L.Embedding(4, 2)
    table = layer(np.arange(4)).numpy()
    np.testing.assert_array_equal(layer(np.array([[3.0, 1.0]], "float32")).numpy(), table[[[3, 1]]])
    np.testing.assert_array_equal(layer(np.array([[[3], [1]]], "uint8")).numpy(), table[[[[3], [1]]]])
    assert layer(np.zeros((0, 3), "int32")).shape == (0, 3, 2)
    assert np.abs(table).max() <= 0.05


def test_embedding_gradient_adds_up_over_equal_indices():
    layer = L.Embedding(4, 2, weights=np.zeros((4, 2)))
    y = layer(np.array([[1, 3, 1]]))
    dy = np.arange(6.0, dtype="float32").reshape(1, 3, 2)
    g = od.gradients(y, layer.embeddings, grad=dy)
    np.testing.assert_array_equal(g.numpy(), [[0, 0], [4, 6], [0, 0], [2, 3]])


def test_embedding_begins_with_a_given_matrix_that_stays_out_of_its_config():
    matrix = RNG.normal(size=(4, 2)).astype("float32")
    layer = L.Embedding(4, 2, weights=[matrix], input_length=3, trainable=False)
    np.testing.assert_array_equal(layer([[2]]).numpy(), matrix[[[2]]])
    assert "weights" not in layer.get_config()
    assert layer.trainable_weights == []


def test_embedding_in_half_precision_keeps_its_indices():
    layer = L.Embedding(5000, 1, dtype="float16")
    layer(np.array([[0]]))
    layer.embeddings.assign(np.arange(5000).reshape(5000, 1) % 7)
    indices = np.array([[4097.0, 2049.0, 4999.0]], "float32")
    assert layer(indices).tolist() == [[[4097 % 7], [2049 % 7], [4999 % 7]]]


# -- the others


def test_the_initial_weights_are_glorots_and_zeros():
    od.random.seed(0)
    layer = L.Dense(300)
    layer(np.ones((1, 200), "float32"))
    kernel, bias = layer.get_weights()
    limit = np.sqrt(6 / 500)
    assert np.abs(kernel).max() <= limit
    np.testing.assert_allclose(kernel.std(), limit / np.sqrt(3), rtol=0.02)
    assert not bias.any()


def test_a_layer_as_activation():
    layer = L.Dense(2, activation=L.PReLU("ones"), kernel_initializer="ones")
    np.testing.assert_array_equal(layer([[-3.0, 1.0]]).numpy(), [[-2.0, -2.0]])
    assert [w.shape for w in layer.weights] == [(2, 2), (2,), (2,)]
    assert isinstance(L.deserialize(L.serialize(layer)).activation, L.PReLU)


def test_initializers_and_constraints_in_configs():
    layer = L.Dense(
        2,
        activation=od.activations.silu,
        kernel_initializer=od.initializers.RandomNormal(stddev=0.5, seed=3),
        bias_initializer=od.initializers.Ones,
        kernel_constraint=od.constraints.MaxNorm(1.5),
        kernel_regularizer=od.regularizers.L2(0.25),
        activity_regularizer="l1",
    )
    config = layer.get_config()
    assert config["activation"] == "silu"
    assert config["kernel_initializer"]["class_name"] == "RandomNormal"
    other = L.Dense.from_config(config)
    assert other.activation is od.activations.silu
    assert other.kernel_initializer.stddev == 0.5
    assert isinstance(other.bias_initializer, od.initializers.Ones)
    assert other.kernel_constraint.max_value == 1.5
    assert other.kernel_regularizer.l2 == 0.25
    assert isinstance(other.activity_regularizer, od.regularizers.L1)


def test_constraints_and_regularizers_reach_the_weights():
    layer = L.Dense(2, kernel_constraint="non_neg", bias_regularizer="l2")
    layer(np.ones((1, 2), "float32"))
    assert isinstance(layer.kernel.constraint, od.constraints.NonNeg)
    assert isinstance(layer.bias.regularizer, od.regularizers.L2)
    assert layer.kernel.regularizer is None


def test_numbers_among_the_arguments_keep_their_digits_in_float64():
    x = np.ones((1, 2))
    assert L.Rescaling(0.1, offset=[0.2, 0.3], dtype="float64")(x).tolist() == [[0.1 + 0.2, 0.1 + 0.3]]
    given = L.Normalization(mean=[0.1, 0.2], variance=[1.0, 1.0], dtype="float64")
    assert given(x).tolist() == [[1 - 0.1, 1 - 0.2]]


def test_maxout_of_two_pieces_is_the_absolute_value():
    layer = L.Maxout(3, use_bias=False)
    x = RNG.normal(size=(5, 3)).astype("float32")
    layer(x)
    layer.kernel.assign(np.repeat(np.eye(3), 2, axis=1) * np.array([1, -1] * 3))
    np.testing.assert_allclose(layer(x).numpy(), np.abs(x))


def test_lambda_is_told_whether_it_trains():
    layer = L.Lambda(lambda x, training: -x if training else x)
    assert layer([1.0]).tolist() == [1.0]
    assert layer([1.0], training=True).tolist() == [-1.0]


def test_lambda_of_a_list_and_of_a_numpy_like_function():
    assert L.Lambda(lambda xs: xs[0] + xs[1])([od.tensor([1.0]), od.tensor([2.0])]).tolist() == [3.0]
    assert L.Lambda(od.ops.square)([3.0]).tolist() == [9.0]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("add", 10.0),
        ("subtract", 6.0),
        ("multiply", 16.0),
        ("average", 5.0),
        ("maximum", 8.0),
        ("minimum", 2.0),
    ],
)
def test_merging_functions(name, expected):
    x, y = np.full((1, 2), 8.0, "float32"), np.full((1, 2), 2.0, "float32")
    assert getattr(L, name)([x, y]).tolist() == [[expected, expected]]
    assert getattr(L, name)([L.Input((2,)), L.Input((2,))], name="merged").node.operation.name == "merged"


def test_merging_leaves_other_batch_axes_alone():
    assert L.Add()([L.Input((4, 3)), L.Input((3,))]).shape == (None, 4, 3)
    assert L.Dot(axes=(2, 1))([L.Input((4, 3)), L.Input((3,))]).shape == (None, 4)


def test_normalized_dot_of_a_zero_vector_has_a_finite_gradient():
    x = od.tensor(np.zeros((1, 3)), dtype="float32", requires_grad=True)
    L.Dot(axes=1, normalize=True)([x, od.tensor([[1.0, 2.0, 3.0]])]).sum().backward()
    assert np.isfinite(x.grad.numpy()).all()


def test_empty_batches():
    x = np.ones((0, 2, 3), "float32")
    assert L.Flatten()(x).shape == (0, 6)
    assert L.Reshape((-1, 2))(x).shape == (0, 3, 2)
    assert L.Dense(4)(x).shape == (0, 2, 4)
    assert L.RepeatVector(2)(x[:, 0]).shape == (0, 2, 3)


def test_input_shapes_of_first_layers():
    assert L.Dense(2, input_shape=(3,))._given_input_shape == (3,)
    assert L.Dense(2, input_dim=3)._given_input_shape == (3,)
    assert L.Embedding(9, 2, input_length=4)._given_input_shape == (4,)


def test_input_describes_what_comes():
    x = L.Input((2, None), batch_size=5, dtype="int32", name="words")
    assert (x.shape, x.dtype.name, x.name, x.node) == ((5, 2, None), "int32", "words", None)
    assert L.Input(batch_shape=(None, 3)).shape == (None, 3)
    assert L.Input(()).shape == (None,)


def test_importing_layers_does_not_import_jax():
    import subprocess
    import sys

    code = "import sys, ondol.layers; assert 'jax' not in sys.modules and 'scipy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
