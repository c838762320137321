/* The advice where a trustpoint is chosen. */
#include "crypto/pki/advice.h"
#include "crypto/pki/priv.h"

/* Checks of the grammar have no context of their own. */
static struct pki *advising;

void pki_advice_use(struct pki *pki)
{
	advising = pki;
}

static void note_lines(struct conf_notes *notes, const struct centry *e, struct str text)
{
	while (text.len > 0) {
		const char *nl = memchr(text.p, '\n', text.len);
		size_t len = nl != NULL ? (size_t)(nl - text.p) : text.len;
		conf_note(notes, e, "trust-point", "%.*s", (int)len, text.p);
		text = str_from(text, len + (nl != NULL));
	}
}

static void advise(const struct pki_conf *conf, struct out *out)
{
	const struct pki_trustpoint *tp = &conf->trustpoints[0];
	const struct pki_pair *pair = pki_keys_find(advising->keys, tp->keypair);
	if (tp->cert[PKI_ROLE_OWN] == NULL)
		out_printf(out, "WARNING: trustpoint %s has no certificate of this appliance: crypto ca enroll gets one\n",
		           tp->name);
	else
		pki_advice(conf, tp, tp->cert[PKI_ROLE_OWN], pair != NULL ? pair->key[PKI_KEY_SIGN] : NULL,
		           advising->ops->wall_s(advising->ctx), out);
}

void pki_advise_trust_point(const struct conf *c, const struct centry *e, const struct centry *was,
                            struct conf_notes *notes)
{
	struct pki_conf conf;
	struct out out;
	if (advising == NULL || !conf_is_set(e, "trust-point") || !conf_changed(e, was, "trust-point"))
		return;
	struct arena *a = arena_new(0);
	out_init(&out);
	if (a != NULL && pki_conf_compile_one(c, a, conf_text(e, "trust-point"), &conf) == 0 && conf.ntrustpoints == 1)
		advise(&conf, &out);
	note_lines(notes, e, out_text(&out));
	out_free(&out);
	arena_free(a);
}
