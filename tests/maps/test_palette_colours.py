"""Colours that everybody can read: contrast by WCAG 2.2, and distance as people with each kind of colour blindness see it."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from maps.palette import BANDS, BORDER, LIKELY, PATTERNS, Scale, bands, contrast, luminance, steps

SCALES = {
    "shortage": steps((1, 10, 20, 40)), "hidden": steps((1, 5, 10, 20), "hidden"), "one step": steps((1,)),
    "bands": bands([(letter, letter) for letter in BANDS]),
    "likelihoods": bands([(letter, letter) for letter in LIKELY], looks=LIKELY),
}
# Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB
SIGHT = {
    "full": np.eye(3),
    "protanopia": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    "deuteranopia": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
    "tritanopia": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]),
}
TO_XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])
APART = 9.0         # CIELAB: well above the 2.3 that is just noticeable


def _seen(colour: str, sight: np.ndarray) -> np.ndarray:
    """A colour as somebody sees it, in CIELAB."""
    given = np.array([int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(given <= 0.04045, given / 12.92, ((given + 0.055) / 1.055) ** 2.4)
    xyz = TO_XYZ @ np.clip(sight @ linear, 0, 1) / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert luminance("#ff0000") == pytest.approx(0.2126)


@pytest.mark.parametrize("name", SCALES)
def test_words_on_a_fill_and_its_border_can_be_read(name: str) -> None:
    for shade in SCALES[name].shades:
        assert contrast(shade.fill, shade.ink) >= 4.5, shade
        assert contrast(shade.fill, BORDER) >= 3, shade
        assert shade.pattern in PATTERNS


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("name", SCALES)
def test_neighbours_on_a_scale_stay_apart(name: str, sight: str) -> None:
    fills = [_seen(shade.fill, SIGHT[sight]) for shade in SCALES[name].shades[:-1]]
    assert all(np.linalg.norm(a - b) >= APART for a, b in itertools.pairwise(fills))


@pytest.mark.parametrize("sight", SIGHT)
def test_any_two_bands_stay_apart(sight: str) -> None:
    fills = [_seen(fill, SIGHT[sight]) for fill, _, _ in BANDS.values()]
    assert min(float(np.linalg.norm(a - b)) for a, b in itertools.combinations(fills, 2)) >= APART


@pytest.mark.parametrize("name", SCALES)
def test_colour_never_stands_alone(name: str) -> None:
    for one, other in itertools.pairwise(SCALES[name].shades):
        assert (one.pattern, one.letter) != (other.pattern, other.letter) or (one.counted and other.counted)


def test_a_figure_falls_into_the_class_whose_words_say_it() -> None:
    scale = SCALES["shortage"]
    assert [shade.label for shade in scale.shades] == ["none", "1 to 9", "10 to 19", "20 to 39", "40 or more", "not known"]
    said = {0: "none", 1: "1 to 9", 9: "1 to 9", 10: "10 to 19", 39: "20 to 39", 40: "40 or more", 999: "40 or more"}
    assert {value: scale.shades[scale.class_of(value)].label for value in said} == said
    assert scale.shades[scale.class_of(None)].label == scale.shades[scale.class_of(float("nan"))].label == "not known"
    assert [shade.label for shade in steps((1, 2, 3)).shades] == ["none", "1", "2", "3 or more", "not known"]


def test_the_worst_look_is_kept_for_the_last_step() -> None:
    assert steps((5,)).shades[1].fill == steps((1, 10, 20, 40)).shades[4].fill


def test_a_letter_falls_into_its_band_and_a_strange_one_is_not_known() -> None:
    scale: Scale = bands([("R", "red"), ("G", "green")])
    assert [scale.class_of_letter(letter) for letter in ("R", "G", "X", "")] == [0, 1, 2, 2]
    assert [shade.counted for shade in scale.shades] == [True, False, False]


@pytest.mark.parametrize("edges", [(), (0, 5), (5, 5), (9, 3), (1, 2, 3, 4, 5)])
def test_edges_that_make_no_scale_are_refused(edges: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="edges"):
        steps(edges)


def test_letters_without_a_colour_are_refused() -> None:
    with pytest.raises(ValueError, match="X"):
        bands([("X", "unheard of")])
