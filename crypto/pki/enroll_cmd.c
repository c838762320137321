/* crypto ca enroll: a certificate of our own is asked for, or made. */
#include "crypto/pki/enroll_cmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/buf.h"
#include "core/base/log.h"
#include "crypto/pki/advice.h"
#include "crypto/pki/dialog.h"
#include "crypto/pki/enroll.h"
#include "crypto/pki/paste.h"
#include "crypto/pki/priv.h"
#include "crypto/pki/scep.h"

enum { CHALLENGE_MAX = 80, SELF_YEARS = 10, DAY_S = 86400, BITS_DEFAULT = 2048 };

struct enroll {
	struct pki_dialog d;
	char trustpoint[PKI_LABEL_MAX + 1];
	bool silent, pix;
	bool serial; /* somebody said so */
	char challenge[CHALLENGE_MAX + 1];
	/* for a helper thread: what is made, of copies */
	struct pki_key *key;
	unsigned bits;
	bool making; /* a key pair: counted in pki->making */
	char subject[500], fqdn[256], email[256], number[16];
	uint32_t ip;
	bool self;
	int64_t now;
	uint8_t *der;
	size_t len;
	struct pki_cert *cert;
	struct err err;
};

static void stop_making(struct enroll *e)
{
	if (e->making)
		e->d.pki->making--;
	e->making = false;
}

static void release(struct pki_dialog *d)
{
	struct enroll *e = (struct enroll *)d;
	stop_making(e);
	pki_key_drop(e->key);
	pki_cert_drop(e->cert);
	free(e->der);
	wipe(e, sizeof *e);
	free(e);
}

/* The trustpoint as it is now; NULL when it has gone meanwhile, then the dialogue is over. */
static const struct pki_trustpoint *trustpoint_of(struct enroll *e)
{
	const struct pki_trustpoint *tp = pki_trustpoint_find(e->d.pki->conf, e->trustpoint);
	if (tp == NULL)
		pki_dialog_fail(&e->d, "CA trustpoint '%s' is not known.", e->trustpoint);
	return tp;
}

const struct pki_trustpoint *pki_cmd_trustpoint(struct cmd *c, char name[PKI_LABEL_MAX + 1])
{
	struct pki *pki = c->ctx;
	const struct pki_trustpoint *tp =
	        str_copy(name, PKI_LABEL_MAX + 1, cmd_text(c, "name")) ? pki_trustpoint_find(pki->conf, name) : NULL;
	if (tp == NULL)
		cmd_fail(c, "CA trustpoint '%s' is not known.", name);
	return tp;
}

/* ------------------------------------------------------------------ a helper thread makes it */

static void make(struct pki_dialog *d)
{
	struct enroll *e = (struct enroll *)d;
	struct pki_request r = {.subject = e->subject,
	                        .fqdn = e->fqdn,
	                        .email = e->email,
	                        .ip = e->ip,
	                        .serial = e->number,
	                        .challenge = e->challenge};
	if (e->self)
		e->cert = pki_self_sign(e->key, &r, e->now - DAY_S, e->now + (int64_t)SELF_YEARS * 365 * DAY_S, &e->err);
	else
		e->der = pki_request_make(e->key, &r, &e->len, &e->err);
}

/* Copies of what the request says: the configuration may change while it is made. */
static void copy_request(struct enroll *e, const struct pki_trustpoint *tp)
{
	struct pki_request r;
	struct pki_request_text text;
	pki_request_of(e->d.pki, tp, e->serial, e->challenge, &r, &text);
	/* PIX 6 has nothing but its name in it */
	bool name_alone = e->pix && tp->subject[0] == '\0' && r.fqdn[0] != '\0';
	str_copy(e->subject, sizeof e->subject, str_of(name_alone ? "" : r.subject));
	str_copy(e->fqdn, sizeof e->fqdn, str_of(r.fqdn));
	str_copy(e->email, sizeof e->email, str_of(r.email));
	str_copy(e->number, sizeof e->number, str_of(r.serial));
	if (r.challenge == NULL || r.challenge[0] == '\0')
		str_copy(e->challenge, sizeof e->challenge, str_of(tp->challenge));
	e->ip = r.ip;
	e->now = e->d.pki->ops->wall_s(e->d.pki->ctx);
}

