"""PPP links of clients, from their first request to the last, at servers that say what they like."""
from seed.wire import Source, step, u16, u32

TARGETS = ("ppp_login",)
ALWAYS = ("",)  # each is a case of its own
LOGIN_C = Source("tests/fuzz/fuzz_ppp_login.c")
STEP = LOGIN_C.enum("step_kind", "STEP_")
PROTO = LOGIN_C.enum("proto")
OUR = LOGIN_C.enum("our_act", "OUR_")
CODE = Source("ppp/proto.h").enum("ppp_code", "PPP_CODE_")
WHY = LOGIN_C.enum("aaa_why", "AAA_WHY_")
METHOD = LOGIN_C.enum("aaa_method", "AAA_")
MSCHAP2, MSCHAP1, CHAP, PAP = 1 << METHOD.MSCHAP2, 1 << METHOD.MSCHAP1, 1 << METHOD.CHAP, 1 << METHOD.PAP
STRIP_GROUP, DEBUG = 64, 128


def packet(proto, code, data=b'', next_id=False):
    return step(STEP.PACKET | (proto | (8 if next_id else 0)) << 4, bytes([code]) + data)


def option(kind, value=b''):
    return bytes([kind, len(value) + 2]) + value


def lcp(code, *options):
    return packet(PROTO.LCP, code, b''.join(options))


def ipcp(code, *options):
    return packet(PROTO.IPCP, code, b''.join(options))


def server(status, why=WHY.NONE, bits=0, *texts):
    return step(STEP.SAYS, bytes([status, why, bits]) + b''.join(bytes([len(t)]) + t for t in texts))


def ours(what, value=0):
    return step(STEP.OURS | what << 4, bytes([value]))


def wait(s):
    return step(STEP.WAIT, u16(s * 10))


MAGIC = option(5, b'\1\2\3\4')
LCP_UP = [lcp(CODE.CONF_REQ, MAGIC), step(STEP.ACK)]
RESPONSE1, RESPONSE2, MD5 = b'\x31' + b'l' * 24 + b'n' * 24 + b'\1', b'\x31' + b'r' * 49, b'\x10' + b'm' * 16
LOGIN = {PAP: packet(PROTO.PAP, 1, b'\4jdoe\6secret'), CHAP: packet(PROTO.CHAP, 2, MD5 + b'jdoe'),
         MSCHAP1: packet(PROTO.CHAP, 2, RESPONSE1 + b'jdoe'), MSCHAP2: packet(PROTO.CHAP, 2, RESPONSE2 + b'jdoe')}
IN = server(0, 0, 0, b'S=0123456789')
IPCP_UP = [ipcp(CODE.CONF_REQ, option(3, b'\0\0\0\0')), ipcp(CODE.CONF_REQ, option(3, b'\x0a\0\0\2')), step(STEP.ACK | 16)]
FAILURE = b'E=691 R=1 C=' + b'0123456789ABCDEF' * 2 + b' V=3 M=no'
OPTIONS = [option(1, u16(1400)), option(2, b'\0\0\0\0'), option(3, b'\xc2\x23\x81'), option(4, b'\xc0\x25\0\0\0\0'), MAGIC,
           option(7), option(8), option(9, b'\0'), option(13, b'\6'), option(17, u16(1500)), option(18), option(19, b'\1a'),
           option(23, b'ab'), option(200, b'?')]


def whole(method, *last):
    return LCP_UP + [LOGIN[method], IN] + IPCP_UP + list(last)


