/* Why a packet was dropped: one list, many uses (enum, counter, text of `show asp drop`). */
#ifndef CORE_BASE_DROP_H
#define CORE_BASE_DROP_H

#include <stdatomic.h>
#include <stdint.h>

/* name, text */
#define DROP_LIST(X)                                                                               \
	X(NONE, "not dropped")                                                                     \
	X(RUNT, "packet too short for its headers")                                                \
	X(NO_BUFFER, "no packet buffer free")                                                      \
	X(TOO_BIG, "packet longer than the buffer")                                                \
	X(ESP_NO_SA, "ESP with an unknown SPI")                                                    \
	X(ESP_LEN, "ESP length not a whole number of blocks")                                      \
	X(ESP_REPLAY, "ESP replay check failed")                                                   \
	X(ESP_AUTH, "ESP authentication failed")                                                   \
	X(ESP_PAD, "ESP padding or next header invalid")                                           \
	X(ESP_EXPIRED, "SA past its hard lifetime")                                                \
	X(ESP_SEQ, "sequence number exhausted")                                                    \
	X(ESP_CRYPTO, "cipher failed")                                                             \
	X(ESP_POLICY, "inner packet does not match the SA")                                        \
	X(ESP_DUMMY, "ESP dummy packet")                                                           \
	X(INNER_IP, "inner IP header invalid")                                                     \
	X(INNER_FRAGMENT, "inner fragment inside ESP")                                             \
	X(INNER_UDP, "inner UDP header invalid")                                                   \
	X(L2TP_CLEAR, "L2TP outside IPsec")                                                        \
	X(L2TP_HEADER, "L2TP header invalid")                                                      \
	X(L2TP_VERSION, "L2TP version not 2")                                                      \
	X(L2TP_NO_TUNNEL, "L2TP data for an unknown tunnel")                                       \
	X(L2TP_NO_SESSION, "L2TP data for an unknown session")                                     \
	X(L2TP_WRONG_SA, "L2TP tunnel belongs to another peer")                                    \
	X(PPP_HEADER, "PPP header invalid")                                                        \
	X(PPP_NOT_OPEN, "PPP network data before IPCP is open")                                    \
	X(SOURCE, "source address is not the session's")                                           \
	X(DHCP, "DHCP message of a client that is not answered")                                      \
	X(NO_ROUTE, "no session for this destination")                                             \
	X(NO_SA_OUT, "session has no SA to send on")                                               \
	X(MTU, "larger than the tunnel MTU, DF set")                                               \
	X(NO_FLOW, "message on SAs that are gone")                                                 \
	X(RING_FULL, "punt ring full")                                                             \
	X(CROSS_FULL, "ring to another packet thread full")                                        \
	X(VNET, "header of the TUN device invalid")                                                \
	X(TUN_WRITE, "TUN device refused the packet")                                              \
	X(UDP_WRITE, "socket refused the packet")                                                  \
	X(ACL_DROP, "Flow is denied by configured rule")                                                            \
	X(ACL_CONTROL, "Denied by the access list of the control plane")                           \
	X(IP_OPTIONS, "not IPv4 or header invalid")

enum drop_reason {
#define X(name, text) DROP_##name,
	DROP_LIST(X)
#undef X
		DROP_N
};

struct drop_counters {
	_Atomic uint64_t n[DROP_N];
};

const char *drop_name(enum drop_reason r); /* "esp-no-sa" */
const char *drop_text(enum drop_reason r);

/* Counters have one writer; readers load relaxed. */
static inline void ctr_add(_Atomic uint64_t *c, uint64_t n)
{
	atomic_store_explicit(c, atomic_load_explicit(c, memory_order_relaxed) + n, memory_order_relaxed);
}
static inline uint64_t ctr_get(const _Atomic uint64_t *c)
{
	return atomic_load_explicit(c, memory_order_relaxed);
}
static inline void drop_count(struct drop_counters *c, enum drop_reason r)
{
	ctr_add(&c->n[r], 1);
}

#endif
