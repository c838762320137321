#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "crypto/ipsec/conf.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define ALL      0, 65535
#define HOST     UINT32_MAX
enum { SERVER = (int)0xab443909, CLIENT = (int)0xab443995 }; /* 171.68.9.57, 171.68.9.149 */

static const struct sa_proxy local = {(uint32_t)SERVER, HOST, 17, 1701};

static bool permits(const struct ipsec_ace *aces, size_t n, uint16_t port)
{
	struct ipsec_acl acl = {"l2tp", aces, n};
	struct sa_proxy remote = {(uint32_t)CLIENT, HOST, 17, port};

	return ipsec_acl_permits(&acl, &local, &remote);
}

/* access-list l2tp permit udp host 171.68.9.57 any eq 1701: a client's own port must be 1701 */
static void from_1701_only(void **state)
{
	static const struct ipsec_ace ace[] = {
	        {true, 17, (uint32_t)SERVER, HOST, 0, 0, ALL, 1701, 1701}};

	(void)state;
	assert_true(permits(ace, 1, 1701));
	assert_false(permits(ace, 1, 49152));
	assert_false(permits(ace, 1, 0)); /* any port is more than 1701 */
}

static void any_port(void **state)
{
	static const struct ipsec_ace ace[] = {
	        {true, 17, (uint32_t)SERVER, HOST, 0, 0, 1701, 1701, ALL}};

	(void)state;
	assert_true(permits(ace, 1, 1701));
	assert_true(permits(ace, 1, 49152));
	assert_true(permits(ace, 1, 0));
}

static void protocols(void **state)
{
	static const struct ipsec_ace ip[] = {{true, 0, 0, 0, 0, 0, ALL, ALL}};
	static const struct ipsec_ace tcp[] = {{true, 6, 0, 0, 0, 0, ALL, ALL}};
	static const struct ipsec_ace udp[] = {{true, 17, 0, 0, 0, 0, ALL, ALL}};
	struct sa_proxy any = {(uint32_t)CLIENT, HOST, 0, 0};

	(void)state;
	assert_true(permits(ip, 1, 0));
	assert_false(permits(tcp, 1, 0));
	assert_true(permits(udp, 1, 0));
	assert_true(ipsec_acl_permits(&(struct ipsec_acl){"a", ip, 1}, &local, &any));
	assert_false(ipsec_acl_permits(&(struct ipsec_acl){"a", udp, 1}, &local, &any));
	assert_false(permits(ip, 0, 0)); /* nothing is permitted by an empty list */
	assert_true(ipsec_acl_permits(NULL, &local, &any));
}

static void order_counts(void **state)
{
	static const struct ipsec_ace deny_host_first[] = {
	        {false, 0, 0, 0, (uint32_t)CLIENT, HOST, ALL, ALL},
	        {true, 0, 0, 0, 0, 0, ALL, ALL}};
	static const struct ipsec_ace deny_other[] = {
	        {false, 0, 0, 0, (uint32_t)CLIENT + 1, HOST, ALL, ALL},
	        {true, 0, 0, 0, 0, 0, ALL, ALL}};
	static const struct ipsec_ace permit_first[] = {
	        {true, 0, 0, 0, 0, 0, ALL, ALL},
	        {false, 0, 0, 0, (uint32_t)CLIENT, HOST, ALL, ALL}};
	static const struct ipsec_ace deny_part[] = {{false, 17, 0, 0, 0, 0, ALL, 1701, 1701},
	                                             {true, 0, 0, 0, 0, 0, ALL, ALL}};

	(void)state;
	assert_false(permits(deny_host_first, 2, 1701));
	assert_true(permits(deny_other, 2, 1701));
	assert_true(permits(permit_first, 2, 1701));
	assert_false(permits(deny_part, 2, 1701));
	assert_true(permits(deny_part, 2, 1702));
	assert_false(permits(deny_part, 2, 0)); /* a part of it is denied */
}

static void networks(void **state)
{
	static const struct ipsec_ace net[] = {
	        {true, 0, (uint32_t)SERVER, HOST, 0xab440000, 0xffff0000, ALL, ALL}};
	struct ipsec_acl acl = {"a", net, 1};
	struct sa_proxy remote = {0xab440900, 0xffffff00, 17, 0};

	(void)state;
	assert_true(ipsec_acl_permits(&acl, &local, &remote));
	remote.mask = 0xff000000; /* larger than the list's */
	remote.ip = 0xab000000;
	assert_false(ipsec_acl_permits(&acl, &local, &remote));
	remote = (struct sa_proxy){0xac440900, 0xffffff00, 17, 0};
	assert_false(ipsec_acl_permits(&acl, &local, &remote));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(from_1701_only), cmocka_unit_test(any_port),
	        cmocka_unit_test(protocols),      cmocka_unit_test(order_counts),
	        cmocka_unit_test(networks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
