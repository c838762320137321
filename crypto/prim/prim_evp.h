/* Inside this folder only: what OpenSSL fetched for us. */
#ifndef CRYPTO_PRIM_PRIM_EVP_H
#define CRYPTO_PRIM_PRIM_EVP_H

#include <openssl/evp.h>

#include "crypto/prim/prim.h"

/* The fetched CBC cipher; NULL when prim_init was not called or the key length does not fit. */
const EVP_CIPHER *prim_evp_cbc(enum prim_cipher c, size_t key_len);

#endif
