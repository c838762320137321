/* crypto key generate and zeroize, the same of PIX 6, show crypto key mypubkey. */
#include "crypto/pki/keycmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/dialog.h"
#include "core/base/zone.h"
#include "crypto/pki/enroll.h"
#include "crypto/pki/priv.h"

enum { BITS_DEFAULT = 2048 };

static const char replace_question[] = "Do you really want to replace them? [yes/no]: ";
static const char remove_question[] = "Do you really want to remove these keys? [yes/no]: ";

/* ------------------------------------------------------------------ generate */

struct job;

/* What was asked for; released with the dialogue. */
struct making {
	struct pki *pki;
	struct job *job; /* NULL when none is under way */
	char label[PKI_LABEL_MAX + 1];
	unsigned bits;
	bool general, named, pix;
};

/* On its way through a helper thread; outlives a console that goes. */
struct job {
	struct pki *pki;
	struct dialog *d; /* NULL: nobody waits any more */
	unsigned bits, n;
	struct pki_key *key[PKI_KEY_USES];
	struct err err;
};

static void release_making(void *data)
{
	struct making *m = data;
	if (m->job != NULL)
		m->job->d = NULL;
	free(m);
}

static void run(void *arg)
{
	struct job *job = arg;
	for (unsigned i = 0; i < job->n && (i == 0 || job->key[i - 1] != NULL); i++)
		job->key[i] = pki_key_generate(job->bits, &job->err);
}

static void keep(struct job *job)
{
	struct dialog *d = job->d;
	struct making *m = d->data;
	struct pki_pair pair = {.made_s = m->pki->ops->wall_s(m->pki->ctx), .general = m->general};
	str_copy(pair.label, sizeof pair.label, str_of(m->label));
	pair.key[PKI_KEY_SIGN] = job->key[0];
	pair.key[PKI_KEY_ENCRYPT] = job->key[m->general ? 0 : 1];
	m->job = NULL;
	if (pki_keys_put(m->pki->keys, &pair, &job->err) != 0) {
		dialog_fail(d, &job->err);
		return;
	}
	if (m->pix)
		dialog_say(d, STR(".Success.\n"));
	dialog_end(d, CMD_OK);
}

static void made(void *arg)
{
	struct job *job = arg;
	struct dialog *d = job->d;
	job->pki->making--;
	if (d != NULL && job->key[job->n - 1] != NULL) {
		keep(job);
	} else if (d != NULL) {
		((struct making *)d->data)->job = NULL;
		if (job->err.code == 0)
			err_set(&job->err, -ECANCELED, "the appliance stops");
		dialog_fail(d, &job->err);
	}
	for (unsigned i = 0; i < job->n; i++)
		pki_key_drop(job->key[i]);
	free(job);
}

static void begin(struct dialog *d)
{
	struct making *m = d->data;
	struct err err = {0};
	struct job *job = m->pki->making < PKI_MAKING_MOST ? calloc(1, sizeof *job) : NULL;
	if (job != NULL) {
		*job = (struct job){.pki = m->pki, .d = d, .bits = m->bits, .n = m->general ? 1 : PKI_KEY_USES};
		if (m->pki->ops->work(m->pki->ctx, run, made, job) != 0) {
			free(job);
			job = NULL;
		}
	}
	if (job == NULL) {
		err_set(&err, -EAGAIN, "other key pairs are being generated");
		dialog_fail(d, &err);
		return;
	}
	m->job = job;
	m->pki->making++;
	if (m->pix && m->bits >= 1024)
		dialog_say(d, STR("For <key_modulus_size> >= 1024, key generation could\n"
		                  "  take up to several minutes. Please wait.\n"));
	dialog_say(d, m->pix ? STR("Keypair generation process begin.\n")
	                     : STR("Keypair generation process begin. Please wait...\n"));
}

static void replace_answer(struct dialog *d, struct str answer)
{
	if (dialog_yes(answer))
		begin(d);
	else
		dialog_end(d, CMD_OK);
}

static int generate(struct cmd *c, struct making *m, bool confirmed)
{
	const struct pki_pair *there = pki_keys_find(m->pki->keys, m->label);
	struct dialog *d = dialog_new(c, m, release_making);
	if (d == NULL)
		return CMD_ERROR;
	if (there != NULL && !confirmed) {
		out_printf(c->out, "WARNING: You have a RSA keypair already defined named %s.\n\n", m->label);
		dialog_say(d, out_text(c->out));
		out_clear(c->out);
		dialog_ask(d, replace_question, replace_answer);
		return CMD_PENDING;
	}
	if (there == NULL && !m->named && !m->pix) {
		out_printf(c->out, "INFO: The name for the keys will be: %s\n", m->label);
		dialog_say(d, out_text(c->out));
		out_clear(c->out);
	}
	begin(d);
	return CMD_PENDING;
}

