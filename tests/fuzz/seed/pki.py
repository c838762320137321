"""Certificates, CRLs, OCSP answers and PKCS#12 in DER. Their signatures are wrong: the targets sign them again, with the key
of pki_ca.h."""
import base64
import hashlib
import re

from seed import corpus
from seed.der import NULL, TRUE, bits, explicit, general, integer, numbers_of, octets, oid, seq, tlv, utc
from seed.wire import ROOT, Source, u16, u32

TARGETS = ("pki_cert", "pki_chain", "pki_crl", "pki_ocsp", "pki_import")
ALWAYS = ("der-key-bits",)  # what a fault was found with
MADE = corpus.Seeds(*TARGETS)
PEM = re.search(r"BEGIN RSA.*?\\n\"(.*?)\"-----END", (ROOT / "tests/fuzz/pki_ca.h").read_text(), re.S).group(1)
KEY = base64.b64decode("".join(re.findall(r"[A-Za-z0-9+/=]{4,}", PEM)))
MODULUS, EXPONENT = numbers_of(KEY)
RSA, SHA256, MD5 = "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.11", "1.2.840.113549.1.1.4"
NOW, LATER = "270101000000Z", "290101000000Z"


def algorithm(text):
    return seq(oid(text), NULL)


def dn(*rdns):
    """(OID, tag, bytes) ... each an RDN of its own."""
    return seq(*[tlv(0x31, seq(oid(o), tlv(t, v))) for o, t, v in rdns])


def cn(text):
    return dn(("2.5.4.3", 12, text.encode()))


def public(modulus=None, exponent=EXPONENT, kind=RSA):
    return seq(algorithm(kind), bits(seq(integer(MODULUS if modulus is None else modulus), integer(exponent))))


def ext(o, value, critical=False):
    return seq(oid(o), TRUE if critical else b"", octets(value))


CA_NAME = cn("Fuzz CA")


def certificate(subject=None, issuer=CA_NAME, serial=5, valid=(utc(NOW), utc(LATER)), key=None, exts=(), version=2, sign=SHA256, more=b""):
    tbs = (explicit(0, integer(version)) if version else b"") + integer(serial) + algorithm(sign) + issuer + seq(*valid)
    tbs += (cn("peer") if subject is None else subject) + (public() if key is None else key) + (explicit(3,
        seq(*exts)) if exts else b"") + more
    return seq(seq(tbs), algorithm(sign), bits(b"\x55" * 128))


def san(*names):
    return ext("2.5.29.17", seq(*names))


NAMES = (("email", "1.2.840.113549.1.9.1"), ("host", "1.2.840.113549.1.9.2"), ("ip", "1.2.840.113549.1.9.8"),
         ("dc", "0.9.2342.19200300.100.1.25"),
         ("uid", "0.9.2342.19200300.100.1.1"), ("serial", "2.5.4.5"), ("title", "2.5.4.12"), ("unknown", "1.3.6.1.4.1.99999.1.2.3"))
