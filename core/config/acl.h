/* The rule of an access-list entry: "permit udp host 192.0.2.1 any eq 1701". */
#ifndef CORE_CONFIG_ACL_H
#define CORE_CONFIG_ACL_H

#include "core/base/err.h"
#include "core/base/ip4.h"
#include "core/base/out.h"

/* Ports only count for TCP and UDP; 0..65535 = any. */
struct acl_rule {
	bool permit;
	bool log;
	bool inactive;
	uint8_t proto; /* 0 = ip */
	uint32_t src, src_mask, dst, dst_mask;
	uint16_t sport_lo, sport_hi, dport_lo, dport_hi;
};

/* Reads the rule of an `extended` entry (standard: of a `standard` one, whose address is the destination). Keywords
 * may be abbreviated. false with err. */
bool acl_rule_parse(struct str text, bool standard, struct acl_rule *rule, struct err *err);
/* The way running-config shows it, without the blank at the end. */
void acl_rule_print(const struct acl_rule *rule, bool standard, struct out *out);

#endif