static struct making *making_new(struct cmd *c)
{
	struct making *m = calloc(1, sizeof *m);
	if (m == NULL) {
		cmd_fail(c, "out of memory");
		return NULL;
	}
	*m = (struct making){.pki = c->ctx, .bits = BITS_DEFAULT, .general = true};
	str_copy(m->label, sizeof m->label, STR(PKI_DEFAULT_KEY));
	return m;
}

static unsigned bits_of(const struct cmd *c, const char *arg)
{
	uint32_t bits;
	return str_to_u32(cmd_text(c, arg), PKI_RSA_BITS_MAX, &bits) ? bits : BITS_DEFAULT;
}

static int crypto_key_generate(struct cmd *c)
{
	struct making *m = making_new(c);
	if (m == NULL)
		return CMD_ERROR;
	m->general = !cmd_has(c, "usage-keys");
	m->named = cmd_has(c, "label");
	m->bits = bits_of(c, "modulus");
	if (m->named)
		str_copy(m->label, sizeof m->label, cmd_text(c, "label"));
	return generate(c, m, cmd_has(c, "noconfirm"));
}

static int ca_generate(struct cmd *c)
{
	struct making *m = making_new(c);
	if (m == NULL)
		return CMD_ERROR;
	m->pix = true;
	m->general = !str_eq_cstr(cmd_text(c, "kind"), "specialkey");
	m->bits = bits_of(c, "bits");
	return generate(c, m, false);
}

/* ------------------------------------------------------------------ zeroize */

struct removing {
	struct pki *pki;
	char label[PKI_LABEL_MAX + 1]; /* "" = all */
};

/* The certificates go first: without them a pair is only useless, without it they would be wrong. */
static int remove_certificates(struct pki *pki, const struct pki_pair *pair, struct err *err)
{
	struct out lines;
	int rc = 0;
	out_init(&lines);
	pki_uninstall_lines(pki->conf, pair, NULL, &lines);
	if (lines.len > 0 || lines.failed)
		rc = pki_configure(pki, &lines, err);
	out_free(&lines);
	return rc;
}

static int remove_one(struct pki *pki, const char *label, struct err *err)
{
	const struct pki_pair *pair = pki_keys_find(pki->keys, label);
	if (pair == NULL)
		return err_set(err, -ENOENT, "there is no RSA key pair named %s", label);
	int rc = remove_certificates(pki, pair, err);
	return rc == 0 ? pki_keys_remove(pki->keys, label, err) : rc;
}

static int remove_keys(struct pki *pki, const char *label, struct err *err)
{
	char name[PKI_LABEL_MAX + 1];
	int rc = 0;
	if (label[0] != '\0')
		return remove_one(pki, label, err);
	while (rc == 0 && pki_keys_count(pki->keys) > 0) {
		str_copy(name, sizeof name, str_of(pki_keys_at(pki->keys, 0)->label));
		rc = remove_one(pki, name, err);
	}
	return rc;
}

static void remove_answer(struct dialog *d, struct str answer)
{
	struct removing *r = d->data;
	struct err err = {0};
	if (dialog_yes(answer) && remove_keys(r->pki, r->label, &err) != 0)
		dialog_fail(d, &err);
	else
		dialog_end(d, CMD_OK);
}

static int ask_remove(struct cmd *c, const struct removing *what)
{
	struct removing *r = malloc(sizeof *r);
	struct dialog *d = r != NULL ? dialog_new(c, r, free) : NULL;
	if (d == NULL)
		return CMD_ERROR;
	*r = *what;
	if (r->label[0] != '\0')
		out_printf(c->out, "WARNING: Keys to be removed are named '%s'.\n", r->label);
	else
		out_str(c->out, "WARNING: All RSA keys will be removed.\n");
	out_str(c->out, "WARNING: All device digital certificates issued using these keys will also be removed.\n\n");
	dialog_say(d, out_text(c->out));
	out_clear(c->out);
	dialog_ask(d, remove_question, remove_answer);
	return CMD_PENDING;
}

static int remove_now(struct cmd *c, const char *label)
{
	struct err err = {0};
	return remove_keys(c->ctx, label, &err) == 0 ? CMD_OK : cmd_fail(c, "%s", err.text);
}

