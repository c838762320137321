/* Quick Mode: what its two files (the messages, and the agreement) share. */
#ifndef CRYPTO_IKE_QUICK_H
#define CRYPTO_IKE_QUICK_H

#include "crypto/ike/engine.h"

struct ike_qm *qm_new(struct ike_sa *sa, uint32_t msgid, bool initiator);
/* Refused: counts it, tells the peer (notify 0: does not), keeps the exchange for repetitions. */
enum ike_verdict qm_refuse(struct ike_qm *qm, uint16_t notify, const char *why);
/* Reads QM1 and settles on identities, map entry, transform, lifetimes and group. STEP_DONE, or refused. */
enum ike_verdict qm_agree(struct ike_qm *qm, const struct ike_msg *m);
/* RESPONDER-LIFETIME in a message: the shorter lifetime holds. */
void qm_read_life(struct ike_qm *qm, const struct ike_msg *m);

#endif
