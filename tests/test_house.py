"""The house itself: imports run one way, nothing POSIX-only outside its one place, tests keep the rules."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FLOORS = {"planning_areas": 0, "sufficiency": 1, "scenarios": 2, "maps": 2, "workbench": 3}
MAY_IMPORT = {
    "planning_areas": set(),
    "sufficiency": {"planning_areas"},
    "scenarios": {"planning_areas", "sufficiency"},
    "maps": set(),
    "workbench": {"planning_areas", "sufficiency", "scenarios", "maps"},
}
POSIX_ONLY = {"fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "posix"}
POSIX_CALLS = {"fork", "forkpty", "killpg", "getuid", "geteuid", "setsid", "mkfifo", "chown", "O_DIRECTORY"}
OF_EVERY_SYSTEM = {"bin", "boot", "dev", "etc", "lib", "lib64", "lost+found", "media", "mnt", "proc", "run", "sbin", "srv", "sys",
                   "tmp", "usr", "var"}
THE_ONE_PLACE = "scenarios/durable.py"

SOURCES = sorted(p for room in FLOORS for p in (ROOT / room).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def _nodes(path: Path) -> tuple[ast.AST, ...]:
    """All that stands in a file, read once for all that is asked of it."""
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def _imports(nodes: Iterable[ast.AST]) -> list[str]:
    """Every module that is imported, `from a import b` told as a.b, wherever in the file it stands."""
    found: list[str] = []
    for node in nodes:
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "siblings are imported by full path"
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


def _module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def upward_imports(room: str, nodes: Iterable[ast.AST]) -> list[str]:
    """List what a file in this room imports from a room that it may not see."""
    rooms = {name.split(".")[0] for name in _imports(nodes)}
    return sorted((rooms & FLOORS.keys()) - {room} - MAY_IMPORT[room])


def faults(paths: Iterable[Path], of: Callable[[Path], Sequence[str]]) -> dict[str, Sequence[str]]:
    """The files that break a rule, each with what breaks it."""
    return {_name(path): found for path in paths if (found := of(path))}


def test_imports_run_one_way() -> None:
    assert faults(SOURCES, lambda path: upward_imports(path.relative_to(ROOT).parts[0], _nodes(path))) == {}


@pytest.mark.parametrize(
    ("room", "line"),
    [("planning_areas", "import sufficiency.children"), ("sufficiency", "from workbench import cli"),
     ("maps", "from sufficiency.evidence import Evidence"), ("scenarios", "def late():\n    import maps.sheet")],
)
def test_an_arrow_that_runs_up_is_seen(room: str, line: str) -> None:
    assert len(upward_imports(room, ast.walk(ast.parse(line)))) == 1


def test_there_is_no_circle_inside_a_room() -> None:
    modules = {_module(p): p for p in SOURCES}
    arrows = {}
    for name, path in modules.items():
        called = _imports(_nodes(path))
        arrows[name] = {m for c in called for m in (c, c.rpartition(".")[0]) if m in modules and m != name}
    done: set[str] = set()

    def walk(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, f"imports run in a circle: {' -> '.join([*trail[trail.index(name):], name])}"
        if name not in done:
            for other in sorted(arrows[name]):
                walk(other, (*trail, name))
            done.add(name)

    for name in sorted(arrows):
        walk(name, ())


def test_a_package_door_stays_shut() -> None:
    doors = [path for path in SOURCES if path.name == "__init__.py"]
    assert faults(doors, lambda path: _imports(_nodes(path))) == {}, "import siblings by full path, not through __init__"


def posix_only(path: Path) -> list[str]:
    """What a file uses that Windows has not."""
    called = {n.attr for n in _nodes(path)
              if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name) and n.value.id == "os"}
    return sorted({m.split(".")[0] for m in _imports(_nodes(path))} & POSIX_ONLY | called & POSIX_CALLS)


def test_nothing_posix_only_outside_its_one_place() -> None:
    assert faults([path for path in SOURCES + TESTS if _name(path) != THE_ONE_PLACE], posix_only) == {}
    assert posix_only(ROOT / THE_ONE_PLACE) != [], "and there it is seen"


def asked_of_the_machine(path: Path) -> list[str]:
    """What a file asks of the clock, the environment or the chance that all share."""
    asked = {f"{n.value.id}.{n.attr}" for n in _nodes(path) if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name)}
    forbidden = {"os.environ", "os.getenv", "time.time", "datetime.now", "date.today", "sys.argv", "random.random", "np.random"}
    used = asked & forbidden
    if "np.random" in used:                     # a generator that is seeded and handed down is no global one
        calls = {n.attr for n in _nodes(path) if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Attribute)
                 and n.value.attr == "random"}
        used = used - {"np.random"} | calls - {"Generator", "Philox", "SFC64", "default_rng"}
    return sorted(used)


def test_only_the_desk_asks_the_clock_or_the_environment() -> None:
    assert faults([path for path in SOURCES if path.relative_to(ROOT).parts[0] != "workbench"], asked_of_the_machine) == {}


def test_no_test_sleeps_and_none_is_hidden() -> None:
    words = ("time" + ".sleep(", "wait_for_" + "timeout(", "x" + "fail")
    assert faults(TESTS, lambda path: [word for word in words if word in path.read_text(encoding="utf-8")]) == {}


def test_no_package_lies_below_tests() -> None:
    assert [p.name for p in TESTS if p.name == "__init__.py"] == []
    names = [p.name for p in TESTS if p.name != "conftest.py"]
    assert sorted(set(names)) == sorted(names), "test files have names of their own"


def test_nothing_of_this_machine_is_written_down() -> None:
    here = {p.name for p in Path(ROOT.anchor).iterdir() if p.is_dir()} - OF_EVERY_SYSTEM
    roots = here | {"home", "root", "opt"}
    told = re.compile("|".join([*(re.escape(f"/{name}/") for name in sorted(roots)), r"C:\\\\Users", "index-url"]))
    for path in SOURCES + sorted(ROOT.glob("*.md")) + [ROOT / "pyproject.toml"]:
        assert told.search(path.read_text(encoding="utf-8")) is None, f"{path.name} names a place on somebody's machine"
