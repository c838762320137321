#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>

#include "tests/unit/pki/revoke.h"

const struct bytes nothing;

void check_by(enum pki_revocation first, int second, int third)
{
	tps[0].revocation[0] = first;
	tps[0].nrevocation = 1;
	if (second >= 0)
		tps[0].revocation[tps[0].nrevocation++] = (enum pki_revocation)second;
	if (third >= 0)
		tps[0].revocation[tps[0].nrevocation++] = (enum pki_revocation)third;
	reconfigure();
}

X509 *with_cdp(const char *cdp)
{
	return peer_of(root, ROOT, (struct maker){.ext = {{cdp != NULL ? NID_crl_distribution_points : 0, cdp}}});
}

void asks(X509 *x, const char *url)
{
	unsigned before = verdicts;
	ask(x, PEER, NULL, NULL);
	start();
	maker_work(&world);
	assert_int_equal(verdicts, before);
	assert_string_equal(maker_url(&world), url);
}

enum pki_why with(struct bytes body)
{
	unsigned before = verdicts;
	maker_answer(&world, 0, body);
	assert_int_equal(verdicts, before); /* big things are read elsewhere */
	maker_work(&world);
	assert_int_equal(verdicts, before + 1);
	return why;
}

enum pki_why without(void)
{
	maker_answer(&world, -ETIMEDOUT, nothing);
	maker_work(&world);
	return why;
}

void pass_time(uint64_t s)
{
	clock_run(&world.clock, world.clock.now_ms + s * 1000);
}

struct bytes crl(struct maker_crl m)
{
	m.issuer = m.issuer != NULL ? m.issuer : root;
	return maker_crl(&m);
}
