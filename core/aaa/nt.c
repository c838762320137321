/* NT domains: the helper program logs in at the domain controller's NETLOGON share. */
#include "core/aaa/helped.h"

static const char *fill(struct wr *w, const struct aaa_ask *ask)
{
	const struct aaa_host_conf *c = ask->host->conf;
	if (!c->nt_dc[0])
		return "nt-auth-domain-controller is not set";
	job_put(w, JOB_CONTROLLER, str_of(c->nt_dc));
	job_put_u32(w, JOB_PORT, c->port);
	return NULL;
}

static const struct helped helped = {AAA_HELPER_NT, DEBUG_NTDOMAIN, fill, NULL};

static void ask_nt(struct aaa_ask *ask)
{
	helped_ask(ask, &helped);
}

const struct aaa_proto aaa_nt = {
        .id = AAA_P_NT, .methods = AAA_BIT(AAA_PAP), .ask = ask_nt, .cancel = helped_cancel};
