"""Frames between the console and the daemon, and the filters behind a command."""
from seed.wire import u32

TARGETS = ("proto",)
ALWAYS = ("",)  # each is a case of its own
FILTERS = ('', ' ', 'include', 'include ', 'include a', 'exclude a', 'begin a', 'begin nosuch', 'grep a', 'grep -v a', 'grep -v', 'count',
           'count a', 'count  ',
           'redirect', 'redirect file', 'redirect file more', 'append disk0:/f', 'append ' + 'x' * 200, 'json', 'json x', 'include [',
           'include (a|b)*',
           'include a{3}', 'include (a)\\1', 'include ' + 'x' * 300, 'nosuch a', 'i a', 'include "a b"', 'include \\', 'begin (', 'count [',
           'show version | include a', 'show a|b', 'show a |', 'show |json', 'show\t| count')


def proto_frame(kind, fields):
    return u32(1 + len(fields)) + bytes([kind]) + fields


def proto():
    said = {'filters_%d' % i: b''.join(proto_frame(2, u32(1) + text.encode()) for text in FILTERS[i::2]) for i in range(2)}
    for kind in range(18):
        said['type_%d' % kind] = proto_frame(kind, b'\4\1\0\x50\0\x18text of it') + proto_frame(kind, b'') + proto_frame(kind, b'x' * 9000)
    return said


def seeds():
    return {target: globals()[target]() for target in TARGETS}
