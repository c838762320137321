"""The files of what is made: tests/corpus/TARGET/said_NAME. Others that were recorded or found stay beside them."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from seed.wire import ROOT

CORPUS = ROOT / "tests/corpus"
BUILD = pathlib.Path(os.environ.get("BUILD", ROOT / "build/dev"))
FUZZ_BUILD = pathlib.Path(os.environ.get("FUZZ_BUILD", ROOT / "build/fuzz"))
PREFIX = "said_"


class Seeds(dict):
    """target: {name: bytes} of these targets alone."""

    def __init__(self, *targets):
        super().__init__({t: {} for t in targets})

    def put(self, target, name, data):
        self[target][name] = data


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, errors="replace")
    if done.returncode:
        sys.exit(done.stderr)


def reach_something(program, target, seeds):
    """The contents that reach what nothing before them and none of the others does, as the target itself says with -merge=1."""
    with tempfile.TemporaryDirectory() as work:
        made, others, kept = (pathlib.Path(work, d) for d in ("made", "others", "kept"))
        for d in made, others, kept:
            d.mkdir()
        for name, data in seeds.items():
            (made / name).write_bytes(data)
        for p in (CORPUS / target).iterdir():
            if not p.name.startswith(PREFIX):
                shutil.copy(p, others)
        run(program, "-runs=0", "-verbosity=0", "-artifact_prefix=%s/" % work, made)  # merging would pass over what fails
        run(program, "-merge=1", "-verbosity=0", kept, others, made)
        return {p.read_bytes() for p in kept.iterdir()}


def write(target, seeds, always):
    """Anew, but for those that reach nothing new; names that begin with one of always stay in any case."""
    to, program = CORPUS / target, FUZZ_BUILD / "tests" / ("fuzz_" + target)
    to.mkdir(exist_ok=True)
    chosen = {name for name in seeds if name.startswith(always)}
    if len(chosen) < len(seeds):
        if program.exists():
            wanted = reach_something(program, target, seeds)
            chosen |= {name for name, data in seeds.items() if data in wanted}
        else:
            print("%s: there is no %s, nothing is pruned" % (target, program))
            chosen = set(seeds)
    for p in to.glob(PREFIX + "*"):
        p.unlink()
    for name in chosen:
        (to / (PREFIX + name)).write_bytes(seeds[name])
    print("%s: %d of %d" % (target, len(chosen), len(seeds)))
