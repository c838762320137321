#include "crypto/pki/expiry.h"

#include "core/base/log.h"
#include "core/base/zone.h"
#include "crypto/pki/name.h"
#include "crypto/pki/priv.h"

enum {
	DAY_S = 86400,
	DAY_MS = DAY_S * 1000,
	FIRST_MS = 60000,
	BEGIN_DAYS = 60, /* before the end: then every week, in the last one each day */
	WEEK_DAYS = 7,
};

static bool due(int64_t left_s, bool first)
{
	int64_t days = left_s / DAY_S;
	return left_s < 0 || (days <= BEGIN_DAYS && (first || days < WEEK_DAYS || (BEGIN_DAYS - days) % WEEK_DAYS == 0));
}

static void tell(const struct pki_trustpoint *tp, enum pki_role role, int64_t left_s)
{
	const struct pki_cert *cert = tp->cert[role];
	const char *type = role == PKI_ROLE_OWN ? "ID" : role == PKI_ROLE_CA ? "CA" : "RA";
	char end[64], subject[PKI_NAME_TEXT], issuer[PKI_NAME_TEXT], serial[PKI_SERIAL_TEXT];
	zone_format(end, sizeof end, "%H:%M:%S %Z %b %-d %Y", pki_cert_not_after(cert));
	pki_name_text(pki_cert_subject(cert), subject, sizeof subject);
	pki_name_text(pki_cert_issuer(cert), issuer, sizeof issuer);
	pki_serial_text(cert, serial);
	if (left_s < 0)
		log_msg(MSG_717055, type, tp->name, end, subject, issuer, serial);
	else
		log_msg(MSG_717054, type, tp->name, (unsigned)(left_s / DAY_S), end, subject, issuer, serial);
}

static void look(struct pki *pki, bool first)
{
	int64_t now = pki->ops->wall_s(pki->ctx);
	for (size_t i = 0; i < pki->conf->ntrustpoints; i++) {
		const struct pki_trustpoint *tp = &pki->conf->trustpoints[i];
		for (unsigned r = 0; r < PKI_ROLES; r++) {
			int64_t left_s = tp->cert[r] != NULL ? pki_cert_not_after(tp->cert[r]) - now : INT64_MAX;
			if (due(left_s, first))
				tell(tp, r, left_s);
		}
	}
}

static void daily(struct timer *t, void *arg)
{
	struct pki *pki = arg;
	look(pki, false);
	timer_start(pki->clock, t, DAY_MS, daily, pki);
}

static void at_first(struct timer *t, void *arg)
{
	struct pki *pki = arg;
	look(pki, true);
	timer_start(pki->clock, t, DAY_MS, daily, pki);
}

void pki_expiry_start(struct pki *pki)
{
	timer_start(pki->clock, &pki->expiry, FIRST_MS, at_first, pki);
}

void pki_expiry_stop(struct pki *pki)
{
	timer_stop(pki->clock, &pki->expiry);
}
