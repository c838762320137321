/* "any echo outside", "host 192.0.2.1 outside", "10.0.0.0 255.0.0.0 unreachable inside": whom the host lets ping an interface. */
#ifndef CORE_CONFIG_ICMP_RULE_H
#define CORE_CONFIG_ICMP_RULE_H

#include "core/base/err.h"
#include "core/config/acl.h"

struct icmp_rule {
	struct acl_addr src; /* ANY or NET */
	int type;            /* -1 = any */
	struct str ifname;   /* points into the text */
};

/* false with err. */
bool icmp_rule_parse(struct str text, struct icmp_rule *r, struct err *err);
void icmp_rule_print(const struct icmp_rule *r, struct out *out);

#endif
