/* RFC 3602 §4, cases 5 and 7: whole ESP packets, AES-128-CBC, no MAC, payload ICMP. */
#ifndef TESTS_VECTORS_ESP_H
#define TESTS_VECTORS_ESP_H

#include "core/base/sa.h"

struct esp_vector {
	enum esp_mode mode;
	uint32_t spi, seq;
	const char *key, *iv;
	const char *inner; /* transport: IP payload; tunnel: IP packet */
	const char *cipher_text;
};

static const struct esp_vector esp_vectors[] = {
        {ESP_TRANSPORT, 0x4321, 1, "90d382b410eeba7ad938c46cec1a82bf",
         "e96e8c08ab465763fd098d45dd3ff893",
         "08000ebda70a00008e9c083db95b070008090a0b0c0d0e0f1011121314151617"
         "18191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637",
         "f663c25d325c18c6a9453e194e120849a4870b66cc6b9965330013b4898dc856"
         "a4699e523a55db080b59ec3a8e4b7e52775b07d1db34ed9c538ab50c551b874a"
         "a269add047ad2d5913ac19b7cfbad4a6"},
        {ESP_TUNNEL, 0x8765, 2, "0123456789abcdef0123456789abcdef",
         "f4e765244f6407adf13dc1380f673f37",
         "4500005409040000"
         "4001f988c0a87b03c0a87bc808009f76a90a0100b49c083d02a2040008090a0b0c0d0e0f"
         "101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637",
         "773b5241a4c449225e4f3ce5ed611b0c237ca96cf74a93013c1b0ea1a0cf70f8"
         "e4ecaec78ac53aad7a0f022b859243c647752e94a859352b8a4d4d2decd136e5"
         "c177f132ad3fbfb2201ac9904c74ee0a109e0ca1e4dfe9d5a100b842f1c22f0d"},
};

#endif
