#include "crypto/ipsec/conf.h"

#include <errno.h>
#include <stdlib.h>

#include "crypto/ipsec/acl.h"
#include "crypto/ipsec/alg.h"

struct binding {
	const char *ifname;
	const struct ipsec_map *map;
};

struct interface {
	const char *ifname;
	uint8_t df;
	bool frag_after;
};

struct ipsec_conf {
	const struct ipsec_transform_set *sets;
	size_t nsets;
	const struct binding *bindings;
	size_t nbindings;
	const struct interface *interfaces;
	size_t ninterfaces;
	uint32_t life_s, life_kb, replay_window;
	uint32_t pmtu_aging_s;
};

/* What the compile functions hand each other. */
struct build {
	const struct conf *c;
	struct arena *a;
	struct ipsec_conf *out;
	struct err *err;
};

static void *make(struct build *b, size_t n, size_t size)
{
	void *p = arena_calloc(b->a, n ? n : 1, size);

	if (!p)
		err_set(b->err, -ENOMEM, "out of memory");
	return p;
}

static size_t count(const struct conf *c, const char *node)
{
	size_t n = 0;

	for (const struct centry *e = conf_first(c, node); e; e = conf_next(c, e))
		n++;
	return n;
}

static size_t count_child(const struct conf *c, const struct centry *parent, const char *node)
{
	size_t n = 0;

	for (const struct centry *e = conf_first_child(c, parent, node); e; e = conf_next(c, e))
		n++;
	return n;
}

/* ------------------------------------------------------------------ transform sets */

static bool set_compile(struct build *b, const struct centry *e, struct ipsec_transform_set *set)
{
	set->name = arena_str(b->a, conf_text(e, "name"));
	set->mode = str_eq_cstr(conf_text(e, "mode"), "transport") ? ESP_TRANSPORT : ESP_TUNNEL;
	if (!esp_cipher_by_name(conf_text(e, "encryption"), &set->alg) ||
	    !esp_mac_by_name(conf_text(e, "authentication"), &set->alg.mac)) {
		err_set(b->err, -EINVAL, "transform-set %s: algorithm not known", set->name);
		return false;
	}
	return true;
}

static bool sets_compile(struct build *b)
{
	struct ipsec_transform_set *sets = make(b, count(b->c, "transform-set"), sizeof(*sets));

	if (!sets)
		return false;
	b->out->sets = sets;
	for (const struct centry *e = conf_first(b->c, "transform-set"); e;
	     e = conf_next(b->c, e)) {
		if (!set_compile(b, e, &sets[b->out->nsets++]))
			return false;
	}
	return true;
}

static const struct ipsec_transform_set *set_find(const struct ipsec_conf *c, struct str name)
{
	for (size_t i = 0; i < c->nsets; i++) {
		if (str_eq_cstr(name, c->sets[i].name))
			return &c->sets[i];
	}
	return NULL;
}

/* ------------------------------------------------------------------ crypto maps */

static uint16_t pfs_group(const struct centry *e)
{
	struct str word = conf_text(e, "pfs-group"); /* "group14" */
	uint32_t group = 0;

	if (!conf_bool(e, "pfs") || word.len < 6)
		return 0;
	str_to_u32((struct str){word.p + 5, word.len - 5}, UINT16_MAX, &group);
	return (uint16_t)group;
}

static uint8_t df_policy(struct str word)
{
	return str_eq_cstr(word, "set-df") ? 1 : str_eq_cstr(word, "clear-df") ? 2 : 0;
}

static bool entry_compile(struct build *b, const struct centry *d, struct ipsec_entry *entry)
{
	size_t n = conf_list_len(d, "transform-sets");
	struct str acl = conf_text(d, "match-address");

	entry->dynamic = arena_str(b->a, conf_text(d, "name"));
	entry->seq = (uint16_t)conf_u32(d, "seq");
	entry->pfs_group = pfs_group(d);
	entry->life_s = conf_is_set(d, "lifetime-seconds") ? conf_u32(d, "lifetime-seconds")
	                                                   : b->out->life_s;
	entry->life_kb = conf_is_set(d, "lifetime-kilobytes") ? conf_u32(d, "lifetime-kilobytes")
	                                                      : b->out->life_kb;
	entry->replay_window = b->out->replay_window;
	entry->nat_t = !conf_bool(d, "nat-t-disable");
	entry->reverse_route = conf_bool(d, "reverse-route");
	entry->df = conf_is_set(d, "df-bit") ? (int8_t)df_policy(conf_text(d, "df-bit")) : -1;
	entry->peer = conf_list_len(d, "peers") ? conf_list_u32(d, "peers", 0) : 0;
	entry->sets = make(b, n, sizeof(entry->sets[0]));
	if (!entry->sets || !entry->dynamic)
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct ipsec_transform_set *set =
		        set_find(b->out, conf_list_text(d, "transform-sets", i));

		if (set)
			entry->sets[entry->nsets++] = set;
	}
	if (acl.len) {
		entry->acl = ipsec_acl_compile(b->c, b->a, acl, b->err);
		if (!entry->acl)
			return false;
	}
	return true;
}

