/* Access lists as `match address` uses them. */
#ifndef CRYPTO_IPSEC_ACL_H
#define CRYPTO_IPSEC_ACL_H

#include "core/config/read.h"
#include "crypto/ipsec/conf.h"

/* The list's extended and standard entries in order, in arena a. NULL with err: unknown list, memory. */
const struct ipsec_acl *ipsec_acl_compile(const struct conf *c, struct arena *a, struct str name,
                                          struct err *err);

#endif
