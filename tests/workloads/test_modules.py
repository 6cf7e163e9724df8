"""Are a module's linear layers found, whatever else it holds?"""

from __future__ import annotations

import pytest

from tilescope.errors import InputError
from tilescope.workloads.modules import LinearLayer, linear_layers, other_matrices

torch = pytest.importorskip("torch")
nn = torch.nn


class Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.q_proj = nn.Linear(96, 64, bias=False)
        self.k_proj = nn.Linear(96, 32)
        self.norm = nn.LayerNorm(96)


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([Attention() for _ in range(3)])
        self.head = nn.Linear(96, 1000)


def test_linear_layers_come_in_order_with_their_names_and_features() -> None:
    with torch.device("meta"):
        found = linear_layers(Attention())
    assert found == [LinearLayer("q_proj", 96, 64), LinearLayer("k_proj", 96, 32)]


def test_layers_at_the_same_place_of_repeated_blocks_are_one_case() -> None:
    found = linear_layers(Block())
    assert found == [
        LinearLayer("layers.0.q_proj", 96, 64, count=3),
        LinearLayer("layers.0.k_proj", 96, 32, count=3),
        LinearLayer("head", 96, 1000),
    ]
    case = found[0].case(17)
    assert (case.M, case.N, case.K) == (17, 64, 96)  # C[M, N] = A[M, K] @ weight[N, K]ᵀ
    assert "3 alike" in case.description


def test_layers_of_repeated_blocks_that_differ_stay_apart() -> None:
    found = linear_layers(nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 4)))
    assert found == [LinearLayer("0", 8, 16), LinearLayer("2", 16, 4)]


def test_a_subclass_of_linear_is_linear_and_a_namesake_is_not() -> None:
    class Own(nn.Linear):
        pass

    class Linear(nn.Module):
        in_features = out_features = 8

    found = linear_layers(nn.ModuleDict({"own": Own(4, 8), "namesake": Linear()}))
    assert found == [LinearLayer("own", 4, 8)]


def test_a_single_linear_layer_bears_its_class_name() -> None:
    assert linear_layers(nn.Linear(4, 8)) == [LinearLayer("Linear", 4, 8)]


def test_a_module_without_linear_layers_is_refused() -> None:
    with pytest.raises(InputError, match="ReLU has no linear layer"):
        linear_layers(nn.ReLU())


def test_a_layer_that_does_not_know_its_size_is_refused() -> None:
    with pytest.raises(InputError, match="does not know its size yet"):
        linear_layers(nn.LazyLinear(8))


@pytest.mark.filterwarnings("ignore")  # PyTorch's own, of quantised tensors to come
def test_a_quantised_linear_layer_is_one() -> None:
    dynamic = pytest.importorskip("torch.ao.nn.quantized.dynamic")
    assert not issubclass(dynamic.Linear, nn.Linear)
    quantised = nn.Sequential(dynamic.Linear(16, 32), nn.ReLU(), dynamic.Linear(32, 8))
    assert linear_layers(quantised) == [LinearLayer("0", 16, 32), LinearLayer("2", 32, 8)]


def test_layers_that_share_a_weight_are_two_and_one_that_is_used_twice_is_one() -> None:
    head, embedding = nn.Linear(32, 100, bias=False), nn.Embedding(100, 32)
    head.weight = embedding.weight
    twice = nn.Linear(32, 32)
    other = nn.Linear(32, 32)
    other.weight = twice.weight
    parts = {"embedding": embedding, "head": head, "a": twice, "b": twice, "c": other}
    found = linear_layers(nn.ModuleDict(parts))
    assert [layer.name for layer in found] == ["head", "a", "c"]


def test_matrices_of_other_modules_are_named() -> None:
    """MultiheadAttention multiplies by 3·64×64 of its own; its way out is a linear layer."""
    layer = nn.TransformerEncoderLayer(64, 4, 128, batch_first=True)
    encoder = nn.TransformerEncoder(layer, 3, enable_nested_tensor=False)
    assert other_matrices(encoder) == ["layers.0.self_attn.in_proj_weight (192×64)"]
    assert [one.name for one in linear_layers(encoder)] == [
        "layers.0.self_attn.out_proj",
        "layers.0.linear1",
        "layers.0.linear2",
    ]
    image = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Embedding(10, 4), nn.LayerNorm(8), nn.Linear(8, 4))
    assert other_matrices(image) == []


def test_a_module_without_linear_layers_is_refused_with_the_matrices_that_it_has() -> None:
    cell = nn.GRUCell(16, 32)
    with pytest.raises(InputError, match=r"GRUCell has no linear layer.* weight_ih \(96×16\), "):
        linear_layers(cell)
