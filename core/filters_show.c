/* show access-list, clear access-list counters. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/rec.h"
#include "core/filters.h"
#include "core/gateway.h"

struct show {
	struct filters *f;
	struct out *out;
	const struct filter *list; /* NULL: not in force, nothing is counted */
	struct str name, kind;
	bool standard, brief;
	size_t at;       /* element of the list */
	size_t elements; /* of the rule at hand */
	uint64_t hits;   /* of them */
	unsigned line;
	struct out text; /* lines of the elements */
};

/* ------------------------------------------------------------------ what the host counted */

static uint64_t *host_count(struct hash *h, uint32_t element)
{
	uint64_t *n = hash_get(h, &element, sizeof element);
	if (n != NULL)
		return n;
	n = calloc(1, sizeof *n);
	if (n != NULL && !hash_put(h, &element, sizeof element, n)) {
		free(n);
		n = NULL;
	}
	return n;
}

static void host_add(void *arg, struct str comment, uint64_t packets)
{
	struct str rest = comment;
	uint32_t element;
	char text[16];
	if (!str_eq(str_word(&rest), STR("acl")) || !str_copy(text, sizeof text, str_word(&rest)))
		return;
	element = (uint32_t)strtoul(text, NULL, 16);
	uint64_t *n = host_count(arg, element);
	if (n != NULL)
		*n += packets;
}

void filters_host_hit(struct filters *f, uint32_t element)
{
	uint64_t *n = host_count(f->host_hits, element);
	if (n != NULL)
		++*n;
}

void filters_host_keep(struct filters *f)
{
	nat_counters(f->gw->nat, host_add, f->host_hits);
}

static void free_counts(struct hash *h);

/* Once a command: a list may have many elements. */
static void host_read(struct filters *f)
{
	free_counts(f->host_now);
	f->host_now = f->gw->hw.manage ? hash_new(0) : NULL;
	if (f->host_now != NULL)
		nat_counters(f->gw->nat, host_add, f->host_now);
}

static uint64_t host_hits(const struct filters *f, uint32_t element)
{
	const uint64_t *kept = hash_get(f->host_hits, &element, sizeof element);
	const uint64_t *now =
	        f->host_now != NULL ? hash_get(f->host_now, &element, sizeof element) : NULL;
	return (kept != NULL ? *kept : 0) + (now != NULL ? *now : 0);
}

static void free_count(void *arg, void *n)
{
	(void)arg;
	free(n);
}

static void free_counts(struct hash *h)
{
	if (h == NULL)
		return;
	hash_each(h, free_count, NULL);
	hash_free(h);
}

void filters_host_free(struct filters *f)
{
	free_counts(f->host_hits);
	free_counts(f->host_now);
}

/* ------------------------------------------------------------------ show */

static uint64_t total_of(struct filters *f, const struct filter *list, size_t i)
{
	return ctr_get(&list->hits[i]) + host_hits(f, list->ace[i].hash);
}

static uint64_t hits_of(const struct show *s, size_t i)
{
	return s->list != NULL && i < s->list->n ? total_of(s->f, s->list, i) - s->list->cleared[i]
	                                         : 0;
}

static uint32_t text_hash(struct str text)
{
	uint32_t h = 2166136261u;
	for (size_t i = 0; i < text.len; i++)
		h = (h ^ (uint8_t)text.p[i]) * 16777619u;
	return h;
}

/* As filter_compile names it: list, blank, rule. */
static uint32_t rule_hash(struct str list, struct str rule)
{
	struct out text;
	out_init(&text);
	out_printf(&text, "%.*s %.*s", STR_ARG(list), STR_ARG(rule));
	uint32_t h = text_hash(out_text(&text));
	out_free(&text);
	return h;
}

