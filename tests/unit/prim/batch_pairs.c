#include "tests/unit/prim/batch_pairs.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/base/random.h"

const struct cipher_kind ciphers[CIPHER_KINDS] = {{PRIM_CIPHER_NULL, 0}, {PRIM_DES, 8},  {PRIM_3DES, 24},
                                                  {PRIM_AES, 16},        {PRIM_AES, 24}, {PRIM_AES, 32}};
const struct mac_kind macs[MAC_KINDS] = {{PRIM_MD_NONE, 0}, {PRIM_MD5, 12}, {PRIM_SHA1, 12}, {PRIM_SHA256, 16}};
struct pair pairs[PAIRS];
struct prim_engine *engines[ENGINES];

void pair_make(struct pair *p, size_t c, size_t m)
{
	struct prim_key_def def = {.cipher = ciphers[c].cipher,
	                           .key = {p->key, ciphers[c].key_len},
	                           .md = macs[m].md,
	                           .mac_key = {p->mac_key, prim_md_len(macs[m].md)},
	                           .icv_len = macs[m].icv_len,
	                           .encrypt = true};

	random_bytes(p->key, sizeof(p->key));
	random_bytes(p->mac_key, sizeof(p->mac_key));
	p->c = c;
	p->m = m;
	p->enc = prim_key_new(&def, NULL);
	def.encrypt = false;
	p->dec = prim_key_new(&def, NULL);
	assert_non_null(p->enc);
	assert_non_null(p->dec);
}

int pairs_setup(void **state)
{
	struct err err = {0};
	size_t n = 0;

	(void)state;
	if (prim_init(&err) != 0)
		return -1;
	for (size_t c = 0; c < COUNT(ciphers); c++)
		for (size_t m = 0; m < COUNT(macs); m++)
			for (int i = 0; i < PER_KIND; i++)
				pair_make(&pairs[n++], c, m);
	for (size_t b = 0; b < COUNT(engines); b++) {
		engines[b] = prim_engine_new((enum prim_backend)b, &err);
		if (!engines[b] && (b != PRIM_IPSEC_MB || err.code != -ENOTSUP))
			return -1;
	}
	return 0;
}

int pairs_teardown(void **state)
{
	(void)state;
	for (size_t b = 0; b < COUNT(engines); b++)
		prim_engine_free(engines[b]);
	for (size_t i = 0; i < PAIRS; i++) {
		prim_key_free(pairs[i].enc);
		prim_key_free(pairs[i].dec);
	}
	prim_free();
	return 0;
}
