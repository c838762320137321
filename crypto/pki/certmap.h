/* Certificate maps: which tunnel group a certificate belongs to. */
#ifndef CRYPTO_PKI_CERTMAP_H
#define CRYPTO_PKI_CERTMAP_H

#include "core/base/arena.h"
#include "core/config/read.h"
#include "crypto/pki/cert.h"

struct pki_conf;
struct pki_map; /* one name with its rules, by their numbers */

/* `crypto ca certificate map` of the tree into conf->maps. 0 or -errno. */
int pki_maps_compile(const struct conf *c, struct arena *a, struct pki_conf *conf, struct err *err);
/* Does the rule with this number of the named map fit the certificate? All its lines must; a rule without lines fits
 * nobody, one that is not there neither. */
bool pki_map_fits(const struct pki_conf *conf, const char *map, uint32_t index, const struct pki_cert *cert);
/* An attribute of the subject, by the grammar's word ("ou", "cn", "ea"; the last one of several, as it is nearest to the
 * name), in UTF-8. false when there is none, it is too long or holds a NUL. */
bool pki_cert_attribute(const struct pki_cert *cert, const char *word, char *text, size_t cap);

#endif
