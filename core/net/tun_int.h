/* What tun.c (the device, reading) and tun_send.c share. */
#ifndef CORE_NET_TUN_INT_H
#define CORE_NET_TUN_INT_H

#include "core/net/tun.h"
#include "core/net/tun_coalesce.h"
#include "core/net/tun_gso.h"

enum {
	TUN_PACKET_MAX = 65535,
	TUN_SLOT_MAX = TUN_GSO_AREA,
	TUN_STORE_BYTES = 3 * TUN_SLOT_MAX, /* a batch of usual packets, and there is always room for the largest */
	TUN_REFUSED_MAX = 16, /* super-packets the device does not take, before it is not asked again */
};

struct tun_store {
	struct tun_gso super;       /* read, and not cut to the end */
	bool super_taken;           /* the device has taken a super-packet */
	unsigned super_refused;
	struct tun_plan plan;
	size_t in_used, cut_used; /* bytes that were ever written */
	_Alignas(64) uint8_t in[TUN_STORE_BYTES];  /* as read */
	_Alignas(64) uint8_t cut[TUN_STORE_BYTES]; /* packets made of super-packets */
};

#endif
