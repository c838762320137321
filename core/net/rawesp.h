/* ESP without UDP: a raw socket of IP protocol 50. Packets arrive with their IP header, which is checked,
 * read into peer, local and tos, and pulled off. */
#ifndef CORE_NET_RAWESP_H
#define CORE_NET_RAWESP_H

#include "core/net/udp.h"

struct rawesp;

/* sender: it receives nothing (every socket of the protocol would get a copy of each packet). 0 or -errno. */
int rawesp_open(struct rawesp **r, bool sender, struct err *err);
void rawesp_close(struct rawesp *r); /* NULL is allowed */
int rawesp_fd(const struct rawesp *r);
const struct udp_stats *rawesp_stats(const struct rawesp *r);
/* As udp_recv; ports of peer and local are 0. A packet with a bad IP header has drop = DROP_IP_OPTIONS. */
int rawesp_recv(struct rawesp *r, struct pkt *const *pkts, unsigned n);
bool rawesp_more(const struct rawesp *r); /* as udp_more */
/* As udp_send. */
unsigned rawesp_send(struct rawesp *r, struct pkt *const *pkts, unsigned n);

#endif
