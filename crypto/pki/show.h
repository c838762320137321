/* Commands that show certificates and trustpoints. */
#ifndef CRYPTO_PKI_SHOW_H
#define CRYPTO_PKI_SHOW_H

struct pki;

void pki_show_commands(struct pki *pki);

#endif
