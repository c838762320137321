#include "crypto/prim/prim_dh.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/prim/prim_dh_group.h"

static struct dh_group groups[] = {
        {1, 96, 96, DH_EXPONENT_LEN, &dh_modp, .prime = BN_get_rfc2409_prime_768},
        {2, 128, 128, DH_EXPONENT_LEN, &dh_modp, .prime = BN_get_rfc2409_prime_1024},
        {5, 192, 192, DH_EXPONENT_LEN, &dh_modp, .prime = BN_get_rfc3526_prime_1536},
        {14, 256, 256, DH_EXPONENT_LEN, &dh_modp, .prime = BN_get_rfc3526_prime_2048},
        {19, 64, 32, 32, &dh_curve, .curve = "P-256"},
        {20, 96, 48, 48, &dh_curve, .curve = "P-384"},
};
enum { GROUPS = sizeof(groups) / sizeof(groups[0]) };

struct prim_dh_key {
	const struct dh_group *group;
	size_t len;
	uint8_t private[];
};

bool prim_dh_setup(void)
{
	for (size_t i = 0; i < GROUPS; i++) {
		groups[i].ready = groups[i].kind->setup(&groups[i]);
		if (!groups[i].ready)
			return false;
	}
	return true;
}

void prim_dh_teardown(void)
{
	for (size_t i = 0; i < GROUPS; i++) {
		groups[i].ready = false;
		groups[i].kind->teardown(&groups[i]);
	}
}

static const struct dh_group *group_find(uint16_t id)
{
	for (size_t i = 0; i < GROUPS; i++) {
		if (groups[i].id == id)
			return &groups[i];
	}
	return NULL;
}

size_t prim_dh_public_len(uint16_t group)
{
	const struct dh_group *g = group_find(group);

	return g ? g->public_len : 0;
}

size_t prim_dh_secret_len(uint16_t group)
{
	const struct dh_group *g = group_find(group);

	return g ? g->secret_len : 0;
}

/* private NULL = a random one. */
static void key_make(struct prim_dh_job *job, const uint8_t *private, size_t len)
{
	const struct dh_group *g = group_find(job->group);
	struct prim_dh_key *key;

	job->status = -ENOTSUP;
	if (!g || !g->ready)
		return;
	if (!private)
		len = g->private_len;
	job->status = -EIO;
	key = calloc(1, sizeof(*key) + len);
	if (!key)
		return;
	key->group = g;
	key->len = len;
	if (private)
		memcpy(key->private, private, len);
	if ((!private && !g->kind->draw(g, key->private)) ||
	    !g->kind->public(g, (struct bytes){key->private, len}, job->public)) {
		prim_dh_key_free(key);
		return;
	}
	prim_dh_key_free(job->key);
	job->key = key;
	job->public_len = g->public_len;
	job->status = 0;
}

void prim_dh_generate(struct prim_dh_job *job)
{
	key_make(job, NULL, 0);
}

void prim_dh_import(struct prim_dh_job *job, const uint8_t *private, size_t len)
{
	if (len > PRIM_DH_MAX)
		job->status = -EINVAL;
	else
		key_make(job, private, len);
}

void prim_dh_derive(struct prim_dh_job *job)
{
	const struct dh_group *g = group_find(job->group);

	job->secret_len = 0;
	if (!g || !g->ready) {
		job->status = -ENOTSUP;
		return;
	}
	if (!job->key || job->key->group != g || job->peer_len != g->public_len) {
		job->status = -EINVAL;
		return;
	}
	job->status = g->kind->secret(g, (struct bytes){job->key->private, job->key->len}, job->peer, job->secret);
	if (!job->status)
		job->secret_len = g->secret_len;
}

void prim_dh_run(struct prim_dh_job *job)
{
	job->status = 0;
	if (!job->key)
		prim_dh_generate(job);
	if (!job->status && job->peer_len)
		prim_dh_derive(job);
}

void prim_dh_key_free(struct prim_dh_key *key)
{
	if (!key)
		return;
	wipe(key, sizeof(*key) + key->len);
	free(key);
}

void prim_dh_clear(struct prim_dh_job *job)
{
	prim_dh_key_free(job->key);
	wipe(job, sizeof(*job));
}
