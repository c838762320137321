"""What servers of logins say: RADIUS, TACACS+, LDAP, and the helper programs in front of them."""
from seed.wire import Source, step, u16, u32

TARGETS = ("radius", "radius_login", "tacacs", "tacacs_wire", "ldap_map", "helped", "job")
ALWAYS = ("",)  # each is a case of its own
TACACS_C = Source("tests/fuzz/fuzz_tacacs.c")
TACACS = TACACS_C.enum("step_kind", "STEP_")
WHAT = TACACS_C.enum("aaa_what", "AAA_")
KEPT, NETWORK = vars(TACACS_C.enum("step_flag")).values()
HELPED_C = Source("tests/fuzz/fuzz_helped.c")
HELPED = HELPED_C.enum("step_kind", "STEP_")
TAG = HELPED_C.enum("job_tag", "JOB_")


def attribute(kind, value):
    return bytes([kind, len(value) + 2]) + value


def of_vendor(vendor, kind, value):
    return attribute(26, u32(vendor) + attribute(kind, value))


def av_pair(text):
    return of_vendor(9, 1, text)


def asa(kind, value):
    return of_vendor(3076, kind, value)


ACCEPTS = {
    'services': [attribute(6, u32(n)) for n in (1, 2, 5, 6, 7, 99)],
    'addresses': [attribute(8, u32(n)) for n in (0xffffffff, 0xfffffffe, 0x0a000001)] + [attribute(9, u32(0xffffff00))],
    'filter': [attribute(11, t) for t in (b'LIST', b'LIST.in', b'LIST.out', b'L' * 250)],
    'filter_bad': [attribute(11, b'\1')], 'filter_asa': [asa(86, b'LIST')], 'filter_asa_bad': [asa(86, b'L\2')],
    'mtu': [attribute(12, u32(n)) for n in (20, 1300, 70000)],
    'classes': [attribute(25, b'ou=SALES;'), attribute(25, b'plain'), asa(25, b'\1')] + [attribute(25, b'c' * 253)] * 6,
    'policy': [asa(25, b'ou=IT;'), attribute(25, b'ou=SALES;')],
    'limits': [attribute(27, u32(60)), attribute(28, u32(60)), attribute(62, u32(2)), asa(2, u32(1)), attribute(62, u32(2)),
               attribute(85, u32(600))],
    'names': [attribute(88, b'POOL'), attribute(88, b'P\1'), asa(1, b'hours'), asa(28, b'example.com'), asa(27, b'split'),
              asa(85, b'group'), asa(35, b'second banner\1'), asa(15, b'first\nbanner')],
    'hours_bad': [asa(1, b'\1')], 'lock_bad': [asa(85, b'\1')], 'domain_bad': [asa(28, b''), asa(27, b'\x7f')],
    'numbers': [asa(11, u32(4)), asa(11, u32(8)), asa(55, u32(1)), asa(55, u32(9)), asa(62, u32(1)), asa(63, u32(0xffffff00)),
                asa(61, u32(7)), asa(220, u32(15)), asa(220, u32(16)), asa(5, u32(0)), asa(6, u32(2)), asa(7, u32(3)), asa(8, u32(4))],
    'microsoft': [of_vendor(311, 28, u32(0)), of_vendor(311, 29, u32(2)), of_vendor(311, 30, u32(3)), of_vendor(311, 31, u32(4))],
    'messages': [attribute(18, b'first \t'), attribute(18, b'second\1'), of_vendor(311, 2, b'\1E=691'), of_vendor(311, 2, b''),
                 of_vendor(311, 26, b'\1S=00')],
    'routes': [attribute(22, t) for t in (b'10.1.0.0/16 0.0.0.0 1', b'10.2.0.0 255.255.0.0', b'10.3.0.0', b'10.4.0.0/33', b'no',
               b'\1', b'10.5.0.0 255.0.255.0')] + [attribute(22, b'10.9.%d.0/24' % n) for n in range(20)],
    'pairs': [av_pair(t) for t in (b'ip:dns-servers=10.0.0.1, 10.0.0.2', b'ip:dns-servers=x', b'ip:wins-servers*10.0.0.3',
              b'ip:route=10.1.0.0 255.255.0.0', b'ip:addr-pool=POOL', b'shell:priv-lvl=15', b'shell:priv-lvl=16', b'none',
              b'ip:route', b'other=1', b'')],
    'lists': [av_pair(t) for t in (b'ip:inacl#2=deny ip any any', b'ip:inacl#1=permit ip 10.0.0.0 0.0.0.255 host 10.0.0.1',
              b'ip:inacl=permit tcp any 10.1.0.0 255.255.0.0 eq 80', b'ip:outacl#5=permit ip any any')],
    'list_bad': [av_pair(b'ip:inacl#x=permit ip any any')], 'list_no_text': [av_pair(b'ip:inacl#1')],
    'list_odd': [av_pair(b'ip:inacl#1=per\1')], 'list_long': [av_pair(b'ip:inacl=' + b'x' * 230)] * 16,
    'eap': [attribute(79, b'\1\1\0\6\4a'), attribute(27, u32(30)), attribute(24, b's')],
    'eap_apart': [attribute(79, b'\1\1\0\6'), attribute(1, b'u'), attribute(79, b'\4a')],
    'eap_wrong': [attribute(79, b'\1\1\0\7\4a')],
    'every': [attribute(n, u32(n)) for n in range(256) if n not in (26, 79, 80)],
    'every_asa': [asa(n, u32(n)) for n in range(256)],
    'lengths': [attribute(8, b'123'), attribute(27, b''), asa(2, b'12345'), attribute(80, b'short'), attribute(26, b'\0\0'),
                attribute(26, u32(3076)), attribute(26, u32(3076) + b'\2\1'), attribute(26, u32(3076) + b'\2\xff')],
}
CHANGES = {
    'who': [attribute(1, b'jdoe'), attribute(44, b'00000001'), attribute(8, u32(1)), attribute(31, b'192.0.2.1'),
            attribute(30, b'192.0.2.2'), attribute(5, u32(1)), attribute(4, u32(0x0a000002)), attribute(33, b'proxy'),
            attribute(61, u32(5)), attribute(18, b'bye'), attribute(49, u32(6))],
    'odd_user': [attribute(1, b'j\0e')], 'odd_station': [attribute(31, b'nowhere')], 'nobody': [attribute(18, b'x')],
    'other_nas': [attribute(1, b'j'), attribute(4, u32(9))], 'identifier': [attribute(1, b'j'), attribute(32, b'nas')],
    'service': [attribute(1, b'j'), attribute(6, u32(17))], 'unknown': [attribute(1, b'j'), attribute(99, b'?')],
    'idle': [attribute(5, u32(1)), attribute(28, u32(600)), attribute(27, u32(600))],
    'outacl': [attribute(1, b'j'), av_pair(b'ip:outacl#1=permit ip any any')], 'pair': [attribute(1, b'j'), av_pair(b'x=1')],
    'list': [attribute(1, b'j'), av_pair(b'ip:inacl#1=permit ip any any')], 'list_bad': [attribute(1, b'j'), av_pair(b'ip:inacl#x=')],
    'filter': [attribute(1, b'j'), asa(86, b'LIST')], 'filter_unknown': [attribute(1, b'j'), attribute(11, b'NOSUCHLIST')],
    'filter_out': [attribute(1, b'j'), attribute(11, b'LIST.out')], 'time': [attribute(1, b'j'), attribute(55, u32(1))],
}