static void start_making(struct enroll *e, bool self, void (*made)(struct pki_dialog *d))
{
	const struct pki_trustpoint *tp = trustpoint_of(e);
	const struct pki_pair *pair = tp != NULL ? pki_keys_find(e->d.pki->keys, tp->keypair) : NULL;
	if (tp == NULL)
		return;
	if (pair == NULL) {
		pki_dialog_fail(&e->d, "there is no key pair named %s", tp->keypair);
		return;
	}
	pki_key_drop(e->key);
	e->key = pki_key_hold(pair->key[PKI_KEY_SIGN]);
	e->self = self;
	copy_request(e, tp);
	pki_dialog_work(&e->d, make, made);
}

/* ------------------------------------------------------------------ by the terminal */

static void show_request(struct enroll *e);

static void redisplay(struct pki_dialog *d, struct str answer)
{
	if (pki_dialog_yes(answer))
		show_request((struct enroll *)d);
	else
		pki_dialog_end(d, CMD_OK);
}

static void show_request(struct enroll *e)
{
	struct out text;
	out_init(&text);
	pki_paste_frame("CERTIFICATE REQUEST", (struct bytes){e->der, e->len}, &text);
	pki_dialog_say(&e->d, "Certificate Request follows:\n%s\n", text.text != NULL ? text.text : "");
	out_free(&text);
	if (e->silent)
		pki_dialog_end(&e->d, CMD_OK);
	else
		pki_dialog_ask(&e->d, "Redisplay enrollment request? [yes/no]: ", false, redisplay);
}

static void request_made(struct pki_dialog *d)
{
	struct enroll *e = (struct enroll *)d;
	if (e->der == NULL)
		pki_dialog_fail(d, "%s", e->err.text);
	else
		show_request(e);
}

/* Of a script, which says nothing: yes, since that is all it can want. */
static void display(struct pki_dialog *d, struct str answer)
{
	if (pki_dialog_yes(answer) || answer.len == 0)
		start_making((struct enroll *)d, false, request_made);
	else
		pki_dialog_end(d, CMD_OK);
}

/* ------------------------------------------------------------------ by ourselves */

static void self_made(struct pki_dialog *d)
{
	struct enroll *e = (struct enroll *)d;
	if (e->cert == NULL || pki_install(d->pki, e->trustpoint, PKI_ROLE_OWN, e->cert, &e->err) != 0) {
		pki_dialog_fail(d, "%s", e->err.text);
	} else {
		pki_dialog_advise(d, e->trustpoint, e->cert);
		pki_dialog_end(d, CMD_OK);
	}
}

static void generate(struct pki_dialog *d, struct str answer)
{
	if (pki_dialog_yes(answer) || answer.len == 0)
		start_making((struct enroll *)d, true, self_made);
	else
		pki_dialog_end(d, CMD_OK);
}

/* ------------------------------------------------------------------ by SCEP */

static void sent(void *arg, const struct err *err)
{
	struct enroll *e = arg;
	e->d.stop = NULL;
	if (err != NULL) {
		pki_dialog_fail(&e->d, "%s", err->text);
		return;
	}
	pki_dialog_say(&e->d, "%% Certificate request sent to Certificate Authority\n%s",
	               e->pix ? "% The certificate request fingerprint will be displayed.\n" : "");
	pki_dialog_end(&e->d, CMD_OK);
}

/* The console goes; the request does not. */
static void stop_waiting(struct pki_dialog *d)
{
	pki_scep_forget(d->pki, d);
}

static void send_request(struct enroll *e)
{
	const struct pki_trustpoint *tp = trustpoint_of(e);
	if (tp == NULL)
		return;
	copy_request(e, tp);
	struct pki_scep_enroll in = {.trustpoint = e->trustpoint,
	                             .request = {.subject = e->subject,
	                                         .fqdn = e->fqdn,
	                                         .email = e->email,
	                                         .ip = e->ip,
	                                         .serial = e->number,
	                                         .challenge = e->challenge},
	                             .fingerprint = e->pix};
	e->d.stop = stop_waiting;
	if (pki_scep_enroll(e->d.pki, &in, sent, e, &e->err) != 0)
		pki_dialog_fail(&e->d, "%s", e->err.text);
}

static void request(struct pki_dialog *d, struct str answer)
{
	if (pki_dialog_yes(answer) || answer.len == 0)
		send_request((struct enroll *)d);
	else
		pki_dialog_end(d, CMD_OK);
}

/* ------------------------------------------------------------------ what it will say */

