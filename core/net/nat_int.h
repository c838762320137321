/* What the files about the configuration's chains share. */
#ifndef CORE_NET_NAT_INT_H
#define CORE_NET_NAT_INT_H

#include "core/net/nat_conf.h"

struct build {
	const struct conf *c;
	const struct nat_host *host;
	struct nat_chains *out;
	struct out *notes;
	unsigned n;   /* rules so far */
	char tag[24]; /* of the rule at hand: what its counters are found by */
};

/* nat_conf.c */
const struct nat_iface *build_iface(const struct build *b, struct str name);
bool build_full(struct build *b); /* no more rules: told once */
void build_address(struct out *o, const char *side, const struct acl_addr *a);

void build_xlate(struct build *b, const struct filter_xlate *x);
void build_fixed(struct build *b, const struct nat_fixed *f);
/* The host answers for a mapped network of that interface. */
void build_mapped(struct build *b, struct str ifname, uint32_t ip, uint32_t mask);

/* nat_xlate.c: one translation. Lists of addresses are numbers: ANY, NET or RANGE. */
struct addresses {
	struct acl_addr a[256];
	size_t n;
};

struct xlate {
	struct str real_if, mapped_if;
	struct addresses src, to;     /* real and mapped source */
	struct addresses dst, dst_to; /* destination as the source sees it, and as it is; with has_dst */
	bool dynamic, to_interface, dst_interface, has_dst;
	bool no_proxy_arp;
	bool one_way; /* static: nobody from the mapped side begins */
	uint8_t proto; /* 0: ports do not matter */
	struct acl_ports sport, to_sport; /* real and mapped port of the source */
	struct acl_ports dport, to_dport; /* port of the destination as the source sees it, and as it is */
};

/* "any", an object, a group, or (object NAT) an address. */
void xlate_addresses(const struct build *b, struct str name, struct addresses *s);
bool xlate_same(const struct addresses *a, const struct addresses *b);
void xlate_write(struct build *b, struct xlate *x); /* without has_dst fills dst in: anywhere */
/* A `nat` line; object: of this object. */
void xlate_rule(struct build *b, struct str text, struct str object);

/* nat_old.c */
void nat_old_write(struct build *b);

/* nat_lists.c */
void nat_lists_write(struct build *b);

#endif
