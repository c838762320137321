/* Address pools and PPP settings out of the config tree, and the rules between their fields. The only file
 * of this module that sees it. */
#include <errno.h>
#include <stdlib.h>

#include "core/base/arena.h"
#include "core/config/read.h"
#include "ppp/pool.h"

static size_t count_pools(const struct conf *c)
{
	size_t n = 0;
	for (const struct centry *e = conf_first(c, "ip-pool"); e; e = conf_next(c, e))
		n++;
	return n;
}

const struct ppp_conf *ppp_conf_compile(const struct conf *c, struct arena *arena,
                                        const struct aaa_conf *aaa, uint32_t local_ip,
                                        struct out *notes, struct err *err)
{
	size_t n = count_pools(c), i = 0;
	struct ppp_conf *out = arena_alloc(arena, sizeof(*out));
	struct ppp_pool_conf *pools = arena_calloc(arena, n ? n : 1, sizeof(*pools));
	const struct centry *assign = conf_container(c, "vpn-addr-assign");
	const char *name = arena_str(arena, conf_text(conf_container(c, "system"), "hostname"));
	bool ok = out && pools && name;
	(void)notes;
	for (const struct centry *e = conf_first(c, "ip-pool"); ok && e; e = conf_next(c, e), i++) {
		pools[i].name = arena_str(arena, conf_text(e, "name"));
		ok = pools[i].name && conf_ip2(e, "range", &pools[i].first, &pools[i].last);
		pools[i].mask = conf_is_set(e, "mask") ? conf_ip(e, "mask") : 0;
	}
	if (!ok) {
		err_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	*out = (struct ppp_conf){
	        .aaa = aaa,
	        .pools = pools,
	        .npools = n,
	        .local_ip = local_ip,
	        .name = name,
	        .reuse_delay_s = conf_u32(assign, "reuse-delay") * 60,
	        .no_local = !conf_in_set(assign, "methods", "local"),
	        .no_aaa = !conf_in_set(assign, "methods", "aaa"),
	        .no_dhcp = !conf_in_set(assign, "methods", "dhcp"),
	        .max_users = conf_u32(conf_container(c, "vpn-sessiondb"), "max-other-vpn-limit"),
	};
	return out;
}

/* ------------------------------------------------------------------ checks */

/* All ranges by their first address, and which of those up to each reaches farthest. A text with thousands of pools
 * asks for each of them, so the table is kept for the version of the tree that is looked at. */
struct range {
	uint32_t first, last;
	const struct centry *e;
	size_t farthest;
};

static struct {
	uint64_t mark;
	struct range *v;
	size_t n;
} ranges;

static int by_first(const void *pa, const void *pb)
{
	const struct range *a = pa, *b = pb;
	return (a->first > b->first) - (a->first < b->first);
}

static bool ranges_read(const struct conf *c)
{
	if (ranges.mark == conf_mark(c))
		return true;
	struct range *v = realloc(ranges.v, (count_pools(c) + 1) * sizeof(*v));
	if (!v)
		return false;
	ranges.v = v;
	ranges.n = 0;
	for (const struct centry *e = conf_first(c, "ip-pool"); e; e = conf_next(c, e)) {
		struct range *r = &v[ranges.n];
		r->e = e;
		if (conf_ip2(e, "range", &r->first, &r->last))
			ranges.n++;
	}
	qsort(v, ranges.n, sizeof(*v), by_first);
	for (size_t i = 0; i < ranges.n; i++)
		v[i].farthest =
		        i > 0 && v[v[i - 1].farthest].last >= v[i].last ? v[i - 1].farthest : i;
	ranges.mark = conf_mark(c);
	return true;
}

/* Another pool's range that shares an address with e's. */
static const struct range *overlapping(const struct centry *e, uint32_t first, uint32_t last)
{
	size_t low = 0, high = ranges.n;
	while (low < high) { /* to the first that begins behind e's beginning */
		size_t mid = (low + high) / 2;
		if (ranges.v[mid].first > first)
			high = mid;
		else
			low = mid + 1;
	}
	if (low < ranges.n && ranges.v[low].first <= last)
		return &ranges.v[low];
	for (size_t i = low; i > 0; i = ranges.v[i - 1].farthest) {
		const struct range *r = &ranges.v[ranges.v[i - 1].farthest];
		if (r->last < first)
			return NULL;
		if (r->e != e)
			return r;
		/* Its own: those behind it begin where it does. */
		for (const struct range *o = r + 1; o < &ranges.v[low]; o++)
			if (o->last >= first)
				return o;
	}
	return NULL;
}

static int check_overlap(const struct conf *c, const struct centry *e, uint32_t first,
                         uint32_t last, struct err *err)
{
	if (!ranges_read(c))
		return err_set(err, -ENOMEM, "out of memory");
	const struct range *o = overlapping(e, first, last);
	if (!o)
		return 0;
	return err_set(err, -EEXIST,
	               "The IP pool %.*s addresses overlap with existing localpool range of %.*s",
	               STR_ARG(conf_text(e, "name")), STR_ARG(conf_text(o->e, "name")));
}

static int ip_pool_check(const struct conf *c, const struct centry *e, const struct centry *was,
                         struct conf_notes *notes, struct err *err)
{
	(void)was;
	uint32_t first, last;
	(void)notes;
	if (!conf_ip2(e, "range", &first, &last))
		return 0; /* `required:` says so */
	if (last < first)
		return err_set(err, -EINVAL, "The last address of the pool is before its first");
	if (last - first >= PPP_POOL_SIZE_MAX)
		return err_set(err, -EINVAL, "A pool holds at most %u addresses",
		               (unsigned)PPP_POOL_SIZE_MAX);
	if (conf_is_set(e, "mask")) {
		uint32_t mask = conf_ip(e, "mask");
		if ((first & mask) != (last & mask))
			return err_set(
			        err, -EINVAL,
			        "Start and end addresses of the pool overlap different subnets");
	}
	return check_overlap(c, e, first, last, err);
}

static int group_policy_check(const struct conf *c, const struct centry *e,
                              const struct centry *was, struct conf_notes *notes, struct err *err)
{
	(void)c, (void)was, (void)notes;
	if (!conf_is_set(e, "kind") && !conf_is_set(e, "external"))
		return err_set(err, -ENOENT, "group-policy %.*s does not exist",
		               STR_ARG(conf_text(e, "name")));
	return 0;
}

/* The local database always does. */
static int server_exists(const struct conf *c, struct str server, struct err *err)
{
	if (str_caseeq(server, STR("LOCAL")) || str_caseeq(server, STR("NONE")) || server.len == 0)
		return 0;
	if (!conf_find(c, "aaa-server", server))
		return err_set(err, -ENOENT, "aaa-server group %.*s does not exist",
		               STR_ARG(server));
	return 0;
}

/* username-from-certificate */
static int certificate_name_check(struct str text, struct err *err)
{
	static const char *const words[] = {"C",  "CN", "DC", "DNQ", "EA", "GENQ", "GN", "I",   "IP",    "L",
	                                    "N",  "O",  "OU", "SER", "SN", "SP",   "T",  "UID", "UNAME", "UPN"};
	struct str rest = text;
	unsigned n = 0;
	if (str_eq_cstr(text, "use-entire-name") || str_eq_cstr(text, "use-script"))
		return 0;
	for (struct str word; (word = str_word(&rest)).len > 0; n++) {
		size_t i = 0;
		while (i < sizeof(words) / sizeof(words[0]) && !str_caseeq(word, str_of(words[i])))
			i++;
		if (i == sizeof(words) / sizeof(words[0]))
			return err_set(err, -EINVAL, "%.*s is no attribute of a certificate's name", STR_ARG(word));
	}
	return n <= 2 ? 0 : err_set(err, -EINVAL, "there are at most two attributes");
}

static int tunnel_group_general_check(const struct conf *c, const struct centry *e,
                                      const struct centry *was, struct conf_notes *notes,
                                      struct err *err)
{
	(void)was, (void)notes;
	int rc = server_exists(c, conf_text(e, "aaa"), err);
	for (const struct centry *i = conf_first_child(c, e, "interface-server"); i && !rc;
	     i = conf_next(c, i))
		rc = server_exists(c, conf_text(i, "group"), err);
	return rc ? rc : certificate_name_check(conf_text(e, "from-certificate"), err);
}

const struct conf_check *ppp_conf_checks(size_t *n)
{
	static const struct conf_check checks[] = {
	        {"ip_pool_check", ip_pool_check},
	        {"group_policy_check", group_policy_check},
	        {"tunnel_group_general_check", tunnel_group_general_check},
	};
	*n = sizeof(checks) / sizeof(checks[0]);
	return checks;
}
