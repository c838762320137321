/* Certificates that are about to expire, or have expired, are told of once a day. */
#ifndef CRYPTO_PKI_EXPIRY_H
#define CRYPTO_PKI_EXPIRY_H

struct pki;

/* A minute after the start, then each day, until pki_expiry_stop. */
void pki_expiry_start(struct pki *pki);
void pki_expiry_stop(struct pki *pki);

#endif