/* In show, `log` says what it stands for. */
static void print_rule(const struct acl_rule *r, bool standard, struct out *out)
{
	struct acl_rule shown = *r;
	struct out plain;
	out_init(&plain);
	shown.inactive = false;
	struct str time_range = shown.time_range;
	shown.time_range = (struct str){0};
	if (r->log && !r->log_disable && !r->log_default) {
		shown.log = false;
		acl_rule_print(&shown, standard, &plain);
		out_printf(&plain, " log %s interval %u", acl_level_name(r->log_level),
		           r->log_interval);
	} else {
		acl_rule_print(&shown, standard, &plain);
	}
	if (time_range.len > 0)
		out_printf(&plain, " time-range %.*s", STR_ARG(time_range));
	out_put(out, out_text(&plain));
	out_free(&plain);
}

static void print_line(struct show *s, const char *indent, const struct acl_rule *r, uint64_t hits,
                       uint32_t hash, struct out *out)
{
	struct tm tm;
	time_t now = clock_wall(&s->f->gw->clock);
	bool off = r->time_range.len > 0 && localtime_r(&now, &tm) != NULL &&
	           !time_range_active(s->f->conf, r->time_range, &tm);
	out_printf(out, "%saccess-list %.*s line %u %.*s ", indent, STR_ARG(s->name), s->line,
	           STR_ARG(s->kind));
	print_rule(r, s->standard, out);
	out_printf(out, " (hitcnt=%" PRIu64 ")%s 0x%08" PRIx32 " \n", hits,
	           r->inactive || off ? " (inactive)" : "", hash);
}

static bool print_element(void *arg, const struct acl_rule *r)
{
	struct show *s = arg;
	struct out rule;
	out_init(&rule);
	acl_rule_print(r, s->standard, &rule);
	uint32_t hash = rule_hash(s->name, out_text(&rule));
	uint64_t hits = hits_of(s, s->at);
	if (s->brief && hits > 0) {
		uint64_t ago = clock_now(&s->f->gw->clock) - ctr_get(&s->list->last_ms[s->at]);
		out_printf(&s->text, "%08" PRIx32 " 00000000 %08" PRIx32 " %08" PRIx32 "\n", hash,
		           (uint32_t)hits,
		           (uint32_t)(clock_wall(&s->f->gw->clock) - (time_t)(ago / 1000)));
	} else if (!s->brief) {
		print_line(s, "  ", r, hits, hash, &s->text);
	}
	s->hits += hits;
	s->at++;
	s->elements++;
	out_free(&rule);
	return true;
}

static bool has_objects(const struct acl_rule *r)
{
	return r->proto_kind != ACL_PROTO_NUMBER || r->src.kind > ACL_RANGE ||
	       r->dst.kind > ACL_RANGE || r->sport.op == ACL_OP_GROUP ||
	       r->dport.op == ACL_OP_GROUP || r->icmp_group.len > 0;
}

static void print_entry(struct show *s, const struct centry *e)
{
	struct acl_names names = objects_names(s->f->conf);
	struct str rule = conf_text(e, "rule");
	struct acl_rule r;
	s->kind = conf_text(e, "kind");
	s->standard = str_eq_cstr(s->kind, "standard");
	s->line++;
	rec_open(s->out, NULL);
	rec_num(s->out, "line", s->line);
	rec_str(s->out, "kind", s->kind);
	rec_str(s->out, "rule", rule);
	if (str_eq_cstr(s->kind, "remark")) {
		rec_close(s->out);
		if (!s->brief)
			out_printf(s->out, "access-list %.*s line %u remark %.*s\n",
			           STR_ARG(s->name), s->line, STR_ARG(rule));
		return;
	}
	if (!acl_rule_parse(rule, s->standard, &names, &r, NULL)) {
		rec_close(s->out);
		return;
	}
	s->elements = 0;
	s->hits = 0;
	out_clear(&s->text);
	acl_rule_expand(s->f->conf, &r, print_element, s);
	rec_num(s->out, "elements", s->elements);
	rec_num(s->out, "hitcnt", s->hits);
	rec_close(s->out);
	if (s->brief) {
		out_put(s->out, out_text(&s->text));
		return;
	}
	print_line(s, "", &r, s->hits, rule_hash(s->name, rule), s->out);
	if (has_objects(&r))
		out_put(s->out, out_text(&s->text));
}

