/* Published test values of hashes and HMAC. Data is text unless it begins with "hex:". */
#ifndef TESTS_VECTORS_HASH_H
#define TESTS_VECTORS_HASH_H

#include "crypto/prim/prim.h"

struct hash_vector {
	enum prim_md md;
	const char *data;
	unsigned repeat;
	const char *digest;
};

/* RFC 1320 §A.5, RFC 1321 §A.5, RFC 3174 §7.3, FIPS 180-2 §B */
static const struct hash_vector hash_vectors[] = {
        {PRIM_MD4, "", 1, "31d6cfe0d16ae931b73c59d7e0c089c0"},
        {PRIM_MD4, "abc", 1, "a448017aaf21d8525fc10ae87aa6729d"},
        {PRIM_MD4, "message digest", 1, "d9130a8164549fe818874806e1c7014b"},
        {PRIM_MD4, "1234567890", 8, "e33b4ddc9c38f2199c3e7b164fcc0536"},
        {PRIM_MD5, "", 1, "d41d8cd98f00b204e9800998ecf8427e"},
        {PRIM_MD5, "abc", 1, "900150983cd24fb0d6963f7d28e17f72"},
        {PRIM_MD5, "message digest", 1, "f96b697d7cb7938d525a2f31aaf161d0"},
        {PRIM_MD5, "1234567890", 8, "57edf4a22be3c955ac49da2e2107b67a"},
        {PRIM_SHA1, "abc", 1, "a9993e364706816aba3e25717850c26c9cd0d89d"},
        {PRIM_SHA1, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
         "84983e441c3bd26ebaae4aa1f95129e5e54670f1"},
        {PRIM_SHA1, "0123456701234567012345670123456701234567012345670123456701234567", 10,
         "dea356a2cddd90c7a7ecedc5ebb563934f460452"},
        {PRIM_SHA256, "abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {PRIM_SHA256, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
};

struct hmac_vector {
	enum prim_md md;
	const char *key;
	unsigned key_repeat;
	const char *data;
	unsigned repeat;
	const char *digest; /* may be cut short */
};

#define KEY_COUNT "hex:0102030405060708090a0b0c0d0e0f10111213141516171819"
#define BIG_KEY   "Test Using Larger Than Block-Size Key - Hash Key First"
#define BIG_BOTH  "Test Using Larger Than Block-Size Key and Larger Than One Block-Size Data"

static const struct hmac_vector hmac_vectors[] = {
        /* RFC 2104 appendix, RFC 2202 §2 */
        {PRIM_MD5, "hex:0b", 16, "Hi There", 1, "9294727a3638bb1c13f48ef8158bfc9d"},
        {PRIM_MD5, "Jefe", 1, "what do ya want for nothing?", 1,
         "750c783e6ab0b503eaa86e310a5db738"},
        {PRIM_MD5, "hex:aa", 16, "hex:dd", 50, "56be34521d144c88dbb8c733f0e8b3f6"},
        {PRIM_MD5, KEY_COUNT, 1, "hex:cd", 50, "697eaf0aca3a3aea3a75164746ffaa79"},
        {PRIM_MD5, "hex:0c", 16, "Test With Truncation", 1, "56461ef2342edc00f9bab995690efd4c"},
        {PRIM_MD5, "hex:aa", 80, BIG_KEY, 1, "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd"},
        {PRIM_MD5, "hex:aa", 80, BIG_BOTH, 1, "6f630fad67cda0ee1fb1f562db3aa53e"},
        /* RFC 2202 §3 */
        {PRIM_SHA1, "hex:0b", 20, "Hi There", 1, "b617318655057264e28bc0b6fb378c8ef146be00"},
        {PRIM_SHA1, "Jefe", 1, "what do ya want for nothing?", 1,
         "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"},
        {PRIM_SHA1, "hex:aa", 20, "hex:dd", 50, "125d7342b9ac11cd91a39af48aa17b4f63f175d3"},
        {PRIM_SHA1, KEY_COUNT, 1, "hex:cd", 50, "4c9007f4026250c6bc8414f9bf50c86c2d7235da"},
        {PRIM_SHA1, "hex:0c", 20, "Test With Truncation", 1,
         "4c1a03424b55e07fe7f27be1d58bb9324a9a5a04"},
        {PRIM_SHA1, "hex:aa", 80, BIG_KEY, 1, "aa4ae5e15272d00e95705637ce8a3b55ed402112"},
        {PRIM_SHA1, "hex:aa", 80, BIG_BOTH, 1, "e8e99d0f45237d786d6bbaa7965c7808bbff1a91"},
        /* RFC 4868 §2.7.1 (HMAC-SHA-256) and §2.7.2.1 (SHA-256-128, cut to 128 bits) */
        {PRIM_SHA256, "hex:0b", 20, "Hi There", 1,
         "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {PRIM_SHA256, "Jefe", 1, "what do ya want for nothing?", 1,
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {PRIM_SHA256, "hex:aa", 20, "hex:dd", 50,
         "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
        {PRIM_SHA256, KEY_COUNT, 1, "hex:cd", 50,
         "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
        {PRIM_SHA256, "hex:0b", 32, "Hi There", 1, "198a607eb44bfbc69903a0f1cf2bbdc5"},
        {PRIM_SHA256, "JefeJefeJefeJefeJefeJefeJefeJefe", 1, "what do ya want for nothing?", 1,
         "167f928588c5cc2eef8e3093caa0e87c"},
        {PRIM_SHA256, "hex:aa", 32, "hex:dd", 50, "cdcb1220d1ecccea91e53aba3092f962"},
};

#endif