def r_ask(which, how):
    return step(0xc0 | which, bytes([how]))


def radius():
    said = {}
    for name, attributes in ACCEPTS.items():
        for masks in range(3 if name == 'lists' else 1):
            body = b''.join(attributes)
            said['%s_%d' % (name, masks)] = b'\0\2' + bytes([masks]) + u16((20 + len(body)) & 0xffff) + bytes(16) + body
    return said


def radius_login():
    said = {'accept_' + name: step(0xe9) + r_ask(0, 0) + step(2, b''.join(a)) + r_ask(1, 2) + step(11, b''.join(a)) + r_ask(2, 4) +
            step(3, b''.join(a)) for name, a in ACCEPTS.items()}
    for name, a in CHANGES.items():
        said['change_' + name] = b''.join(step(0x40 | code, b''.join(a)) for code in (0, 1, 17)) * 2 + step(0xe9) + step(0x41,
            b''.join(a) + attribute(61, u32(5)))
    said['methods'] = b''.join(r_ask(n, n) + step(2, b'') for n in range(5)) + b''.join(r_ask(n, 160 + n) + step(2, b'') for n in range(5))
    said['records'] = r_ask(0, 201) + step(5) + r_ask(1, 202) + step(2) + r_ask(2, 203) + step(0xbf) * 4
    said['replayed'] = step(0x40, attribute(1, b'jdoe')) * 2 + step(0xbf) * 20 + step(0x40, attribute(1, b'jdoe'))
    said['sockets_idle'] = r_ask(0, 0) + step(2) + step(0xbf) * 10
    said['late'] = r_ask(0, 0) + step(0xbf) + step(0xe0) + step(2) + r_ask(0, 0) + step(0x62, b'\2\0\0\x14' + bytes(16))
    for how in range(16):
        said['configured_%d' % how] = r_ask(0, 0) + step(0xf0 | how) + r_ask(1, 0) + step(0x40, attribute(1, b'j')) + step(0xf0) + \
            step(0x40, attribute(1, b'j'))
    said['many_asked'] = (r_ask(0, 0)[:2] + b'\2\0\xff' + r_ask(8, 0)[:2] + b'\2\0\xff') + step(2) + step(0xbf) * 10
    said['no_socket'] = step(0xf8) + r_ask(0, 0) + r_ask(1, 201)
    said['wrong_key'] = r_ask(0, 0) + step(0x60, b'\2\0\0\x14' + bytes(16)) + step(0x60, b'\2\0\0\x13' + bytes(15))
    said['time_off'] = step(0x40, attribute(1, b'j') + attribute(55, u32(0xffffffff))) + step(0x40,
        attribute(1, b'j') + attribute(55, u32(2000)))
    said['raw'] = r_ask(0, 0) + step(0x60, b'') + step(0x60, b'\2\1\0\x13' + bytes(16)) + step(0x80, b'\x28\1\0\x14' + bytes(16)) + \
        step(0x80, b'\1\1\0\x14' + bytes(16)) + step(0x80, b'')
    return said


