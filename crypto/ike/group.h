/* Which tunnel group a peer belongs to. Inside the engine. */
#ifndef CRYPTO_IKE_GROUP_H
#define CRYPTO_IKE_GROUP_H

#include "crypto/ike/engine.h"
#include "crypto/pki/certmap.h"
#include "crypto/pki/conf.h"

/* The group of a peer whose certificate was verified (tunnel-group-map): by the certificate maps, by its OU, by the
 * identity it gave, by its address, in this order as far as each is enabled, else the default group. id: its data,
 * without type, protocol and port. pki NULL: there are no maps. Says what it looked at (717036 to 717038, debug). NULL
 * when the default group is none of type remote-access. Does not set it: ike_sa_land. */
const struct ike_group *ike_group_for_cert(struct ike_sa *sa, const struct pki_conf *pki, const struct pki_cert *cert,
                                           uint8_t id_type, struct bytes id);
/* The text of an identity: address, FQDN, user FQDN, key id. false for others, and for one with characters that are not
 * printed. */
bool ike_id_name(uint8_t type, struct bytes id, char *name, size_t cap);
/* The SA belongs to this group from here on; said in debug. */
void ike_sa_land(struct ike_sa *sa, const struct ike_group *group);

#endif