static int by_seq(const void *pa, const void *pb)
{
	const struct ipsec_entry *a = pa, *b = pb;

	if (a->map_seq != b->map_seq)
		return a->map_seq < b->map_seq ? -1 : 1;
	return a->seq < b->seq ? -1 : a->seq > b->seq;
}

static bool lan_peers_compile(struct build *b, const struct centry *e, struct ipsec_map *map)
{
	size_t n = 0;
	struct ipsec_lan_peer *peers;

	for (const struct centry *m = conf_first_child(b->c, e, "entry"); m; m = conf_next(b->c, m))
		n += conf_list_len(m, "peers");
	peers = make(b, n, sizeof(*peers));
	map->lan_peers = peers;
	for (const struct centry *m = conf_first_child(b->c, e, "entry"); m && peers;
	     m = conf_next(b->c, m)) {
		for (size_t i = 0; i < conf_list_len(m, "peers"); i++)
			peers[map->nlan++] = (struct ipsec_lan_peer){conf_list_u32(m, "peers", i),
			                                             (uint16_t)conf_u32(m, "seq")};
	}
	return peers != NULL;
}

/* Static entries have no place among the entries: they say whom we would call, and we only answer. */
static bool map_compile(struct build *b, const struct centry *e, struct ipsec_map *map)
{
	size_t most = count_child(b->c, e, "entry") * count(b->c, "dynamic-map");
	struct ipsec_entry *entries = make(b, most, sizeof(*entries));

	map->name = arena_str(b->a, conf_text(e, "map"));
	map->entries = entries;
	if (!entries || !map->name || !lan_peers_compile(b, e, map))
		return false;
	for (const struct centry *m = conf_first_child(b->c, e, "entry"); m;
	     m = conf_next(b->c, m)) {
		struct str name = conf_text(m, "dynamic");

		for (const struct centry *d = name.len ? conf_first(b->c, "dynamic-map") : NULL; d;
		     d = conf_next(b->c, d)) {
			struct ipsec_entry *entry = &entries[map->n];

			if (!str_eq(conf_text(d, "name"), name) ||
			    !conf_list_len(d, "transform-sets"))
				continue;
			entry->map = map->name;
			entry->map_seq = (uint16_t)conf_u32(m, "seq");
			if (!entry_compile(b, d, entry))
				return false;
			map->n++;
		}
	}
	qsort(entries, map->n, sizeof(*entries), by_seq);
	return true;
}

static bool maps_compile(struct build *b)
{
	struct ipsec_map *maps = make(b, count(b->c, "crypto-map"), sizeof(*maps));
	struct binding *bindings;
	size_t n = 0, nmaps = 0;

	for (const struct centry *e = conf_first(b->c, "crypto-map"); e; e = conf_next(b->c, e))
		n += count_child(b->c, e, "interface");
	bindings = make(b, n, sizeof(*bindings));
	if (!maps || !bindings)
		return false;
	b->out->bindings = bindings;
	for (const struct centry *e = conf_first(b->c, "crypto-map"); e; e = conf_next(b->c, e)) {
		struct ipsec_map *map = &maps[nmaps++];

		if (!map_compile(b, e, map))
			return false;
		for (const struct centry *i = conf_first_child(b->c, e, "interface"); i;
		     i = conf_next(b->c, i)) {
			const char *ifname = arena_str(b->a, conf_text(i, "ifname"));

			if (!ifname)
				return false;
			bindings[b->out->nbindings++] = (struct binding){ifname, map};
		}
	}
	return true;
}

