"""What all seeds are made of: numbers, steps (tests/fuzz/steps.h), records (tests/fuzz/talk_format.h), and the enums of the
C sources, which are read and never written again."""
import pathlib
import re
import struct
import subprocess
import types

ROOT = pathlib.Path(__file__).resolve().parents[3]


def u16(*v):
    return b"".join(struct.pack(">H", x) for x in v)


def u32(*v):
    return b"".join(struct.pack(">I", x) for x in v)


def step(kind, data=b"", argument=0):
    return bytes([kind | argument << 4]) + u16(len(data)) + data


def record(op, at=0, arg=0, data=b""):
    return bytes([op, at & 0xff, arg & 0xff]) + u16(len(data)) + data


class Source:
    """A C file as the compiler sees it, with what it includes."""

    def __init__(self, path):
        self.path = path
        self.text = subprocess.run(["cc", "-E", "-P", "-I", str(ROOT), str(ROOT / path)], check=True, capture_output=True,
                                   text=True).stdout

    def enum(self, name, prefix=""):
        """The numbers of an enum by their names, of which the prefix is left away."""
        found = re.search(r"\benum\s+%s\s*\{([^}]*)\}" % name, self.text)
        if not found:
            raise SystemExit("%s: there is no enum %s" % (self.path, name))
        known, number = {}, -1
        for one in filter(None, map(str.strip, found.group(1).split(","))):
            word, _, value = map(str.strip, one.partition("="))
            number = eval(re.sub(r"\b(\w+?)[uU]\b", r"\1", value), {}, known) if value else number + 1
            known[word] = number
        return types.SimpleNamespace(**{word[len(prefix):]: n for word, n in known.items() if word.startswith(prefix)})