AUTHEN, AUTHOR, ACCT = WHAT.AUTHENTICATE, WHAT.AUTHORIZE, WHAT.ACCOUNT


def t_step(what, which=0, data=b''):
    return bytes([what, which]) + u16(len(data)) + data


def t_kind(what, shell=False, method=0):
    return next(k for k in range(64) if k % 3 == what and bool(k & 4) == shell and not k & 8 and k >> 4 & 3 == method)


def authen_reply(status, msg=b'', data=b''):
    return bytes([status, 0]) + u16(len(msg)) + u16(len(data)) + msg + data


def author_reply(status, *args, msg=b''):
    return bytes([status, len(args)]) + u16(len(msg)) + u16(0) + bytes(len(a) for a in args) + msg + b''.join(args)


def acct_reply(status, msg=b''):
    return u16(len(msg)) + u16(0) + bytes([status]) + msg


def t_talk(kind, *replies, more=b''):
    return t_step(TACACS.ASK, kind, more) + t_step(TACACS.OPEN) + b''.join(t_step(TACACS.ANSWER, 0, r) for r in replies)


GRANTS = {
    'addresses': [b'addr=10.0.0.1', b'addr=0.0.0.0', b'addr=255.255.255.254', b'addr-pool=POOL'],
    'addr_bad': [b'addr=127.0.0.1'], 'addr_none': [b'addr=x'], 'pool_bad': [b'addr-pool='], 'optional': [b'addr*x', b'colour*blue', b'x'],
    'limits': [b'timeout=5', b'idletime=5', b'priv-lvl=1', b'service=ppp', b'protocol=ip'], 'timeout_bad': [b'timeout=x'],
    'idle_bad': [b'idletime='], 'priv_bad': [b'priv-lvl=16'], 'servers': [b'dns-servers=10.0.0.1 10.0.0.2',
        b'wins-servers=10.0.0.3,\t10.0.0.4,10.0.0.5'],
    'servers_bad': [b'dns-servers=x'], 'servers_none': [b'dns-servers=,'], 'route': [b'route=10.1.0.0 255.255.0.0 10.0.0.1'],
    'route_bad': [b'route=10.1.0.0'], 'lists': [b'inacl#1=permit ip any any', b'outacl#1=deny ip any any', b'inacl=LIST'],
    'list_empty': [b'inacl='], 'outacl_name': [b'outacl=LIST'], 'odd': [b'addr=10.0.0.1\1'], 'service_other': [b'service=shell'],
    'nothing': [b''], 'cmd_in_ppp': [b'cmd=show'],
}


