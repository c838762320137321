/* ldap attribute-map: attributes of a directory into terms of a login. */
#include "tests/unit/base/unit.h"

#include <stdio.h>
#include <string.h>

#include "core/aaa/ldap_map.h"
#include "core/base/ip4.h"
#include "core/base/log.h"

static char logs[2000];

static void log_write(void *arg, const struct log_line *line)
{
	size_t at = strlen(logs);
	(void)arg;
	snprintf(logs + at, sizeof logs - at, "%u %s\n", line->id, line->text);
}
static struct log_sink sink = {.level = 7, .write = log_write};

/* "attr=value" rows, NULL at the end, by a map of one name. */
static struct aaa_reply *apply(const struct aaa_map *map, const char *const *rows)
{
	static struct job j;
	static char names[JOB_ROWS_MAX][64];
	memset(&j, 0, sizeof j);
	for (size_t i = 0; rows[i] != NULL; i++) {
		const char *eq = strchr(rows[i], '=');
		snprintf(names[i], sizeof names[i], "%.*s", (int)(eq - rows[i]), rows[i]);
		j.rows[j.nrows++] = (struct job_row){JOB_ATTRIBUTE, names[i]};
		j.rows[j.nrows++] = (struct job_row){JOB_VALUE, eq + 1};
	}
	struct aaa_reply *r = aaa_reply_new();
	assert_non_null(r);
	logs[0] = '\0';
	ldap_map_apply(map, &j, NULL, r);
	return r;
}

static struct aaa_reply *one(const char *ours, const char *value)
{
	const struct aaa_map_name name = {"title", ours};
	const struct aaa_map map = {.names = &name, .nnames = 1};
	char row[1200];
	snprintf(row, sizeof row, "Title=%s", value);
	return apply(&map, (const char *const[]){row, NULL});
}

