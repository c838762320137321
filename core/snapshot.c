#include "core/snapshot.h"

#include <errno.h>

#include "l2tp/conf.h"

static int compile_modules(const struct conf *c, struct snapshot *s, struct out *notes,
                           struct err *err)
{
	int rc = ifaces_compile(c, s->arena, &s->ifaces, notes, err);
	if (rc == 0)
		rc = logsink_compile(c, s->arena, &s->log, notes, err);
	if (rc == 0)
		rc = ipsec_conf_compile(c, s->arena, &s->ipsec, notes, err);
	if (rc == 0)
		rc = ike_conf_compile(c, s->arena, &s->ike, notes, err);
	if (rc != 0)
		return rc;
	l2tp_conf_compile(c, &s->l2tp);
	s->aaa = aaa_conf_compile(c, s->arena, notes, err);
	if (s->aaa != NULL)
		s->ppp = ppp_conf_compile(c, s->arena, s->aaa, 0, notes, err);
	if (s->ppp == NULL)
		return err->code != 0 ? err->code : err_set(err, -ENOMEM, "out of memory");
	return 0;
}

int snapshot_compile(const struct conf *c, struct snapshot **out, struct out *notes,
                     struct err *err)
{
	struct arena *arena = arena_new(0);
	if (arena == NULL)
		return err_set(err, -ENOMEM, "out of memory");
	arena_set_wipe(arena);
	struct snapshot *s = arena_alloc(arena, sizeof *s);
	const struct centry *system = conf_container(c, "system");
	s->arena = arena;
	s->hostname = arena_str(arena, conf_text(system, "hostname"));
	s->enable_hash = arena_str(arena, conf_text(system, "enable-password"));
	s->tcpmss = (uint16_t)conf_u32(conf_container(c, "sysopt"), "tcpmss");
	int rc = compile_modules(c, s, notes, err);
	if (rc != 0) {
		arena_free(arena);
		return rc;
	}
	*out = s;
	return 0;
}

void snapshot_free(struct snapshot *s)
{
	if (s != NULL)
		arena_free(s->arena);
}
