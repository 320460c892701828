"""A world: the central run of one set of circumstances as plain arrays, with all that its draws are made from.

Children and places of the years ahead by planning area and year group, the calibration of the draws, and the new homes with the
means to draw them. A world is written to one file and read back without the workspace that it was made of, so that any process,
on whatever machine, can draw futures from it.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import scipy.sparse

from planning_areas.school_year import ENTRY_YEAR
from sufficiency.assumptions import Assumptions, years_ahead
from sufficiency.backtesting.past_januaries import history_of
from sufficiency.balance import balance
from sufficiency.forecast.planner_overrides import with_overrides
from sufficiency.housing.homes import Homes, Layer
from sufficiency.housing.trajectories import Parts
from sufficiency.intervals.calibration import Calibration, Errors, bands
from sufficiency.intervals.chance import Central, central_of
from sufficiency.intervals.known_intakes import which_known
from sufficiency.intervals.own_errors import own_errors
from sufficiency.intervals.ranges import births_known, places_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.model import Forecast

    Floats = NDArray[np.float64]

STREAMED = ("site_ref", "status", "probability")     # what the draws ask of the homes on a site
SETTINGS = ("slippage", "listed_years", "already_local", "from_other_areas")     # and of the settings
PLAIN = ("yields", "general", "profiles", "floor", "known", "open", "central")


class WorldError(Exception):
    """A file is no world, or only a part of one."""


@dataclass(frozen=True)
class World:
    """One set of circumstances, before chance."""

    central: Central            # [year ahead, area or school, nc_year]
    places: Floats              # [year ahead, area, nc_year]; missing where not known
    years: tuple[int, ...]      # academic years ahead
    horizon: dict[str, int]     # phase -> years ahead that are told of it
    calibration: Calibration
    homes: Homes
    names: tuple[str, ...]      # of the areas

    @property
    def base(self) -> Floats:
        """Pupils without those of new homes: [year, area, nc_year]."""
        found: Floats = self.central.pupils - self.central.homes
        return found

    @property
    def areas(self) -> pd.DataFrame:
        """Its planning areas in order: phase, planning_area_code."""
        return pd.DataFrame({"phase": list(self.central.phases), "planning_area_code": list(self.central.codes)})


def world_of(made: Forecast, assumptions: Assumptions, calibration: Calibration | None = None) -> World:
    """The world of a forecast; calibration: that of another world with the same past, to save the time of measuring it again."""
    projection = with_overrides(made.projection, made.evidence, made.frame, assumptions)
    weighed = balance(projection, made.places, assumptions)
    members = made.frame.members
    of_area = members.groupby("planning_area_code")["urn"].agg(lambda urns: tuple(sorted(urns))) if len(members) else {}
    known = which_known(projection.known, projection.schools["urn"].to_numpy().tolist())
    central = central_of(
        projection.pupils, projection.homes, projection.schools, dict(of_area), births_known(made.evidence), known)
    years = projection.pupils["ay"].to_numpy()[1:]
    if calibration is None:
        calibration = bands(assumptions, own_errors(made.evidence, assumptions), history_of(made.evidence, assumptions))
    ahead = years_ahead(assumptions)
    horizon = {phase: min(ahead[phase], len(years)) for phase in ENTRY_YEAR}
    called = dict(zip(made.frame.names["planning_area_code"], made.frame.names["planning_area_name"], strict=True))
    names = tuple(str(called.get(code, code)) for code in central.codes)
    held = places_of(weighed, central, years)
    return World(central, held, tuple(int(ay) for ay in years), horizon, calibration, made.homes, names)


def as_bytes(world: World) -> bytes:
    """A world as one file of arrays and plain words; nothing in it can run."""
    central, homes = world.central, world.homes
    arrays: dict[str, Any] = {
        "pupils": central.pupils, "homes": central.homes, "schools": central.schools, "places": world.places,
        "intakes": central.known if central.known is not None else np.zeros((0, 0), dtype="int64"),
    }
    arrays |= {f"homes/{name}": getattr(homes, name) for name in PLAIN}
    for (level, phase), errors in world.calibration.errors.items():
        arrays |= {f"errors/{level}/{phase}/{name}": getattr(errors, name) for name in ("widths", "mean", "short")}
    for phase, layer in homes.layers.items():
        shares = scipy.sparse.csr_array(layer.shares)
        arrays |= {f"layers/{phase}/{name}": array for name, array in (
            ("places", layer.places), ("usual", layer.usual), ("pupils", layer.pupils), ("shape", np.array(shares.shape)),
            ("data", shares.data), ("indices", shares.indices), ("indptr", shares.indptr))}
    told: dict[str, Any] = {
        "names": world.names, "codes": central.codes,
        "phases": central.phases, "urns": central.urns, "births_known": central.births_known,
        "members": [[area, list(schools)] for area, schools in central.members.items()],
        "years": world.years, "horizon": world.horizon, "has_intakes": central.known is not None,
        "errors": [[level, phase, errors.kappa, errors.origins] for (level, phase), errors in world.calibration.errors.items()],
        "homes_years": [homes.years.start, homes.years.stop],
        "settings": {name: getattr(homes.assumptions, name) for name in SETTINGS},
    }
    if homes.parts is not None:
        arrays |= {"parts/ready": homes.parts.ready, "parts/known": homes.parts.known,
                   "parts/probability": homes.parts.table["probability"].to_numpy("float64")}
        told["parts"] = {"first": homes.parts.first, **{name: homes.parts.table[name].tolist() for name in STREAMED[:2]}}
    arrays["told"] = np.frombuffer(json.dumps(told, sort_keys=True).encode("utf-8"), dtype="uint8")
    memory = io.BytesIO()
    np.savez(memory, **arrays)
    return memory.getvalue()


def from_bytes(data: bytes) -> World:
    """Read a world back; raises WorldError where the bytes are not whole."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        told = json.loads(arrays["told"].tobytes().decode("utf-8"))
        return _world(arrays, told)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as fault:
        raise WorldError(f"this is no whole world ({fault})") from None


