/* ESP packets of 0 to 80 octets: nothing is subtracted from what is not there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/ipsec/esp_fixture.h"

static void lengths_0_to_80(void **state)
{
	static const struct esp_alg algs[] = {
	        {ESP_CIPHER_DES, 8, ESP_MAC_MD5},    {ESP_CIPHER_3DES, 24, ESP_MAC_SHA1}, {ESP_CIPHER_3DES, 24, ESP_MAC_NONE},
	        {ESP_CIPHER_AES, 16, ESP_MAC_SHA1},  {ESP_CIPHER_AES, 32, ESP_MAC_SHA256}, {ESP_CIPHER_AES, 24, ESP_MAC_NONE},
	        {ESP_CIPHER_NULL, 0, ESP_MAC_SHA1},  {ESP_CIPHER_NULL, 0, ESP_MAC_NONE},
	};
	(void)state;
	for (size_t i = 0; i < sizeof algs / sizeof algs[0]; i++)
		for (unsigned how = 0; how < 4; how++) {
			enum esp_mode mode = how & 1 ? ESP_TUNNEL : ESP_TRANSPORT;
			struct fix_sas sas = fix_open(fix_pair(algs[i], mode, how & 2));
			const struct esp_sa *sa = sas.sa;
			for (uint32_t len = 0; len <= 80; len++)
				for (unsigned fill = 0; fill < 256; fill += 51) {
					struct fix_pkt f;
					uint8_t data[80];
					struct wr w = wr_of(data, sizeof data);
					memset(data, (int)fill, sizeof data);
					wr_u32(&w, FIX_SPI_IN);
					wr_u32(&w, 1 + len);
					fix_pkt_init(&f, data, len);
					f.p.udp_encap = how & 2;
					struct pkt *p = &f.p;
					esp_in(sas.t, &p, 1, 5000);
					assert_int_not_equal(f.p.drop, DROP_NONE);
					uint32_t least = 8u + sa->iv_len + sa->align + sa->icv_len;
					if (len >= 8 && len < least)
						assert_int_equal(f.p.drop, DROP_ESP_LEN);
				}
			fix_close(&sas);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(lengths_0_to_80)};
	return cmocka_run_group_tests(tests, fix_setup, fix_teardown);
}