static const struct {
	const char *question;
	pki_dialog_step *step;
} last_question[] = {
        [PKI_ENROLL_TERMINAL] = {"Display Certificate Request to terminal? [yes/no]: ", display},
        [PKI_ENROLL_SELF] = {"Generate Self-Signed Certificate? [yes/no]: ", generate},
        [PKI_ENROLL_URL] = {"Request certificate from CA? [yes/no]: ", request},
};

/* The blank line that newer forms of the dialogue put between their lines. */
static const char *gap(const struct pki_trustpoint *tp)
{
	return tp->enroll == PKI_ENROLL_TERMINAL ? "\n" : "";
}

static void describe_address(struct enroll *e)
{
	const struct pki_trustpoint *tp = trustpoint_of(e);
	if (tp == NULL)
		return;
	if (tp->ip != 0)
		pki_dialog_say(&e->d, "%s%% The IP address in the certificate is %s\n\n", gap(tp), ip4_text(tp->ip).s);
	else
		pki_dialog_say(&e->d, "%s", gap(tp));
	if (e->silent)
		last_question[tp->enroll].step(&e->d, STR("yes"));
	else
		pki_dialog_ask(&e->d, last_question[tp->enroll].question, false, last_question[tp->enroll].step);
}

static void serial_answered(struct pki_dialog *d, struct str answer)
{
	struct enroll *e = (struct enroll *)d;
	e->serial = pki_dialog_yes(answer);
	describe_address(e);
}

static void describe(struct enroll *e)
{
	const struct pki_trustpoint *tp = trustpoint_of(e);
	struct pki_request r;
	struct pki_request_text text;
	if (tp == NULL)
		return;
	pki_request_of(e->d.pki, tp, false, NULL, &r, &text);
	pki_dialog_say(&e->d, "%% The subject name in the certificate will be: %s\n%s", r.subject, gap(tp));
	if (r.fqdn[0] != '\0')
		pki_dialog_say(&e->d, "%% The fully-qualified domain name in the certificate will be: %s\n%s", r.fqdn,
		               gap(tp));
	else
		pki_dialog_say(&e->d, "%% The fully-qualified domain name will not be included in the certificate\n%s",
		               gap(tp));
	if (tp->serial)
		pki_dialog_say(&e->d, "%% The serial number in the certificate will be: %s\n%s", r.serial, gap(tp));
	if (tp->serial || e->silent)
		describe_address(e);
	else
		pki_dialog_ask(&e->d, "% Include the device serial number in the subject name? [yes/no]: ", false,
		               serial_answered);
}

/* PIX 6 asks nothing. */
static void describe_pix(struct enroll *e)
{
	const struct pki_trustpoint *tp = trustpoint_of(e);
	struct pki_request r;
	struct pki_request_text text;
	if (tp == NULL)
		return;
	pki_request_of(e->d.pki, tp, e->serial, NULL, &r, &text);
	pki_dialog_say(&e->d, "%%\n%% Start certificate enrollment .. \n"
	                      "%% The subject name in the certificate will be: %s\n\n",
	               tp->subject[0] != '\0' ? tp->subject : r.fqdn);
	send_request(e);
}

/* ------------------------------------------------------------------ the challenge password */

static void password_again(struct pki_dialog *d, struct str answer)
{
	struct enroll *e = (struct enroll *)d;
	if (!str_eq_cstr(answer, e->challenge)) {
		pki_dialog_fail(d, "the passwords are not the same");
		return;
	}
	pki_dialog_say(d, "\n");
	describe(e);
}

static void password(struct pki_dialog *d, struct str answer)
{
	struct enroll *e = (struct enroll *)d;
	if (!str_copy(e->challenge, sizeof e->challenge, answer)) {
		pki_dialog_fail(d, "the password is longer than %d characters", (int)CHALLENGE_MAX);
		return;
	}
	pki_dialog_ask(d, "Re-enter password: ", true, password_again);
}

static void begin(struct enroll *e)
{
	const struct pki_trustpoint *tp = trustpoint_of(e);
	if (tp == NULL)
		return;
	if (e->pix) {
		describe_pix(e);
		return;
	}
	pki_dialog_say(&e->d, "%% Start certificate enrollment .. \n");
	if (tp->enroll != PKI_ENROLL_URL || tp->challenge[0] != '\0' || e->silent) {
		describe(e);
		return;
	}
	pki_dialog_say(&e->d, "%% Create a challenge password. You will need to verbally provide this\n"
	                      "   password to the CA Administrator in order to revoke your certificate.\n"
	                      "   For security reasons your password will not be saved in the configuration.\n"
	                      "   Please make a note of it.\n\n");
	pki_dialog_ask(&e->d, "Password: ", true, password);
}

