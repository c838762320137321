/* Published test values of ciphers in CBC mode. */
#ifndef TESTS_VECTORS_CIPHER_H
#define TESTS_VECTORS_CIPHER_H

#include "crypto/prim/prim.h"

struct cipher_vector {
	enum prim_cipher cipher;
	const char *key, *iv, *plain, *cipher_text; /* hex */
};

static const struct cipher_vector cipher_vectors[] = {
        /* FIPS 81 table C1: "Now is the time for all " */
        {PRIM_DES, "0123456789abcdef", "1234567890abcdef",
         "4e6f77206973207468652074696d6520666f7220616c6c20",
         "e5c7cdde872bf27c43e934008c389c0f683788499a7c05f6"},
        /* NIST SP 800-17 table A.1, first and last row (variable plaintext), one block with a zero IV */
        {PRIM_DES, "0101010101010101", "0000000000000000", "8000000000000000", "95f8a5e5dd31d900"},
        {PRIM_DES, "0101010101010101", "0000000000000000", "0000000000000001", "166b40b44aba4bd6"},
        /* NIST SP 800-17 table A.2, first row (variable key) */
        {PRIM_DES, "8001010101010101", "0000000000000000", "0000000000000000", "95a8d72813daa94d"},
        /* NIST SP 800-67 §B.1, block by block with a zero IV */
        {PRIM_3DES, "0123456789abcdef23456789abcdef01456789abcdef0123", "0000000000000000",
         "5468652071756663", "a826fd8ce53b855f"},
        {PRIM_3DES, "0123456789abcdef23456789abcdef01456789abcdef0123", "0000000000000000",
         "6b2062726f776e20", "cce21c8112256fe6"},
        {PRIM_3DES, "0123456789abcdef23456789abcdef01456789abcdef0123", "0000000000000000",
         "666f78206a756d70", "68d5c05dd9b6b900"},
        /* RFC 3602 §4, cases 1 to 4 */
        {PRIM_AES, "06a9214036b8a15b512e03d534120006", "3dafba429d9eb430b422da802c9fac41",
         "53696e676c6520626c6f636b206d7367", "e353779c1079aeb82708942dbe77181a"},
        {PRIM_AES, "c286696d887c9aa0611bbb3e2025a45a", "562e17996d093d28ddb3ba695a2e6f58",
         "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
         "d296cd94c2cccf8a3a863028b5e1dc0a7586602d253cfff91b8266bea6d61ab1"},
        {PRIM_AES, "6c3ea0477630ce21a2ce334aa746c2cd", "c782dc4c098c66cbd9cd27d825682c81",
         "5468697320697320612034382d62797465206d657373616765202865786163746c7920332041455320626c6f6"
         "36b7329",
         "d0a02b3836451753d493665d33f0e8862dea54cdb293abc7506939276772f8d5021c19216bad525c8579695d8"
         "3ba2684"},
        {PRIM_AES, "56e47a38c5598974bc46903dba290349", "8ce82eefbea0da3c44699ed7db51b7d9",
         "a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf"
         "c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf",
         "c30e32ffedc0774e6aff6af0869f71aa0f3af07a9a31a9c684db207eb0ef8e4e"
         "35907aa632c3ffdf868bb7b29d3d46ad83ce9f9a102ee99d49a53e87f4c3da55"},
        /* NIST SP 800-38A §F.2.3 and §F.2.5, first two blocks */
        {PRIM_AES, "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
         "000102030405060708090a0b0c0d0e0f",
         "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51",
         "4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a"},
        {PRIM_AES, "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
         "000102030405060708090a0b0c0d0e0f",
         "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51",
         "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d"},
};

#endif