static bool count_one(void *arg, const struct acl_rule *r)
{
	(void)r;
	++*(size_t *)arg;
	return true;
}

static size_t count(const struct conf *c, const struct centry *list)
{
	struct acl_names names = objects_names(c);
	size_t n = 0;
	for (const struct centry *e = conf_first_child(c, list, "entry"); e; e = conf_next(c, e)) {
		struct acl_rule r;
		if (!str_eq_cstr(conf_text(e, "kind"), "remark") &&
		    acl_rule_parse(conf_text(e, "rule"),
		                   str_eq_cstr(conf_text(e, "kind"), "standard"), &names, &r, NULL))
			acl_rule_expand(c, &r, count_one, &n);
	}
	return n;
}

static void print_list(struct filters *f, const struct centry *list, bool brief, struct out *out)
{
	struct show s = {.f = f, .out = out, .name = conf_text(list, "name"), .brief = brief};
	s.list = filters_find(f, s.name);
	out_init(&s.text);
	out_printf(out, "access-list %.*s; %zu elements; name hash: 0x%08" PRIx32 "\n",
	           STR_ARG(s.name), count(f->conf, list), text_hash(s.name));
	rec_open(out, NULL);
	rec_str(out, "name", s.name);
	rec_list(out, "entries");
	for (const struct centry *e = conf_first_child(f->conf, list, "entry"); e;
	     e = conf_next(f->conf, e))
		print_entry(&s, e);
	rec_close(out);
	rec_close(out);
	out_free(&s.text);
}

static int show_access_list(struct cmd *c)
{
	struct filters *f = c->ctx;
	struct str name = cmd_text(c, "name");
	bool brief = cmd_has(c, "brief");
	const struct centry *log = conf_container(f->conf, "access-list-log");
	host_read(f);
	unsigned denied, total = filters_log_flows(f, &denied);
	if (name.len > 0) {
		const struct centry *list = conf_find(f->conf, "access-list", name);
		if (list == NULL)
			return cmd_fail(c, "access-list <%.*s> does not exist", STR_ARG(name));
		rec_list(c->out, "access-lists");
		print_list(f, list, brief, c->out);
		rec_close(c->out);
		return CMD_OK;
	}
	out_printf(c->out,
	           "access-list cached ACL log flows: total %u, denied %u (deny-flow-max %u)\n"
	           "            alert-interval %u\n",
	           total, denied, conf_u32(log, "deny-flow-max"), conf_u32(log, "alert-interval"));
	rec_num(c->out, "log-flows", total);
	rec_num(c->out, "log-flows-denied", denied);
	rec_list(c->out, "access-lists");
	for (const struct centry *l = conf_first(f->conf, "access-list"); l;
	     l = conf_next(f->conf, l))
		print_list(f, l, brief, c->out);
	rec_close(c->out);
	return CMD_OK;
}

static int clear_access_list(struct cmd *c)
{
	struct filters *f = c->ctx;
	struct str name = cmd_text(c, "name");
	struct filter *list = filters_find(f, name);
	host_read(f);
	if (conf_find(f->conf, "access-list", name) == NULL)
		return cmd_fail(c, "access-list <%.*s> does not exist", STR_ARG(name));
	for (size_t i = 0; list != NULL && i < list->n; i++)
		list->cleared[i] = total_of(f, list, i);
	return CMD_OK;
}

void filters_register(struct filters *f)
{
	static const struct cmd_entry table[] = {
	        {"show_access_list", show_access_list},
	        {"clear_access_list", clear_access_list},
	};
	cmd_register(table, sizeof table / sizeof table[0], f);
}
