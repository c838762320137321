/* What the files that compile this module's part of the configuration share. */
#ifndef CORE_AAA_CONF_INT_H
#define CORE_AAA_CONF_INT_H

#include "core/aaa/aaa.h"
#include "core/base/arena.h"
#include "core/config/read.h"

struct aaa_conf_ctx {
	const struct conf *c;
	struct arena *a;
	struct out *notes;
	bool short_of_memory;
};

/* Never NULL for a reader who goes on: short_of_memory says that the whole compilation fails. */
char *aaa_conf_str(struct aaa_conf_ctx *x, struct str s);
void *aaa_conf_array(struct aaa_conf_ctx *x, size_t n, size_t size);
size_t aaa_conf_count(const struct conf *c, const char *node);

/* conf_servers.c: attribute maps and server groups; sorted by name. */
void aaa_conf_servers(struct aaa_conf_ctx *x, struct aaa_conf *out);
/* Tunnel groups that ask for what their servers cannot do; the rest of out is there. */
void aaa_conf_servers_notes(struct aaa_conf_ctx *x, const struct aaa_conf *out);

#endif