static bool interfaces_compile(struct build *b)
{
	struct interface *ifs = make(b, count(b->c, "ipsec-interface"), sizeof(*ifs));

	if (!ifs)
		return false;
	b->out->interfaces = ifs;
	for (const struct centry *e = conf_first(b->c, "ipsec-interface"); e;
	     e = conf_next(b->c, e)) {
		struct interface *i = &ifs[b->out->ninterfaces++];

		i->ifname = arena_str(b->a, conf_text(e, "ifname"));
		i->frag_after = str_eq_cstr(conf_text(e, "fragmentation"), "after-encryption");
		i->df = df_policy(conf_text(e, "df-bit"));
		if (!i->ifname)
			return false;
	}
	return true;
}

int ipsec_conf_compile(const struct conf *c, struct arena *a, const struct ipsec_conf **out,
                       struct out *notes, struct err *err)
{
	struct err local = {0};
	struct build b = {.c = c, .a = a, .err = err ? err : &local};
	const struct centry *global = conf_container(c, "ipsec");

	(void)notes;
	b.out = make(&b, 1, sizeof(*b.out));
	if (!b.out)
		return -ENOMEM;
	b.out->life_s = conf_u32(global, "lifetime-seconds");
	b.out->life_kb = conf_u32(global, "lifetime-kilobytes");
	b.out->pmtu_aging_s = conf_u32(global, "pmtu-aging") * 60;
	if (!conf_bool(global, "replay-disable"))
		str_to_u32(conf_text(global, "replay-window"), UINT32_MAX, &b.out->replay_window);
	if (!sets_compile(&b) || !maps_compile(&b) || !interfaces_compile(&b)) {
		if (!b.err->code)
			err_set(b.err, -ENOMEM, "out of memory");
		return b.err->code;
	}
	*out = b.out;
	return 0;
}

/* ------------------------------------------------------------------ look-ups */

const struct ipsec_map *ipsec_conf_map_for_interface(const struct ipsec_conf *c, const char *ifname)
{
	for (size_t i = 0; i < c->nbindings; i++) {
		if (!strcmp(c->bindings[i].ifname, ifname))
			return c->bindings[i].map;
	}
	return NULL;
}

const char *ipsec_conf_interface(const struct ipsec_conf *c, size_t i)
{
	return i < c->nbindings ? c->bindings[i].ifname : NULL;
}

const struct ipsec_entry *ipsec_map_next(const struct ipsec_map *m, const struct ipsec_entry *prev)
{
	size_t i = prev ? (size_t)(prev - m->entries) + 1 : 0;

	return i < m->n ? &m->entries[i] : NULL;
}

bool ipsec_entry_permits(const struct ipsec_entry *e, const struct sa_proxy *local,
                         const struct sa_proxy *remote)
{
	return ipsec_acl_permits(e->acl, local, remote);
}

bool ipsec_entry_serves(const struct ipsec_entry *e, uint32_t remote)
{
	return e->peer == 0 || e->peer == remote;
}

const struct ipsec_transform_set *ipsec_entry_match(const struct ipsec_entry *e, struct esp_alg alg,
                                                    enum esp_mode mode)
{
	for (size_t i = 0; i < e->nsets; i++) {
		const struct ipsec_transform_set *s = e->sets[i];

		if (s->mode == mode && s->alg.cipher == alg.cipher &&
		    s->alg.key_len == alg.key_len && s->alg.mac == alg.mac)
			return s;
	}
	return NULL;
}

bool ipsec_conf_frag_after(const struct ipsec_conf *c, const char *ifname)
{
	for (size_t i = 0; i < c->ninterfaces; i++) {
		if (!strcmp(c->interfaces[i].ifname, ifname))
			return c->interfaces[i].frag_after;
	}
	return false;
}

uint32_t ipsec_conf_pmtu_aging(const struct ipsec_conf *c)
{
	return c->pmtu_aging_s;
}

bool ipsec_conf_lan_peer(const struct ipsec_conf *c, const char *ifname, uint32_t ip,
                         const char **map, uint16_t *seq)
{
	const struct ipsec_map *m = ipsec_conf_map_for_interface(c, ifname);

	for (size_t i = 0; m && i < m->nlan; i++) {
		if (m->lan_peers[i].ip != ip)
			continue;
		*map = m->name;
		*seq = m->lan_peers[i].seq;
		return true;
	}
	return false;
}

uint8_t ipsec_conf_df(const struct ipsec_conf *c, const char *ifname)
{
	for (size_t i = 0; i < c->ninterfaces; i++) {
		if (!strcmp(c->interfaces[i].ifname, ifname))
			return c->interfaces[i].df;
	}
	return 0;
}

/* ------------------------------------------------------------------ checks at commit */

