"""What if: a run with its own folder, and (as they come) scenarios laid over it.

The story in this room goes: `library/` holds what may be asked, each question a short TOML that says why; `identity.py` names a
run by the hash of what went into it; `runs.py` writes, finds and checks its folder; `manifest.py` says what stands in that
folder's `manifest.json`; `durable.py` makes sure that a kill or a power cut leaves a whole run or none. The model below never
hears the word scenario: it is given evidence and assumptions.
"""
