/* One translation rule: the text of a `nat` line, of the configuration or of a network object. */
#ifndef CORE_CONFIG_NAT_RULE_H
#define CORE_CONFIG_NAT_RULE_H

#include "core/base/err.h"
#include "core/base/out.h"

/* Names point into the text that was parsed; empty = not said. */
struct nat_rule {
	struct str real_if, mapped_if; /* "any" = all */
	bool object;                   /* of an object: its address is the real one */
	bool after_auto;
	uint32_t position; /* 0 = at the end */
	bool dynamic;
	struct str src_real,
	        src_mapped; /* "interface", "any", an object, a group, (object NAT) an address */
	bool extended, flat, include_reserve, round_robin; /* of a pat-pool */
	bool pat_pool, fall_back; /* pat-pool OBJECT; `interface` behind it */
	struct str dst_mapped, dst_real;
	struct str svc_real, svc_mapped;          /* service objects */
	struct str proto, port_real, port_mapped; /* object NAT: service tcp 80 8080 */
	bool unidirectional, no_proxy_arp, route_lookup, inactive, dns, net_to_net;
	struct str description;
};

/* false with err. */
bool nat_rule_parse(struct str text, bool object, struct nat_rule *r, struct err *err);
/* The way running-config shows it, without "nat ". */
void nat_rule_print(const struct nat_rule *r, struct out *out);

enum nat_status { NAT_OK, NAT_INVALID, NAT_INCOMPLETE, NAT_REFUSED };
/* As acl_syntax. */
enum nat_status nat_syntax(struct str text, bool object, size_t *at,
                           void (*add)(void *arg, const char *word, const char *help), void *arg);

#endif
