"""Two engines talk, and these things are said instead (tests/fuzz/talk_format.h). Messages of the client in Main Mode: 0, 1,
2, Quick Mode: 3, 4; of the server 0, 1, 2 and 3. In Aggressive Mode: 0, 1 and 2, 3; of the server 0 and 1."""
import pathlib
import subprocess
import sys
import tempfile

from seed import corpus
from seed.isakmp import (EXCH, PAY, SPI, address, attr, chain, deletes, long_attr, name, notify, p1, p2, phase1, phase2, sa,
                         subnet)
from seed.wire import ROOT, Source, record, u16, u32

TARGETS = ("ike_talk", "ike_talk_rsa")
ALWAYS = ("profile-",)  # clients as they are
FORMAT = Source("tests/fuzz/talk_format.h")
TALK = FORMAT.enum("talk_op", "TALK_")
DO = FORMAT.enum("talk_do", "TALK_")
FLAG = FORMAT.enum("talk_flag", "TALK_")
SERVER = FORMAT.enum("talk_layout", "TALK_").SERVER
SA, KE, ID, CERT, CERTREQ = PAY.SA, PAY.KE, PAY.ID, PAY.CERT, PAY.CERTREQ
SIG, NONCE, NOTIFY, DELETE, VENDOR = PAY.SIG, PAY.NONCE, PAY.NOTIFY, PAY.DELETE, PAY.VENDOR
INFO, QUICK = EXCH.INFO, EXCH.QUICK
HERE, THERE, ELSEWHERE = 0xcb007101, 0xcb007165, 0x0a010203
OF_CLIENT = 0x11000001  # SPIs as the client gives them out


def client(n):
    return n


def server(n):
    return SERVER | n


def body(at, i, data):
    return record(TALK.BODY, at, i, data)


def splice(at, i, offset, data):
    return record(TALK.SPLICE, at, i, u16(offset) + data)


def insert(at, i, kind, data):
    return record(TALK.INSERT, at, i, bytes([kind]) + data)


def delete(at, i):
    return record(TALK.DELETE, at, i)


def kind(at, i, to):
    return record(TALK.TYPE, at, i, bytes([to]))


def cut(at, i, n):
    return record(TALK.CUT, at, i, u16(n))


def too_long(at):
    """More than fits into a message."""
    return cut(at, 0, 60000) + insert(at, 1, VENDOR, b"") + cut(at, 1, 60000)


def append(at, data):
    return record(TALK.APPEND, at, 0, data)


def own_id(side, data):
    return record(TALK.ID, side, 0, data)


def raw(at, offset, data):
    return record(TALK.RAW, at, 0, u16(offset) + data)


def lose(*at):
    return b"".join(record(TALK.LOSE, a) for a in at)


def again(at, n=1):
    return record(TALK.AGAIN, at, n - 1)


def before(at, data):
    return record(TALK.BEFORE, at, 0, data)