/* A dynamic map serves nobody while one of its entries has no transform set (or it has no entries). */
static bool dynamic_incomplete(const struct conf *c, struct str name)
{
	bool any = false;

	for (const struct centry *d = conf_first(c, "dynamic-map"); d; d = conf_next(c, d)) {
		if (!str_eq(conf_text(d, "name"), name))
			continue;
		if (!conf_list_len(d, "transform-sets"))
			return true;
		any = true;
	}
	return !any;
}

static bool has_all(const struct centry *e)
{
	return conf_list_len(e, "peers") && conf_list_len(e, "transform-sets") &&
	       conf_text(e, "match-address").len;
}

/* Is something gone that was there before the line? */
static bool lost(const struct centry *e, const struct centry *was)
{
	return was &&
	       ((conf_list_len(was, "peers") && !conf_list_len(e, "peers")) ||
	        (conf_list_len(was, "transform-sets") && !conf_list_len(e, "transform-sets")) ||
	        (conf_text(was, "match-address").len && !conf_text(e, "match-address").len) ||
	        conf_text(was, "dynamic").len);
}

/* A static entry needs peer, transform set and access list; a dynamic one only names its dynamic map. */
static int crypto_map_entry_check(const struct conf *c, const struct centry *e,
                                  const struct centry *was, struct conf_notes *notes,
                                  struct err *err)
{
	struct str dynamic = conf_text(e, "dynamic");

	(void)err;
	if (dynamic.len) {
		if (dynamic_incomplete(c, dynamic))
			conf_note(notes, e, "dynamic",
			          "WARNING: dynamic map has incomplete entries");
		return 0;
	}
	if (!has_all(e))
		conf_note(notes, e, NULL, "WARNING: The crypto map entry %s incomplete!",
		          lost(e, was) ? "will be" : "is");
	else if (!was || !conf_same(e, was))
		conf_note(notes, e, NULL,
		          "WARNING: LAN-to-LAN connections are not supported, the peers of crypto "
		          "map %.*s %u are refused",
		          STR_ARG(conf_text(e, "map")), conf_u32(e, "seq"));
	return 0;
}

static int transform_set_check(const struct conf *c, const struct centry *e,
                               const struct centry *was, struct conf_notes *notes, struct err *err)
{
	static const struct {
		const char *field, *word, *text;
	} weak[] = {
	        {"encryption", "esp-des",
	         "WARNING: esp-des is weak, use esp-aes or better where the clients can"},
	        {"encryption", "esp-null", "WARNING: esp-null does not encrypt"},
	        {"authentication", "esp-md5-hmac",
	         "WARNING: esp-md5-hmac is weak, use esp-sha-hmac or better where the clients can"},
	        {"authentication", "esp-none",
	         "WARNING: without authentication packets can be changed on their way"},
	};

	(void)c;
	if (str_eq_cstr(conf_text(e, "encryption"), "esp-null") &&
	    str_eq_cstr(conf_text(e, "authentication"), "esp-none"))
		return err_set(err, -EINVAL, "esp-null and esp-none together protect nothing");
	for (size_t i = 0; i < sizeof(weak) / sizeof(weak[0]); i++) {
		if (conf_changed(e, was, weak[i].field) &&
		    str_eq_cstr(conf_text(e, weak[i].field), weak[i].word))
			conf_note(notes, e, weak[i].field, "%s", weak[i].text);
	}
	return 0;
}

/* Of an SA, everywhere or by a dynamic map. */
static int lifetime_check(const struct conf *c, const struct centry *e, const struct centry *was,
                          struct conf_notes *notes, struct err *err)
{
	enum { MICROSOFT_S = 300 };

	(void)c;
	(void)err;
	if (conf_is_set(e, "lifetime-seconds") && conf_changed(e, was, "lifetime-seconds") &&
	    conf_u32(e, "lifetime-seconds") < MICROSOFT_S)
		conf_note(notes, e, "lifetime-seconds",
		          "WARNING: Windows clients take a lifetime below %d seconds for %d, the SAs with them last as long",
		          MICROSOFT_S, MICROSOFT_S);
	return 0;
}

static const struct conf_check checks[] = {
        {"ipsec_lifetime_check", lifetime_check},
        {"crypto_map_entry_check", crypto_map_entry_check},
        {"transform_set_check", transform_set_check},
};

void ipsec_conf_register(void)
{
	conf_check_register(checks, sizeof(checks) / sizeof(checks[0]));
}
