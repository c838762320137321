"""Streams of fuzz_esp."""
import struct

from seed import corpus
from seed.wire import Source, u16, u32

TARGETS = ("esp",)
ALWAYS = ()
MADE = corpus.Seeds(*TARGETS)
OP = Source("tests/fuzz/fuzz_esp.c").enum("op")
F = bytes([OP.FLUSH])
TABLE_SPI = u32(5 << 12 | 1)


def checksum(header):
    total = sum(struct.unpack(">%dH" % (len(header) // 2), header))
    total = (total & 0xffff) + (total >> 16)
    return 0xffff ^ ((total & 0xffff) + (total >> 16))


def plain(following=17, n=20, block=16, tunnel=False, port=1701):
    """A UDP datagram, in tunnel mode in IP, and the trailer."""
    b = u16(port, 1701, 8 + n, 0) + b"x" * n
    if tunnel:
        h = b"\x45\0" + u16(20 + len(b)) + b"\0\1\0\0\x40\x11\0\0" + u32(0xc6336407, 0xc0000201)
        b, following = h[:10] + u16(checksum(h)) + h[12:] + b, 4
    pad = -(len(b) + 2) % block
    return b + bytes(range(1, pad + 1)) + bytes([pad, following])


def comes(seq, text, how=0):
    """how: 1 MAC of 96 bits, 2 a wrong one, 4 and 8 from another port, 16 in the other encapsulation, 32 dropped before."""
    return bytes([OP.IN]) + u32(seq) + bytes([how, len(text)]) + text


def goes(n, how=0):
    """how: 1, 2 without room before or behind it, 4 without SA, 8 dropped before."""
    return bytes([OP.OUT, how]) + u16(n)


def as_is(data):
    return bytes([OP.RAW, len(data)]) + data


def number(n):
    return bytes([OP.NUMBER]) + u32(n)


def stream(title, of, how, *steps):
    """of: which algorithms; how: 0-3 window, 4 without UDP, 8 short life, 16 any port, 32 proxies of TCP, 64 known to a worker."""
    MADE.put("esp", "stream-" + title, bytes([0x40 | of, how]) + b"".join(steps))


T, TT, T4, TT4 = plain(), plain(tunnel=True, block=8), plain(block=4), plain(tunnel=True, block=4)
for w in range(4):
    stream("window-%d" % w, 0, w, comes(1, T), comes(1, T), F, comes(1, T), comes(5, T), comes(3, T), comes(3, T), F, comes(0, T),
           comes(70, T),
           comes(4, T), comes(69, T), F, comes(2000, T), comes(1950, T), comes(1000, T), comes(0xffffffff, T), F, comes(2000, T),
           bytes([OP.AGAIN]), F)
stream("again", 3, 1, comes(9, T4), bytes([OP.AGAIN, OP.AGAIN]), F, comes(10, T4, 4), F, comes(11, T4, 8), F)
stream("wrong-mac", 0, 1, comes(1, T, 2), F, comes(1, T), F, comes(2, T, 16), comes(3, T, 32), F)
stream("short-mac", 1, 1, comes(1, T, 1), F, comes(2, T, 1), goes(30), F, comes(3, T), F, comes(4, T, 1), F)
stream("short-mac-null", 6, 1, comes(1, T4, 1), comes(2, T4, 1), comes(2, T4, 1), comes(3, T4), F, comes(4, T4, 2), F)
stream("short-mac-mixed", 6, 1, comes(1, T4, 1), comes(2, T4), comes(3, T4, 1), comes(1, T4, 1), F, comes(7, T4, 3), F)
stream("wrong-mac-first", 6, 1, comes(1, T4, 2), comes(2, T4, 3), F, comes(1, T4), F)
stream("wrong-mac-first-aes", 1, 1, comes(1, T, 2), comes(2, T, 3), as_is(TABLE_SPI + u32(9) + b"z" * 44), F, comes(1, T, 1),
       comes(1, T, 1), F, comes(1, T, 1), F)
stream("cut", 6, 1, bytes([OP.CUT]), goes(30), comes(1, T4), F, comes(2, T4, 1), bytes([OP.CUT]), goes(4), F)
stream("cut-others", 0, 1, bytes([OP.CUT]), comes(1, T), F)
stream("cut-lost", 5, 0x11, comes(1, TT4, 1), F, comes(2, TT4), F, comes(3, TT4, 1), F)
stream("lifetime", 0, 9, *[comes(k + 1, plain(n=220)) for k in range(14)], F, comes(40, T), goes(8), F)
stream("lifetime-out", 0, 9, *[goes(300)] * 9, F, goes(8), comes(1, T), F)
stream("numbers", 0, 1, number(0xbfffffff), goes(8), F, goes(8), F, number(0xfffffffe), *[goes(8)] * 3, F, goes(8), F)
for k in range(7):
    stream("out-%d" % k, k, 0x41, *[goes(n, h) for n, h in ((0, 0), (1, 0), (30, 0xf0), (1400, 0), (4000, 0), (60, 1), (60, 2), (60, 4),
        (60, 8))], F,
           number(0xfffffff0), *[goes(9)] * 3)
stream("policy", 0, 33, comes(1, T), F)
stream("ports", 0, 1, comes(1, plain(port=9)), F)
stream("any-port", 0, 17, comes(1, T), comes(2, plain(port=5)), F)
stream("known", 0, 65, comes(1, T), F)
stream("protocols", 0, 1, comes(1, plain(4)), comes(2, plain(59)), comes(3, plain(6)), comes(4, plain(n=0)),
       comes(5, b"\0" * 14 + b"\1\x11"),
       comes(6, b"\0" * 14 + b"\xff\x11"), F)
stream("tunnel", 2, 1, comes(1, TT), comes(2, TT, 4), comes(3, plain(block=8)), comes(4, plain(4, block=8)), goes(40), F)
stream("without-udp", 0, 5, comes(1, T), comes(2, T, 16), F, goes(8), F)
stream("no-mac", 4, 1, comes(1, T), comes(1, T), F)
stream("as-it-is", 0, 1, as_is(b"x" * 9), as_is(b"abc"), as_is(TABLE_SPI + u32(9) + b"z" * 52), as_is(TABLE_SPI + u32(9) + b"z" * 53),
       as_is(TABLE_SPI + u32(1) + b"z"), F)
stream("many", 3, 1, *[comes(k + 1, T4) for k in range(47)])


def seeds():
    return MADE