def parts(at, octets, *order):
    return record(TALK.PARTS, at, octets // 4 - 1, bytes(order))


def move(at, arg):
    return record(TALK.MOVE, at, arg)


def do(what, data=b""):
    return record(TALK.DO, 0, getattr(DO, what), data)


def wait(s):
    return do("WAIT", bytes([s]))


def says(what, exch, first, chain, msgid=7):
    return do(what + "_SAYS", bytes([exch, msgid, first]) + chain)


def flags(text):
    return sum(getattr(FLAG, w) for w in text.split())


def configured(text):
    return do("RECONFIGURE", u32(flags(text)))


MADE = corpus.Seeds(*TARGETS)


def seed(title, *records, with_flags="", rsa=False):
    MADE.put("ike_talk_rsa" if rsa else "ike_talk", title, u32(flags(with_flags)) + b"".join(records))


def both(title, *records, with_flags=""):
    seed(title, *records, with_flags=with_flags)
    seed(title, *records, with_flags=with_flags, rsa=True)


# -- as it should be
both("plain")
for f in ("NAT", "DEBUG", "AGGRESSIVE", "AGGRESSIVE NAMED NAT", "CLIENT_PFS NAT", "DH_LATER CLIENT_PFS", "SHORT_LIFE DEBUG",
          "PFS CLIENT_PFS", "BARE_IKE", "NO_NATT", "NO_NATT NAT", "SERVER_NAT", "SERVER_NAT AGGRESSIVE", "OTHER_NAME",
          "DH_LATER AGGRESSIVE", "NAT DEBUG AGGRESSIVE"):
    both("rekeys-" + f.lower().replace(" ", "-"), do("DIAL"), do("CLIENT_QUICK"), do("SERVER_QUICK"), do("SERVER_REKEY"), wait(5),
         do("CLIENT_REKEY"), wait(5), do("SERVER_QUICK"), do("CLIENT_DELETES"), do("SERVER_DROPS"), with_flags=f)
for f in ("TUNNEL", "NO_L2TP", "NO_MAP", "NO_ENTRY", "ACL", "ACL NAT", "OTHERS_ENTRY", "NO_PSK", "NO_PSK AGGRESSIVE NAMED", "PFS",
          "NO_POLICY", "WEAK_POLICY", "WEAK_POLICY DEBUG", "NO_NAT_T NAT", "NO_NATT NAT", "NO_POLICY AGGRESSIVE", "PFS TUNNEL DEBUG",
          "NO_NAT_T PFS NAT"):
    both("refused-" + f.lower().replace(" ", "-"), with_flags=f)
for f in ("NO_TRUST", "NO_OWN", "NO_OWN AGGRESSIVE", "SEND_CHAIN SUB_CA", "SUB_CA", "SUB_CA SEND_CHAIN AGGRESSIVE", "ID_ANY", "ID_MAY",
          "MANY_CAS", "RULES", "RULES NAMED",
          "RULES AGGRESSIVE", "TWO_TRUST", "TWO_TRUST AGGRESSIVE", "HOST_DN", "HOST_DN DEBUG AGGRESSIVE", "NO_TRUST NO_PSK",
          "NO_TRUST MANY_CAS", "NO_TRUST TWO_TRUST NO_OWN", "TWO_TRUST NO_OWN"):
    seed("certificate-" + f.lower().replace(" ", "-"), do("DIAL"), do("SERVER_REKEY"), wait(3), with_flags=f, rsa=True)

# -- phase 1: offers
offers = {
    "many": phase1(*[p1(cipher=c, bits=b, hash=h, group=g, auth=a) for c, b, h, g, a in (
        (1, 0, 1, 1, 1), (7, 128, 2, 19, 1), (7, 192, 2, 19, 1), (7, 77, 2, 19, 1), (9, 0, 2, 19, 1), (5, 0, 7, 2, 1),
        (5, 0, 4, 2, 3), (5, 0, 4, 2, 65001), (5, 0, 4, 2, 65005), (7, 256, 2, 77, 1), (7, 256, 1, 2, 2))]),
    "xauth": phase1(p1(auth=65001), p1(auth=65005)),
    "odd-attributes": phase1(p1(more=attr(13, 1)), p1(more=attr(5, 1)), p1(more=long_attr(6, b"\0" * 20)), p1(more=attr(4, 2))),
    "long-values": phase1((1, long_attr(1, u32(7)) + long_attr(14, u32(256)) + long_attr(2, u32(2)) + long_attr(4, u32(19)) +
                           long_attr(3, b"\0" * 7 + b"\1") + attr(11, 2) + attr(12, 100) + long_attr(1, b"\xff" * 12))),
    "life-kb": phase1(p1(more=attr(11, 2) + attr(12, 1000) + attr(11, 9) + attr(12, 5) + attr(11, 1) + long_attr(12, b"\xff" * 8))),
    "other-first": sa((1, 3, SPI, [p2()]), (2, 1, b"", [p1(group=2)]), (2, 3, SPI, [p2()])),
    "two": sa((1, 1, b"", [p1(group=20)]), (2, 1, b"\0" * 8, [p1(group=2, auth=1)])),
    "spi": phase1(p1(), spi=b"\1" * 8),
    "3des": phase1(p1(cipher=5, bits=0, group=2)),
    "md5": phase1(p1(cipher=5, bits=0, hash=1, group=2)),
    "trans-id": phase1((2, p1()[1])),
    "doi": sa((1, 1, b"", [p1()]), doi=2),
    "situation": sa((1, 1, b"", [p1()]), situation=7),
    "none": u32(1, 1),
    "no-transform": sa((1, 1, b"", [])),
    "hundreds": sa(*[(i + 1, 1, b"", [(1, b"")]) for i in range(130)]),
    "behind": phase1(p1()) + b"\0\0\0\0",
    "attribute-cut": phase1((1, attr(1, 7) + u16(2, 99) + b"ab")),
    "attribute-half": phase1((1, attr(1, 7) + b"\x80")),
    "no-life": phase1((1, attr(1, 7) + attr(14, 256) + attr(2, 2) + attr(4, 19) + attr(3, 1))),
    "proposal-short": u32(1, 1) + b"\0\0\0\6\1\1",
    "proposal-long": u32(1, 1) + b"\0\0\xff\0\1\1\0\1",
    "proposal-reserved": u32(1, 1) + b"\0\1\0\x08\1\1\0\0",
    "proposal-type": u32(1, 1) + b"\7\0\0\x08\1\1\0\0" + b"\0\0\0\x08\1\1\0\0",
    "proposal-spi": u32(1, 1) + b"\0\0\0\x08\1\1\x20\1",
    "transform-long": u32(1, 1) + b"\0\0\0\x10\1\1\0\1" + b"\0\0\0\x20\1\1\0\0",
    "transform-short": u32(1, 1) + b"\0\0\0\x0e\1\1\0\1" + b"\0\0\0\x06\1\1",
    "transform-type": u32(1, 1) + b"\0\0\0\x10\1\1\0\1" + b"\5\0\0\x08\1\1\0\0",
    "transform-number": u32(1, 1) + b"\0\0\0\x10\1\1\0\2" + b"\0\0\0\x08\1\1\0\0",
    "transform-behind": u32(1, 1) + b"\0\0\0\x12\1\1\0\1" + b"\0\0\0\x08\1\1\0\0ab",
}
for title, offer in offers.items():
    seed("offer-" + title, body(client(0), 0, offer))
    seed("offer-debug-" + title, body(client(0), 0, offer), with_flags="DEBUG AGGRESSIVE")
    seed("choice-" + title, body(server(0), 0, offer))
    seed("choice-aggressive-" + title, body(server(0), 0, offer), with_flags="AGGRESSIVE")
seed("offer-rsa-too", body(client(0), 0, phase1(p1(auth=3), p1())))
seed("offer-psk-too", body(client(0), 0, phase1(p1(auth=1), p1(auth=3))), rsa=True)
seed("offer-many-weak", body(client(0), 0, offers["many"]), with_flags="WEAK_POLICY")
seed("offer-xauth-none", body(client(0), 0, offers["xauth"]), with_flags="NO_POLICY")

# -- phase 1: what does not fit, cannot be used, is not there
for m in range(3):
    both("client-long-%d" % m, too_long(client(m)))
    both("server-long-%d" % m, too_long(server(m)))
    both("client-long-aggressive-%d" % m, too_long(client(m)), with_flags="AGGRESSIVE")
    both("server-long-aggressive-%d" % m, too_long(server(m)), with_flags="AGGRESSIVE")
for who, at in (("client", client), ("server", server)):
    for m, f in ((1, ""), (0, "AGGRESSIVE")):
        tag = "-" + f.lower() if f else ""
        ke, nonce, ident = (0, 1, None) if not f else (1, 2, 3)
        both("%s-ke-zero%s" % (who, tag), body(at(m), ke, b"\0" * 64), with_flags=f)
        both("%s-ke-short%s" % (who, tag), body(at(m), ke, b"\1" * 63), with_flags=f)
        both("%s-nonce-long%s" % (who, tag), cut(at(m), nonce, 257), with_flags=f)
        both("%s-nonce-256%s" % (who, tag), cut(at(m), nonce, 256), with_flags=f)
        both("%s-nonce-short%s" % (who, tag), cut(at(m), nonce, 7), with_flags=f)
        both("%s-no-nonce%s" % (who, tag), delete(at(m), nonce), with_flags=f)
        both("%s-ke-twice%s" % (who, tag), insert(at(m), 0, KE, b"\1" * 64), with_flags=f)
        both("%s-no-natd%s" % (who, tag), *[delete(at(m), i) for i in range(12, ke + 1, -1) if i > (ident or nonce)], with_flags=f)
        both("%s-strange%s" % (who, tag), insert(at(m), 9, 99, b"abcd"), insert(at(m), 9, NOTIFY, notify(14)), with_flags=f)
    proof = 2
    both("%s-id-twice" % who, insert(at(proof), 0, ID, address(HERE)))
    both("%s-id-long" % who, cut(at(proof), 0, 2049))
    both("%s-id-none" % who, delete(at(proof), 0))
    both("%s-proof-none" % who, delete(at(proof), 1))
    both("%s-proof-wrong" % who, body(at(proof), 1, b"\7" * 20))
    both("%s-proof-flipped" % who, raw(at(proof), 40, b"\1\2\3\4"))
    both("%s-proof-odd" % who, raw(at(proof), 24, u32(0x50)))
    both("%s-proof-clear" % who, raw(at(proof), 19, b"\0"))
    both("%s-contact" % who, insert(at(proof), 9, NOTIFY, notify(24578)), insert(at(proof), 9, NOTIFY, notify(24577)))
    both("%s-certificate" % who, insert(at(proof), 9, CERT, b"\4abc"), insert(at(1), 9, CERTREQ, b"\4"),
         insert(at(proof), 9, CERTREQ, b"\4"))
    both("%s-aggressive-proof-wrong" % who, body(at(1 if who == "client" else 0), 0 if who == "client" else 4, b"\7" * 20),
         with_flags="AGGRESSIVE")
    both("%s-aggressive-id-long" % who, cut(at(0), 3, 2049), with_flags="AGGRESSIVE")
    both("%s-aggressive-id-twice" % who, insert(at(0), 3, ID, address(HERE)), with_flags="AGGRESSIVE")
    for title, i in (("address", address(ELSEWHERE)), ("fqdn", name(2, b"laptop.example.com")), ("user", name(3, b"jdoe@example.com")),
                     ("subnet", subnet(ELSEWHERE, 0xff000000)), ("dn", name(9, b"\x30\x00")), ("key", name(11, b"branch")),
                     ("vacant", name(11, b"vacant")), ("other", name(77, b"x")), ("empty", name(2, b"")), ("bad", name(11, b"bra\nch")),
                     ("endless", name(11, b"x" * 2060)), ("ou", name(9, bytes.fromhex("3011310f300d060355040b13066272616e6368")))):
        side = 0 if who == "client" else SERVER
        both("%s-is-%s" % (who, title), own_id(side, i), with_flags="DEBUG")
        both("%s-is-%s-aggressive" % (who, title), own_id(side, i), with_flags="AGGRESSIVE")
    seed("%s-is-other-named" % who, own_id(0 if who == "client" else SERVER, name(2, b"nobody.example.com")), with_flags="ID_MAY", rsa=True)
both("encrypted-early", raw(client(1), 19, b"\1"))
both("encrypted-early-aggressive", raw(client(0), 19, b"\1"), with_flags="AGGRESSIVE")
both("contact-aggressive", insert(client(1), 9, NOTIFY, notify(24578)), with_flags="AGGRESSIVE")
both("aggressive-clear", raw(client(1), 19, b"\0"), with_flags="AGGRESSIVE")
both("aggressive-no-natd", delete(client(1), 1), delete(client(1), 1), delete(client(1), 2), with_flags="AGGRESSIVE")

# -- vendor IDs
VENDORS = [bytes.fromhex(h) for h in (
    "1e2b516905991c7d7c96fcbfb587e46100000009", "01528bbbc00696121849ab9a1c5b2a5100000001", "4048b7d56ebce88525e7de7f00d6c2d3",
    "4048b7d56ebce88525e7de7f00d6c2d380000000", "afcad71368a1f1c96b8696fc77570100", "12f5f28c457168a9702d9fe274cc0100",
    "09002689dfd6b712", "4485152d18b6bbcd0be8a8469579ddcc", "cd60464335df21f87cfdb2fc68b6a448", "7d9419a65310ca6f2c179d9215529d56",
    "90cb80913ebb696e086381b5ec427b1f", "4a131c81070358455c5728f20e95452f", "4df37928e9fc4fd1b3262170d515c662", "ffff", "")]
for i, v in enumerate(VENDORS):
    seed("vendor-%d" % i, record(TALK.CHAIN, client(0), 0, bytes([SA]) + chain((SA, b""), (VENDOR, v))), do("DIAL"), do("SERVER_REKEY"))
for v in ("7d9419a65310ca6f2c179d9215529d56", "cd60464335df21f87cfdb2fc68b6a448", "90cb80913ebb696e086381b5ec427b1f"):
    for f in ("", "NAT"):
        seed("draft-%s%s" % (v[:4], f.lower()), record(TALK.CHAIN, client(0), 0,
            bytes([SA]) + chain((SA, b""), (VENDOR, bytes.fromhex(v)))),
             body(client(3), 1, phase2(p2(encap=61444), p2(encap=2))), insert(client(3), 9, 131, b"\1\0\0\0" + u32(ELSEWHERE)),
             with_flags=f)
for f in ("SERVER_NAT", "SERVER_NAT NAT", "SERVER_NAT AGGRESSIVE"):
    both("windows-" + f.lower().replace(" ", "-"), *[insert(client(0), 1, VENDOR, v) for v in VENDORS[:3]],
         splice(client(1), 2, 0, b"\1\2\3"), do("DIAL"), do("SERVER_REKEY"), wait(3), with_flags=f)

# -- on the wire
for m in range(5):
    both("client-lost-%d" % m, lose(client(m)))
    both("server-lost-%d" % m, lose(server(m)))
    both("client-again-%d" % m, again(client(m), 3), with_flags="NAT")
    both("client-again-aggressive-%d" % m, again(client(m), 2), with_flags="AGGRESSIVE")
    both("client-moves-%d" % m, move(client(m), 7), with_flags="NAT")
    both("client-elsewhere-%d" % m, move(client(m), 0x81))
both("lost-for-good", *[lose(server(m)) for m in range(1, 30)])
both("lost-third", *[lose(client(m)) for m in range(2, 30)])
both("lost-aggressive", *[lose(server(m)) for m in range(0, 30)], with_flags="AGGRESSIVE")
both("lost-quick", *[lose(server(m)) for m in range(3, 30)])
both("lost-quick-third", *[lose(client(m)) for m in range(4, 30)], do("DIAL"), do("DATA_CAME"))
both("parts", parts(client(0), 40), parts(client(1), 60), parts(client(2), 40), parts(client(3), 100), parts(server(2), 44))
both("parts-long", parts(client(2), 400), with_flags="SEND_CHAIN SUB_CA")
both("parts-odd", parts(client(2), 40, 1, 1, 0x82), parts(client(3), 100, 2, 1, 2, 0x83, 0x40, 0, 0x60, 33))
both("parts-of-two", parts(client(2), 32, 1, 0x42, 0x43, 2, 3, 0x84))
both("parts-other", parts(client(1), 40, 1, 2, 0xc3, 1))
both("parts-unfinished", parts(client(1), 40, 1, 0x84), wait(120), wait(60))
both("parts-missing", parts(client(1), 40, 2, 3), wait(120))
both("parts-in-parts", raw(client(1), 16, b"\x84"), parts(client(1), 200))
both("parts-of-much", cut(client(2), 1, 12000), parts(client(2), 1000))
both("parts-too-many", cut(client(2), 1, 16000), parts(client(2), 1000, *range(1, 31), *[0x40 | i for i in range(1, 30)]))
both("header-version", raw(client(0), 17, b"\x20"))
both("header-exchange", raw(client(0), 18, b"\6"))
both("header-length", raw(client(0), 24, u32(9999)))
both("header-flags", raw(client(0), 19, b"\6"))
both("cookies-wrong", raw(client(1), 8, b"\1\2\3\4"))
both("exchange-changes", raw(client(1), 18, b"\4"))
both("part-bare", raw(client(1), 16, b"\x84\x10\2\0" + u32(0) + u32(40)), raw(client(1), 28, b"\0\0\0\4"))
both("behind-padding", append(client(1), b"\0" * 12))
both("behind-much", append(client(1), b"\1" * 40))
both("behind-sealed", append(client(2), b"\1" * 40), append(client(3), b"\1" * 300))
both("chain-cut", raw(client(1), 30, b"\xff\xff"))
both("chain-reserved", raw(client(1), 29, b"\1"))
both("chain-type", kind(client(1), 1, 20), kind(client(1), 0, 5))
both("payloads", *[insert(client(1), 0, VENDOR, b"x") for i in range(60)])
both("payloads-70", append(client(0), b""), *[insert(client(0), 1, VENDOR, b"x") for i in range(62)])

# -- Quick Mode: offers
L2TP = (address(THERE), address(HERE))
quick = {
    "aes": phase2(p2()), "3des": phase2(p2(t=3, bits=0)), "tunnel": phase2(p2(encap=1)), "udp": phase2(p2(encap=4)),
    "udp-tunnel": phase2(p2(encap=3)), "draft": phase2(p2(encap=61444)), "no-mode": phase2((12, attr(5, 2) + attr(6, 256))),
    "mode-7": phase2(p2(encap=7)), "null": phase2(p2(t=11, auth=0, bits=0)), "null-sha": phase2(p2(t=11, bits=0)),
    "aes-bare": phase2(p2(bits=0)), "aes-77": phase2(p2(bits=77)), "blowfish": phase2(p2(t=7, bits=0)), "sha512": phase2(p2(auth=7)),
    "group": phase2(p2(group=19)), "group-77": phase2(p2(group=77)), "many": phase2(*[p2(t=t, bits=0, auth=a) for t in (2, 7,
        11) for a in (1, 2, 5, 9)]),
    "rounds": phase2(p2(more=attr(7, 3))), "short-life": phase2(p2(more=attr(1, 1) + attr(2, 60) + attr(1, 2) + attr(2, 5) + attr(1, 3) +
        attr(2, 5))),
    "life-none": phase2((12, attr(4, 2) + attr(5, 2) + attr(6, 256))),
    "spi-short": phase2(p2(), spi=b"ab"), "spi-low": phase2(p2(), spi=u32(77)), "spi-none": phase2(p2(), spi=b""),
    "ah": phase2((3, attr(4, 2) + attr(5, 2)), protocol=2),
    "bundle": sa((1, 2, SPI, [(3, attr(4, 2) + attr(5, 2))]), (1, 3, SPI, [p2()]), (2, 3, SPI, [p2()])),
    "ipcomp": sa((1, 3, SPI, [p2()]), (1, 4, b"ab", [(2, attr(4, 2))]), (2, 4, b"a", [(2, attr(4, 2))]), (3, 3, SPI, [p2()])),
    "protocol": sa((1, 9, SPI, [p2()]), (2, 3, SPI, [p2()])),
    "other-spi": sa((1, 3, u32(0x300), [p2(t=2, bits=0)]), (2, 3, u32(0x400), [p2()])),
    "doi": sa((1, 3, SPI, [p2()]), doi=7), "cut": phase2(p2())[:-3], "hundred": phase2(*[p2(t=3, bits=0, auth=1)] * 110),
}
for title, offer in quick.items():
    for f in ("", "NAT", "TUNNEL"):
        seed("quick-%s-%s" % (title, f.lower()), body(client(3), 1, offer), with_flags=f)
    seed("quick-answer-%s" % title, body(server(3), 1, offer))
    seed("quick-debug-%s" % title, body(client(2), 1, offer), with_flags="DEBUG AGGRESSIVE PFS")
    seed("quick-answer-dh-%s" % title, body(server(3), 1, offer), with_flags="CLIENT_PFS")

# -- Quick Mode: identities and the rest
ids = {
    "any-port": (address(THERE, 17, 0), address(HERE)), "tcp": (address(THERE, 6, 80), address(HERE, 6, 80)),
    "all": (address(THERE, 0, 0), address(HERE, 0, 0)), "private": (address(ELSEWHERE), address(HERE)),
    "net": (subnet(ELSEWHERE, 0xffffff00, 0, 0), subnet(ELSEWHERE, 0, 0, 0)), "mask": (subnet(ELSEWHERE, 0xff00ff00), address(HERE)),
    "name": (name(2, b"pc", 17, 1701), address(HERE)), "user": (name(3, b"a@b", 17, 1701), address(HERE)),
    "key": (name(11, b"pc"), address(HERE)),
    "long": (name(2, b"p" * 2050), address(HERE)), "short": (b"\1\x11\6\xa5ab", address(HERE)),
    "behind": (address(THERE) + b"x", address(HERE)),
    "second": (address(THERE), b"\5\0\0\0"), "second-long": (address(THERE), name(2, b"p" * 2050)),
    "wrong-end": (address(THERE), address(ELSEWHERE)),
}
for title, (i, r) in ids.items():
    for f in ("", "NAT", "TUNNEL", "NO_NATT"):
        seed("ids-%s-%s" % (title, f.lower()), body(client(3), 3, i), body(client(3), 4, r), with_flags=f)
        seed("ids-tunnel-%s-%s" % (title, f.lower()), body(client(3), 1, phase2(p2(encap=1), p2(encap=3))), body(client(3), 3, i),
             body(client(3), 4, r), with_flags=f)
    seed("ids-acl-%s" % title, body(client(3), 3, i), body(client(3), 4, r), with_flags="ACL DEBUG NAT")
seed("ids-none", delete(client(3), 3), delete(client(3), 3))
seed("ids-one", delete(client(3), 3))
seed("ids-three", insert(client(3), 3, ID, address(HERE)))
seed("natoa", insert(client(3), 9, 21, b"\1\0\0\0" + u32(ELSEWHERE)), insert(client(3), 9, 21, b"\1\0\0\0" + u32(HERE)), do("DIAL"),
     do("SERVER_QUICK"))
seed("natoa-no-natt", insert(client(3), 9, 21, b"\1\0\0\0" + u32(ELSEWHERE)), with_flags="NO_NATT")
for f in ("", "CLIENT_PFS"):
    t = f.lower()
    seed("quick-nonce-long" + t, cut(client(3), 2, 257), with_flags=f)
    seed("quick-nonce-long-answer" + t, cut(server(3), 2, 257), with_flags=f)
    seed("quick-no-nonce" + t, delete(client(3), 2), with_flags=f)
    seed("quick-ke" + t, insert(client(3), 3, KE, b"\0" * 64), with_flags=f)
    seed("quick-ke-zero" + t, body(client(3), 3, b"\0" * 64), with_flags=f)
    seed("quick-ke-zero-answer" + t, body(server(3), 3, b"\0" * 64), with_flags=f)
    seed("quick-ke-short" + t, cut(client(3), 3, 30), with_flags=f)
    seed("quick-ke-short-answer" + t, cut(server(3), 3, 30), with_flags=f)
    seed("quick-ke-answer" + t, insert(server(3), 3, KE, b"\1" * 64), with_flags=f)
    seed("quick-long" + t, too_long(client(3)), with_flags=f)
    seed("quick-third-long" + t, too_long(client(4)), with_flags=f)
    seed("quick-hash-wrong" + t, raw(client(3), 40, b"\1\2\3\4"), raw(server(3), 40, b"\1\2\3"), with_flags=f)
    seed("quick-third-wrong" + t, body(client(4), 0, b"\1" * 20), with_flags=f)
    seed("quick-answer-long" + t, insert(server(3), 1, VENDOR, b""), cut(server(3), 1, 60000), with_flags=f)
    seed("quick-first-long" + t, insert(client(3), 1, VENDOR, b""), cut(client(3), 1, 60000), with_flags=f)
    seed("quick-no-spi" + t, do("NO_SPI", b"\0"), do("DIAL"), do("SERVER_QUICK"), with_flags=f)
    seed("quick-no-spi-client" + t, do("NO_SPI", b"\1"), do("DIAL"), with_flags=f)
    seed("quick-no-room" + t, do("NO_ROOM", b"\0"), do("DIAL"), do("CLIENT_QUICK"), with_flags=f)
    seed("quick-no-room-client" + t, do("NO_ROOM", b"\1"), do("DIAL"), with_flags=f)
    seed("quick-message-id" + t, raw(client(3), 20, u32(7)), with_flags=f)
    seed("quick-drops" + t, do("DIAL"), do("CLIENT_QUICK"), do("SERVER_DROPS_FLOW"), do("CLIENT_QUICK"), with_flags=f)
for values in (attr(1, 1) + attr(2, 600) + attr(1, 2) + attr(2, 3000), attr(1, 1) + attr(2, 5) + attr(1, 9) + attr(2, 7),
               long_attr(2, b"\xff" * 12), b"\0\2"):
    seed("responder-life-%d" % len(values), insert(server(3), 9, NOTIFY, notify(24576, SPI, 3, values)),
         insert(server(3), 9, NOTIFY, notify(14, SPI, 3)))
seed("more-flows", do("DIAL"), *[do("CLIENT_MORE", bytes([i, 19 if i & 1 else 2])) for i in range(20)])
seed("many-quicks", do("DIAL"), *[do("CLIENT_QUICK") for i in range(14)])
seed("quick-twice", do("DIAL"), do("CLIENT_QUICK"), again(client(5), 2), again(client(6), 2), move(client(7), 9))
seed("unconfirmed", *[lose(client(m)) for m in range(4, 40)], do("DIAL"), do("DATA_CAME"), do("CLIENT_QUICK"), do("SERVER_DROPS"))
seed("hand-quick", do("DIAL"), says("CLIENT", QUICK, SA, chain((SA, phase2(p2())), (NONCE, b"n" * 20), (ID, address(THERE)),
    (ID, address(HERE))), 9),
     says("CLIENT", QUICK, SA, chain((SA, phase2(p2())), (NONCE, b"n" * 20), (ID, address(THERE)), (ID, address(HERE))), 9),
     says("CLIENT", QUICK, SA, chain((SA, phase2(p2(group=2))), (NONCE, b"n" * 20), (KE, b"\2" * 128)), 11),
     says("SERVER", QUICK, SA, b"", 13), wait(60),
     says("CLIENT", QUICK, SA, chain((SA, phase2(p2())), (NONCE, b"n" * 20), (ID, address(THERE)), (ID, address(HERE))), 9))
seed("hand-quick-ke", do("DIAL"), says("CLIENT", QUICK, SA, chain((SA, phase2(p2(group=19))), (NONCE, b"n" * 20), (KE, b"\0" * 64)), 11),
     do("BUSY", b"\1"), says("CLIENT", QUICK, SA, chain((SA, phase2(p2(group=19))), (NONCE, b"n" * 20), (KE, b"\0" * 64)), 13),
     with_flags="DEBUG")

# -- Informationals
infos = {
    "delete-esp": [(DELETE, deletes(3, 4, u32(OF_CLIENT)))], "delete-esp-other": [(DELETE, deletes(3, 4, u32(0x999), u32(OF_CLIENT), n=9))],
    "delete-old": [(DELETE, deletes(3, 4, u32(OF_CLIENT), u32(OF_CLIENT + 1)))],
    "delete-ike": [(DELETE, deletes(1, 16, b"\1" * 16, b"\2" * 16))], "delete-odd": [(DELETE, deletes(3, 5, b"abcde")),
        (DELETE, deletes(1, 4, b"abcd")), (DELETE, deletes(7, 4, b"abcd"))],
    "contact": [(NOTIFY, notify(24578))], "connected": [(NOTIFY, notify(16384))],
    "replay": [(NOTIFY, notify(24577)), (NOTIFY, notify(24576))],
    "r-u-there": [(NOTIFY, notify(36136, b"\1" * 16, 1, u32(5)))], "ack": [(NOTIFY, notify(36137, b"\1" * 16, 1, u32(5)))],
    "other": [(NOTIFY, notify(9)), (NOTIFY, notify(40000, SPI, 3))], "spi-long": [(NOTIFY, u32(1) + b"\1\xff\0\x0e")],
    "short": [(NOTIFY, b"\0\0\0\1\1\0")],
    "vendor": [(VENDOR, b"x"), (NONCE, b"n" * 20), (99, b"?")],
}
for title, items in infos.items():
    for f in ("", "NAT DEBUG"):
        seed("info-%s-%s" % (title, f.lower().replace(" ", "-")), do("DIAL"), says("CLIENT", INFO, items[0][0], chain(*items)),
             says("SERVER", INFO, items[0][0], chain(*items), 9), do("CLIENT_QUICK"), says("CLIENT", INFO, items[0][0], chain(*items), 11),
             do("CLIENT_DELETES"), with_flags=f)
seed("info-empty", do("DIAL"), says("CLIENT", INFO, 0, b""), says("CLIENT", INFO, NOTIFY, b"\0\0\xff\xff"),
     says("CLIENT", INFO, NOTIFY, chain((NOTIFY, notify(9))), 0))
seed("info-wrong", do("DIAL"), says("CLIENT", INFO, NOTIFY, chain((NOTIFY, notify(9)))), raw(client(5), 30, b"\1\2\3"),
     says("CLIENT", INFO, NOTIFY, chain((NOTIFY, notify(9)))), raw(client(6), 24, u32(61)),
     says("CLIENT", INFO, NOTIFY, chain((NOTIFY, notify(9)))), raw(client(7), 19, b"\0"))
seed("info-early", raw(client(2), 18, b"\5"), raw(client(2), 20, u32(5)))
seed("info-early-aggressive", raw(client(1), 18, b"\5"), raw(client(1), 19, b"\1"), raw(client(1), 20, u32(5)), with_flags="AGGRESSIVE")
for n in (b"", notify(14), notify(4), u32(1) + b"\1\0"):
    c = chain((NOTIFY, n)) if n else b""
    seed("info-clear-%d" % len(n), raw(client(1), 16, bytes([NOTIFY if n else VENDOR, 0x10, INFO, 0]) + u32(5)), raw(client(1), 28, c))
seed("rekey-deletes", do("DIAL"), do("CLIENT_REKEY"), wait(2), do("CLIENT_DELETES"), do("CLIENT_QUICK"),
     says("CLIENT", INFO, DELETE, chain((DELETE, deletes(3, 4, u32(OF_CLIENT), u32(OF_CLIENT + 1), u32(OF_CLIENT + 2))))),
     do("CLIENT_DELETES"), wait(9), with_flags="DEBUG")
seed("silent", do("DIAL"), *[lose(client(m)) for m in range(5, 63)], do("SERVER_QUICK"), do("SERVER_REKEY"), wait(250), wait(250),
     with_flags="SHORT_LIFE")

# -- the server begins
for m in range(4, 9):
    both("renews-client-long-%d" % m, do("DIAL"), do("SERVER_REKEY"), wait(3), too_long(client(m)))
    both("renews-server-long-%d" % m, do("DIAL"), do("SERVER_REKEY"), wait(3), too_long(server(m)))
    both("renews-client-lost-%d" % m, do("DIAL"), do("SERVER_REKEY"), wait(40), lose(client(m)))
    for f in ("", "AGGRESSIVE"):
        t = f.lower()
        both("renews-ke%s-%d" % (t, m), do("DIAL"), do("SERVER_REKEY"), wait(3), body(client(m), 0, b"\0" * 64),
             body(client(m - 1), 1, b"\0" * 64), with_flags=f)
        both("renews-proof%s-%d" % (t, m), do("DIAL"), do("SERVER_REKEY"), wait(3), body(client(m), 1, b"\7" * 20),
             body(client(m), 4, b"\7" * 20), with_flags=f)
        both("renews-choice%s-%d" % (t, m), do("DIAL"), do("SERVER_REKEY"), wait(3), body(client(m), 0, phase1(p1(group=2))), with_flags=f)
for f in ("NO_POLICY", "WEAK_POLICY", "NO_PSK", "NO_TRUST", "NO_MAP", "NO_NATT"):
    for g in ("", "AGGRESSIVE NAT"):
        both("renews-then-%s-%s" % (f.lower(), g.lower().replace(" ", "-")), do("DIAL"), configured(f), do("SERVER_REKEY"),
             do("SERVER_QUICK"), wait(3),
             do("CLIENT_REKEY"), with_flags=g)
    both("meanwhile-%s" % f.lower(), lose(client(1)), do("DIAL"), configured(f), with_flags="DH_LATER")
both("busy", do("BUSY", b"\1"), do("DIAL"), wait(10), do("BUSY", b"\0"))
both("busy-later", do("DIAL"), do("BUSY", b"\1"), do("SERVER_REKEY"), do("CLIENT_REKEY"), wait(3), do("BUSY", b"\0"))
both("busy-aggressive", do("BUSY", b"\1"), do("DIAL"), wait(10), do("BUSY", b"\0"), with_flags="AGGRESSIVE")

# -- certificates
NAMES = [bytes.fromhex("3012311030 0e06035504030c0746757a7a204341".replace(" ", ""))]
requests = {
    "any": [b"\4"], "pkcs7": [b"\1"], "junk": [b"\4junk"], "long-form": [b"\4\x30\x81\x02ab", b"\4\x30\x82\0\2ab", b"\4\x30\x83\0\0\2ab"],
    "many": [b"\4\x30\2" + u16(i) for i in range(55)], "twice": [b"\4\x30\0", b"\4\x30\0"], "ours": [b"\4" + n for n in NAMES],
}
for title, bodies in requests.items():
    for f in ("", "SEND_CHAIN SUB_CA", "TWO_TRUST", "SUB_CA"):
        seed("asks-%s-%s" % (title, f.lower().replace(" ", "-")), *[insert(client(1), 2, CERTREQ, b) for b in bodies],
             *[insert(client(0), 1, CERTREQ, b) for b in bodies[:5]],
             with_flags=f, rsa=True)
    seed("asks-aggressive-" + title, *[insert(client(0), 4, CERTREQ, b) for b in bodies], with_flags="AGGRESSIVE", rsa=True)
    seed("asks-only-" + title, record(TALK.CHAIN, client(1), 0, bytes([KE]) + chain((KE, b""), (NONCE, b""),
        *[(CERTREQ, b) for b in bodies], (20, b""), (20, b""))),
         with_flags="SUB_CA SEND_CHAIN", rsa=True)
for title, items in (("none", []), ("pkcs7", [(CERT, b"\1abc")]), ("junk", [(CERT, b"\4junk")]), ("many", [(CERT, b"\4junk")] * 20),
                     ("two", [(CERT, b"\4junk"), (CERT, b"\x0a")])):
    for s, at in (("client", client), ("server", server)):
        seed("%s-shows-%s" % (s, title), record(TALK.CHAIN, at(2), 0, bytes([ID]) + chain((ID, b""), *items, (SIG, b""))), rsa=True)
        seed("%s-shows-too-%s" % (s, title), record(TALK.CHAIN, at(2), 0, bytes([ID]) + chain((ID, b""), *items, (CERT, b""), (SIG, b""))),
             rsa=True)
for s, at in (("client", client), ("server", server)):
    seed("%s-signs-long" % s, cut(at(2), 2, 2000), rsa=True)
    seed("%s-signs-wrong" % s, body(at(2), 2, b"\7" * 128), rsa=True)
    seed("%s-signs-twice" % s, insert(at(2), 2, SIG, b"\7" * 128), rsa=True)
    seed("%s-cert-flipped" % s, splice(at(2), 1, 200, b"\1\2\3\4\5"), rsa=True)
for f in ("NO_TRUST", "NO_OWN", "NO_TRUST NO_PSK", "TWO_TRUST", "NO_POLICY"):
    for g in ("", "AGGRESSIVE"):
        for m in range(3):
            seed("changes-%s-%s-%d" % (f.lower().replace(" ", "-"), g.lower(), m), lose(client(m)), lose(server(m)), do("DIAL"),
                 configured(f), wait(5), with_flags=g, rsa=True)
            seed("full-%s-%d" % (g.lower(), m), lose(client(m)), do("DIAL"), do("BUSY", b"\1"), wait(9), do("BUSY", b"\0"), wait(9),
                 with_flags=g, rsa=True)
            seed("full-server-%s-%d" % (g.lower(), m), lose(server(m)), do("DIAL"), do("BUSY", b"\1"), wait(9), do("BUSY", b"\0"), wait(9),
                 with_flags=g, rsa=True)


def profiles():
    """What the clients of tests/clients say."""
    program = corpus.BUILD / "tests/fuzz_record"
    if not program.exists():
        sys.exit("there is no %s (BUILD)" % program)
    with tempfile.TemporaryDirectory() as work:
        subprocess.run([program, work, *sorted((ROOT / "tests/clients").glob("*.yaml"))], check=True)
        return {p.name: p.read_bytes() for p in pathlib.Path(work).iterdir()}


def seeds():
    return {**MADE, "ike_talk": {**MADE["ike_talk"], **profiles()}}