certs = {
    "plain": {}, "v1": {"version": 0}, "expired": {"valid": (utc("200101000000Z"), utc("210101000000Z"))},
    "early": {"valid": (utc("280101000000Z"), utc("290101000000Z"))}, "general-time": {"valid": (general("20270101000000Z"),
        general("20990101000000Z"))},
    "bad-time": {"valid": (utc("9999"), utc(LATER))}, "bad-until": {"valid": (utc(NOW), utc("99"))}, "no-time": {"valid": (NULL, NULL)},
    "md5": {"sign": MD5}, "small-key": {"key": public(MODULUS >> 300)}, "tiny-key": {"key": public(12345)},
    "exponent-1": {"key": public(exponent=1)},
    "weak-key": {"key": public(MODULUS >> 400 | 1)},
    "exponent-even": {"key": public(exponent=4)}, "exponent-long": {"key": public(exponent=1 << 80 | 1)},
    "other-key": {"key": public(kind="1.2.840.10040.4.1")},
    "key-junk": {"key": seq(algorithm(RSA), bits(b"junk"))}, "key-bits": {"key": seq(algorithm(RSA),
        tlv(3, b"\1", seq(integer(MODULUS), integer(3))))},
    "usage": {"exts": [ext("2.5.29.15", tlv(3, b"\5\x20"), True)]}, "usage-junk": {"exts": [ext("2.5.29.15", b"junk", True)]},
    "critical": {"exts": [ext("1.3.6.1.4.1.99999.9", NULL, True)]}, "ca": {"exts": [ext("2.5.29.19", seq(TRUE), True)]},
    "twice": {"exts": [ext("2.5.29.19", seq())] * 2},
    "long-serial": {"serial": 1 << 300}, "serial-0": {"serial": 0}, "self": {"issuer": cn("peer")}, "stranger": {"issuer": cn("nobody")},
    "of-peer": {"issuer": cn("peer"), "subject": cn("x")},
    "san": {"exts": [san(tlv(0x82, b"a.example.com"), tlv(0x81, b"u@example.com"), tlv(0x87, b"\x0a\1\2\3"), tlv(0x87, b"\1" * 16),
                         explicit(4, CA_NAME))]},
    "no-name": {"subject": seq()}, "name-behind": {"subject": cn("a\\,b,c") },
    "name-long": {"subject": dn(*[("2.5.4.11", 12, ("\u00e4" * 120).encode())] * 5)},
    "name-many": {"subject": dn(*[("2.5.4.11", 12, b"x")] * 70)},
    "name-control": {"subject": dn(("2.5.4.3", 12, b"a\x1b[2J\xc2\x85\xe2\x80\xae\xf0\x9f\x98\x80\xed\xa0\x80\xff\xc0\x80z"))},
    "name-bmp": {"subject": dn(("2.5.4.3", 30, "p\u00e9er".encode("utf-16-be")), ("2.5.4.10", 20, b"t\xe9"),
                               ("2.5.4.8", 28, "x".encode("utf-32-be")))},
    "name-bits": {"subject": dn(("2.5.4.45", 3, b"\0" + b"\1" * 80))}, "name-octets": {"subject": dn(("2.5.4.3", 4, b"\1\2"))},
    "name-sequence": {"subject": dn(("2.5.4.3", 0x30, tlv(12, b"x" * 70)))}, "name-half": {"subject": dn(("2.5.4.11", 30, b"abc"))},
    "name-oid-long": {"subject": dn(("1.3.6.1.4.1." + ".".join(["4294967295"] * 12), 12, b"x"))},
    "constraints": {"exts": [ext("2.5.29.30", seq(explicit(0, seq(seq(tlv(0x82, b"other.org"))))), True)]},
    "behind": {"more": NULL}, "extensions-junk": {"more": explicit(3, seq(seq(oid("2.5.29.19"), octets(b"junk"))))},
}
for o in NAMES:
    certs["name-" + o[0]] = {"subject": dn((o[1], 12, b"value"), ("2.5.4.3", 19, b"peer"))}
DNS, DN, ADDRESS, USER = 2, 9, 1, 3
for title, how in certs.items():
    der = certificate(**how)
    subject = how.get("subject", cn("peer"))
    MADE.put("pki_cert", "der-" + title, bytes([DN, len(subject) if len(subject) < 256 else 0]) +
             (subject if len(subject) < 256 else b"") + der)
    MADE.put("pki_chain", "der-" + title, b"\x1f" + der)
for title, t, i in (("dns", DNS, b"a.example.com"), ("dns-nul", DNS, b"a.example.com\0.org"), ("user", USER, b"u@example.com"),
                    ("address", ADDRESS, b"\x0a\1\2\3"),
                    ("address-short", ADDRESS, b"\x0a\1"), ("dn", DN, CA_NAME), ("dn-behind", DN, CA_NAME + b"x"),
                    ("dn-junk", DN, b"\x30\x81"), ("key", 11, b"id"),
                    ("long", DNS, b"\xe2\x82\xac" * 80), ("text", DNS, "\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac".encode())):
    MADE.put("pki_cert", "id-" + title, bytes([t, len(i)]) + i + certificate(**certs["san"]))
    MADE.put("pki_cert", "id-plain-" + title, bytes([t, len(i)]) + i + certificate())