#define CHECK(ours, value, what)                             \
	do {                                                 \
		struct aaa_reply *r = one(ours, value);      \
		if (!(what))                                 \
			fail_msg("%s %s: %s", ours, value, #what); \
		assert_string_equal(logs, "");               \
		aaa_reply_free(r);                           \
	} while (0)

static void every_attribute(void **state)
{
	(void)state;
	CHECK("Group-Policy", "SALES", strcmp(r->policy, "SALES") == 0);
	CHECK("IETF-Radius-Class", "OU=SALES;", strcmp(r->policy, "SALES") == 0);
	CHECK("cVPN3000-IETF-Radius-Class", "SALES", strcmp(r->policy, "SALES") == 0);
	CHECK("IETF-Radius-Framed-IP-Address", "10.1.1.9", r->framed_ip == 0x0a010109);
	CHECK("IETF-Radius-Framed-IP-Address", "167837961", r->framed_ip == 0x0a010109);
	CHECK("IETF-Radius-Framed-IP-Address", "-1062731519", r->framed_ip == 0xc0a80101); /* as Active Directory keeps it */
	CHECK("IETF-Radius-Framed-IP-Netmask", "255.255.255.0", r->framed_mask == 0xffffff00);
	CHECK("IETF-Radius-Session-Timeout", "3600", r->a.has_session && r->a.session_s == 3600);
	CHECK("IETF-Radius-Idle-Timeout", "0", r->a.has_idle && r->a.idle_s == 0);
	CHECK("IETF-Radius-Filter-Id", "ACL1", r->a.has_filter && strcmp(r->filter, "ACL1") == 0);
	CHECK("Simultaneous-Logins", "2", r->a.has_logins && r->a.logins == 2);
	CHECK("Banner1", "Welcome", strcmp(r->banner, "Welcome") == 0);
	CHECK("Primary-DNS", "10.0.0.1", r->dns[0] == 0x0a000001);
	CHECK("Secondary-DNS", "10.0.0.2", r->dns[1] == 0x0a000002 && r->dns[0] == 0);
	CHECK("Primary-WINS-Server", "10.0.0.3", r->wins[0] == 0x0a000003);
	CHECK("Secondary-WINS-Server", "10.0.0.4", r->wins[1] == 0x0a000004);
	CHECK("Default-Domain", "example.com", strcmp(r->domain, "example.com") == 0);
	CHECK("IPSec-Default-Domain", "example.com", strcmp(r->domain, "example.com") == 0);
	CHECK("IPSec-Split-Tunnel-List", "SPLIT", strcmp(r->split_list, "SPLIT") == 0);
	CHECK("IPSec-Split-Tunneling-Policy", "1", r->has_split && r->split == AAA_SPLIT_SPECIFIED);
	CHECK("Intercept-DHCP-Configure-Msg", "1", r->has_intercept && r->intercept);
	CHECK("Intercept-DHCP-Configure-Msg", "0", r->has_intercept && !r->intercept);
	CHECK("MS-Client-Subnet-Mask", "255.255.0.0", r->intercept_mask == 0xffff0000);
	CHECK("Tunnel-Group-Lock", "RA", strcmp(r->group_lock, "RA") == 0);
	CHECK("Access-Hours", "work", r->a.has_hours && strcmp(r->hours, "work") == 0);
	CHECK("Address-Pools", "POOL", strcmp(r->pool, "POOL") == 0);
	CHECK("DHCP-Network-Scope", "10.9.0.0", r->dhcp_scope == 0x0a090000);
	CHECK("IETF-Radius-Service-Type", "6", r->service == AAA_SERVICE_ADMIN);
	CHECK("IETF-Radius-Service-Type", "7", r->service == AAA_SERVICE_NAS_PROMPT);
	CHECK("IETF-Radius-Service-Type", "5", r->service == AAA_SERVICE_REMOTE_ACCESS);
	CHECK("IETF-Radius-Service-Type", "2", r->service == -1);
	CHECK("Privilege-Level", "15", r->privilege == 15);
	CHECK("Tunneling-Protocols", "8", r->a.has_l2tp && r->a.l2tp);
	CHECK("Tunneling-Protocols", "4", r->a.has_l2tp && !r->a.l2tp);
	CHECK("No-Such-Attribute", "x", r->policy[0] == '\0');
	assert_true(ldap_map_knows("group-policy"));
	assert_false(ldap_map_knows("No-Such-Attribute"));
}

static void assert_unreadable(const char *ours, const char *value, const char *type)
{
	char want[1300];
	struct aaa_reply *r = one(ours, value), *none = aaa_reply_new();
	snprintf(want, sizeof want, "109038 Attribute %s value %s from AAA server could not be parsed as a type %s\n", ours,
	         value, type);
	assert_string_equal(logs, want);
	assert_memory_equal(r, none, sizeof *r);
	aaa_reply_free(r);
	aaa_reply_free(none);
}

static void unreadable_values(void **state)
{
	char large[600];
	(void)state;
	memset(large, 'a', sizeof large);
	large[sizeof large - 1] = '\0';
	assert_unreadable("IETF-Radius-Framed-IP-Address", "10.1.1", "IP address");
	assert_unreadable("IETF-Radius-Framed-IP-Address", "-2147483649", "IP address");
	assert_unreadable("IETF-Radius-Framed-IP-Netmask", "255.0.255.0", "IP address mask");
	assert_unreadable("IETF-Radius-Idle-Timeout", "soon", "integer");
	assert_unreadable("Simultaneous-Logins", "99999999999", "integer");
	assert_unreadable("Privilege-Level", "16", "integer");
	assert_unreadable("IPSec-Split-Tunneling-Policy", "3", "integer");
	assert_unreadable("Intercept-DHCP-Configure-Msg", "2", "integer");
	assert_unreadable("MS-Client-Subnet-Mask", "0.0.255.255", "IP address mask");
	assert_unreadable("Group-Policy", "CN=VPN,OU=Groups", "string");
	assert_unreadable("Banner1", large, "string");
	assert_unreadable("Tunnel-Group-Lock", "", "string");
}

static void values_are_mapped(void **state)
{
	const struct aaa_map_name names[] = {{"memberOf", "Group-Policy"}, {"description", "Banner1"}, {"info", "Banner2"}};
	const struct aaa_map_value values[] = {{"memberOf", "CN=Sales,DC=x", "SALES"}, {"memberOf", "CN=IT,DC=x", "ADMINS"}};
	const struct aaa_map map = {.names = names, .nnames = 3, .values = values, .nvalues = 2};
	(void)state;
	struct aaa_reply *r = apply(&map, (const char *const[]){"memberof=CN=Everybody,DC=x", "memberof=cn=it,dc=x",
	                                                        "memberof=CN=Sales,DC=x", "description=Hello, ",
	                                                        "info=world", "title=x", NULL});
	assert_string_equal(r->policy, "ADMINS"); /* the first that map-value knows */
	assert_string_equal(r->banner, "Hello, world");
	assert_string_equal(logs, "");
	aaa_reply_free(r);
	r = apply(&map, (const char *const[]){"title=x", NULL});
	assert_string_equal(r->policy, "");
	aaa_reply_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_attribute),
	        cmocka_unit_test(unreadable_values),
	        cmocka_unit_test(values_are_mapped),
	};
	log_sink_add(&sink);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
