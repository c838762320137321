/* The appliance's names of protocols, ports, ICMP types and log levels. The first name of a number is the one shown. */
#include "core/config/acl.h"

const struct acl_word acl_protocols[] = {
        {"ip", 0},    {"icmp", 1},   {"igmp", 2},   {"ipinip", 4}, {"tcp", 6},
        {"udp", 17},  {"gre", 47},   {"pptp", 47},  {"esp", 50},   {"ipsec", 50},
        {"ah", 51},   {"icmp6", 58}, {"eigrp", 88}, {"ospf", 89},  {"nos", 94},
        {"pim", 103}, {"pcp", 108},  {"snp", 109},  {"sctp", 132},
};
const size_t acl_protocols_n = sizeof(acl_protocols) / sizeof(acl_protocols[0]);

const struct acl_word acl_tcp_ports[] = {
        {"aol", 5190},        {"bgp", 179},
        {"chargen", 19},      {"cifs", 3020},
        {"citrix-ica", 1494}, {"cmd", 514},
        {"ctiqbe", 2748},     {"daytime", 13},
        {"discard", 9},       {"domain", 53},
        {"echo", 7},          {"exec", 512},
        {"finger", 79},       {"ftp", 21},
        {"ftp-data", 20},     {"gopher", 70},
        {"h323", 1720},       {"hostname", 101},
        {"https", 443},       {"ident", 113},
        {"imap4", 143},       {"irc", 194},
        {"kerberos", 750},    {"klogin", 543},
        {"kshell", 544},      {"ldap", 389},
        {"ldaps", 636},       {"login", 513},
        {"lotusnotes", 1352}, {"lpd", 515},
        {"netbios-ssn", 139}, {"nfs", 2049},
        {"nntp", 119},        {"pcanywhere-data", 5631},
        {"pim-auto-rp", 496}, {"pop2", 109},
        {"pop3", 110},        {"pptp", 1723},
        {"rsh", 514},         {"rtsp", 554},
        {"sip", 5060},        {"smtp", 25},
        {"sqlnet", 1521},     {"ssh", 22},
        {"sunrpc", 111},      {"tacacs", 49},
        {"talk", 517},        {"telnet", 23},
        {"uucp", 540},        {"whois", 43},
        {"www", 80},          {"http", 80},
};
const size_t acl_tcp_ports_n = sizeof(acl_tcp_ports) / sizeof(acl_tcp_ports[0]);

const struct acl_word acl_udp_ports[] = {
        {"biff", 512},
        {"bootpc", 68},
        {"bootps", 67},
        {"cifs", 3020},
        {"discard", 9},
        {"dnsix", 195},
        {"domain", 53},
        {"echo", 7},
        {"isakmp", 500},
        {"kerberos", 750},
        {"mobile-ip", 434},
        {"nameserver", 42},
        {"netbios-dgm", 138},
        {"netbios-ns", 137},
        {"nfs", 2049},
        {"ntp", 123},
        {"pcanywhere-status", 5632},
        {"pim-auto-rp", 496},
        {"radius", 1645},
        {"radius-acct", 1646},
        {"rip", 520},
        {"secureid-udp", 5510},
        {"sip", 5060},
        {"snmp", 161},
        {"snmptrap", 162},
        {"sunrpc", 111},
        {"syslog", 514},
        {"tacacs", 49},
        {"talk", 517},
        {"tftp", 69},
        {"time", 37},
        {"vxlan", 4789},
        {"who", 513},
        {"www", 80},
        {"http", 80},
        {"xdmcp", 177},
};
const size_t acl_udp_ports_n = sizeof(acl_udp_ports) / sizeof(acl_udp_ports[0]);

const struct acl_word acl_icmp_types[] = {
        {"alternate-address", 6},    {"conversion-error", 31},  {"echo", 8},
        {"echo-reply", 0},           {"information-reply", 16}, {"information-request", 15},
        {"mask-reply", 18},          {"mask-request", 17},      {"mobile-redirect", 32},
        {"parameter-problem", 12},   {"redirect", 5},           {"router-advertisement", 9},
        {"router-solicitation", 10}, {"source-quench", 4},      {"time-exceeded", 11},
        {"timestamp-reply", 14},     {"timestamp-request", 13}, {"traceroute", 30},
        {"unreachable", 3},
};
const size_t acl_icmp_types_n = sizeof(acl_icmp_types) / sizeof(acl_icmp_types[0]);

const struct acl_word acl_levels[] = {
        {"alerts", 1}, {"critical", 2},      {"debugging", 7},     {"emergencies", 0},
        {"errors", 3}, {"informational", 6}, {"notifications", 5}, {"warnings", 4},
};
const size_t acl_levels_n = sizeof(acl_levels) / sizeof(acl_levels[0]);

static const char *name_of(const struct acl_word *t, size_t n, uint16_t number)
{
	for (size_t i = 0; i < n; i++)
		if (t[i].number == number)
			return t[i].word;
	return NULL;
}

const char *acl_protocol_name(uint8_t proto)
{
	return name_of(acl_protocols, acl_protocols_n, proto);
}

const char *acl_port_name(uint8_t proto, uint16_t port)
{
	if (proto == 17)
		return name_of(acl_udp_ports, acl_udp_ports_n, port);
	if (proto == 6)
		return name_of(acl_tcp_ports, acl_tcp_ports_n, port);
	/* of both: only what the two call alike */
	const char *tcp = name_of(acl_tcp_ports, acl_tcp_ports_n, port);
	const char *udp = name_of(acl_udp_ports, acl_udp_ports_n, port);
	return tcp && udp && !strcmp(tcp, udp) ? tcp : NULL;
}

const char *acl_icmp_name(uint8_t type)
{
	return name_of(acl_icmp_types, acl_icmp_types_n, type);
}

const char *acl_level_name(uint8_t level)
{
	return name_of(acl_levels, acl_levels_n, level);
}

static bool number_of(const struct acl_word *t, size_t n, struct str word, uint8_t *number)
{
	uint32_t value;
	for (size_t i = 0; i < n; i++)
		if (str_caseeq(word, str_of(t[i].word))) {
			*number = (uint8_t)t[i].number;
			return true;
		}
	if (!str_to_u32(word, 255, &value))
		return false;
	*number = (uint8_t)value;
	return true;
}

bool acl_protocol_number(struct str word, uint8_t *proto)
{
	return number_of(acl_protocols, acl_protocols_n, word, proto);
}

bool acl_icmp_number(struct str word, uint8_t *type)
{
	return number_of(acl_icmp_types, acl_icmp_types_n, word, type);
}
