"""Variables that change times are recorded; a secret never is, wherever it stands."""

import pytest

from tilescope.profiling.environment import LIBRARIES, SETTINGS, WITHHELD, recorded

TOKEN = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"


def test_settings_are_recorded_and_nothing_else() -> None:
    environ = {"OMP_NUM_THREADS": "4", "HOME": "/home/me", "PATH": "/bin", "MKL_CBWR": "AVX2"}
    assert recorded(environ) == {"OMP_NUM_THREADS": "4", "MKL_CBWR": "AVX2"}


@pytest.mark.parametrize(
    "name", ["TILESCOPE_TOKEN", "OMP_API_KEY", "PYTORCH_HUB_TOKEN", "MKL_PASSWORD", "GITHUB_TOKEN"]
)
def test_a_name_that_only_begins_like_a_setting_is_not_recorded(name: str) -> None:
    assert recorded({name: TOKEN}) == {}


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize(
    "secret", [TOKEN, f"a={TOKEN}", "hf_" + "aB3" * 10, "p@ss$word!", "x" * 201, "a\nb"]
)
def test_a_secret_in_place_of_a_setting_is_withheld(name: str, secret: str) -> None:
    assert recorded({name: secret}) == {name: WITHHELD}


@pytest.mark.parametrize(
    "value",
    [
        "1",
        "spread",
        "{0:4},{4:4}",
        "granularity=fine,compact,1,0",
        "glibc.malloc.trim_threshold=128",
        "background_thread:true,metadata_thp:auto",
        "AVX512_CORE_AMX",
        "",
    ],
)
def test_what_settings_look_like_is_recorded(value: str) -> None:
    assert recorded({"OMP_PLACES": value}) == {"OMP_PLACES": value}


def test_preloaded_libraries_are_named_without_their_folders() -> None:
    found = recorded({LIBRARIES: "/home/me/secret/libjemalloc.so.2:/x/libtcmalloc.so"})
    assert found == {LIBRARIES: "libjemalloc.so.2 libtcmalloc.so"}
