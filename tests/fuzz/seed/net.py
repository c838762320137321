"""Packets on the wire, DHCP servers, and the texts of access lists."""
from seed.wire import Source, step, u16, u32

TARGETS = ("net_packet", "dhcp", "acl")
ALWAYS = ("",)  # each is a case of its own
DHCP = Source("tests/fuzz/fuzz_dhcp.c")
STEP = DHCP.enum("step_kind", "STEP_")
TYPE = DHCP.enum("dhcp_type", "DHCP_")


def ip_packet(proto, payload, head=0x45, fragment=0, total=None, options=b''):
    return bytes([head, 0]) + u16(20 + len(options) + len(payload) if total is None else total) + u16(1) + u16(fragment) + bytes([64,
        proto]) + \
        u16(0) + u32(0x0a000002) + u32(0x0a000001) + options + payload


def net_packet():
    ports, seq = u16(1024) + u16(80), u32(1) + u32(2)
    packets = {'udp': ip_packet(17, ports + u16(8) + u16(0)), 'udp_short': ip_packet(17, ports, total=20), 'other': ip_packet(47, b'gre'),
               'fragment': ip_packet(17, b'data', fragment=5), 'truncated': ip_packet(6, b'')[:12], 'head': ip_packet(6, b'', head=0x41),
               'total': ip_packet(6, b'', total=10), 'options': ip_packet(1, b'\x08\0\0\0\0\1\0\1', head=0x46, options=b'\1\1\1\0')}
    for flags in (0, 1, 2, 4, 8, 0x10, 0x12, 0x18):
        packets['tcp_%02x' % flags] = ip_packet(6, ports + seq + bytes([0x50, flags]) + u16(9) + u32(0) + b'data')
    packets['tcp_short'] = ip_packet(6, ports + seq)
    for kind in (0, 3, 8, 11, 13):
        packets['icmp_%d' % kind] = ip_packet(1, bytes([kind, 1, 0, 0]) + u32(1))
    return {name: u16(1300 + point) + p for point, (name, p) in enumerate(packets.items())}


def dhcp_option(kind, value):
    return bytes([kind, len(value)]) + value


def dhcp_message(kind, *options, ip=0x0a630007, server=0x0a000043, how=0):
    fixed = bytes([2, 1, 6, 0]) + bytes(12) + u32(ip) + bytes(216) + u32(0x63825363)
    return step(STEP.MESSAGE | how << 4, fixed + dhcp_option(53, bytes([kind])) + (dhcp_option(54, u32(server)) if server else b'') +
                b''.join(options) + b'\xff')


def accepted(lease_s, *options):
    return step(STEP.ACCEPTED, dhcp_option(51, u32(lease_s)) + b''.join(options) + b'\xff')


def d_wait(s):
    return step(STEP.WAIT, u16(s))


def d_ask(who):
    return step(STEP.ASK | who << 4)


def d_end(who):
    return step(STEP.END | who << 4)