MADE.put("pki_chain", "der-behind-all", b"\x1f" + certificate() + b"x")
MADE.put("pki_chain", "der-cut", b"\x1f" + certificate()[:-1])
MADE.put("pki_chain", "der-indefinite", b"\x1f\x30\x80" + certificate()[4:])
MADE.put("pki_cert", "der-behind-all", b"\2\0" + certificate() + b"x")
MADE.put("pki_cert", "der-too-long", b"\2\0" + certificate(exts=[san(*[tlv(0x82, b"a.example.com")] * 1200)]))


def revoked(serial, when=utc("260101000000Z"), exts=()):
    return seq(serial if isinstance(serial, bytes) else integer(serial), when, seq(*exts) if exts else b"")


def crl(entries=(), exts=(), issuer=CA_NAME, this=utc("261201000000Z"), following=utc("280101000000Z")):
    tbs = integer(1) + algorithm(SHA256) + issuer + this + following + (seq(*entries) if entries else b"") + (explicit(0,
        seq(*exts)) if exts else b"")
    return seq(seq(tbs), algorithm(SHA256), bits(b"\x55" * 128))


def reason(n):
    return ext("2.5.29.21", tlv(10, bytes([n])))


def scope(*parts, critical=True):
    return ext("2.5.29.28", seq(*parts), critical)


def full_name(url):
    return explicit(0, explicit(0, tlv(0x86, url)))


crls = {
    "plain": {}, "entries": {"entries": [revoked(i) for i in (9, 5, 1, 7, 3, 1000, 2)]},
    "reasons": {"entries": [revoked(i, exts=[reason(i)]) for i in range(12)]},
    "low": {"entries": [revoked(i) for i in (1, 2, 3)]}, "high": {"entries": [revoked(i) for i in (6, 7, 8)]},
    "reason-junk": {"entries": [revoked(5, exts=[ext("2.5.29.21", b"junk")])]},
    "entry-critical": {"entries": [revoked(5, exts=[ext("1.3.6.1.4.1.99999.9", NULL, True)])]},
    "entry-issuer": {"entries": [revoked(5, exts=[ext("2.5.29.29", seq(explicit(4, CA_NAME)), True)])]},
    "entry-date": {"entries": [revoked(5, exts=[ext("2.5.29.24", general("20260101000000Z"), True)])]},
    "entry-long": {"entries": [revoked(1 << 500)]},
    "entry-none": {"entries": [revoked(tlv(2))]}, "entry-time": {"entries": [revoked(5, utc("99"))]},
    "entry-old": {"entries": [revoked(5, general("19000101000000Z"))]},
    "this-bad": {"this": utc("99")}, "next-bad": {"following": utc("99")}, "next-none": {"following": b""},
    "future": {"this": utc("290101000000Z")},
    "delta": {"exts": [ext("2.5.29.27", integer(1), True)]}, "critical": {"exts": [ext("1.3.6.1.4.1.99999.9", NULL, True)]},
    "number": {"exts": [ext("2.5.29.20", integer(1))]},
    "key-other": {"exts": [ext("2.5.29.35", seq(tlv(0x80, b"\1" * 20)))]}, "key-none": {"exts": [ext("2.5.29.35", seq())]},
    "scope-all": {"exts": [scope()]}, "scope-user": {"exts": [scope(tlv(0x81, b"\xff"))]},
    "scope-ca": {"exts": [scope(tlv(0x82, b"\xff"))]}, "scope-reasons": {"exts": [scope(tlv(0x83, b"\6\x40"))]},
    "scope-indirect": {"exts": [scope(tlv(0x84, b"\xff"))]}, "scope-attribute": {"exts": [scope(tlv(0x85, b"\xff"))]},
    "scope-junk": {"exts": [ext("2.5.29.28", b"junk", True)]},
    "scope-twice": {"exts": [scope(), scope()]}, "scope-url": {"exts": [scope(full_name(b"http://ca.example.com/a.crl"))]},
    "scope-other": {"exts": [scope(full_name(b"http://ca.example.com/c.crl"))]},
    "scope-relative": {"exts": [scope(explicit(0, tlv(0xa1, seq(oid("2.5.4.3"), tlv(12, b"x")))))]},
    "scope-dir": {"exts": [scope(explicit(0, explicit(0, explicit(4, CA_NAME))))]},
    "issuer": {"issuer": cn("nobody")},
}
for title, how in crls.items():
    MADE.put("pki_crl", "der-" + title, crl(**how))
