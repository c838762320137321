/* ICMP Echo in IPv4 (RFC 792), as it goes through a tunnel. */
#ifndef TESTS_CLIENT_ECHO_H
#define TESTS_CLIENT_ECHO_H

#include "core/base/buf.h"

enum { ECHO_REPLY = 0, ECHO_REQUEST = 8, ECHO_HEAD = 28 /* of IP and ICMP */, ECHO_PPP = 4 /* in front of both */ };

struct echo_msg {
	uint8_t type; /* one of these */
	uint32_t src, dst;
	uint16_t id, seq;
	struct bytes data;
};

/* The whole PPP frame: ECHO_PPP + ECHO_HEAD + data.len bytes, not to be fragmented, checksums included. Where there is no
 * room for it w is not ok afterwards. */
void echo_write(struct wr *w, const struct echo_msg *m);
/* Of an IP packet without options; data points into it. false: something else, or its checksum is wrong. */
bool echo_read(struct bytes packet, struct echo_msg *m);

#endif
