/* A session as the packet path sees it: one struct that l2tp_data, ppp_data and the worker share. Created,
 * changed and freed by the worker thread on command of the control thread; counters may be read by anyone. */
#ifndef CORE_BASE_DATAPLANE_H
#define CORE_BASE_DATAPLANE_H

#include "core/base/buf.h"
#include "core/base/drop.h"

struct dsess_counters {
	_Atomic uint64_t pkts_in, pkts_out, bytes_in, bytes_out; /* inner IP packets */
	_Atomic uint64_t errs;
	_Atomic uint64_t last_ms; /* last IP packet either way: idle timeout */
};

struct dsess {
	uint16_t tunnel, call;               /* ours: what the peer writes into the header */
	uint16_t remote_tunnel, remote_call; /* the peer's: what we write */
	uint16_t local_port, remote_port;    /* UDP inside ESP */
	uint32_t peer, flow;
	bool open;      /* IPCP is open: IP may pass */
	bool acfc, pfc; /* the peer agreed to receive compressed address/control, protocol */
	bool inform;    /* its DHCPINFORM is for the control thread (intercept-dhcp) */
	uint32_t ip;    /* the client's address, host order */
	uint16_t mtu;   /* largest IP packet to the client */
	bool sequencing; /* the peer asked for data sequence numbers */
	uint16_t ns, nr;
	struct esp_sa *out; /* the flow's current SA, NULL while there is none */
	struct dsess_counters *c; /* outlives the session for the control thread */
};

/* Results of the receiving stages. */
enum data_verdict {
	DATA_FORWARD, /* goes on to the next stage */
	DATA_PUNT,    /* for the control thread */
	DATA_DROP,    /* p->drop says why */
};

#endif
