#include "core/aaa/passhash.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/aaa/mschap.h"
#include "core/base/random.h"
#include "core/config/hook.h"
#include "core/config/value.h"
#include "crypto/prim/prim.h"

enum {
	PIX_LEN = 16,
	ASA_LEN = 32,
	ASA_NO_USER = 28,
	USER_PART = 4,
	PASSWORD_MIN = 3,
	PASSWORD_MAX = 127
};

static const char hash64[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/* The first four characters of the user name, repeated when it is shorter. */
static size_t add_user(uint8_t *block, size_t len, size_t cap, struct str user)
{
	for (size_t i = 0; user.len > 0 && i < USER_PART && len < cap; i++)
		block[len++] = (uint8_t)user.p[i % user.len];
	return len;
}

static void digest_text(const uint8_t *block, size_t len, char out[PASSHASH_CAP])
{
	uint8_t digest[PRIM_MD_MAX];
	struct bytes part = {block, len};
	char *p = out;
	prim_hash(PRIM_MD5, &part, 1, digest);
	for (size_t i = 0; i < 4; i++) {
		uint32_t v = digest[4 * i] | (uint32_t)digest[4 * i + 1] << 8 |
		             (uint32_t)digest[4 * i + 2] << 16;
		for (int k = 0; k < 4; k++, v >>= 6)
			*p++ = hash64[v & 63];
	}
	*p = '\0';
	wipe(digest, sizeof(digest));
}

void passhash_asa(struct str password, struct str user, char out[PASSHASH_CAP])
{
	uint8_t block[ASA_LEN + USER_PART] = {0};
	size_t len = password.len < ASA_LEN ? password.len : ASA_LEN;
	memcpy(block, password.p ? password.p : "", len);
	if (len < ASA_NO_USER)
		len = add_user(block, len, sizeof(block), user);
	digest_text(block, len > PIX_LEN ? ASA_LEN : PIX_LEN, out);
	wipe(block, sizeof(block));
}

void passhash_pix(struct str password, struct str user, char out[PASSHASH_CAP])
{
	uint8_t block[PIX_LEN] = {0};
	size_t len = password.len < PIX_LEN ? password.len : PIX_LEN;
	memcpy(block, password.p ? password.p : "", len);
	add_user(block, len, sizeof(block), user);
	digest_text(block, sizeof(block), out);
	wipe(block, sizeof(block));
}

bool passhash_nt(struct str password, char out[PASSHASH_CAP])
{
	uint8_t hash[16];
	bool ok = mschap_nt_hash(password, hash) &&
	          prim_base64_encode(hash, sizeof(hash), out, PASSHASH_CAP) > 0;
	wipe(hash, sizeof(hash));
	return ok;
}

/* ---------------------------------------------------------------- pbkdf2 */

enum { PBKDF2_ROUNDS_MAX = 50000, PBKDF2_LEN = 16 };

struct pbkdf2 {
	uint32_t rounds;
	uint8_t salt[64], hash[64];
	size_t salt_len, hash_len;
};

/* What stands before the next '$'. */
static struct str dollar_part(struct str *rest)
{
	const char *end = memchr(rest->p, '$', rest->len);
	struct str part = {rest->p, end != NULL ? (size_t)(end - rest->p) : rest->len};
	size_t used = part.len + (end != NULL);
	rest->p += used;
	rest->len -= used;
	return part;
}

static bool pbkdf2_parse(struct str stored, struct pbkdf2 *k)
{
	static const struct str head = {"$sha512$", 8};
	if (stored.len < head.len || memcmp(stored.p, head.p, head.len) != 0)
		return false;
	struct str rest = {stored.p + head.len, stored.len - head.len};
	struct str rounds = dollar_part(&rest), salt = dollar_part(&rest),
	           hash = dollar_part(&rest);
	return rest.len == 0 && str_to_u32(rounds, PBKDF2_ROUNDS_MAX, &k->rounds) &&
	       k->rounds > 0 && prim_base64_decode(salt, k->salt, sizeof(k->salt), &k->salt_len) &&
	       prim_base64_decode(hash, k->hash, sizeof(k->hash), &k->hash_len) &&
	       k->hash_len >= PBKDF2_LEN;
}

uint32_t passhash_rounds(struct str stored)
{
	struct pbkdf2 k;
	uint32_t rounds = pbkdf2_parse(stored, &k) ? k.rounds : 0;
	wipe(&k, sizeof(k));
	return rounds;
}

bool passhash_is_pbkdf2(struct str stored)
{
	return passhash_rounds(stored) != 0;
}

bool passhash_pbkdf2(struct str password, char out[PASSHASH_PBKDF2_CAP])
{
	uint8_t salt[PBKDF2_LEN], hash[PBKDF2_LEN];
	char salt_text[32], hash_text[32];
	random_bytes(salt, sizeof(salt));
	bool ok = prim_pbkdf2_sha512((struct bytes){(const uint8_t *)password.p, password.len},
	                             (struct bytes){salt, sizeof(salt)}, PASSHASH_ROUNDS, hash,
	                             sizeof(hash)) &&
	          prim_base64_encode(salt, sizeof(salt), salt_text, sizeof(salt_text)) > 0 &&
	          prim_base64_encode(hash, sizeof(hash), hash_text, sizeof(hash_text)) > 0;
	if (ok)
		snprintf(out, PASSHASH_PBKDF2_CAP, "$sha512$%d$%s$%s", PASSHASH_ROUNDS, salt_text,
		         hash_text);
	wipe(hash, sizeof(hash));
	wipe(hash_text, sizeof(hash_text));
	return ok;
}

static bool pbkdf2_check(struct str password, struct str stored)
{
	struct pbkdf2 k;
	uint8_t hash[sizeof(k.hash)];
	bool ok = pbkdf2_parse(stored, &k) &&
	          prim_pbkdf2_sha512((struct bytes){(const uint8_t *)password.p, password.len},
	                             (struct bytes){k.salt, k.salt_len}, k.rounds, hash,
	                             k.hash_len) &&
	          bytes_eq_secret((struct bytes){hash, k.hash_len},
	                          (struct bytes){k.hash, k.hash_len});
	wipe(hash, sizeof(hash));
	wipe(&k, sizeof(k));
	return ok;
}

void passhash_spend(struct str password, uint32_t rounds)
{
	static const uint8_t salt[PBKDF2_LEN];
	uint8_t hash[PBKDF2_LEN];
	prim_pbkdf2_sha512((struct bytes){(const uint8_t *)password.p, password.len},
	                   (struct bytes){salt, sizeof(salt)}, rounds, hash, sizeof(hash));
	wipe(hash, sizeof(hash));
}

static bool same_text(const char *a, struct str b)
{
	return strlen(a) == b.len && bytes_eq_secret((struct bytes){(const uint8_t *)a, b.len},
	                                             (struct bytes){(const uint8_t *)b.p, b.len});
}

bool passhash_check(struct str password, struct str user, struct str stored)
{
	char asa[PASSHASH_CAP], pix[PASSHASH_CAP];
	if (stored.len > 0 && stored.p[0] == '$')
		return pbkdf2_check(password, stored);
	passhash_asa(password, user, asa);
	passhash_pix(password, user, pix);
	bool is_asa = same_text(asa, stored), is_pix = same_text(pix, stored);
	wipe(asa, sizeof(asa));
	wipe(pix, sizeof(pix));
	return is_asa || is_pix;
}

/* ---------------------------------------------------------------- typed passwords */

static int check_length(struct str password, struct err *err)
{
	if (password.len >= PASSWORD_MIN && password.len <= PASSWORD_MAX)
		return 0;
	return err_set(err, -EINVAL, "Password must be between %d and %d characters long",
	               PASSWORD_MIN, PASSWORD_MAX);
}

/* Stars are no password: what is in force stays. */
static bool masked(struct conf_typed *t, struct str password, const char *whose, struct str user)
{
	if (!value_is_masked(password))
		return false;
	out_printf(t->notes,
	           "WARNING: the password %s%.*s is hidden in this text (*), it is not a value\n",
	           whose, STR_ARG(user));
	out_str(t->lines, "!\n");
	return true;
}

/* The stored form of a typed password and its name: the old hash as long as it looks at all of the password. */
static const char *hash_password(struct str password, struct str user,
                                 char out[PASSHASH_PBKDF2_CAP])
{
	if (password.len > ASA_LEN)
		return passhash_pbkdf2(password, out) ? "pbkdf2" : NULL;
	passhash_asa(password, user, out);
	return "encrypted";
}

/* What comes with `pbkdf2` must be a hash. */
static int check_form(struct str password, struct str form, struct err *err)
{
	if (str_eq_cstr(form, "pbkdf2") && !passhash_is_pbkdf2(password))
		return err_set(err, -EINVAL,
		               "the password is not in the form "
		               "$sha512$ROUNDS$SALT$HASH");
	return 0;
}

/* What is taken away is the password of the level, whichever was typed. */
static void remove_level(struct conf_typed *t, struct str level)
{
	uint32_t n = 0;
	str_to_u32(level, 15, &n);
	for (const struct centry *e = conf_first(t->conf, "enable-level"); e;
	     e = conf_next(t->conf, e))
		if (conf_u32(e, "level") == n)
			out_printf(t->lines, "no enable password %.*s level %.*s %.*s\n",
			           STR_ARG(conf_text(e, "password")), STR_ARG(level),
			           STR_ARG(conf_text(e, "form")));
}

/* enable password PW [level N] -> enable password HASH [level N] encrypted */
static int edit_enable_line(struct conf_typed *t, const char *name, const char *form_name,
                            struct err *err)
{
	char hash[PASSHASH_PBKDF2_CAP];
	struct str password = conf_typed_text(t, name), level = conf_typed_text(t, "level");
	struct str form = conf_typed_text(t, form_name);
	if (t->no && level.len > 0)
		remove_level(t, level);
	if (t->no || masked(t, password, "of enable", STR("")))
		return 0;
	if (form.len > 0)
		return check_form(password, form, err);
	if (password.len > PASSWORD_MAX)
		return check_length(password, err);
	const char *stored = hash_password(password, STR(""), hash);
	if (stored == NULL)
		return err_set(err, -EIO, "the password cannot be hashed");
	out_printf(t->lines, "enable password %s ", hash);
	if (level.len > 0)
		out_printf(t->lines, "level %.*s ", STR_ARG(level));
	out_printf(t->lines, "%s\n", stored);
	wipe(hash, sizeof(hash));
	return 0;
}

static int edit_enable(struct conf_typed *t, struct err *err)
{
	return edit_enable_line(t, "enable-password", "enable-form", err);
}

/* Level 15 is the one without a number. */
static int edit_enable_level(struct conf_typed *t, struct err *err)
{
	return edit_enable_line(t, "password", "form", err);
}

/* passwd PW -> passwd HASH encrypted */
static int edit_passwd(struct conf_typed *t, struct err *err)
{
	char hash[PASSHASH_CAP];
	struct str password = conf_typed_text(t, "passwd");
	if (t->no || masked(t, password, "of passwd", STR("")) || conf_typed_has(t, "passwd-form"))
		return 0;
	if (password.len > PASSWORD_MAX)
		return check_length(password, err);
	passhash_asa(password, STR(""), hash);
	out_printf(t->lines, "passwd %s encrypted\n", hash);
	wipe(hash, sizeof(hash));
	return 0;
}

/* username U password PW [mschap] -> username U password HASH {encrypted|nt-encrypted|pbkdf2} */
static int edit_username(struct conf_typed *t, struct err *err)
{
	char hash[PASSHASH_PBKDF2_CAP];
	struct str user = conf_typed_text(t, "name"), password = conf_typed_text(t, "password");
	struct str form = conf_typed_text(t, "form"), privilege = conf_typed_text(t, "privilege");
	bool mschap = str_eq_cstr(form, "mschap");
	if (t->no || password.len == 0 || masked(t, password, "of user ", user))
		return 0;
	if (form.len > 0 && !mschap)
		return check_form(password, form, err);
	if (check_length(password, err) != 0)
		return -EINVAL;
	const char *stored = "nt-encrypted";
	if (!mschap)
		stored = hash_password(password, user, hash);
	else if (!passhash_nt(password, hash))
		return err_set(err, -EINVAL, "Password is not valid UTF-8");
	if (stored == NULL)
		return err_set(err, -EIO, "the password cannot be hashed");
	out_printf(t->lines, "username %.*s password %s %s", STR_ARG(user), hash, stored);
	if (privilege.len > 0)
		out_printf(t->lines, " privilege %.*s", STR_ARG(privilege));
	out_str(t->lines, "\n");
	wipe(hash, sizeof(hash));
	return 0;
}

/* vpdn username U password PW: for MS-CHAP, as VPDN used it. */
static int edit_vpdn_username(struct conf_typed *t, struct err *err)
{
	char hash[PASSHASH_CAP];
	struct str user = conf_typed_text(t, "name"), password = conf_typed_text(t, "password");
	/* From release 7.2 on it is the account at the provider, not a user of ours. */
	if (!t->no && conf_first(t->conf, "vpdn-dialout")) {
		out_str(t->lines, "!\n");
		out_printf(t->notes,
		           "INFO: there is no PPPoE client, its account %.*s is not kept\n",
		           STR_ARG(user));
		return 0;
	}
	if (t->no || masked(t, password, "of user ", user))
		return 0;
	if (check_length(password, err) != 0)
		return -EINVAL;
	if (!passhash_nt(password, hash))
		return err_set(err, -EINVAL, "Password is not valid UTF-8");
	out_printf(t->lines, "username %.*s password %s nt-encrypted\n", STR_ARG(user), hash);
	wipe(hash, sizeof(hash));
	return 0;
}

void passhash_register(void)
{
	static const struct conf_edit_hook hooks[] = {
	        {"enable_password", edit_enable},
	        {"enable_level", edit_enable_level},
	        {"passwd", edit_passwd},
	        {"username_password", edit_username},
	        {"vpdn_username", edit_vpdn_username},
	};
	conf_edit_register(hooks, sizeof(hooks) / sizeof(hooks[0]));
}