def tacacs():
    said = {'grant_' + name: t_talk(t_kind(AUTHOR), author_reply(1, *args, msg=b'm\1')) for name, args in GRANTS.items()}
    for what, replies in ((AUTHEN, [authen_reply(n, b'text') for n in (1, 2, 3, 4, 5, 6, 7, 0x21, 99)]),
                          (AUTHOR, [author_reply(n) for n in (1, 2, 0x10, 0x11, 0x21, 99)]),
                          (ACCT, [acct_reply(n) for n in (1, 2, 0x21, 99)])):
        for i, r in enumerate(replies):
            said['status_%d_%d' % (what, i)] = t_talk(t_kind(what), r) + t_talk(t_kind(what, True), r)
    for method in range(4):
        said['method_%d' % method] = t_talk(t_kind(AUTHEN, method=method), authen_reply(1)) + t_talk(t_kind(AUTHEN, method=method),
            more=b'\0\1')
    for kind in range(5):
        said['record_%d' % kind] = t_talk(t_kind(ACCT), acct_reply(1), more=bytes([kind, 9])) + t_talk(
            t_kind(ACCT, True), acct_reply(1), more=bytes([kind, 2])) + t_talk(t_kind(ACCT, True), acct_reply(1),
                more=bytes([kind, 2]) + b'show run')
    said['shell'] = t_talk(t_kind(AUTHOR, True), author_reply(1, b'service=shell', b'priv-lvl=15', b'timeout=1', b'addr=10.0.0.1'),
                           more=b'\0\1')
    said['enable'] = t_talk(t_kind(AUTHEN, True), authen_reply(5), authen_reply(1), more=b'\0\1')
    said['talks_on'] = t_talk(t_kind(AUTHEN, True), *[authen_reply(5, b'Password: ')] * 12)
    command = t_kind(AUTHOR, True)
    for name, args in (('same', [b'cmd=show', b'cmd-arg=version', b'cmd-arg=<cr>']), ('less', [b'cmd=show']), ('other', [b'cmd=clear']),
                       ('more', [b'cmd=show', b'cmd-arg=version', b'cmd-arg=<cr>', b'cmd-arg=x'])):
        said['command_' + name] = t_talk(command, author_reply(2, *args), more=b'\0\0show version')
    said['command_long'] = t_talk(command, author_reply(1), more=b'\0\0' + b'x' * 280) + t_talk(command, more=b'\0\0' + b'a ' * 140)
    ask = t_step(TACACS.ASK, t_kind(AUTHEN))
    said['network_down'] = t_step(NETWORK | TACACS.CANCEL, 1) + ask + t_step(NETWORK | TACACS.CANCEL) + ask + t_step(TACACS.OPEN)
    said['network_lost'] = ask + t_step(NETWORK | TACACS.CANCEL, 1) + t_step(TACACS.OPEN) + t_step(TACACS.WAIT, 255)
    said['network_lost_talking'] = t_step(TACACS.ASK, t_kind(AUTHEN, True)) + t_step(TACACS.OPEN) + t_step(NETWORK | TACACS.CANCEL, 1) + \
        t_step(TACACS.ANSWER, 0, authen_reply(5))
    said['network_lost_kept'] = ask + t_step(TACACS.OPEN) + t_step(KEPT | TACACS.ANSWER, 0,
        authen_reply(1)) + t_step(NETWORK | TACACS.CANCEL, 1) + ask
    for name, head in (('version', b'\x20\1\2\0'), ('plain', b'\xc0\1\2\1'), ('type', b'\xc0\3\2\0'), ('turn', b'\xc0\1\4\0')):
        said['header_' + name] = ask + t_step(TACACS.OPEN) + t_step(TACACS.RAW, 0, head + bytes(8))
    said['too_long'] = ask + t_step(TACACS.OPEN) + t_step(TACACS.RAW, 0, b'\xc0\1\2\0' + bytes(4) + b'\0\xff\xff\xff')
    said['lengths'] = b''.join(ask + t_step(TACACS.OPEN, i) + t_step(TACACS.ANSWER, i, b) for i, b in
                               enumerate((b'', b'\1', b'\1\0\0\xff\0\0', authen_reply(1) + b'x')))
    return said


