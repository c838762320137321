/* The rule of an access-list entry: "permit udp host 192.0.2.1 any eq 1701".
 *
 *   acl_names.c   names of protocols, ports, ICMP types
 *   acl_parse.c   text to struct acl_rule; what may come next, for ? and Tab
 *   acl.c         struct acl_rule to the text of running-config */
#ifndef CORE_CONFIG_ACL_H
#define CORE_CONFIG_ACL_H

#include "core/base/err.h"
#include "core/base/ip4.h"
#include "core/base/out.h"

enum { ACL_NAME_MAX = 241, ACL_LOG_INTERVAL = 300, ACL_LOG_LEVEL = 6 };

enum acl_addr_kind { ACL_ANY, ACL_NET, ACL_RANGE, ACL_OBJECT, ACL_GROUP, ACL_IFACE };

/* One end of a rule. Names point into the text that was parsed. */
struct acl_addr {
	enum acl_addr_kind kind;
	bool any4;         /* ACL_ANY: typed as any4 */
	uint32_t ip, mask; /* ACL_RANGE (of an object): first and last address */
	struct str name;   /* object, object-group, interface */
};

enum acl_op {
	ACL_OP_NONE,
	ACL_OP_EQ,
	ACL_OP_NEQ,
	ACL_OP_LT,
	ACL_OP_GT,
	ACL_OP_RANGE,
	ACL_OP_GROUP
};

struct acl_ports {
	enum acl_op op;
	uint16_t a, b; /* RANGE: first and last; else a */
	struct str group;
};

enum acl_proto_kind { ACL_PROTO_NUMBER, ACL_PROTO_OBJECT, ACL_PROTO_GROUP };

struct acl_rule {
	bool permit;
	bool log, log_disable, log_default;
	bool inactive;
	uint8_t log_level; /* 0..7 */
	uint16_t log_interval;
	enum acl_proto_kind proto_kind;
	uint8_t proto;      /* 0 = ip */
	struct str service; /* object service, object-group protocol or service */
	struct acl_addr src, dst;
	struct acl_ports sport, dport;
	int icmp_type, icmp_code; /* -1 = any */
	struct str icmp_group;
	struct str time_range;
};

/* tcp, udp, tcp-udp, a number: what `object service` and service-object say. */
struct acl_service {
	uint8_t proto;
	bool tcp_udp; /* both */
	struct acl_ports sport, dport;
	int icmp_type, icmp_code;
};

enum acl_group_kind {
	ACL_GROUP_NONE,
	ACL_GROUP_NETWORK,
	ACL_GROUP_SERVICE,
	ACL_GROUP_PROTOCOL,
	ACL_GROUP_ICMP
};

/* What the parser must know of the configuration around the rule; NULL: every name is taken as it stands. */
struct acl_names {
	void *ctx;
	enum acl_group_kind (*group)(void *ctx, struct str name);
	bool (*object)(void *ctx, struct str name, bool service);
	bool (*address)(void *ctx, struct str name, uint32_t *ip); /* `name` lines */
	bool (*interface)(void *ctx, struct str name);
	bool (*time_range)(void *ctx, struct str name);
};

/* Reads the rule of an `extended` entry (standard: of a `standard` one, whose address is the destination). Keywords
 * may be abbreviated. false with err. rule's names live as long as text. */
bool acl_rule_parse(struct str text, bool standard, const struct acl_names *names,
                    struct acl_rule *rule, struct err *err);
/* The way running-config shows it, without the blank at the end. */
void acl_rule_print(const struct acl_rule *rule, bool standard, struct out *out);
/* "tcp source eq 1 destination range 2 3" and the like. */
bool acl_service_parse(struct str text, struct acl_service *s, struct err *err);
void acl_service_print(const struct acl_service *s, struct out *out);
/* "eq www", "range 1 9" of a port-object; proto 6, 17 or 0 for both. */
bool acl_port_parse(struct str text, uint8_t proto, struct acl_ports *p, struct err *err);
void acl_port_print(const struct acl_ports *p, uint8_t proto, struct out *out);

/* How far a text is a rule. */
enum acl_status { ACL_OK, ACL_INVALID, ACL_INCOMPLETE, ACL_AMBIGUOUS, ACL_REFUSED };
enum acl_grammar {
	ACL_EXTENDED,
	ACL_STANDARD,
	ACL_SERVICE,
	ACL_PORT_TCP,
	ACL_PORT_UDP,
	ACL_PORT_BOTH
};

/* Tells what is wrong (at: offset of the first character no keyword begins with), and with add, which words could
 * follow the text. */
enum acl_status acl_syntax(struct str text, enum acl_grammar g, size_t *at,
                           void (*add)(void *arg, const char *word, const char *help), void *arg);

/* Names of numbers, NULL when there is none. */
const char *acl_protocol_name(uint8_t proto);
const char *acl_port_name(uint8_t proto, uint16_t port);
const char *acl_icmp_name(uint8_t type);
const char *acl_level_name(uint8_t level);
bool acl_protocol_number(struct str word, uint8_t *proto);
bool acl_icmp_number(struct str word, uint8_t *type);

/* The tables behind them, for the parser and its help. */
struct acl_word {
	const char *word;
	uint16_t number;
};
extern const struct acl_word acl_protocols[], acl_tcp_ports[], acl_udp_ports[], acl_icmp_types[],
        acl_levels[];
extern const size_t acl_protocols_n, acl_tcp_ports_n, acl_udp_ports_n, acl_icmp_types_n,
        acl_levels_n;

#endif
