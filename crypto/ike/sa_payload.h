/* The SA payload's inside (RFC 2408 §3.4-3.6): proposals and transforms, common to both phases. */
#ifndef CRYPTO_IKE_SA_PAYLOAD_H
#define CRYPTO_IKE_SA_PAYLOAD_H

#include "crypto/ike/wire.h"

enum { SAP_LIFE_SECONDS = 1, SAP_LIFE_KILOBYTES = 2 };

/* One transform as the walk hands it out. */
struct sap_transform {
	uint8_t proposal, protocol, number, trans_id;
	struct bytes spi, attrs, raw;
	unsigned together; /* proposals with the same number: all of them or none */
};

/* Hands every transform to each; false with why when something is malformed (each returned false: its
 * attributes). */
bool sap_walk(struct bytes sa, bool (*each)(void *, const struct sap_transform *), void *arg,
              const char **why);
/* Lifetimes above 32 bits are as good as 32 bits. */
uint32_t sap_life(const struct ike_attr *a);
uint16_t sap_u16(const struct ike_attr *a);

/* DOI and situation. */
void sap_begin(struct wr *w);
/* A proposal with one transform whose body is written by the caller afterwards; lengths by sap_proposal_end. */
struct sap_at {
	size_t proposal, transform;
};
struct sap_at sap_proposal_begin(struct wr *w, uint8_t number, uint8_t protocol,
                                 const uint32_t *spi);
void sap_proposal_end(struct wr *w, struct sap_at at);

#endif
