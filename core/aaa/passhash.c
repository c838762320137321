#include "core/aaa/passhash.h"

#include <errno.h>

#include "core/aaa/mschap.h"
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

/* enable password PW -> enable password HASH encrypted */
static int edit_enable(struct conf_typed *t, struct err *err)
{
	char hash[PASSHASH_CAP];
	struct str password = conf_typed_text(t, "enable-password");
	if (t->no || masked(t, password, "of enable", STR("")) || conf_typed_has(t, "enable-form"))
		return 0;
	if (password.len > PASSWORD_MAX)
		return check_length(password, err);
	passhash_asa(password, STR(""), hash);
	out_printf(t->lines, "enable password %s encrypted\n", hash);
	wipe(hash, sizeof(hash));
	return 0;
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

/* username U password PW [mschap] -> username U password HASH {encrypted|nt-encrypted} */
static int edit_username(struct conf_typed *t, struct err *err)
{
	char hash[PASSHASH_CAP];
	struct str user = conf_typed_text(t, "name"), password = conf_typed_text(t, "password");
	struct str form = conf_typed_text(t, "form"), privilege = conf_typed_text(t, "privilege");
	bool mschap = str_eq_cstr(form, "mschap");
	if (t->no || password.len == 0 || masked(t, password, "of user ", user))
		return 0;
	if (form.len > 0 && !mschap)
		return 0;
	if (check_length(password, err) != 0)
		return -EINVAL;
	if (!mschap)
		passhash_asa(password, user, hash);
	else if (!passhash_nt(password, hash))
		return err_set(err, -EINVAL, "Password is not valid UTF-8");
	out_printf(t->lines, "username %.*s password %s %s", STR_ARG(user), hash,
	           mschap ? "nt-encrypted" : "encrypted");
	if (privilege.len > 0)
		out_printf(t->lines, " privilege %.*s", STR_ARG(privilege));
	out_str(t->lines, "\n");
	wipe(hash, sizeof(hash));
	return 0;
}

void passhash_register(void)
{
	static const struct conf_edit_hook hooks[] = {
	        {"enable_password", edit_enable},
	        {"passwd", edit_passwd},
	        {"username_password", edit_username},
	};
	conf_edit_register(hooks, sizeof(hooks) / sizeof(hooks[0]));
}
