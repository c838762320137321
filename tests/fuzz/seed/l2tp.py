"""Clients of L2TP: how they begin, hold and end tunnels, and how not."""
from seed.wire import Source, step, u16, u32

TARGETS = ("l2tp_peer", "l2tp_avp")
ALWAYS = ("",)  # each is a case of its own
PEER = Source("tests/fuzz/fuzz_l2tp_peer.c")
STEP = PEER.enum("step_kind", "STEP_")
MANNER = PEER.enum("manner")
SAY = PEER.enum("honest")
LNS = PEER.enum("lns_act", "LNS_")


def avp(kind, value, m=True, vendor=0):
    return u16((0x8000 if m else 0) | len(value) + 6) + u16(vendor) + u16(kind) + value


def message(kind, *avps, manner=0, m=True):
    return step(STEP.MESSAGE | manner << 4, avp(0, u16(kind), m) + b''.join(avps))


def says(which, manner=0):
    return step(STEP.HONEST | manner << 4, bytes([which]))


def wait(ms):
    return step(STEP.WAIT, u16(min(ms // 10, 65535)))


def lns(what, data=b'\0'):
    return step(STEP.LNS | what << 4, data)


def flow(n, moved=0):
    return step(STEP.FLOW | (n + 4 * moved) << 4)


def frame(data, how=0):
    return step(STEP.FRAME | how << 4, data)


UP = [says(SAY.SCCRQ), says(SAY.SCCCN), says(SAY.ICRQ), says(SAY.ICCN)]
SCCRQ_AVPS = [avp(2, b'\1\0'), avp(3, u32(3)), avp(7, b'x'), avp(9, u16(1))]
EVERY_AVP = [avp(1, u16(2) + u16(6) + b'why'), avp(4, u32(1)), avp(5, b'12345678', False), avp(6, u16(0x690), False),
             avp(8, b'Vendor', False), avp(10, u16(8)), avp(12, b'\0\1\2busy'), avp(13, b'r' * 16), avp(14, u16(1)),
             avp(15, u32(1)), avp(16, u32(1)), avp(17, u32(2)), avp(18, u32(1)), avp(19, u32(1)), avp(21, b'100'),
             avp(22, b'200'), avp(23, b'3'), avp(24, u32(1)), avp(25, u32(1), False), avp(26, b'\1\4\5\xdc', False),
             avp(27, b'', False), avp(28, b'', False), avp(29, u16(4), False), avp(30, b'jdoe', False),
             avp(31, b'c', False), avp(32, u16(1), False), avp(33, b'secret', False), avp(34, b'e' * 26),
             avp(35, b'a' * 10), avp(36, b'random'), avp(37, b'group', False), avp(38, u32(1), False), avp(39, b''),
             avp(46, b'\0\1\0\2\1', False), avp(99, b'?', False), avp(1, b'ms', False, 311)]

L2TP_PEER = {
    'frames': UP + [frame(b'\xff\3\xc0\x21\1\1\0\4', how) for how in range(8)] +
              [lns(LNS.NAME, b'jdoe'), lns(LNS.EACH), lns(LNS.PUNTED, b'\xc0\x21'), lns(LNS.PPP_SENDS, b'x' * 100),
               lns(LNS.PPP_SENDS, b'x' * 2500), says(SAY.CDN), says(SAY.STOPCCN), wait(40000)],
    'stop_first': [says(SAY.SCCRQ), says(SAY.STOPCCN), says(SAY.STOPCCN, MANNER.NS_SAME), says(SAY.STOPCCN), wait(40000)],
    'lns_closes': [b for why in range(17) for b in UP + [lns(LNS.CLOSE, bytes([why])), says(SAY.ZLB), says(SAY.STOPCCN)]],
    'lns_closes_all': UP + [lns(LNS.CLOSE_ALL, b'\6'), says(SAY.STOPCCN), wait(40000)],
    'lns_closes_half': [says(SAY.SCCRQ), lns(LNS.CLOSE, b'\5'), lns(LNS.CLOSE, b'\5'), wait(60000)],
    'ppp_closes': UP + [lns(LNS.PPP_CLOSES, b'\0'), says(SAY.ZLB), says(SAY.ZLB)],
    'ppp_closes_at_once': [lns(LNS.AT_ONCE)] + UP + [says(SAY.ZLB)],
    'ppp_no_room': [lns(LNS.NO_ROOM)] + UP + [says(SAY.ZLB)],
    'no_call_in_time': [says(SAY.SCCRQ), says(SAY.SCCCN), wait(70000), says(SAY.ZLB)],
    'call_ends_alone': UP + [says(SAY.CDN), wait(20000), says(SAY.ZLB)],
    'silent': UP + [wait(400000)],
    'silent_half': [says(SAY.SCCRQ), wait(40000)],
    'hello': UP + [lns(LNS.CONF, b'\0\0')] + [b for _ in range(4) for b in [wait(12000), says(SAY.ZLB)]],
    'data_without_hello': UP + [lns(LNS.CONF, b'\0\0')] + [wait(12000)] +
                          [b for _ in range(14) for b in [wait(5000), lns(LNS.MOVED)]] + [wait(60000), says(SAY.HELLO)],
    'again': UP + [says(SAY.SCCRQ)] + UP,
    'again_late': UP + [wait(9000), says(SAY.SCCRQ), wait(9000)] + UP,
    'again_other_number': UP + [message(1, *SCCRQ_AVPS[:3], avp(9, u16(99))), says(SAY.ZLB)],
    'repeated_sccrq': [says(SAY.SCCRQ), says(SAY.SCCRQ, MANNER.NS_SAME), says(SAY.SCCRQ), says(SAY.ZLB), says(SAY.SCCRQ), says(SAY.SCCRQ)],
    'repeated': UP + [says(SAY.HELLO), says(SAY.HELLO, MANNER.NS_SAME), says(SAY.ZLB)],
    'out_of_order': UP + [says(SAY.HELLO, MANNER.NS_AHEAD), says(SAY.HELLO, MANNER.NS_AHEAD), says(SAY.HELLO), says(SAY.HELLO)],
    'out_of_order_twice': UP + [message(6, manner=MANNER.NS_AHEAD), message(6, manner=MANNER.NS_AHEAD), message(6), message(6)],
    'too_far_ahead': UP + [step(STEP.DATAGRAM, bytes.fromhex('c802001400010000') + u16(ns) + u16(2) + avp(0, u16(6)))
                           for ns in (7, 9, 8, 6, 5, 10, 300, 7)] + [says(SAY.HELLO)] * 6,
    'stop_in_gap': UP + [step(STEP.DATAGRAM, bytes.fromhex('c802001400010000') + u16(ns) + u16(2) + avp(0, u16(6)))
                         for ns in (6, 7)] + [lns(LNS.CLOSE_ALL, b'\0'), lns(LNS.FLOW_DOWN, b'\0')],
    'too_long_to_hold': UP + [message(6, avp(7, b'x' * 600, False), manner=MANNER.NS_AHEAD), says(SAY.HELLO)],
    'acks_too_much': UP + [step(STEP.DATAGRAM, bytes.fromhex('c802000c000100000004ffff')),
                           step(STEP.DATAGRAM, bytes.fromhex('c802000c0001000000040050'))],
    'acks_nothing': [says(SAY.SCCRQ, MANNER.NR_NONE), says(SAY.SCCCN, MANNER.NR_NONE), says(SAY.ICRQ, MANNER.NR_NONE),
                     says(SAY.ICCN, MANNER.NR_NONE)] +
                    [b for i in range(30) for b in [message(10, avp(14, u16(i + 2)), avp(15, u32(1)), manner=MANNER.NR_NONE)]] +
                    [wait(3000), says(SAY.ZLB), wait(3000), lns(LNS.CLOSE, b'\0')],
    'window': [message(1, *SCCRQ_AVPS, avp(10, u16(w))) for w in (0, 1, 2)] + [says(SAY.SCCCN)] +
              [message(10, avp(14, u16(i + 2)), avp(15, u32(1)), manner=MANNER.NR_NONE) for i in range(8)] +
              [b for _ in range(6) for b in [wait(1500), says(SAY.ZLB)]],
    'second_call': UP + [message(10, avp(14, u16(2)), avp(15, u32(2)))],
    'call_number_0': [says(SAY.SCCRQ), says(SAY.SCCCN), message(10, avp(14, u16(0)), avp(15, u32(2)))],
    'call_without_number': [says(SAY.SCCRQ), says(SAY.SCCCN), message(10, avp(15, u32(2))), says(SAY.ICRQ),
                            message(12, avp(24, b'')), says(SAY.ZLB)],
    'call_unknown_avp': [says(SAY.SCCRQ), says(SAY.SCCCN), message(10, avp(14, u16(2)), avp(99, b'?')), says(SAY.ICRQ),
                         message(12, avp(99, b'?'))],
    'call_established_bad': UP + [message(16, avp(99, b'?'))],
    'call_icrp': [says(SAY.SCCRQ), says(SAY.SCCCN), says(SAY.ICRQ), message(11, avp(14, u16(1)))],
    'call_iccn_twice': UP + [says(SAY.ICCN), says(SAY.ZLB)],
    'call_reports': [says(SAY.SCCRQ), says(SAY.SCCCN), says(SAY.ICRQ), message(15, avp(34, b'e' * 26)), message(16, avp(35, b'a' * 10)),
                     says(SAY.ICCN), message(15, avp(34, b'e' * 26)), message(16, avp(35, b'a' * 10))],
    'call_outgoing': [says(SAY.SCCRQ), says(SAY.SCCCN), message(7, avp(14, u16(3))), message(8), message(9), message(11)],
    'call_before_scccn': [says(SAY.SCCRQ), says(SAY.ICRQ), says(SAY.CDN)],
    'cdn_own_number': [says(SAY.SCCRQ), says(SAY.SCCCN), says(SAY.ICRQ), says(SAY.CDN, MANNER.CALL_NONE), says(SAY.ICRQ), says(SAY.ICCN),
                       message(14, avp(14, u16(9)), manner=MANNER.CALL_NONE), says(SAY.CDN, MANNER.CALL_NONE)],
    'cdn_apple': UP + [message(14, avp(14, u16(1)), bytes.fromhex('800e000000010300000080080000'))],
    'tunnel_sccrp': [says(SAY.SCCRQ), message(2, avp(9, u16(1)))],
    'tunnel_sccrp_up': UP + [message(2, avp(9, u16(1)))],
    'tunnel_sccrq_numbered': [says(SAY.SCCRQ), message(1, *SCCRQ_AVPS)],
    'tunnel_sccrq_up': UP + [message(1, *SCCRQ_AVPS)],
    'tunnel_scccn_twice': UP + [says(SAY.SCCCN)],
    'tunnel_hello_early': [says(SAY.SCCRQ), says(SAY.HELLO), says(SAY.SCCCN)],
    'tunnel_bad': [says(SAY.SCCRQ), message(3, avp(99, b'?')), says(SAY.ZLB)],
    'tunnel_bad_up': UP + [message(6, avp(99, b'?')), says(SAY.ZLB)],
    'tunnel_bad_hidden': UP + [step(STEP.MESSAGE, avp(0, u16(6)) + bytes.fromhex('c00a0000000911223344'))],
    'tunnel_no_type': UP + [step(STEP.MESSAGE, avp(9, u16(1)))],
    'tunnel_unknown_type': UP + [message(5, m=False), message(77, m=False), message(77)],
    'tunnel_malformed': UP + [message(6, avp(9, b'1'))],
    'tunnel_after_stop': UP + [says(SAY.STOPCCN), says(SAY.HELLO), says(SAY.ICRQ), says(SAY.SCCCN)],
    'tunnel_after_our_stop': UP + [lns(LNS.CLOSE), says(SAY.HELLO, MANNER.NR_NONE), says(SAY.ICRQ, MANNER.NR_NONE), says(SAY.SCCRQ),
                                   says(SAY.STOPCCN)],
    'sccrq_missing': [message(1, *(SCCRQ_AVPS[:i] + SCCRQ_AVPS[i + 1:])) for i in range(4)],
    'sccrq_number_0': [message(1, *SCCRQ_AVPS[:3], avp(9, u16(0)))],
    'sccrq_version': [message(1, avp(2, b'\2\0'), *SCCRQ_AVPS[1:])],
    'sccrq_challenge': [message(1, *SCCRQ_AVPS, avp(11, b'c' * 16))],
    'sccrq_unknown': [message(1, *SCCRQ_AVPS, avp(99, b'?')), message(1, *SCCRQ_AVPS, avp(10, b'1'))],
    'sccrq_every': [message(1, *SCCRQ_AVPS, *EVERY_AVP), message(1, avp(2, b'\1\0'), avp(9, u16(1)), avp(7, b'h' * 200),
                                                                 avp(8, b'\x80\0\1v' * 50, False))],
    'every_avp': UP + [message(kind, *EVERY_AVP) for kind in (16, 15, 6)],
    'limit': [lns(LNS.CONF, b'\1\1')] + UP + [flow(1)] + UP + [lns(LNS.EACH)],
    'storm': [step(STEP.STORM, b'\x81'), says(SAY.SCCRQ), lns(LNS.CLOSE_ALL, b'\0'), step(STEP.STORM, b'\2'), lns(LNS.CLOSE_ALL, b'\0'),
              wait(40000)],
    'storm_of_one': [step(STEP.STORM | 16, b'\2'), wait(400000)],
    'flows': [b for i in range(4) for b in [flow(i)] + UP] + [flow(1, 1), says(SAY.HELLO), lns(LNS.FLOW_DOWN, b'\0'), flow(2),
              lns(LNS.FLOW_DOWN, b'\x0b'), lns(LNS.EACH), says(SAY.HELLO), flow(3), says(SAY.STOPCCN), flow(3)] + UP,
    'wrong_flow': UP + [flow(1), step(STEP.DATAGRAM, bytes.fromhex('c802001400010000000400028008000000000006')),
                        step(STEP.DATAGRAM, bytes.fromhex('000200010001ff03c021')),
                        step(STEP.DATAGRAM, bytes.fromhex('000200090001ff03c021')), flow(0),
                        step(STEP.DATAGRAM, bytes.fromhex('000200010009ff03c021'))],
    'no_number': UP + [step(STEP.DATAGRAM, bytes.fromhex('c802001400000000000400028008000000000006')),
                       step(STEP.DATAGRAM, bytes.fromhex('c802001c000000000005000280080000000000048008000000090009')),
                       step(STEP.DATAGRAM, bytes.fromhex('c802001c000000000005000280080000000000048008000000090001')),
                       step(STEP.DATAGRAM, bytes.fromhex('c802000c0000000000060002'))],
    'datagrams': [step(STEP.DATAGRAM, bytes.fromhex(x)) for x in ('', '00', 'c8', 'c803000c0000000000000000', 'c802000b0000',
                  'c802ffff0000000000000000', '8002000c0000000000000000', 'ca02000c0000000000000000', '0003', '0002',
                  '4002ffff', '02020001000113880000ff03')],
    'shutdown': UP + [lns(LNS.SHUTDOWN), flow(1), says(SAY.SCCRQ)],
    'hello_conf': UP + [flow(1), says(SAY.SCCRQ), lns(LNS.CONF, b'\5\0'), lns(LNS.CONF, b'\5\0'), wait(3000), says(SAY.HELLO)],
}


def l2tp_peer():
    # debug says nothing of a storm: it would take too long
    return {name: (b'\0' if name.startswith('storm') else b'\xff') + b''.join(steps) for name, steps in L2TP_PEER.items()}


def l2tp_avp():
    lcp = b'\xff\3\xc0\x21\1\1\0\4'
    head = {'plain': u16(2), 'sequenced': u16(0x802), 'offset': u16(0x202), 'length': u16(0x4002) + u16(16)}
    tail = {'plain': b'', 'sequenced': u16(5) + u16(1), 'offset': u16(2) + b'ab', 'length': b''}
    said = {'data_' + k: head[k] + u16(1) + u16(1) + tail[k] + lcp for k in head}
    said['data_other_session'] = u16(2) + u16(1) + u16(2) + lcp
    said['data_sequenced_odd'] = said['data_sequenced'] + b'x'
    said['data_wrong_flow'] = said['data_plain'] + b'x'
    said['data_control'] = bytes.fromhex('c802000c0001000000000000')
    said['every_avp'] = avp(0, u16(1)) + b''.join(SCCRQ_AVPS + EVERY_AVP)
    return said


def seeds():
    return {target: globals()[target]() for target in TARGETS}