MADE.put("pki_crl", "der-behind", crl() + b"x")
MADE.put("pki_crl", "der-pem-cut", b"-----BEGIN X509 CRL-----\nMIIB\n")


def subject_key_hash():
    return hashlib.sha1(seq(integer(MODULUS), integer(EXPONENT))).digest()


def single(status=tlv(0x80), serial=5, this="20270115000000Z", following="20280101000000Z"):
    cert_id = seq(algorithm("1.3.14.3.2.26"), octets(hashlib.sha1(FUZZ_CA_DN).digest()), octets(subject_key_hash()), integer(serial))
    return seq(cert_id, status, general(this), explicit(0, general(following)) if following else b"")


FUZZ_CA_DN = CA_NAME


def ocsp(*singles, who=None, status=0, produced="20270101000000Z", exts=(), kind="1.3.6.1.5.5.7.48.1.1", certs=()):
    data = seq(explicit(1, CA_NAME) if who is None else who, general(produced), seq(*singles), explicit(1, seq(*exts)) if exts else b"")
    basic = seq(data, algorithm(SHA256), bits(b"\x55" * 128), explicit(0, seq(*certs)) if certs else b"")
    return seq(tlv(10, bytes([status])), explicit(0, seq(oid(kind), octets(basic))))


def gone(when="20260601000000Z", why=None):
    return tlv(0xa1, general(when), explicit(0, tlv(10, bytes([why]))) if why is not None else b"")


answers = {
    "good": ocsp(single()), "no-next": ocsp(single(following=None)), "no-next-old": ocsp(single(following=None, this="20250101000000Z")),
    "late": ocsp(single(following="20260102000000Z")),
    "future": ocsp(single(this="20290101000000Z")), "bad-time": ocsp(single(this="9")), "bad-next": ocsp(single(following="9")),
    "unknown": ocsp(single(tlv(0x82))),
    "revoked": ocsp(single(gone())), "revoked-why": ocsp(single(gone(why=1))), "revoked-odd": ocsp(single(gone("9", why=77))),
    "other": ocsp(single(serial=6)),
    "two": ocsp(single(serial=6), single()), "none": ocsp(), "key": ocsp(single(), who=explicit(2, octets(subject_key_hash()))),
    "stranger": ocsp(single(), who=explicit(1, cn("nobody"))),
    "nonce": ocsp(single(), exts=[ext("1.3.6.1.5.5.7.48.1.2", octets(b"n" * 16))]), "kind": ocsp(single(), kind="1.2.3.4"),
    "signer": ocsp(single(), who=explicit(1, cn("responder")), certs=[certificate(cn("responder"), serial=77)]),
    "behind": ocsp(single()) + b"x",
}
for s in range(1, 8):
    answers["status-%d" % s] = seq(tlv(10, bytes([s])))
for title, der in answers.items():
    MADE.put("pki_ocsp", "der-" + title, der)


KIND = Source("tests/fuzz/fuzz_pki_import.c").enum("kind")


