/* What is told of clients that do not get in: the engine's side of core/base/failure.h. Inside this folder only. */
#ifndef CRYPTO_IKE_REFUSED_H
#define CRYPTO_IKE_REFUSED_H

#include "crypto/ike/engine.h"

/* A phase 1 comes to nothing; only the first word of it counts. f: cause and what is special about it, the rest is filled
 * in here. Those that we began are not told of. */
void ike_refused(struct ike_sa *sa, struct failure f);
/* A first message is not even looked at. raw: all of it. */
void ike_refused_first(struct ike *ike, struct ip4_end remote, const char *ifname, struct bytes raw, enum fail_cause cause);
/* No answer in time. */
void ike_refused_silent(struct ike_sa *sa);
/* The same of a Quick Mode. */
void qm_refused(struct ike_qm *qm, struct failure f);
/* None of the proposals of phase 1 fits. */
void ike_refused_proposal(struct ike_sa *sa, const struct p1_offer *offer, bool texts);
/* No transform fits the entry of the crypto map. mode_set: a set that fits but for its mode, NULL = none. */
void qm_refused_transform(struct ike_qm *qm, const struct ipsec_entry *e, const struct p2_offer *offer,
                          const struct ipsec_transform_set *mode_set);

#endif