SERVERS_SAID = [dhcp_option(6, u32(1) + u32(2)), dhcp_option(44, u32(3)), dhcp_option(12, b'host')]
BOUND = [dhcp_message(TYPE.OFFER, *SERVERS_SAID), accepted(3600, *SERVERS_SAID)]
DHCP_SEEDS = {
    'renewed': BOUND + [d_wait(1900), accepted(3600), d_wait(1900), accepted(600)],
    'rebound': BOUND + [d_wait(3300), accepted(3600), d_wait(3700)],
    'run_out': BOUND + [d_wait(4000)],
    'taken_back': BOUND + [d_wait(1900), dhcp_message(TYPE.NAK, ip=0)],
    'forever': [dhcp_message(TYPE.OFFER), accepted(0xffffffff), d_wait(60000), d_end(0)],
    'times': [dhcp_message(TYPE.OFFER), accepted(3600, dhcp_option(58, u32(1000)), dhcp_option(59, u32(2000))), d_wait(3500)],
    'times_wrong': [dhcp_message(TYPE.OFFER), accepted(10, dhcp_option(58, u32(9)), dhcp_option(59, u32(3))), d_wait(100)],
    'refused': [dhcp_message(TYPE.OFFER), dhcp_message(TYPE.NAK, ip=0)] * 5,
    'silent': [d_wait(600)],
    'silent_at_request': [b for _ in range(4) for b in (dhcp_message(TYPE.OFFER), d_wait(40))],
    'given_back': BOUND + [d_end(0), d_ask(0)],
    'in_use': BOUND + [d_end(8), d_ask(0)] + BOUND,
    'unanswered_end': [d_end(0), d_end(8), d_end(3)],
    'many': [d_ask(i) for i in range(16)] + BOUND + [d_end(9), d_ask(7), d_ask(1), d_ask(9), d_wait(5000)],
    'other_server': [dhcp_message(TYPE.OFFER, how=1, server=0x0a000099), dhcp_message(TYPE.OFFER, how=2), dhcp_message(TYPE.OFFER, how=1)],
    'unusable': [dhcp_message(TYPE.OFFER, ip=0x7f000001), dhcp_message(TYPE.OFFER, ip=0), dhcp_message(TYPE.OFFER, ip=0xe0000001),
                 dhcp_message(TYPE.OFFER, server=0), dhcp_message(TYPE.ACK), dhcp_message(TYPE.OFFER), dhcp_message(TYPE.ACK, ip=1),
                 dhcp_message(99), step(STEP.MESSAGE, b'x' * 300)],
}


def dhcp():
    return {name: b''.join(steps) for name, steps in DHCP_SEEDS.items()}


ACL = ('permit tcp any range 9 5 any range 7 7', 'permit tcp any lt 0 any', 'permit tcp any gt 65535 any', 'permit tcp any eq nosuch any',
       'permit tcp any object-group G object-group H', 'permit tcp any object-group G object-group H eq 1',
       'permit tcp any object-group G object-group H object-group I', 'permit udp any object-group G 10.0.0.0 255.0.0.0',
       'permit tcp any object-group S any object-group S', 'permit tcp any object-group N object-group -', 'permit tcp object-group X any',
       'permit object s any any', 'permit object x any any', 'permit object-group P any any', 'permit object-group S any any',
       'permit object-group I any any', 'permit icmp any any object-group I', 'permit icmp any any object-group N',
       'permit icmp any any 300',
       'permit icmp any any', 'permit 99 object o host 0', 'permit ip object x any', 'permit ip host host-a interface k',
       'permit ip host nohost any', 'permit ip interface x any', 'permit ip host', 'permit ip 10.0.0.1 255.0.0.0 any',
       'permit ip 10.0.0.0 255.0.255.0 any',
       'permit ip 0 0 any', 'permit ip any any log 7 interval 900', 'permit ip any any log log', 'permit ip any any log default',
       'permit ip any any log w',
       'permit ip any any log critical interval', 'permit ip any any time-range k inactive', 'permit ip any any time-range x',
       'permit ip any any time-range',
       'permit ip any any nonsense', 'permit i any any', 'permit e any any', 'permit ip a any', 'p', 'x', 'permit', 'permit any',
       'permit any x', 'deny host 10.0.0.1',
       'permit x', 'permit ip any any ', 'permit object', 'permit object-group ' + 'x' * 250, 'tcp-udp eq 53', 'tcp source', 'tcp source x',
       'icmp', 'icmp 300', 'nosuch',
       'tcp eq www', 'tcp eq', 'udp destination eq 5 x', 'range 9 5', 'range 7 7', 'eq', 'eq 1 x', 'gt 5', 'permit tcp any r')


def acl():
    return {'%02d' % i: text.encode() for i, text in enumerate(ACL)}


def seeds():
    return {target: globals()[target]() for target in TARGETS}