def tacacs_wire():
    said = {}
    for kind, text in ((2, authen_reply(1, b'message', b'data')), (4, author_reply(1, b'addr=10.0.0.1', b'', msg=b'm')),
                       (6, acct_reply(1, b'm')),
                       (0, bytes([1, 1, 2, 1, 4, 2, 3, 5]) + b'jdoe' + b'tt' + b'::1' + b'12345'), (1, b'\0\4\0\0\0pass'),
                       (3, bytes([6, 1, 2, 1, 1, 1, 1, 2, 3, 4]) + b'upfabcdefg'), (5, bytes([2, 6, 1, 2, 1, 1, 1, 1, 1, 3]) + b'upfabc')):
        said['body_%d' % kind] = bytes([kind]) + text
        said['body_%d_short' % kind] = bytes([kind]) + text[:-1]
        said['body_%d_long' % kind] = bytes([kind]) + text + b'x'
    return said


MAPPED = {
    'Access-Hours': (b'hours', b'x\1'), 'Address-Pools': (b'POOL', b''), 'Banner1': (b'a', b'b\1'),
    'DHCP-Network-Scope': (b'10.0.0.0', b'x'),
    'Group-Policy': (b'GP', b'ou=GP;', b''), 'IETF-Radius-Filter-Id': (b'LIST', b'L\1'),
    'IETF-Radius-Framed-IP-Netmask': (b'255.255.0.0', b'255.0.255.0', b'x'),
    'IETF-Radius-Framed-IP-Address': (b'-1062731519', b'10.0.0.1', b'4294967296', b'-9999999999'),
    'IETF-Radius-Idle-Timeout': (b'60', b'x'),
    'IETF-Radius-Service-Type': (b'5', b'6', b'7', b'8', b'x'), 'IETF-Radius-Session-Timeout': (b'60', b'x'),
    'IPSec-Split-Tunneling-Policy': (b'1', b'9'), 'Intercept-DHCP-Configure-Msg': (b'1', b'0', b'2'),
    'MS-Client-Subnet-Mask': (b'255.255.255.0',),
    'Privilege-Level': (b'15', b'16'), 'Simultaneous-Logins': (b'3', b'x'), 'Tunneling-Protocols': (b'8', b'4', b'70000'),
    'cVPN3000-Primary-DNS': (b'10.0.0.1',), 'No-Such-Attribute': (b'1',),
}


