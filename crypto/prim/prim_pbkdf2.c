#include <limits.h>
#include <openssl/evp.h>

#include "crypto/prim/prim.h"

bool prim_pbkdf2_sha512(struct bytes password, struct bytes salt, unsigned rounds, uint8_t *out,
                        size_t len)
{
	if (rounds == 0 || rounds > INT_MAX || password.len > INT_MAX || salt.len > INT_MAX ||
	    len > INT_MAX)
		return false;
	return PKCS5_PBKDF2_HMAC((const char *)password.p, (int)password.len, salt.p, (int)salt.len,
	                         (int)rounds, EVP_sha512(), (int)len, out) == 1;
}