/* ------------------------------------------------------------------ what comes before */

static void make_pair(struct pki_dialog *d)
{
	struct enroll *e = (struct enroll *)d;
	e->key = pki_key_generate(e->bits, &e->err);
}

static void pair_made(struct pki_dialog *d)
{
	struct enroll *e = (struct enroll *)d;
	const struct pki_trustpoint *tp = trustpoint_of(e);
	struct pki_pair pair = {.general = true, .made_s = d->pki->ops->wall_s(d->pki->ctx)};
	stop_making(e);
	if (tp == NULL)
		return;
	if (e->key == NULL) {
		pki_dialog_fail(d, "%s", e->err.text);
		return;
	}
	str_copy(pair.label, sizeof pair.label, str_of(tp->keypair));
	pair.key[PKI_KEY_SIGN] = pair.key[PKI_KEY_ENCRYPT] = e->key;
	if (pki_keys_put(d->pki->keys, &pair, &e->err) != 0)
		pki_dialog_fail(d, "%s", e->err.text);
	else
		begin(e);
}

/* A trustpoint without its key pair gets one. PIX 6 has a command of its own for it. */
static void find_pair(struct enroll *e)
{
	const struct pki_trustpoint *tp = trustpoint_of(e);
	if (tp == NULL)
		return;
	if (pki_keys_find(e->d.pki->keys, tp->keypair) != NULL) {
		begin(e);
		return;
	}
	if (e->pix) {
		pki_dialog_fail(&e->d, "there is no RSA key pair: ca generate rsa key makes one");
		return;
	}
	if (e->d.pki->making >= PKI_MAKING_MOST) {
		pki_dialog_fail(&e->d, "other key pairs are being generated");
		return;
	}
	e->bits = tp->keysize != 0 ? tp->keysize : BITS_DEFAULT;
	pki_dialog_say(&e->d, "INFO: The name for the keys will be: %s\n"
	                      "Keypair generation process begin. Please wait...\n",
	               tp->keypair);
	e->making = true;
	e->d.pki->making++;
	pki_dialog_work(&e->d, make_pair, pair_made);
}

static void differs_answered(struct pki_dialog *d, struct str answer)
{
	if (pki_dialog_yes(answer) || answer.len == 0)
		find_pair((struct enroll *)d);
	else
		pki_dialog_end(d, CMD_OK);
}

bool pki_fqdn_differs(const struct pki_conf *conf, const struct pki_trustpoint *tp)
{
	return tp->fqdn != NULL && tp->fqdn[0] != '\0' && !str_caseeq(str_of(tp->fqdn), str_of(conf->fqdn));
}

void pki_warn_fqdn(struct pki_dialog *d)
{
	pki_dialog_say(d, "%%WARNING: The certificate enrollment is configured with an fqdn\n"
	                  "that differs from the system fqdn. If this certificate will be\n"
	                  "used for VPN authentication this may cause connection problems.\n\n");
}

void pki_dialog_advise(struct pki_dialog *d, const char *trustpoint, const struct pki_cert *cert)
{
	struct pki *pki = d->pki;
	const struct pki_trustpoint *tp = pki_trustpoint_find(pki->conf, trustpoint);
	const struct pki_pair *pair = tp != NULL ? pki_keys_find(pki->keys, tp->keypair) : NULL;
	struct out notes;
	if (tp == NULL)
		return;
	out_init(&notes);
	pki_advice(pki->conf, tp, cert, pair != NULL ? pair->key[PKI_KEY_SIGN] : NULL, pki->ops->wall_s(pki->ctx), &notes);
	pki_dialog_say(d, "%s", notes.text != NULL ? notes.text : "");
	out_free(&notes);
}

static void check_fqdn(struct enroll *e)
{
	const struct pki_trustpoint *tp = trustpoint_of(e);
	if (tp == NULL)
		return;
	if (!pki_fqdn_differs(e->d.pki->conf, tp) || e->pix) {
		find_pair(e);
		return;
	}
	pki_warn_fqdn(&e->d);
	if (e->silent)
		find_pair(e);
	else
		pki_dialog_ask(&e->d, "Would you like to continue with this enrollment? [yes/no]: ", false,
		               differs_answered);
}