def ldap_map():
    said = {}
    for name, values in MAPPED.items():
        for i, value in enumerate(values):
            said['%s_%d' % (name.lower(), i)] = b'n %s theirs\na other\nnot this\na theirs\n%s' % (name.encode(), value)
    said['not_there'] = b'n Banner1 theirs\na other\nx'
    said['long'] = b'n Banner1 a\nn Banner2 a\nn Access-Hours a\nn Group-Policy a\na a\n' + b'x' * 900
    return said


def job_text(tag, text):
    return u16(tag) + u16(len(text) + 1) + text + b'\0'


def job_number(tag, n):
    return u16(tag) + u16(4) + u32(n)


def helped():
    said = {'result_%d_%d' % (proto, n): step(HELPED.ASK | proto << 4) + step(HELPED.ANSWER, job_number(TAG.RESULT, n))
            for proto in (0, 1, 2, 4) for n in range(14)}
    for proto in range(8):
        said['ask_%d' % proto] = step(HELPED.ASK | proto << 4) + step(HELPED.ENDS)
        said['ask_nothing_%d' % proto] = step(HELPED.ASK | proto << 4, b'') + step(HELPED.ASK | (proto | 8) << 4) + step(HELPED.CANCEL) * 2
    rows = job_text(TAG.LINE, b'a line') + job_text(TAG.ATTRIBUTE, b'memberOf') + job_text(TAG.VALUE, b'CN=Sales') + job_text(TAG.VALUE,
        b'CN=IT')
    said['rows'] = step(HELPED.ASK) + step(HELPED.ANSWER, job_number(TAG.RESULT, 1) + job_text(TAG.REASON, b'why') + rows)
    said['rows_many'] = step(HELPED.ASK) + step(HELPED.ANSWER, job_number(TAG.RESULT, 1) + job_text(TAG.VALUE, b'v') * 513)
    said['late'] = step(HELPED.ASK) + step(HELPED.WAIT, u16(60)) + step(HELPED.ENDS)
    said['no_program'] = step(HELPED.NO_PROGRAM) + step(HELPED.ASK) + step(HELPED.NO_PROGRAM) + step(HELPED.ASK)
    for name, body in (('nul', u16(TAG.REASON) + u16(4) + b'a\0b\0'), ('no_nul', u16(TAG.REASON) + u16(3) + b'abc'),
                       ('empty', u16(TAG.REASON) + u16(0)),
                       ('twice', job_number(TAG.RESULT, 1) * 2), ('tag', job_number(99, 1)), ('tag_0', job_number(0, 1)), ('cut', b'\0'),
                       ('number', u16(TAG.RESULT) + u16(2) + b'ab'), ('long', job_text(TAG.REASON, b'x' * 300)),
                       ('result', job_number(TAG.RESULT, 99))):
        said['malformed_' + name] = step(HELPED.ASK) + step(HELPED.ANSWER, body)
    return said


def job():
    fields = job_text(2, b'jdoe') + job_text(3, b'secret') + job_number(6, 389)
    frames = {'ask': bytes([1, 2, 0, 0]) + u32(7) + u32(1000) + fields, 'answer': bytes([1, 4, 0, 0]) + u32(7) + u32(0) +
              job_number(TAG.RESULT, 1),
              'no_body': bytes([1, 3, 1, 0]) + u32(7) + u32(0), 'version': bytes([2, 2, 0, 0]) + u32(7) + u32(0) + fields,
              'kind': bytes([1, 2, 9, 0]) + u32(7) + u32(0) + fields, 'what': bytes([1, 9, 0, 0]) + u32(7) + u32(0) + fields,
              'short': b'\1\2',
              'long': bytes([1, 2, 0, 0]) + u32(7) + u32(0) + job_text(9, b'x' * 500) + job_text(12, b'y' * 500),
              'rows': bytes([1, 4, 0, 0]) + u32(7) + u32(0) + job_text(TAG.ATTRIBUTE, b'a') + job_text(TAG.VALUE, b'v') * 600}
    return frames


def seeds():
    return {target: globals()[target]() for target in TARGETS}