PPP_LOGIN = {
    **{'whole_%d' % m: (m | DEBUG, whole(m, step(STEP.IP, b'\xff\3\0\x21E'), lcp(CODE.TERM_REQ), wait(10))) for m in LOGIN},
    **{'repeated_%d' % m: (m | DEBUG, LCP_UP + [LOGIN[m], LOGIN[m], server(1, WHY.PASSWORD), LOGIN[m]]) for m in LOGIN},
    **{'accepted_repeated_%d' % m: (m, LCP_UP + [LOGIN[m], IN, LOGIN[m], LOGIN[m]]) for m in LOGIN},
    **{'said_%d_%d' % (m, why): (m | DEBUG, LCP_UP + [LOGIN[m], server(1, why, 0, b'E=%d R=0 V=3' % e, b'text')])
       for m in LOGIN for why, e in ((WHY.PASSWORD, 691), (WHY.NO_USER, 646), (WHY.LOCKED, 647), (WHY.EXPIRED, 648),
                                     (WHY.AUTHORIZATION, 649), (WHY.CHALLENGED, 709), (WHY.MALFORMED, 1))},
    **{'again_%d' % m: (m | DEBUG, LCP_UP + [LOGIN[m], server(1, WHY.CHALLENGED, 0, FAILURE), packet(
        PROTO.CHAP if m != PAP else PROTO.PAP, 2 if m != PAP else 1,
        {PAP: b'\4jdoe\4next', CHAP: MD5, MSCHAP1: RESPONSE1, MSCHAP2: RESPONSE2}[m] + b'jdoe',
        m != PAP), IN] + IPCP_UP) for m in LOGIN},
    **{'again_left_%d' % m: (m, LCP_UP + [LOGIN[m], server(1, WHY.CHALLENGED, 0, FAILURE), lcp(CODE.TERM_REQ)]) for m in LOGIN},
    **{'again_silent_%d' % m: (m, LCP_UP + [LOGIN[m], server(1, WHY.CHALLENGED, 0, FAILURE), wait(300)]) for m in LOGIN},
    **{'authorization_%d' % m: (m, LCP_UP + [LOGIN[m], server(0, 0, 0, b'', b'', b'', policy)])
       for m, policy in ((MSCHAP2, b'E'), (CHAP, b'L'), (PAP, b'N'), (MSCHAP1, b'none'))},
    **{'malformed_%d' % m: (m | DEBUG, LCP_UP + [packet(p, c, d), packet(p, c), packet(p, 9), step(STEP.FRAME, f), LOGIN[m]])
       for m, p, c, d, f in ((PAP, PROTO.PAP, 1, b'\xff', b'\xc0\x23\1'), (CHAP, PROTO.CHAP, 2, b'\x11' + b'm' * 17,
                              b'\xc2\x23\2\1\0\x09a'), (MSCHAP1, PROTO.CHAP, 2, b'\x30' + b'm' * 48, b'\xc2\x23\2\1\0\3'),
                             (MSCHAP2, PROTO.CHAP, 2, b'\x32' + b'm' * 50, b'\xc2\x23'))},
    'pap_long': (PAP, LCP_UP + [packet(PROTO.PAP, 1, b'\xff' + b'u' * 255 + b'\xff' + b'p' * 255), IN]),
    'pap_nul': (PAP, LCP_UP + [packet(PROTO.PAP, 1, b'\2u\1\2p\0'), server(1, WHY.MALFORMED, 0, b'', b'm' * 253)]),
    'pap_banner': (PAP, LCP_UP + [LOGIN[PAP], server(0, 0, 0, b'', b'', b'b' * 255)]),
    'mschap2_changes': (MSCHAP2 | DEBUG, LCP_UP + [
        LOGIN[MSCHAP2], server(1, WHY.EXPIRED, 0, b'E=648 R=0 C=' + b'ab' * 16 + b' V=3'),
        packet(PROTO.CHAP, 7, b'x' * 582, True), server(1, WHY.PASSWORD, 0, b'E=709 R=1 V=3'),
        packet(PROTO.CHAP, 7, b'x' * 581, True), packet(PROTO.CHAP, 7, b'x' * 582, True), IN] + IPCP_UP),
    'mschap2_unproved': (MSCHAP2, LCP_UP + [LOGIN[MSCHAP2], server(0, 0, 0)]),
    'mschap2_message': (MSCHAP2, LCP_UP + [LOGIN[MSCHAP2], server(0, 0, 0, b'S=01 M=hello', b'', b'banner')]),
    'mschap2_local': (MSCHAP2, LCP_UP + [LOGIN[MSCHAP2], server(0, 0, 128 | 64)] + IPCP_UP),
    'mschap2_bad_failure': (MSCHAP2, LCP_UP + [LOGIN[MSCHAP2], server(
        1, WHY.PASSWORD, 0, b'E=x R=1 C=0123456789abcdefABCDEF012345678z V=1234567890 X=1 y')]),
    'user_odd': (MSCHAP2 | STRIP_GROUP, LCP_UP + [packet(PROTO.CHAP, 2, RESPONSE2 + b'j\1#H'), IN]),
    'user_other_group': (MSCHAP2 | STRIP_GROUP, LCP_UP + [packet(PROTO.CHAP, 2, RESPONSE2 + b'j#nowhere'), IN]),
    'user_too_long': (MSCHAP2, LCP_UP + [packet(PROTO.CHAP, 2, RESPONSE2 + b'j' * 300), IN]),
    'group_switch': (CHAP | STRIP_GROUP | DEBUG, LCP_UP + [packet(PROTO.CHAP, 2, MD5 + b'j#H'), IN] + IPCP_UP),
    'no_method': (DEBUG, []),
    'method_nak': (15 | DEBUG, [lcp(CODE.CONF_REQ, MAGIC), lcp(CODE.CONF_NAK, option(3, b'\xc0\x23')),
                                lcp(CODE.CONF_NAK, option(3, b'\xc2\x23\x05')),
                                lcp(CODE.CONF_NAK, option(3, b'\xc2\x27')), lcp(CODE.CONF_NAK, option(3, b'\xc2\x23\x80')),
                                lcp(CODE.CONF_NAK, option(3, b'\xc2\x23\x81'))]),
    'method_nak_eap': (PAP, [lcp(CODE.CONF_NAK, option(3, b'\xc2\x27'))]),
    'method_rej': (MSCHAP2, [lcp(CODE.CONF_REQ), lcp(CODE.CONF_REJ, option(3, b'\xc2\x23\x81'))]),
    'lcp_options': (PAP | DEBUG, [lcp(CODE.CONF_REQ, *OPTIONS), lcp(CODE.CONF_REQ, *OPTIONS[:2]), lcp(CODE.CONF_REQ, option(1, u16(100))),
                                    lcp(CODE.CONF_REQ, option(5, u32(0))), lcp(CODE.CONF_REQ, option(1, b'1')), lcp(CODE.CONF_REQ, b'\1\1'),
                                    lcp(CODE.CONF_REQ, b'\5\6'),
                                    lcp(CODE.CONF_REQ, option(7, b'x'))] + [lcp(CODE.CONF_REQ, *OPTIONS) for _ in range(12)] + LCP_UP),
    'lcp_naks': (PAP | DEBUG, [lcp(CODE.CONF_NAK, option(1, u16(1000))), lcp(CODE.CONF_NAK, option(1, u16(9000))),
                               lcp(CODE.CONF_NAK, option(5, u32(7))),
                                 lcp(CODE.CONF_NAK, option(99, u32(7))), lcp(CODE.CONF_NAK, b'\1'), lcp(CODE.CONF_NAK, option(1, u16(1))),
                                 lcp(CODE.CONF_NAK, option(1, b'1'))] +
                 [lcp(CODE.CONF_NAK, option(5, u32(i))) for i in range(8)] + LCP_UP),
    'lcp_rejs': (PAP, [lcp(CODE.CONF_REJ, option(99)), lcp(CODE.CONF_REJ, option(1, u16(1))), lcp(CODE.CONF_REJ, b'\1'),
                       lcp(CODE.CONF_REJ, option(1, u16(1400))),
                         lcp(CODE.CONF_REJ, option(5, b'\1\2\3\4')), lcp(CODE.CONF_REJ)]),
    'lcp_ack_wrong': (PAP, [lcp(CODE.CONF_ACK, option(1, u16(1))), lcp(CODE.CONF_ACK)] + LCP_UP + [step(STEP.ACK),
        lcp(CODE.CONF_NAK, MAGIC)]),
    'lcp_loop': (PAP, [step(STEP.ECHO), step(STEP.ECHO)]),
    'lcp_codes': (PAP | DEBUG, whole(PAP, *[lcp(code, b'\1\2\3\4data') for code in (7, 8, 9, 10, 11, 12, 13, 14, 0, 99)],
                                       lcp(CODE.CODE_REJ), lcp(CODE.CODE_REJ, b'\x09\1\0\4'), lcp(CODE.CODE_REJ, b'\1\1\0\4'))),
    'lcp_short': (PAP, [step(STEP.FRAME, f) for f in (b'', b'\xff', b'\xff\3', b'\xff\3\xc0', b'\xff\3\xc0\x21', b'\xc0\x21\1\1\0',
                  b'\xc0\x21\1\1\0\3', b'\xc0\x21\1\1\0\x09abc', b'\xff\3\0\0', b'\1\0', b'\xc0\x21\1\1\0\4trail', b'x' * 1700)]),
    'lcp_terminates': (PAP | DEBUG, [lcp(CODE.TERM_REQ), lcp(CODE.TERM_ACK), lcp(CODE.TERM_REQ), wait(10)]),
    'lcp_term_ack': (PAP | DEBUG, whole(PAP, lcp(CODE.TERM_ACK), ours(OUR.LOGOFF, 0), lcp(CODE.TERM_ACK), wait(10))),
    'lcp_anew': (MSCHAP2 | DEBUG, whole(MSCHAP2, *LCP_UP, LOGIN[MSCHAP2], IN, *IPCP_UP)),
    'lcp_anew_other': (MSCHAP2, whole(MSCHAP2, *LCP_UP, packet(PROTO.CHAP, 2, RESPONSE2 + b'other'), IN)),
    'lcp_echo': (PAP | DEBUG, whole(PAP, wait(35), lcp(CODE.ECHO_REP, MAGIC), wait(35), lcp(CODE.ECHO_REQ, b''),
                                      lcp(CODE.ECHO_REQ, MAGIC), wait(300))),
    'lcp_silent': (PAP | DEBUG, [wait(100)]),
    'auth_silent': (MSCHAP2 | DEBUG, LCP_UP + [wait(100)]),
    'ipcp_silent': (MSCHAP2 | DEBUG, LCP_UP + [LOGIN[MSCHAP2], IN, wait(100)]),
    'proto_rej': (PAP, whole(PAP, lcp(CODE.PROTO_REJ, u16(0x80fd)), lcp(CODE.PROTO_REJ, b'\x80'), lcp(CODE.PROTO_REJ, u16(0x8021)))),
    'proto_rej_lcp': (PAP, whole(PAP, lcp(CODE.PROTO_REJ, u16(0xc021)))),
    'proto_rej_auth': (PAP, LCP_UP + [lcp(CODE.PROTO_REJ, u16(0xc023))]),
    'protocols': (PAP | DEBUG, [packet(p, 1) for p in range(8)] + LCP_UP + [packet(p, 1) for p in range(2, 8)] +
                  [LOGIN[PAP], IN] + IPCP_UP + [packet(p, 1, b'x' * 100) for p in range(2, 8)] +
                  [step(STEP.FRAME, b'\x80\xfd' + b'c' * 1500)] + [packet(PROTO.CCP, 1) for _ in range(12)]),
    'ipcp_options': (PAP | DEBUG, LCP_UP + [LOGIN[PAP], IN, ipcp(CODE.CONF_REQ), ipcp(CODE.CONF_REQ, option(1, b'\0' * 8)),
        ipcp(CODE.CONF_REQ, option(2, u16(0x2d)), option(3, b'\0' * 4), option(129, b'\0' * 4), option(130, b'\0' * 4),
             option(131, b'\0' * 4),
        option(132, b'\0' * 4)), ipcp(CODE.CONF_REQ, option(129, u32(1)), option(131, u32(2)), option(3, b'12'))] + IPCP_UP),
    'ipcp_naks': (PAP, LCP_UP + [LOGIN[PAP], IN] + [ipcp(CODE.CONF_NAK, option(3, u32(9)))] * 8 + IPCP_UP),
    'ipcp_rej': (PAP, LCP_UP + [LOGIN[PAP], IN, ipcp(CODE.CONF_REJ, option(3, u32(0x0a000001))), ipcp(CODE.CONF_REQ, option(3, u32(1)))]),
    'ipcp_down': (PAP, whole(PAP, ipcp(CODE.TERM_REQ), ipcp(CODE.CONF_REQ, option(3, b'\x0a\0\0\2')), ipcp(CODE.CODE_REJ, b'\1\1\0\4'))),
    'ipcp_without_address': (PAP, LCP_UP + [LOGIN[PAP], IN] + [ipcp(CODE.CONF_REQ)] * 12),
    'two_links': (CHAP | DEBUG, whole(CHAP, step(STEP.LINK | 16), *whole(CHAP), ours(OUR.EACH), ours(OUR.LOGOFF, 2))),
    'two_links_framed': (CHAP, LCP_UP + [LOGIN[CHAP], server(0, 0, 4)] + IPCP_UP + [step(STEP.LINK | 16)] + LCP_UP +
                         [packet(PROTO.CHAP, 2, MD5 + b'other'), server(0, 0, 4)]),
    'link_again': (CHAP, whole(CHAP, lcp(CODE.TERM_REQ), wait(20), step(STEP.LINK)) + whole(CHAP)),
    'framed': (PAP, LCP_UP + [LOGIN[PAP], server(0, 0, 8 | 2 | 16 | 32), ipcp(CODE.CONF_REQ, option(3, u32(0xac100001))),
                              step(STEP.ACK | 16)]),
    'filter': (PAP, LCP_UP + [LOGIN[PAP], server(0, 0, 0, b'', b'', b'', b'P', b'F', b'permit ip any any')] + IPCP_UP),
    'filter_out': (PAP, LCP_UP + [LOGIN[PAP], server(0, 0, 1, b'', b'', b'', b'', b'', b'permit ip any any')]),
    'filter_bad': (PAP, LCP_UP + [LOGIN[PAP], server(0, 0, 0, b'', b'', b'', b'', b'', b'permit nothing')]),
    'hours': (MSCHAP2, LCP_UP + [LOGIN[MSCHAP2], server(0, 0, 0, b'S=', b'', b'', b'', b'', b'', b'night')]),
    'hours_day': (MSCHAP2, LCP_UP + [LOGIN[MSCHAP2], server(0, 0, 0, b'S=', b'', b'', b'', b'', b'', b'day')]),
    'limits': (PAP, whole(PAP, wait(500), wait(4000))),
    'changes': (PAP, whole(PAP, ours(OUR.CHANGE, 3), ours(OUR.CHANGE, 0), ours(OUR.CHANGE, 200), ours(OUR.SEND_IP), wait(300))),
    'no_logins': (PAP, [ours(OUR.NO_LOGINS, 1)] + LCP_UP + [LOGIN[PAP], IN, ours(OUR.NO_LOGINS)]),
    'no_local': (PAP, [ours(OUR.NO_LOCAL, 1)] + LCP_UP + [LOGIN[PAP], IN]),
    'limit': (PAP, [ours(OUR.NO_LOCAL, 2)] + whole(PAP) + [step(STEP.LINK | 16)] + LCP_UP + [packet(PROTO.PAP, 1, b'\1u\1p'), IN]),
    'dhcp': (PAP | DEBUG, [ours(OUR.DHCP, 3)] + LCP_UP + [LOGIN[PAP], IN, ours(OUR.DHCP_DONE, 5),
        ipcp(CODE.CONF_REQ, option(3, u32(0x0a010005))),
             step(STEP.ACK | 16), ours(OUR.DHCP_DONE, 5), ours(OUR.DHCP_LOST)]),
    'dhcp_nothing': (PAP, [ours(OUR.DHCP, 3)] + LCP_UP + [LOGIN[PAP], IN, ours(OUR.DHCP_DONE, 0)] + IPCP_UP),
    'dhcp_refuses': (PAP, [ours(OUR.DHCP, 2)] + LCP_UP + [LOGIN[PAP], IN] + IPCP_UP),
    'dhcp_waits': (PAP, [ours(OUR.DHCP, 3)] + LCP_UP + [LOGIN[PAP], IN, ours(OUR.EACH), wait(100)]),
    'dhcp_in_use': (PAP, [ours(OUR.DHCP, 3)] + LCP_UP + [LOGIN[PAP], IN, ours(OUR.DHCP_DONE, 5), step(STEP.LINK | 16)] + LCP_UP +
                    [packet(PROTO.PAP, 1, b'\1u\1p'), IN, ours(OUR.DHCP_DONE, 5)]),
    'data': (PAP, [step(STEP.IP | how << 4, f) for how in range(8) for f in (b'\xff\3\0\x21E', b'\x21E', b'\0\x21' + b'x' * 300,
             b'\xc0\x21', b'\0', b'\0\0', b'')]),
}


def ppp_login():
    return {name: bytes([how]) + b''.join(steps) for name, (how, steps) in PPP_LOGIN.items()}


def seeds():
    return {target: globals()[target]() for target in TARGETS}
