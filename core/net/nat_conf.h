/* The chains of the table `ip postern` that the configuration asks for: translation (nat, object nat, global, static) and,
 * where the devices are ours, access groups and security levels for what does not come out of a tunnel. */
#ifndef CORE_NET_NAT_CONF_H
#define CORE_NET_NAT_CONF_H

#include <time.h>

#include "core/config/objects.h"
#include "core/net/nat.h"

struct nat_iface {
	char name[49];
	char dev[IFNAMSIZ];
	uint32_t ip, mask;
	uint8_t level;
	bool vpn; /* clients come in here: their packets are on the TUN device */
};

struct nat_host {
	char tun[IFNAMSIZ];
	bool manage; /* what other hosts send is ours to translate and to filter */
	struct tm now; /* which time ranges are on */
	struct nat_iface iface[64];
	size_t n;
};

/* A static translation in force, for show xlate. */
struct nat_fixed {
	char real_if[49], mapped_if[49];
	uint32_t real, mapped, mask;
	uint8_t proto; /* 0: whole addresses */
	uint16_t real_port, mapped_port;
	bool twice; /* for one destination */
};

struct nat_mapped {
	char dev[IFNAMSIZ];
	uint32_t ip, mask;
};

/* Rules for the chain postrouting, in order; exempt ones end it. The others: whole bodies of chains, empty when there is
 * nothing to say. names: one line a list, by the number its log prefix has ("acl NUMBER ELEMENT p|d"; "cp ...": of the
 * control plane; "level", "rpf", "icmp": refused by levels, by a translation that does not fit its way back, by `icmp`).
 * notes: WARNING lines about rules the host cannot have. */
struct nat_chains {
	struct out postrouting, prerouting, forward, input, lists, names;
	struct filter_xlate *xlate; /* the same for the packet path */
	size_t nxlate;
	struct nat_fixed *fixed;
	size_t nfixed;
	struct nat_mapped *mapped; /* addresses on a network of ours that the host answers for (proxy ARP) */
	size_t nmapped;
};
void nat_chains_free(struct nat_chains *chains);
void nat_conf_write(const struct conf *c, const struct nat_host *host, struct nat_chains *chains,
                    struct out *notes);

#endif
