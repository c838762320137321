/* ESP over a batch of packets (RFC 4303), in place. Both stages skip packets that are dropped already; a
 * packet they drop gets its reason in pkt->drop, which the worker counts. */
#ifndef CRYPTO_IPSEC_ESP_H
#define CRYPTO_IPSEC_ESP_H

#include "core/base/buf.h"
#include "crypto/ipsec/sa.h"

/* Inbound. In: the view is ESP header .. ICV; peer and udp_encap are those of the datagram. Out: the view is
 * the inner UDP datagram (in tunnel mode the inner IP header is checked and taken off), sa, spi, seq are set.
 * Only UDP passes; addresses and ports must be those of the SA's proxies (RFC 4301 §5.2). Inner UDP checksums
 * are not looked at (RFC 3948 §3.1.2). */
void esp_in(struct esp_table *t, struct pkt **batch, size_t n, uint64_t now_ms);

/* Outbound. In: the view is the UDP datagram, sa is set, tos is that of the user's packet. Out: the view is
 * ESP header .. ICV; peer, local, udp_encap, spi, seq are set; tos is the DSCP to use outside: the ECN bits are
 * cleared, since what unpacks L2TP at the other end would lose a congestion mark (RFC 6040 §4.1,
 * compatibility mode). */
void esp_out(struct esp_table *t, struct pkt **batch, size_t n, uint64_t now_ms);

/* Some peers agree on HMAC-SHA-256 and send 96 bits of it, not 128 (RFC 4868 §2.3); esp_in finds out by what comes, for
 * each SA by itself. */
bool esp_icv_is_cut(const struct esp_sa *sa); /* 96 bits are sent and expected on it; any thread */
/* What is sent on it has 96 bits, until a genuine packet with 128 comes: for a new SA of such a peer, which may have
 * nothing to send. Does nothing when one has come already, and to other MACs. From the thread that has the SA's table,
 * between batches. */
void esp_icv_cut(struct esp_sa *sa);

/* Bytes of headroom and tailroom that esp_out needs at most. */
enum {
	ESP_HEADROOM = 20 + 8 + 16,
	ESP_TAILROOM = 15 + 2 + 16,
};

#endif