def pem(label, der, end=None):
    return b"-----BEGIN %s-----\n%s-----END %s-----\n" % (label, base64.encodebytes(der), label if end is None else end)


DATA, ENCRYPTED, SIGNED = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.6", "1.2.840.113549.1.7.2"
OWN = certificate(cn("gw"), cn("gw"), 9)


def pkcs7(*certs):
    return seq(oid(SIGNED), explicit(0, seq(integer(1), tlv(0x31), seq(oid(DATA)), explicit(0, *certs), tlv(0x31))))


pasted = {
    "cert": pem(b"CERTIFICATE", OWN), "chain": pem(b"CERTIFICATE", OWN) * 3, "many": pem(b"CERTIFICATE", OWN) * 17,
    "pkcs7": pem(b"PKCS7", pkcs7(OWN, certificate())),
    "pkcs7-as-cert": pem(b"CERTIFICATE", pkcs7(OWN, certificate(version=0))), "pkcs7-none": pem(b"PKCS7",
        seq(oid(SIGNED), explicit(0, seq(integer(1), tlv(0x31), seq(oid(DATA)), tlv(0x31))))),
    "pkcs7-many": pem(b"CMS", pkcs7(*[OWN] * 18)), "pkcs7-bad": pem(b"PKCS #7 SIGNED DATA", pkcs7(certificate(**certs["tiny-key"]))),
    "other-end": pem(b"CERTIFICATE", OWN, b"X509"),
    "no-end": pem(b"CERTIFICATE", OWN)[:200],
    "headers": b"-----BEGIN CERTIFICATE-----\nProc-Type: 4,ENCRYPTED\n\nMIIB\n-----END CERTIFICATE-----\n",
    "not-base64": b"-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n",
    "dash": b"MIIB-abcd", "marks": b"-----BEGIN \n-----BEGIN A\n-----BEGIN B-----\n" + pem(b"CERTIFICATE", OWN), "blank": b"  \n\t\n",
    "nothing": b"", "bare": base64.encodebytes(OWN), "before": b"text\r\n" + pem(b"CERTIFICATE", OWN) + b"behind\n",
    "too-long": b"A" * 131100, "longer-than-fits": pem(b"CERTIFICATE", b"\x30\x82\xff\xff" + b"\0" * 90000),
    "empty-frame": b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", "not-cert": pem(b"CERTIFICATE", b"junk"),
}
for title, text in pasted.items():
    if len(text) < 60000 or title == "too-long":
        MADE.put("pki_import", "text-" + title, bytes([KIND.CERTS]) + text)
P8 = seq(integer(0), algorithm(RSA), octets(KEY))


def bag(kind, *value):
    return seq(oid("1.2.840.113549.1.12.10.1." + kind), explicit(0, *value))


def cert_bag(der, kind="1.2.840.113549.1.9.22.1"):
    return bag("3", seq(oid(kind), explicit(0, octets(der))))


def shrouded(*alg):
    return bag("2", seq(seq(*alg), octets(b"\1" * 32)))


def safe(*bags):
    return seq(oid(DATA), explicit(0, octets(seq(*bags))))


def sealed(*alg):
    return seq(oid(ENCRYPTED), explicit(0, seq(integer(0), seq(oid(DATA), seq(*alg), tlv(0x80, b"\1" * 32)))))


def p12(*safes, content=DATA, mac=True, version=3, rounds=1):
    auth = seq(oid(content), explicit(0, octets(seq(*safes))))
    digest = seq(seq(seq(oid("1.3.14.3.2.26"), NULL), octets(b"\0" * 20)), octets(b"salt"), integer(rounds)) if mac else b""
    return seq(integer(version), auth, digest)


PBE, PBES2, PBKDF2, SCRYPT = "1.2.840.113549.1.12.1.3", "1.2.840.113549.1.5.13", "1.2.840.113549.1.5.12", "1.3.6.1.4.1.11591.4.11"


def pbe(rounds):
    return oid(PBE), seq(octets(b"salt1234"), integer(rounds))


