#include "core/aaa/local.h"

#include <string.h>

#include "core/aaa/lockout.h"
#include "core/aaa/mschap.h"
#include "core/aaa/passhash.h"
#include "core/base/buf.h"

static bool same(const void *a, const void *b, size_t len)
{
	return bytes_eq_secret((struct bytes){a, len}, (struct bytes){b, len});
}

bool aaa_local_password(const struct aaa_user *u, struct str password)
{
	if (u->kind == AAA_PW_PIX)
		return passhash_check(password, str_of(u->name), str_of(u->hash));
	uint8_t hash[16];
	bool ok = u->kind == AAA_PW_NT && mschap_nt_hash(password, hash) &&
	          same(hash, u->nt_hash, 16);
	wipe(hash, sizeof(hash));
	return ok;
}

static enum aaa_why verify_pap(struct aaa_request *rq, const struct aaa_user *u)
{
	return aaa_local_password(u, str_of(rq->password)) ? AAA_WHY_NONE : AAA_WHY_PASSWORD;
}

static enum aaa_why verify_mschap1(struct aaa_request *rq, const struct aaa_user *u)
{
	uint8_t want[24];
	if (rq->lm_only)
		return AAA_WHY_LM_ONLY;
	mschap_response(rq->challenge, u->nt_hash, want);
	return same(want, rq->response, 24) ? AAA_WHY_NONE : AAA_WHY_PASSWORD;
}

static bool mschap2_try(struct aaa_request *rq, const struct aaa_user *u, struct str name)
{
	uint8_t challenge[8], want[24];
	mschap2_challenge(rq->peer_challenge, rq->challenge, name, challenge);
	mschap_response(challenge, u->nt_hash, want);
	if (!same(want, rq->response, 24))
		return false;
	mschap2_authenticator(u->nt_hash, rq->response, rq->peer_challenge, rq->challenge, name,
	                      rq->result.authenticator);
	return true;
}

/* The name goes into the hash without its domain (RFC 2759 §8.2); some clients leave it on. */
static enum aaa_why verify_mschap2(struct aaa_request *rq, const struct aaa_user *u)
{
	const char *slash = strrchr(rq->user, '\\');
	if (slash && mschap2_try(rq, u, str_of(slash + 1)))
		return AAA_WHY_NONE;
	return mschap2_try(rq, u, str_of(rq->user)) ? AAA_WHY_NONE : AAA_WHY_PASSWORD;
}

static enum aaa_why verify(struct aaa_request *rq, const struct aaa_user *u)
{
	static enum aaa_why (*const by_method[AAA_METHOD_N])(struct aaa_request *,
	                                                     const struct aaa_user *) = {
	        [AAA_PAP] = verify_pap,
	        [AAA_MSCHAP1] = verify_mschap1,
	        [AAA_MSCHAP2] = verify_mschap2,
	};
	if (!u)
		return AAA_WHY_NO_USER;
	if (!by_method[rq->method])
		return AAA_WHY_METHOD;
	if (u->kind == AAA_PW_NONE)
		return AAA_WHY_NO_PASSWORD;
	if (rq->method != AAA_PAP && u->kind != AAA_PW_NT)
		return AAA_WHY_NO_NT_HASH;
	return by_method[rq->method](rq, u);
}

/* Which names there are is not told by how soon they are refused: the slowest hash of any user is worked out whoever it
 * is, or what is left of it. The other methods take no time worth measuring. */
static void refuse_slowly(const struct aaa_request *rq, const struct aaa_conf *c, const struct aaa_user *u)
{
	uint32_t most = c->rounds > PASSHASH_ROUNDS ? c->rounds : PASSHASH_ROUNDS;
	bool checked = rq->result.why == AAA_WHY_PASSWORD && u->kind == AAA_PW_PIX;
	uint32_t done = checked ? passhash_rounds(str_of(u->hash)) : 0;
	if (rq->method == AAA_PAP && done < most)
		passhash_spend(str_of(rq->password), most - done);
}

void aaa_local_verify(struct aaa_request *rq, const struct aaa_conf *c, const struct aaa_group *g)
{
	const struct aaa_user *u = aaa_user_of(c, g, rq->account[0] ? rq->account : rq->user);
	if (u)
		str_copy(rq->result.user, sizeof(rq->result.user), str_of(u->name));
	rq->result.why = u && aaa_locked_out(c, u) ? AAA_WHY_LOCKED : verify(rq, u);
	if (u && (rq->result.why == AAA_WHY_NONE || rq->result.why == AAA_WHY_PASSWORD))
		aaa_attempt(c, u, rq->result.why == AAA_WHY_NONE);
	rq->result.status = rq->result.why == AAA_WHY_NONE ? AAA_ACCEPT : AAA_REJECT;
	if (rq->result.status == AAA_REJECT)
		refuse_slowly(rq, c, u);
}
