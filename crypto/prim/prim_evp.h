/* Inside this folder only: what OpenSSL fetched for us. */
#ifndef CRYPTO_PRIM_PRIM_EVP_H
#define CRYPTO_PRIM_PRIM_EVP_H

#include <openssl/evp.h>

#include "crypto/prim/prim.h"

enum { PRIM_EVP_N = 5 }; /* ciphers by key length */

/* Which of them it is; -1 when the key length does not fit. */
int prim_evp_index(enum prim_cipher c, size_t key_len);
/* The fetched CBC cipher; NULL when prim_init was not called. */
const EVP_CIPHER *prim_evp_at(int index);
const char *prim_evp_name(int index); /* "AES-128-CBC" */

#endif
