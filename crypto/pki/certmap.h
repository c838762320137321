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

/* Names are compared without regard to case (of ASCII) and to how many blanks there are. A whole name is compared as
 * text, nearest part first ("cn=alice,ou=sales,o=example"); in a value of it , + = and \ have a \ before them, so that no
 * value can look like a part of its own. One attribute of several with that name has to fit `eq` and `co`, none of them
 * may fit `ne` and `nc`. A name that cannot be read (a NUL in it, not the encoding it says it is, too long) fits no
 * line. */
struct pki_look; /* a certificate's names, made ready to be compared with many rules */

/* NULL when memory is short. */
struct pki_look *pki_look_new(const struct pki_cert *cert);
void pki_look_free(struct pki_look *look); /* NULL is allowed */
/* Does the rule with this number of the named map fit? All its lines must; a rule without lines fits nobody, one that is
 * not there neither. */
bool pki_look_fits(const struct pki_conf *conf, const char *map, uint32_t index, const struct pki_look *look);
/* The same of a certificate that is asked about once. */
bool pki_map_fits(const struct pki_conf *conf, const char *map, uint32_t index, const struct pki_cert *cert);

/* An attribute of the subject, by the grammar's word ("ou", "cn", "ea", in any case; the last one of several, as it is
 * nearest to the name; "upn": the user principal name among the alternative names), in UTF-8. false when there is none,
 * it is too long or holds a NUL or another control character. */
bool pki_cert_attribute(const struct pki_cert *cert, const char *word, char *text, size_t cap);
/* The attributes of the subject with that word, first to last, until fn returns true; those that cannot be had as above
 * are passed over. Whether fn did. */
bool pki_cert_each(const struct pki_cert *cert, const char *word, bool (*fn)(void *arg, const char *text), void *arg);
/* The whole subject as it is compared, in the case it has. false when it cannot be read, is empty or too long. */
bool pki_cert_entire(const struct pki_cert *cert, char *text, size_t cap);

#endif