def _world(arrays: dict[str, Any], told: dict[str, Any]) -> World:
    central = Central(
        arrays["pupils"], arrays["homes"], tuple(told["codes"]), tuple(told["phases"]), arrays["schools"], tuple(told["urns"]),
        {int(area): tuple(schools) for area, schools in told["members"]}, int(told["births_known"]),
        arrays["intakes"] if told["has_intakes"] else None)
    errors = {}
    for level, phase, kappa, origins in told["errors"]:
        widths, mean, short = (arrays[f"errors/{level}/{phase}/{name}"] for name in ("widths", "mean", "short"))
        errors[level, phase] = Errors(kappa, widths, mean, origins, short)
    horizon = {str(phase): int(ahead) for phase, ahead in told["horizon"].items()}
    return World(central, arrays["places"], tuple(told["years"]), horizon, Calibration(errors), _homes(arrays, told),
                 tuple(told["names"]))


def _homes(arrays: dict[str, Any], told: dict[str, Any]) -> Homes:
    parts = None
    if "parts" in told:
        table = pd.DataFrame({"site_ref": pd.Series(told["parts"]["site_ref"], dtype="str"),
                              "status": pd.Series(told["parts"]["status"], dtype="str"),
                              "probability": arrays["parts/probability"]})
        parts = Parts(table, int(told["parts"]["first"]), arrays["parts/ready"], arrays["parts/known"])
    layers = {}
    for phase in dict.fromkeys(name.split("/")[1] for name in arrays if name.startswith("layers/")):
        of = {name.split("/")[2]: array for name, array in arrays.items() if name.startswith(f"layers/{phase}/")}
        shares = scipy.sparse.csr_array((of["data"], of["indices"], of["indptr"]), shape=tuple(of["shape"]))
        layers[phase] = Layer(of["places"], shares, of["usual"], of["pupils"])
    own = {name: arrays[f"homes/{name}"] for name in PLAIN}
    return Homes(parts, range(*told["homes_years"]), tuple(told["codes"]), layers, own["yields"], (), own["general"],
                 own["profiles"], own["floor"], own["known"], own["open"], Assumptions(**told["settings"]), own["central"])
