"""Are a module's linear layers found, whatever else it holds?"""

from __future__ import annotations

import pytest

from tilescope.errors import InputError
from tilescope.workloads.modules import LinearLayer, linear_layers

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
