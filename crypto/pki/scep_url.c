/* Operations of SCEP as URLs (RFC 8894 §4.1). */
#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/out.h"
#include "crypto/pki/scep_priv.h"

enum { URL_MAX = 16384, MESSAGE_IN_URL_MAX = 8192 };
#define SCRIPT "/cgi-bin/pkiclient.exe" /* where the appliance asks when no path is configured */

static void put_escaped(struct out *o, struct bytes text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = (char)text.p[i];
		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
		    c == '.' || c == '~')
			out_put(o, (struct str){&c, 1});
		else
			out_printf(o, "%%%02X", (unsigned char)c);
	}
}

/* PIX writes HOST:/PATH. */
static void put_base(struct out *o, const char *configured)
{
	struct str url = str_trim(str_of(configured));
	if (str_has_prefix_nocase(url, STR("http://")))
		url = str_from(url, 7);
	size_t host = 0;
	while (host < url.len && url.p[host] != '/' && url.p[host] != '?')
		host++;
	struct str path = str_from(url, host);
	if (host > 0 && url.p[host - 1] == ':')
		host--;
	out_str(o, "http://");
	out_put(o, (struct str){url.p, host});
	out_put(o, path.len == 0 || str_eq_cstr(path, "/") ? STR(SCRIPT) : path);
}

char *scep_url(const char *configured, const char *operation, struct bytes message)
{
	struct out o;
	out_init(&o);
	o.limit = URL_MAX;
	put_base(&o, configured);
	out_printf(&o, "%coperation=%s", strchr(configured, '?') != NULL ? '&' : '?', operation);
	if (message.p != NULL) {
		out_str(&o, "&message=");
		put_escaped(&o, message);
	}
	char *url = o.failed ? NULL : strdup(o.text);
	out_free(&o);
	return url;
}

/* The message as base64, when the CA takes no POST. */
static char *message_url(const char *configured, const struct pki_scep_query *q)
{
	if (q->message_len > MESSAGE_IN_URL_MAX)
		return NULL;
	size_t n = 4 * ((q->message_len + 2) / 3);
	uint8_t *text = malloc(n + 1);
	if (text == NULL)
		return NULL;
	EVP_EncodeBlock(text, q->message, (int)q->message_len);
	char *url = scep_url(configured, "PKIOperation", (struct bytes){text, n});
	free(text);
	return url;
}

bool scep_transfer(struct pki_scep_query *q, const struct pki_trustpoint *tp, enum scep_operation op,
                   void (*done)(void *arg, const struct pki_fetched *got))
{
	struct pki *pki = q->scep->pki;
	struct bytes id = {(const uint8_t *)tp->name, strlen(tp->name)};
	bool post = op == SCEP_OP_MESSAGE && (q->caps & (SCEP_CAP(POST) | SCEP_CAP(STANDARD))) != 0;
	struct pki_fetch f = {.what = PKI_FETCH_GET, .timeout_ms = PKI_SCEP_TIMEOUT_MS, .most = SCEP_REPLY_MAX};
	char *url;
	if (q->kind == SCEP_KIND_CRL && op == SCEP_OP_MESSAGE)
		f.most = SCEP_CRL_MAX;
	if (op == SCEP_OP_MESSAGE)
		url = post ? scep_url(tp->url, "PKIOperation", (struct bytes){NULL, 0}) : message_url(tp->url, q);
	else
		url = scep_url(tp->url, op == SCEP_OP_CAPS ? "GetCACaps" : "GetCACert", id);
	if (url == NULL) {
		err_set(&q->err, -EMSGSIZE, "the request is too long for a URL");
		return false;
	}
	f.url = url;
	if (post) {
		f.what = PKI_FETCH_POST;
		f.body = (struct bytes){q->message, q->message_len};
		f.type = "application/x-pki-message";
	}
	q->fetch = pki->ops->fetch(pki->ctx, &f, done, q, &q->err);
	free(url);
	return q->fetch != NULL;
}
