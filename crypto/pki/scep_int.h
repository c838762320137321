/* Between the files that make and read messages of SCEP. */
#ifndef CRYPTO_PKI_SCEP_INT_H
#define CRYPTO_PKI_SCEP_INT_H

#include <openssl/cms.h>

#include "core/base/buf.h"

/* Signed attributes, 2.16.840.1.113733.1.9.n */
enum scep_oid {
	SCEP_OID_TYPE,
	SCEP_OID_STATUS,
	SCEP_OID_FAIL,
	SCEP_OID_SENDER,
	SCEP_OID_RECIPIENT,
	SCEP_OID_TRANSACTION,
};

/* The caller frees it. */
ASN1_OBJECT *scep_oid(enum scep_oid oid);
/* All of der as a ContentInfo of this type; NULL when it is none. The caller frees it. */
CMS_ContentInfo *scep_cms_read(struct bytes der, int nid);
/* The certificates in it which can be used, held; how many. */
size_t scep_certs(CMS_ContentInfo *cms, struct pki_cert **certs, size_t most);

#endif
