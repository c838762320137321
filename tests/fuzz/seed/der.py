"""DER."""
from seed.wire import u16


def tlv(tag, *parts):
    data = b"".join(parts)
    n = len(data)
    head = bytes([n]) if n < 128 else bytes([0x81, n]) if n < 256 else b"\x82" + u16(n)
    return bytes([tag]) + head + data


def seq(*parts):
    return tlv(0x30, *parts)


def integer(v):
    return tlv(2, v.to_bytes(v.bit_length() // 8 + 1, "big"))


def oid(text):
    first, second, *rest = map(int, text.split("."))
    out = bytes([first * 40 + second])
    for v in rest:
        part = [v & 0x7f]
        while v > 0x7f:
            v >>= 7
            part.insert(0, v & 0x7f | 0x80)
        out += bytes(part)
    return tlv(6, out)


def octets(*parts):
    return tlv(4, *parts)


def bits(data):
    return tlv(3, b"\0", data)


def explicit(n, *parts):
    return tlv(0xa0 + n, *parts)


def utc(text):
    return tlv(0x17, text.encode())


def general(text):
    return tlv(0x18, text.encode())


def numbers_of(der):
    """Of a PKCS#1 private key: modulus, exponent."""
    at, out = 4, []
    while len(out) < 3:
        n = der[at + 1]
        head = 2
        if n & 0x80:
            head += n & 0x7f
            n = int.from_bytes(der[at + 2:at + head], "big")
        out.append(int.from_bytes(der[at + head:at + head + n], "big"))
        at += head + n
    return out[1], out[2]


TRUE = tlv(1, b"\xff")
NULL = tlv(5)
