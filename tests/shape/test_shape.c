#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/shape/shape.h"

static void same(const char *text, const char *want)
{
	struct out shape;
	out_init(&shape);
	shape_mask(str_of(text), &shape);
	assert_string_equal(shape.text, want);
	out_free(&shape);
}

static void words(void **state)
{
	(void)state;
	same("Remote Internet Address 171.68.9.149, port 1701",
	     "Remote Internet Address <ip>, port <n>");
	same("(171.68.9.57/255.255.255.255/17/1701)", "(<ip>/<ip>/<n>/<n>)");
	same("spi: 0xfbc9db43(4224310083)", "spi: <hex>(<n>)");
	same("current outbound spi: a8c54ec8", "current outbound spi: <hex>");
	same("Duration     : 17d 2h:13m:35s", "Duration     : <n>d <n>h:<n>m:<n>s");
	same("11:52:46 UTC Mon Dec 12 2022", "<n>:<n>:<n> UTC <date> <date> <n> <n>");
}

static void names_stay(void **state)
{
	(void)state;
	same("SHA1 AES256 GigabitEthernet0/0 msCHAPV2",
	     "SHA1 AES256 GigabitEthernet0/<n> msCHAPV2");
	same("DEADBEEF or 12345678", "DEADBEEF or <n>");
	same("IKE_AUTH_2 deaf cafe", "IKE_AUTH_2 deaf cafe");
}

static void columns(void **state)
{
	(void)state;
	same("Bytes Tx     : 10244425635            Bytes Rx     : 5",
	     "Bytes Tx     : <n>  Bytes Rx     : <n>");
	same("    15 packets", "    <n> packets");
	same("Status      up  ", "Status      up  ");
	same("count 7   \n  x", "count <n>   \n  x");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(words),
	        cmocka_unit_test(names_stay),
	        cmocka_unit_test(columns),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
