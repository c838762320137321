/* show crypto ca crls, crypto ca crl request, clear crypto ca crls. */
#ifndef CRYPTO_PKI_CRLCMD_H
#define CRYPTO_PKI_CRLCMD_H

struct pki;
/* Once; their ctx is the struct pki. */
void pki_crl_commands(struct pki *pki);

#endif
