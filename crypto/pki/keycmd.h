/* Commands about key pairs: made, removed, shown. */
#ifndef CRYPTO_PKI_KEYCMD_H
#define CRYPTO_PKI_KEYCMD_H

struct pki;

void pki_key_commands(struct pki *pki);

#endif