static int crypto_key_zeroize(struct cmd *c)
{
	struct removing r = {.pki = c->ctx};
	if (cmd_has(c, "default"))
		str_copy(r.label, sizeof r.label, STR(PKI_DEFAULT_KEY));
	else if (cmd_has(c, "label"))
		str_copy(r.label, sizeof r.label, cmd_text(c, "label"));
	if (r.label[0] != '\0' && pki_keys_find(r.pki->keys, r.label) == NULL)
		return cmd_fail(c, "there is no RSA key pair named %s", r.label);
	if (pki_keys_count(r.pki->keys) == 0)
		return cmd_fail(c, "there are no RSA keys");
	return cmd_has(c, "noconfirm") ? remove_now(c, r.label) : ask_remove(c, &r);
}

/* Says and asks nothing. */
static int ca_zeroize(struct cmd *c)
{
	return remove_now(c, "");
}

/* ------------------------------------------------------------------ show */

static const char *usage_text(const struct pki_pair *pair, enum pki_key_use use)
{
	return pair->general          ? "General Purpose Key"
	       : use == PKI_KEY_SIGN ? "Signature Key"
	                             : "Encryption Key";
}

/* Groups of four octets, eight a line; tail: what stands behind the last group of a line. */
static void put_hex(struct out *o, struct bytes data, const char *tail)
{
	enum { GROUP = 4, LINE = 32 };
	for (size_t i = 0; i < data.len; i++) {
		bool last = i + 1 == data.len || (i + 1) % LINE == 0;
		out_printf(o, "%s%02x", i % LINE == 0 ? "  " : "", data.p[i]);
		if (last)
			out_printf(o, "%s\n", tail);
		else if ((i + 1) % GROUP == 0)
			out_str(o, " ");
	}
}

static void record_hex(struct out *o, struct bytes data)
{
	struct out hex;
	if (!rec_wanted(o))
		return;
	out_init(&hex);
	for (size_t i = 0; i < data.len; i++)
		out_printf(&hex, "%02x", data.p[i]);
	rec_str(o, "key_data", out_text(&hex));
	out_free(&hex);
}

static void show_key(struct out *o, const struct pki_pair *pair, enum pki_key_use use)
{
	char when[64];
	struct bytes data = pki_key_public(pair->key[use]);
	zone_format(when, sizeof when, "%H:%M:%S %Z %b %-d %Y", pair->made_s);
	rec_open(o, NULL);
	rec(o, "generated", "Key pair was generated at: %s\n", when);
	rec(o, "name", "Key name: %s\n", pair->label);
	rec(o, "usage", " Usage: %s\n", usage_text(pair, use));
	rec(o, "modulus_bits", " Modulus Size (bits): %u\n", pki_key_bits(pair->key[use]));
	record_hex(o, data);
	out_str(o, " Key Data:\n\n");
	put_hex(o, data, " ");
	rec_close(o);
}

/* The pairs of PIX 6 are named after the device. */
static void show_key_pix(struct out *o, const struct pki *pki, const struct pki_pair *pair, enum pki_key_use use)
{
	char when[64];
	bool unnamed = strcmp(pair->label, PKI_DEFAULT_KEY) == 0;
	zone_format(when, sizeof when, "%H:%M:%S %b %d %Y", pair->made_s);
	out_printf(o, "%% Key pair was generated at: %s\n\nKey name: %s\n Usage: %s\n Key Data:\n", when,
	           unnamed ? pki->conf->fqdn : pair->label, usage_text(pair, use));
	put_hex(o, pki_key_public(pair->key[use]), "");
}

static int show_mypubkey(struct cmd *c)
{
	const struct pki *pki = c->ctx;
	bool pix = cmd_pix(c);
	size_t n = pki_keys_count(pki->keys);
	rec_list(c->out, "keys");
	for (size_t i = 0; i < n; i++) {
		const struct pki_pair *pair = pki_keys_at(pki->keys, i);
		for (enum pki_key_use use = 0; use < (pair->general ? 1 : PKI_KEY_USES); use++) {
			if (i + use > 0)
				out_str(c->out, "\n");
			if (pix)
				show_key_pix(c->out, pki, pair, use);
			else
				show_key(c->out, pair, use);
		}
	}
	rec_close(c->out);
	return CMD_OK;
}

void pki_key_commands(struct pki *pki)
{
	static const struct cmd_entry table[] = {
	        {"crypto_key_generate", crypto_key_generate}, {"crypto_key_zeroize", crypto_key_zeroize},
	        {"ca_generate", ca_generate},                 {"ca_zeroize", ca_zeroize},
	        {"show_mypubkey", show_mypubkey},
	};
	cmd_register(table, sizeof table / sizeof table[0], pki);
}
