/* Informational exchanges (info.c), dead peers (dpd.c), fragments (frag.c). Inside this folder only. */
#ifndef CRYPTO_IKE_INFO_H
#define CRYPTO_IKE_INFO_H

#include "crypto/ike/engine.h"

void info_input(struct ike_sa *sa, struct ip4_end local, struct ip4_end remote,
                const struct ike_hdr *hdr, struct bytes raw);
/* An unprotected notify about a Main Mode that failed; answer to x, kept for repetition. */
void info_refuse_clear(struct ike_xchg *x, uint16_t type);
/* A protected notify. spi may be empty. */
void info_notify(struct ike_sa *sa, uint8_t protocol, struct bytes spi, uint16_t type,
                 struct bytes data);
void info_delete_esp(struct ike_peer *peer, const uint32_t *spis, size_t n);
void info_delete_sa(struct ike_sa *sa);
/* Notify payload body. */
void info_write_notify(struct wr *w, uint8_t protocol, struct bytes spi, uint16_t type,
                       struct bytes data);

void dpd_start(struct ike_peer *peer);
/* It has no flow, from now on: without a new one it is given up soon. */
void dpd_bare(struct ike_peer *peer);
void dpd_notify(struct ike_sa *sa, uint16_t type, struct bytes spi, struct bytes data,
                struct ip4_end local, struct ip4_end remote);

void frag_input(struct ike_sa *sa, struct ip4_end local, struct ip4_end remote,
                const struct ike_hdr *hdr, struct bytes raw);
void frag_clear(struct ike_sa *sa);
/* How many octets that will be. */
size_t frag_octets(const struct ike_sa *sa, struct bytes msg);
/* Sends a message, in fragments where the other side takes them and it would be too long for some paths. */
bool frag_send(struct ike_sa *sa, struct ip4_end local, struct ip4_end remote, struct bytes msg);

#endif