def pbes2(kdf, *params):
    return oid(PBES2), seq(seq(oid(kdf), seq(*params)), seq(oid("2.16.840.1.101.3.4.1.42"), octets(b"\2" * 16)))


stores = {
    "plain": p12(safe(bag("1", P8), cert_bag(OWN))), "chain": p12(safe(bag("1", P8)),
        safe(cert_bag(certificate()), cert_bag(OWN), cert_bag(certificate(serial=8)))),
    "own-last": p12(safe(bag("1", P8), cert_bag(certificate(key=public(MODULUS - 2))), cert_bag(OWN))),
    "no-key": p12(safe(cert_bag(OWN))), "no-cert": p12(safe(bag("1", P8))), "other-cert": p12(safe(bag("1", P8),
        cert_bag(certificate(key=public(MODULUS - 2))))), "two-keys": p12(safe(bag("1", P8), bag("1", P8), cert_bag(OWN))),
    "key-junk": p12(safe(bag("1", seq(integer(0), algorithm(RSA), octets(b"junk"))))),
    "key-other": p12(safe(bag("1", seq(integer(0), algorithm("1.2.840.10040.4.1"), octets(integer(5)))))),
    "cert-junk": p12(safe(cert_bag(b"junk"))), "cert-sdsi": p12(safe(cert_bag(OWN, "1.2.840.113549.1.9.22.2"))),
    "cert-bad": p12(safe(cert_bag(certificate(**certs["tiny-key"])))),
    "certs-17": p12(safe(*[cert_bag(OWN)] * 17)), "bags-33": p12(safe(*[bag("5", seq(oid("1.2.3"), explicit(0, octets(b"x"))))] * 33)),
    "crl": p12(safe(bag("4", seq(oid("1.2.840.113549.1.9.23.1"), explicit(0, octets(crl())))), bag("1", P8), cert_bag(OWN))),
    "safes-9": p12(*[safe(cert_bag(OWN))] * 9), "none": p12(), "no-mac": p12(safe(), mac=False), "content": p12(content=SIGNED),
    "sealed": p12(sealed(*pbe(2))), "sealed-long": p12(sealed(*pbe(3000000))), "sealed-0": p12(sealed(*pbe(0))),
    "sealed-twice": p12(sealed(*pbe(1999999))), "pbes2": p12(sealed(*pbes2(PBKDF2, octets(b"salt1234"), integer(2)))),
    "pbes2-long": p12(sealed(*pbes2(PBKDF2, octets(b"salt1234"), integer(1 << 40)))),
    "scrypt": p12(sealed(*pbes2(SCRYPT, octets(b"s"), integer(1 << 20), integer(8), integer(1)))),
    "pbe-junk": p12(sealed(oid(PBE), NULL)), "pbes2-junk": p12(sealed(oid(PBES2), NULL)), "shrouded": p12(safe(shrouded(*pbe(2)))),
    "shrouded-long": p12(safe(shrouded(*pbe(5000000)))), "other-safe": p12(seq(oid(SIGNED))),
    "safe-junk": p12(seq(oid(DATA), explicit(0, octets(b"junk")))),
    "mac-long": p12(safe(), rounds=3000000), "mac-0": p12(safe(), rounds=0),
}
for title, der in stores.items():
    MADE.put("pki_import", "p12-made-" + title, bytes([KIND.MACED]) + der)
MADE.put("pki_import", "p12-unnamed", bytes([KIND.UNNAMED]) + stores["plain"])
for title in ("no-mac", "mac-long", "mac-0", "plain"):
    MADE.put("pki_import", "p12-as-is-" + title, bytes([KIND.DER12]) + stores[title])
MADE.put("pki_import", "p12-as-is-empty", bytes([KIND.DER12]))
MADE.put("pki_import", "p12-as-is-behind", bytes([KIND.DER12]) + stores["plain"] + b"x")


def seeds():
    return MADE
