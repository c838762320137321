#include "core/snapshot.h"

#include <errno.h>
#include <stdlib.h>

#include "core/config/tree.h"
#include "crypto/pki/pki.h"
#include "l2tp/conf.h"

struct snapshot_part {
	unsigned refs;
	struct arena *arena;
	struct conf_reads reads; /* what it was made of */
};

typedef int compile_fn(const struct conf *c, struct arena *a, struct snapshot *s, struct out *notes,
                       struct err *err);

static int compile_ifaces(const struct conf *c, struct arena *a, struct snapshot *s,
                          struct out *notes, struct err *err)
{
	return ifaces_compile(c, a, &s->ifaces, notes, err);
}

static int compile_log(const struct conf *c, struct arena *a, struct snapshot *s, struct out *notes,
                       struct err *err)
{
	return logsink_compile(c, a, &s->log, notes, err);
}

static int compile_ipsec(const struct conf *c, struct arena *a, struct snapshot *s,
                         struct out *notes, struct err *err)
{
	return ipsec_conf_compile(c, a, &s->ipsec, notes, err);
}

static int compile_ike(const struct conf *c, struct arena *a, struct snapshot *s, struct out *notes,
                       struct err *err)
{
	return ike_conf_compile(c, a, &s->ike, notes, err);
}

static int compile_pki(const struct conf *c, struct arena *a, struct snapshot *s, struct out *notes,
                       struct err *err)
{
	return pki_conf_compile(c, a, &s->pki, notes, err);
}

static int compile_aaa(const struct conf *c, struct arena *a, struct snapshot *s, struct out *notes,
                       struct err *err)
{
	s->aaa = aaa_conf_compile(c, a, notes, err);
	if (s->aaa == NULL)
		return err->code != 0 ? err->code : err_set(err, -ENOMEM, "out of memory");
	return 0;
}

static int compile_ppp(const struct conf *c, struct arena *a, struct snapshot *s, struct out *notes,
                       struct err *err)
{
	s->ppp = ppp_conf_compile(c, a, s->aaa, 0, notes, err);
	if (s->ppp == NULL)
		return err->code != 0 ? err->code : err_set(err, -ENOMEM, "out of memory");
	return 0;
}

#define FIELD(name) offsetof(struct snapshot, name)

/* In the order in which they are compiled. uses: the part before it that it points into, or -1. */
static const struct {
	size_t field; /* of the snapshot: a pointer to what is compiled */
	compile_fn *compile;
	int uses;
} parts[] = {
        {FIELD(ifaces), compile_ifaces, -1}, {FIELD(log), compile_log, -1},
        {FIELD(ipsec), compile_ipsec, -1},   {FIELD(ike), compile_ike, -1},
        {FIELD(aaa), compile_aaa, -1},       {FIELD(ppp), compile_ppp, 4},
        {FIELD(pki), compile_pki, -1},
};
enum { NPARTS = sizeof parts / sizeof parts[0] };

static void **field_of(struct snapshot *s, size_t i)
{
	return (void **)((char *)s + parts[i].field);
}

static bool part_same(size_t i, const struct conf *c, const struct snapshot *old,
                      const struct snapshot *s)
{
	int uses = parts[i].uses;
	return old != NULL && conf_reads_same(old->conf, c, &old->part[i]->reads) &&
	       (uses < 0 || s->part[uses] == old->part[uses]);
}

static int part_compile(size_t i, const struct conf *c, struct snapshot *s, struct out *notes,
                        struct err *err)
{
	struct snapshot_part *part = calloc(1, sizeof *part);
	if (part != NULL)
		part->arena = arena_new(0);
	if (part == NULL || part->arena == NULL) {
		free(part);
		return err_set(err, -ENOMEM, "out of memory");
	}
	part->refs = 1;
	arena_set_wipe(part->arena);
	s->part[i] = part;
	conf_reads_begin(&part->reads);
	int rc = parts[i].compile(c, part->arena, s, notes, err);
	conf_reads_end();
	return rc;
}

static int compile_parts(const struct conf *c, const struct snapshot *old, struct snapshot *s,
                         struct out *notes, struct err *err)
{
	int rc = 0;
	_Static_assert(sizeof parts / sizeof parts[0] <= (size_t)SNAPSHOT_PARTS_MAX,
	               "too many parts");
	for (size_t i = 0; i < NPARTS && rc == 0; i++) {
		if (part_same(i, c, old, s)) {
			s->part[i] = old->part[i];
			s->part[i]->refs++;
			*field_of(s, i) = *field_of((struct snapshot *)old, i);
		} else {
			rc = part_compile(i, c, s, notes, err);
		}
	}
	return rc;
}

static void over_tcp_ports(const struct conf *c, struct snapshot *s)
{
	enum { PORT = 10000 };
	const struct centry *e = conf_container(c, "ikev1");
	size_t n = conf_list_len(e, "over-tcp-ports");
	if (!conf_bool(e, "over-tcp"))
		return;
	for (size_t i = 0; i < n && i < sizeof s->over_tcp / sizeof s->over_tcp[0]; i++)
		s->over_tcp[s->nover_tcp++] = (uint16_t)conf_list_u32(e, "over-tcp-ports", i);
	if (n == 0)
		s->over_tcp[s->nover_tcp++] = PORT;
}

int snapshot_compile(const struct conf *c, const struct snapshot *old, struct snapshot **out,
                     struct out *notes, struct err *err)
{
	struct arena *arena = arena_new(0);
	if (arena == NULL)
		return err_set(err, -ENOMEM, "out of memory");
	arena_set_wipe(arena);
	struct snapshot *s = arena_alloc(arena, sizeof *s);
	const struct centry *system = conf_container(c, "system");
	s->arena = arena;
	s->conf = conf_hold((struct conf *)c);
	s->hostname = arena_str(arena, conf_text(system, "hostname"));
	over_tcp_ports(c, s);
	s->reload_wait = conf_bool(conf_container(c, "isakmp"), "reload-wait");
	s->tcpmss = (uint16_t)conf_u32(conf_container(c, "sysopt"), "tcpmss");
	l2tp_conf_compile(c, &s->l2tp);
	int rc = compile_parts(c, old, s, notes, err);
	if (rc != 0) {
		snapshot_free(s);
		return rc;
	}
	*out = s;
	return 0;
}

void snapshot_free(struct snapshot *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < NPARTS; i++)
		if (s->part[i] != NULL && --s->part[i]->refs == 0) {
			arena_free(s->part[i]->arena);
			free(s->part[i]);
		}
	conf_drop((struct conf *)s->conf);
	arena_free(s->arena);
}
