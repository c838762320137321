"""Payloads of IKE: what the offers, identities and notifications of seed/talk.py are written in."""
from seed.wire import Source, u16, u32

IKE = Source("crypto/ike/wire.h")
PAY = IKE.enum("ike_payload_kind", "PAY_")
EXCH = IKE.enum("ike_exch", "EXCH_")


def payload(following, data):
    return bytes([following, 0]) + u16(len(data) + 4) + data


def chain(*items):
    """(type, body) ... without the first type."""
    return b"".join(payload(items[i + 1][0] if i + 1 < len(items) else 0, items[i][1]) for i in range(len(items)))


def attr(t, v):
    return u16(t | 0x8000, v)


def long_attr(t, data):
    return u16(t, len(data)) + data


def transforms(ts):
    return b"".join(bytes([3 if i + 1 < len(ts) else 0, 0]) + u16(8 + len(a)) + bytes([i + 1, t, 0, 0]) + a
                    for i, (t, a) in enumerate(ts))


def sa(*proposals, doi=1, situation=1):
    """(number, protocol, SPI, [(transform, attributes) ...]) ..."""
    out = u32(doi, situation)
    for i, (number, protocol, spi, ts) in enumerate(proposals):
        t = transforms(ts)
        out += bytes([2 if i + 1 < len(proposals) else 0, 0]) + u16(8 + len(spi) + len(t)) + \
            bytes([number, protocol, len(spi), len(ts)]) + spi + t
    return out


def p1(cipher=7, bits=256, hash=2, group=19, auth=1, life=28800, more=b""):
    a = attr(1, cipher) + (attr(14, bits) if bits else b"") + attr(2, hash) + attr(4, group) + attr(3, auth)
    return (1, a + attr(11, 1) + long_attr(12, u32(life)) + more)


def phase1(*ts, protocol=1, spi=b""):
    return sa((1, protocol, spi, list(ts)))


def p2(t=12, encap=2, auth=2, bits=256, group=0, more=b""):
    a = attr(1, 1) + long_attr(2, u32(3600)) + attr(1, 2) + long_attr(2, u32(250000)) + attr(4, encap)
    a += attr(5, auth) if auth else b""
    a += attr(6, bits) if bits else b""
    a += attr(3, group) if group else b""
    return (t, a + more)


SPI = u32(0x12345678)


def phase2(*ts, spi=SPI, protocol=3):
    return sa((1, protocol, spi, list(ts)))


def address(ip, protocol=17, port=1701):
    return bytes([1, protocol]) + u16(port) + u32(ip)


def subnet(ip, mask, protocol=17, port=1701):
    return bytes([4, protocol]) + u16(port) + u32(ip, mask)


def name(t, text, protocol=0, port=0):
    return bytes([t, protocol]) + u16(port) + text


def notify(t, spi=b"", protocol=1, data=b""):
    return u32(1) + bytes([protocol, len(spi)]) + u16(t) + spi + data


def deletes(protocol, size, *spis, n=None):
    return u32(1) + bytes([protocol, size]) + u16(len(spis) if n is None else n) + b"".join(spis)
