/* Kerberos: the helper program asks the KDC for a ticket to this appliance, and proves it with the keytab. */
#include <ctype.h>

#include "core/aaa/helped.h"

static const char *fill(struct wr *w, const struct aaa_ask *ask)
{
	const struct aaa_host_conf *c = ask->host->conf;
	char realm[256];
	size_t i = 0;
	for (; c->realm[i] && i < sizeof(realm) - 1; i++)
		realm[i] = (char)toupper((unsigned char)c->realm[i]);
	realm[i] = '\0';
	if (i == 0)
		return "kerberos-realm is not set";
	job_put(w, JOB_REALM, str_of(realm));
	job_put_u32(w, JOB_PORT, c->port);
	return NULL;
}

static const struct helped helped = {AAA_HELPER_KERBEROS, DEBUG_KERBEROS, fill, NULL};

static void ask_kerberos(struct aaa_ask *ask)
{
	helped_ask(ask, &helped);
}

const struct aaa_proto aaa_kerberos = {
        .id = AAA_P_KERBEROS, .methods = AAA_BIT(AAA_PAP), .ask = ask_kerberos, .cancel = helped_cancel};
