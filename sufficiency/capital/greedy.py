"""The list as it is often drawn up by hand: worst area first, the cheapest scheme there, until the money is out.

Method. The area with most child-years without a place (material first) comes first; of the schemes that would place any of its
children, the cheapest in all that keeps every rule and that pots can pay is opened as early as it can be; children go to the
nearest site with room. An area that nothing can help any more is struck off. What must be built comes before all else.
"""

from __future__ import annotations

from sufficiency.capital.facts import Facts
from sufficiency.capital.heuristic import EPS, Draft, Receipt, may_be_built, open_early


def worst_first(f: Facts) -> dict[str, int] | None:
    """The opening years of that list; none where what must be built cannot be."""
    draft = Draft(f, room=dict(f.free), money=[Receipt(p, fy, by, money) for p, fy, by, money in f.receipts])
    area_of = {str(g): str(a) for g, a in zip(f.case.groups["group_id"], f.case.groups["area_code"], strict=True)}
    groups = sorted(area_of)
    draft.seat()
    draft.place(groups)
    forced = {k for k in f.schemes if f.must[k] or f.choices.forced.get(k, False)}
    for k in sorted(forced, key=lambda k: (f.opens_from[k], k)):
        if not open_early(draft, k):
            return None
    draft.place(groups)
    waiting = {k for k in f.schemes if k not in draft.opens and may_be_built(f, k)}
    areas = set(area_of.values())
    while areas:
        lack = {a: _lack(draft, [g for g in groups if area_of[g] == a]) for a in areas}
        worst = max(sorted(areas), key=lambda a: lack[a])
        if max(lack[worst]) <= EPS:
            break
        theirs = {g for g in groups if area_of[g] == worst}
        helps = [k for k in waiting if _places(draft, k, theirs) > EPS]
        for k in sorted(helps, key=lambda k: (f.cost[k], k)):
            if open_early(draft, k):
                waiting.remove(k)
                draft.place(f.groups_of_site[f.site_of[k]])
                break
        else:
            areas.remove(worst)
    return dict(draft.opens)


def _lack(draft: Draft, groups: list[str]) -> tuple[float, float]:
    """Child-years of some groups without a place: material, and all."""
    f = draft.f
    sits = {g: f.size[g] - draft.still_without(g) for g in groups}
    here = set(groups)
    lack = [(f.material[g, y, n], max(0.0, need - sits[g])) for g, y, n, need in f.cells if g in here]
    return sum(c for material, c in lack if material), sum(c for _, c in lack)


def _places(draft: Draft, k: str, theirs: set[str]) -> float:
    """About how many child-years of some groups a scheme would place, if it opened as early as it may."""
    f, s = draft.f, draft.f.site_of[k]
    served = 0.0
    for (y, n), places in f.places_of(k, max(f.opens_from[k], f.years[0])).items():
        without = sum(max(0.0, draft.still_without(g)) for g in f.groups_at.get((s, y, n), ()) if g in theirs)
        served += max(0.0, min(places, without))
    return served
