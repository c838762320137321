/* Debug texts of PIX 6: `debug crypto isakmp` and `debug crypto ipsec` of consoles in that dialect. Each function costs
 * a look at one byte while nobody listens. Lines of the two commands run into each other as on the device, which is why
 * what belongs to one message is written by one function. */
#ifndef CRYPTO_IKE_DEBUG_PIX_H
#define CRYPTO_IKE_DEBUG_PIX_H

#include "crypto/ike/engine.h"

/* A message of an exchange is looked at, and has been. */
void pix_block(const struct ike_xchg *x);
void pix_status(const struct ike_xchg *x, enum ike_verdict verdict);

/* "processing KE payload. message ID = 0" and an empty line behind it where `gap`. */
void pix_payload(const struct ike_sa *sa, const char *name, uint32_t msgid, bool gap);
/* Main Mode: each transform against each policy up to the chosen one (NULL: none fits). */
void pix_phase1(const struct ike_sa *sa, const struct p1_offer *offer,
                const struct ike_policy *policy, const struct p1_transform *chosen);
void pix_vendor(const struct ike_sa *sa, bool microsoft);
void pix_authentication(const struct ike_sa *sa, uint8_t id_type);
/* A certificate is looked at; those are asked for in this message; all of them were believed (unchecked: their revocation is not known), or not. */
void pix_cert(const struct ike_sa *sa, bool x509_signature);
void pix_requests(const struct ike_xchg *x);
void pix_believed(const struct ike_xchg *x, bool unchecked);
void pix_refused(const struct ike_sa *sa, enum pki_why why);
void pix_authenticated(const struct ike_sa *sa);
void pix_own_id(const struct ike_sa *sa, struct bytes id);

/* Quick Mode: the offer up to the chosen transform and who asks for it; then the SPI. */
void pix_phase2(const struct ike_qm *qm, const struct p2_offer *offer);
void pix_spi(const struct ike_qm *qm);
/* The offer that was refused: because of the mode alone, or of anything else. */
void pix_phase2_refused(const struct ike_qm *qm, const struct p2_offer *offer, bool mode_only);
void pix_no_map(const struct ike_sa *sa);
/* Both SAs of a pair, in use from now on. */
void pix_sas(const struct ike_child *child);
void pix_delete(const struct ike_sa *sa, size_t spi_len);

#endif
