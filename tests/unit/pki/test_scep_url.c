/* Operations of SCEP as URLs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/pki/scep_priv.h"

static struct bytes text(const char *s)
{
	return (struct bytes){(const uint8_t *)s, strlen(s)};
}

static void check(const char *configured, struct bytes message, const char *want)
{
	char *url = scep_url(configured, "GetCACert", message);
	assert_non_null(url);
	assert_string_equal(url, want);
	free(url);
}

static void urls(void **state)
{
	(void)state;
	check("http://ca.example.com/certsrv/mscep/mscep.dll", text("T"),
	      "http://ca.example.com/certsrv/mscep/mscep.dll?operation=GetCACert&message=T");
	/* as PIX writes it, with and without what `ca identity` puts before it */
	check("171.68.9.149:/certsrv/mscep/mscep.dll", text("T"),
	      "http://171.68.9.149/certsrv/mscep/mscep.dll?operation=GetCACert&message=T");
	check("http://171.68.9.149:/certsrv/mscep/mscep.dll", (struct bytes){NULL, 0},
	      "http://171.68.9.149/certsrv/mscep/mscep.dll?operation=GetCACert");
	check("http://ca:8080", text("T"), "http://ca:8080/cgi-bin/pkiclient.exe?operation=GetCACert&message=T");
	check("HTTP://ca/", text("T"), "http://ca/cgi-bin/pkiclient.exe?operation=GetCACert&message=T");
	check("http://ca:", text("T"), "http://ca/cgi-bin/pkiclient.exe?operation=GetCACert&message=T");
	check("http://ca/scep?x=1", text("T"), "http://ca/scep?x=1&operation=GetCACert&message=T");
	check("http://ca/scep", text("a b&c=+/"), "http://ca/scep?operation=GetCACert&message=a%20b%26c%3D%2B%2F");
	check("", text("T"), "http:///cgi-bin/pkiclient.exe?operation=GetCACert&message=T"); /* the transfer refuses it */
}

static void too_long(void **state)
{
	static uint8_t message[16384];
	(void)state;
	memset(message, 'a', sizeof message);
	assert_null(scep_url("http://ca/scep", "PKIOperation", (struct bytes){message, sizeof message}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(urls), cmocka_unit_test(too_long)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
