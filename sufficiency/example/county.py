"""The whole county of a seed: ground, children, schools, rolls, the council's lists, childcare, each drawn from those before."""

from __future__ import annotations

from dataclasses import dataclass

from sufficiency.example.births import Children, draw_children
from sufficiency.example.childcare_settings import Childcare, draw_childcare
from sufficiency.example.council import Council, keep_lists
from sufficiency.example.land import Land, draw_land
from sufficiency.example.rolls import Rolls, follow
from sufficiency.example.schools import Schools, build_schools


@dataclass(frozen=True)
class County:
    """Everything that there is; what is published of it is cut from here."""

    seed: int
    land: Land
    children: Children
    schools: Schools
    rolls: Rolls
    council: Council
    childcare: Childcare


def draw_county(seed: int) -> County:
    """Draw the county of a seed: the same seed gives the same county, another seed another one with the same stories."""
    land = draw_land(seed)
    children = draw_children(seed, land)
    schools = build_schools(seed, land, children)
    rolls = follow(seed, land, children, schools)
    return County(seed, land, children, schools, rolls, keep_lists(seed, land, schools, rolls),
                  draw_childcare(seed, land, children, schools))