static void replace_answered(struct pki_dialog *d, struct str answer)
{
	if (pki_dialog_yes(answer))
		check_fqdn((struct enroll *)d);
	else
		pki_dialog_end(d, CMD_OK);
}

static void check_enrolled(struct enroll *e)
{
	const struct pki_trustpoint *tp = trustpoint_of(e);
	if (tp == NULL)
		return;
	if (tp->cert[PKI_ROLE_OWN] == NULL || e->silent || e->pix) {
		check_fqdn(e);
		return;
	}
	pki_dialog_say(&e->d, "WARNING: Trustpoint %s has already enrolled and has\n"
	                      "a device cert issued to it.\n"
	                      "If you successfully re-enroll this trustpoint,\n"
	                      "the current certificate will be replaced.\n\n",
	               e->trustpoint);
	pki_dialog_ask(&e->d, "Do you want to continue with re-enrollment? [yes/no]: ", false, replace_answered);
}

/* ------------------------------------------------------------------ the commands */

static struct enroll *enroll_new(struct cmd *c)
{
	struct err err = {0};
	char name[PKI_LABEL_MAX + 1];
	const struct pki_trustpoint *tp = pki_cmd_trustpoint(c, name);
	if (tp == NULL)
		return NULL;
	if (tp->enroll == PKI_ENROLL_NONE) {
		cmd_fail(c, "Trustpoint '%s' has none of enrollment terminal, self and url", name);
		return NULL;
	}
	if (tp->enroll == PKI_ENROLL_URL && tp->cert[PKI_ROLE_CA] == NULL) {
		cmd_fail(c, "Trustpoint '%s' is not authenticated: crypto ca authenticate gets the certificate of its CA",
		         name);
		return NULL;
	}
	if (tp->subject[0] != '\0' && pki_subject_check(tp->subject, &err) != 0) {
		cmd_fail(c, "%s", err.text);
		return NULL;
	}
	struct enroll *e = calloc(1, sizeof *e);
	if (e == NULL) {
		cmd_fail(c, "out of memory");
		return NULL;
	}
	str_copy(e->trustpoint, sizeof e->trustpoint, str_of(name));
	return pki_dialog_begin(&e->d, c, release) ? e : NULL;
}

static int cmd_enroll(struct cmd *c)
{
	struct enroll *e = enroll_new(c);
	if (e == NULL)
		return CMD_ERROR;
	e->silent = cmd_has(c, "noconfirm");
	check_enrolled(e);
	return CMD_PENDING;
}

/* The address that clients dial goes into the request: it is one of the trustpoint then. */
static int add_address(struct enroll *e)
{
	const struct pki *pki = e->d.pki;
	char lines[160];
	if (pki->conf->naddresses == 0)
		return err_set(&e->err, -EADDRNOTAVAIL, "no interface has an address");
	int n = snprintf(lines, sizeof lines, "crypto ca trustpoint %s\n ip-address %s\n", e->trustpoint,
	                 ip4_text(pki->conf->addresses[0]).s);
	if (n < 0 || (size_t)n >= sizeof lines)
		return err_set(&e->err, -EMSGSIZE, "the name is too long");
	return pki->ops->configure(pki->ctx, (struct str){lines, (size_t)n}, &e->err);
}

/* ca enroll T CHALLENGE [serial] [ipaddress] */
static int cmd_pix_enroll(struct cmd *c)
{
	struct enroll *e = enroll_new(c);
	if (e == NULL)
		return CMD_ERROR;
	e->pix = true;
	e->serial = cmd_has(c, "serial");
	if (!str_copy(e->challenge, sizeof e->challenge, cmd_text(c, "password")))
		pki_dialog_fail(&e->d, "the password is longer than %d characters", (int)CHALLENGE_MAX);
	else if (cmd_has(c, "ipaddress") && add_address(e) != 0)
		pki_dialog_fail(&e->d, "%s", e->err.text);
	else
		check_enrolled(e);
	return CMD_PENDING;
}

void pki_enroll_commands(struct pki *pki)
{
	static const struct cmd_entry table[] = {
	        {"pki_enroll", cmd_enroll},
	        {"pki_pix_enroll", cmd_pix_enroll},
	};
	cmd_register(table, sizeof table / sizeof table[0], pki);
}
