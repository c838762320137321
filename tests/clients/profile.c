#include "tests/clients/profile.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/grammar/yaml.h"
#include "crypto/ike/proposal.h"

struct loader {
	struct profile *p;
	const char *file;
	struct err *err;
};

static bool bad(struct loader *l, unsigned line, const char *what, const char *name)
{
	err_set(l->err, -EINVAL, "%s:%u: %s%s%s", l->file, line, what, name != NULL ? ": " : "", name != NULL ? name : "");
	return false;
}

/* ------------------------------------------------------------------ words */

struct word {
	const char *word;
	uint32_t value;
};
static const struct word modes[] = {{"main", 0}, {"aggressive", 1}, {0}};
static const struct word yes_no[] = {{"no", 0}, {"yes", 1}, {0}};
static const struct word id_ways[] = {{"random", IDS_RANDOM}, {"counting", IDS_COUNTING}, {"swapped", IDS_SWAPPED}, {0}};
static const struct word contacts[] = {
        {"none", CONTACT_NONE}, {"message-5", CONTACT_MM5}, {"informational", CONTACT_INFO}, {0}};
static const struct word fragments[] = {{"never", FRAGMENT_NEVER}, {"first", FRAGMENT_FIRST}, {"again", FRAGMENT_AGAIN}, {0}};
static const struct word probes[] = {{"none", 0}, {"answers", 0}, {"asks", 1}, {0}};
static const struct word ways[] = {{"back-to-back", 0}, {"strict", 1}, {0}};
static const struct word leaves[] = {{"lcp", LEAVE_LCP}, {"l2tp", LEAVE_L2TP}, {"ike", LEAVE_IKE}, {0}};
static const struct word methods[] = {{"ms-chap-v2", AAA_MSCHAP2}, {"ms-chap-v1", AAA_MSCHAP1}, {"chap", AAA_CHAP},
                                      {"pap", AAA_PAP},           {"eap", AAA_EAP},            {0}};

static const struct word auths[] = {{"psk", AUTH_PSK}, {"rsa", AUTH_RSA_SIG}, {"xauth-psk", AUTH_XAUTH}, {0}};

static const struct word *word_find(const struct word *words, struct str text)
{
	while (words->word != NULL && !str_eq_cstr(text, words->word))
		words++;
	return words->word != NULL ? words : NULL;
}

/* ------------------------------------------------------------------ facts */

/* Tags of the reference ("W1 L5"), a standard, or why there is none. */
static bool is_source(struct str word)
{
	static const struct word others[] = {{"constructed", 0}, {"rec", 0}, {"measured", 0}, {"captured", 0}, {"RFC", 0}, {0}};
	if (word_find(others, word) != NULL)
		return true;
	bool digits = word.len >= 2;
	for (size_t i = 1; i < word.len; i++)
		digits = digits && word.p[i] >= '0' && word.p[i] <= '9';
	return digits && ((word.p[0] >= 'A' && word.p[0] <= 'Z') || (word.p[0] >= '1' && word.p[0] <= '9'));
}

static bool has_source(struct loader *l, const struct yaml *fact)
{
	const struct yaml *source = yaml_get(fact, "source");
	if (source == NULL || source->kind != YAML_TEXT)
		return bad(l, fact->line, "a fact without source", NULL);
	struct str rest = str_of(source->text), word;
	while ((word = str_word(&rest)).len > 0)
		if (!is_source(word))
			return bad(l, source->line, "no source", source->text);
	l->p->facts++;
	l->p->constructed += strcmp(source->text, "constructed") == 0;
	return true;
}

static bool number_of(struct loader *l, const struct yaml *y, uint32_t *value)
{
	char *end;
	unsigned long n = y->kind == YAML_TEXT ? strtoul(y->text, &end, 0) : 0;
	if (y->kind != YAML_TEXT || *y->text < '0' || *y->text > '9' || *end != '\0' || n > UINT32_MAX)
		return bad(l, y->line, "no number", y->kind == YAML_TEXT ? y->text : NULL);
	*value = (uint32_t)n;
	return true;
}

/* ------------------------------------------------------------------ lists */

/* Columns of items. */
static const struct {
	const char *name;
	size_t at;
	uint32_t otherwise;
} columns[] = {
        {"proposal", offsetof(struct script_item, proposal), 1}, {"protocol", offsetof(struct script_item, protocol), 1},
        {"transform", offsetof(struct script_item, transform), 1}, {"type", offsetof(struct script_item, type), 0},
        {"vendor", offsetof(struct script_item, vendor), 0}, {"m", offsetof(struct script_item, m), 1},
        {"length", offsetof(struct script_item, length), 0}, {"code", offsetof(struct script_item, code), 1},
        {"id", offsetof(struct script_item, id), SCRIPT_COUNTED}, {"ms", offsetof(struct script_item, type), 0},
};
enum { N_COLUMNS = sizeof columns / sizeof columns[0] };

static bool read_form(struct loader *l, const struct yaml *y, struct script_item *item)
{
	size_t at;
	if (y->kind != YAML_TEXT)
		return bad(l, y->line, "no form of bytes", NULL);
	const char *why = script_form_wrong(y->text, &at);
	item->form = y->text;
	return why == NULL || bad(l, y->line, why, y->text + at);
}

/* names: the columns that such items may have, "type length". */
static bool read_item(struct loader *l, const struct yaml *y, const char *names, struct script_item *item)
{
	*item = (struct script_item){.form = "", .line = y->line};
	for (unsigned c = 0; c < N_COLUMNS; c++)
		memcpy((char *)item + columns[c].at, &columns[c].otherwise, sizeof columns[c].otherwise);
	if (y->kind != YAML_MAP)
		return bad(l, y->line, "a fact is a map", NULL);
	for (size_t i = 0; i < y->n; i++) {
		unsigned c = 0;
		if (strcmp(y->keys[i], "source") == 0 || strcmp(y->keys[i], "text") == 0)
			continue;
		if (strcmp(y->keys[i], "hex") == 0) {
			if (!read_form(l, y->items[i], item))
				return false;
			continue;
		}
		while (c < N_COLUMNS && strcmp(columns[c].name, y->keys[i]) != 0)
			c++;
		if (c == N_COLUMNS || strstr(names, columns[c].name) == NULL)
			return bad(l, y->key_lines[i], "no such key here", y->keys[i]);
		if (!number_of(l, y->items[i], (uint32_t *)(void *)((char *)item + columns[c].at)))
			return false;
	}
	return has_source(l, y);
}

static bool read_list(struct loader *l, const struct yaml *y, const char *names, struct script_list *list)
{
	bool one = y->kind == YAML_MAP;
	size_t n = one ? 1 : y->n;
	struct script_item *items = arena_calloc(l->p->arena, n + 1, sizeof *items);
	if (y->kind == YAML_TEXT)
		return bad(l, y->line, "no list", y->text);
	for (size_t i = 0; i < n; i++)
		if (!read_item(l, one ? y : y->items[i], names, &items[i]))
			return false;
	*list = (struct script_list){items, n};
	return true;
}

/* ------------------------------------------------------------------ fields */

enum kind { NUMBER, WORD, WORDS, TEXT, LIST };
#define AT(field) offsetof(struct profile, field)

static const char AVP[] = "type vendor m length", OPTION[] = "type", PACKET[] = "protocol code id",
                  SA[] = "proposal protocol transform", MS[] = "ms";

static const struct field {
	const char *section, *key;
	enum kind kind;
	size_t at;
	const void *of; /* words; columns */
	bool optional;
} fields[] = {
        {"ike", "mode", WORD, AT(ike.aggressive), modes, false},
        {"ike", "auth", LIST, AT(auths), "", true},
        {"ike", "certificate-requests", NUMBER, AT(ike.certreqs), NULL, true},
        {"ike", "vendor-ids", LIST, AT(ike.vendors), "", false},
        {"ike", "proposals", LIST, AT(ike.phase1), SA, false},
        {"ike", "first-message-bytes", NUMBER, AT(mm1_bytes), NULL, true},
        {"ike", "sa-bytes", NUMBER, AT(sa_bytes), NULL, true},
        {"ike", "id", LIST, AT(ike.id), "", false},
        {"ike", "group-name", TEXT, AT(group_name), NULL, true},
        {"ike", "group", NUMBER, AT(ike.group), NULL, true},
        {"ike", "group-again", NUMBER, AT(group_again), NULL, true},
        {"ike", "nonce-bytes", NUMBER, AT(ike.nonce), NULL, true},
        {"ike", "message-ids", WORD, AT(ike.message_ids), id_ways, false},
        {"ike", "initial-contact", WORD, AT(ike.contact), contacts, false},
        {"ike", "dead-peer-detection", WORD, AT(vpn.dpd), probes, false},
        {"ike", "nat-keepalive-s", NUMBER, AT(vpn.keepalive_s), NULL, false},
        {"ike", "retry-ms", LIST, AT(ike.retry), MS, false},
        {"ike", "tries", NUMBER, AT(ike.tries), NULL, false},
        {"ike", "quick-again-ms", LIST, AT(quick_again), MS, true},
        {"ike", "gives-up-ms", NUMBER, AT(gives_up_ms), NULL, true},
        {"ike", "fragment", WORD, AT(ike.fragment), fragments, false},
        {"ike", "fragment-bytes", NUMBER, AT(ike.fragment_bytes), NULL, true},
        {"esp", "proposals", LIST, AT(ike.phase2), SA, false},
        {"esp", "own-id", LIST, AT(vpn.id), "", false},
        {"esp", "other-id", LIST, AT(vpn.other_id), "", false},
        {"esp", "nat-oa", WORD, AT(vpn.natoa), yes_no, false},
        {"esp", "pfs-group", NUMBER, AT(vpn.pfs_group), NULL, true},
        {"l2tp", "source-port", NUMBER, AT(vpn.l2tp_port), NULL, false},
        {"l2tp", "tunnel", NUMBER, AT(tunnel), NULL, false},
        {"l2tp", "call", NUMBER, AT(call), NULL, false},
        {"l2tp", "way", WORD, AT(strict), ways, false},
        {"l2tp", "clear-first", NUMBER, AT(clear_first), NULL, true},
        {"l2tp", "tunnel-zero", WORD, AT(tunnel_zero), yes_no, true},
        {"l2tp", "two-calls", WORD, AT(two_calls), yes_no, true},
        {"l2tp", "sccrq", LIST, AT(l2tp.avps[SAY_SCCRQ]), AVP, false},
        {"l2tp", "scccn", LIST, AT(l2tp.avps[SAY_SCCCN]), AVP, true},
        {"l2tp", "icrq", LIST, AT(l2tp.avps[SAY_ICRQ]), AVP, false},
        {"l2tp", "iccn", LIST, AT(l2tp.avps[SAY_ICCN]), AVP, false},
        {"l2tp", "cdn", LIST, AT(l2tp.avps[SAY_CDN]), AVP, false},
        {"l2tp", "stopccn", LIST, AT(l2tp.avps[SAY_STOPCCN]), AVP, false},
        {"l2tp", "retry-ms", LIST, AT(l2tp.retry), MS, false},
        {"l2tp", "tries", NUMBER, AT(l2tp.tries), NULL, false},
        {"ppp", "first-id", NUMBER, AT(ppp.first_id), NULL, false},
        {"ppp", "lcp", LIST, AT(ppp.lcp), OPTION, false},
        {"ppp", "methods", LIST, AT(methods), "", false},
        {"ppp", "after-lcp", LIST, AT(ppp.after_lcp), PACKET, true},
        {"ppp", "after-login", LIST, AT(ppp.after_auth), PACKET, true},
        {"ppp", "ipcp", LIST, AT(ppp.ipcp), OPTION, false},
        {"ppp", "compressed", WORD, AT(ppp.compressed), yes_no, false},
        {"ppp", "echo-s", NUMBER, AT(ppp.echo_s), NULL, true},
        {"ppp", "echo-tries", NUMBER, AT(ppp.echo_tries), NULL, true},
        {"ppp", "dhcp-inform", LIST, AT(ppp.inform), "", true},
        {"ppp", "dhcp-inform-tries", NUMBER, AT(ppp.inform_tries), NULL, true},
        {"ppp", "dhcp-inform-ms", NUMBER, AT(ppp.inform_ms), NULL, true},
        {"end", "leave", WORDS, AT(leave), leaves, false},
};
enum { N_FIELDS = sizeof fields / sizeof fields[0] };

static bool read_words(struct loader *l, const struct field *f, const struct yaml *is, uint32_t *value)
{
	struct str rest = str_of(is->text), word;
	while ((word = str_word(&rest)).len > 0) {
		const struct word *found = word_find(f->of, word);
		if (found == NULL)
			return bad(l, is->line, "no such word", is->text);
		*value = f->kind == WORDS ? *value | found->value : found->value;
	}
	return true;
}

static bool read_field(struct loader *l, const struct field *f, const struct yaml *y)
{
	char *to = (char *)l->p + f->at;
	if (f->kind == LIST)
		return read_list(l, y, f->of, (struct script_list *)(void *)to);
	const struct yaml *is = y->kind == YAML_MAP ? yaml_get(y, "is") : NULL;
	if (is == NULL || is->kind != YAML_TEXT || y->n != 2)
		return bad(l, y->line, "neither {is: ..., source: ...} nor a list", f->key);
	if (!has_source(l, y))
		return false;
	if (f->kind == TEXT)
		*(const char **)(void *)to = is->text;
	return f->kind == TEXT     ? true
	       : f->kind == NUMBER ? number_of(l, is, (uint32_t *)(void *)to)
	                           : read_words(l, f, is, (uint32_t *)(void *)to);
}

static bool read_section(struct loader *l, const char *name, const struct yaml *section)
{
	bool known = false;
	if (section->kind != YAML_MAP)
		return bad(l, section->line, "no section", name);
	for (size_t i = 0; i < section->n; i++) {
		const struct field *f = fields;
		while (f < fields + N_FIELDS && (strcmp(f->section, name) != 0 || strcmp(f->key, section->keys[i]) != 0))
			f++;
		if (f == fields + N_FIELDS)
			return bad(l, section->key_lines[i], "no such fact", section->keys[i]);
		if (!read_field(l, f, section->items[i]))
			return false;
	}
	for (const struct field *f = fields; f < fields + N_FIELDS; f++) {
		known = known || strcmp(f->section, name) == 0;
		if (strcmp(f->section, name) == 0 && !f->optional && yaml_get(section, f->key) == NULL)
			return bad(l, section->line, "a fact is missing", f->key);
	}
	return known || bad(l, section->line, "no such section", name);
}

/* ------------------------------------------------------------------ the whole */

/* `methods`, `auth` and `retry-ms` are lists of one word or number each, the word of a method being its text. */
static bool name_methods(struct loader *l, const struct yaml *list, const struct word *words, const struct script_list *to)
{
	struct script_item *items = (struct script_item *)(void *)(uintptr_t)to->items;
	for (size_t i = 0; i < to->n; i++) {
		const struct yaml *item = list->kind == YAML_MAP ? list : list->items[i], *text = yaml_get(item, "text");
		const struct word *w = text != NULL ? word_find(words, str_of(text->text)) : NULL;
		if (w == NULL)
			return bad(l, item->line, "no such method", text != NULL ? text->text : NULL);
		items[i].type = w->value;
	}
	return true;
}

static bool read_file(struct loader *l, const struct yaml *file)
{
	static const char *const sections[] = {"ike", "esp", "l2tp", "ppp", "end"};
	const struct yaml *client = file->kind == YAML_MAP ? yaml_get(file, "client") : NULL;
	if (client == NULL || client->kind != YAML_TEXT)
		return bad(l, file->line, "no client", NULL);
	l->p->client = client->text;
	l->p->server = "";
	for (size_t i = 0; i < file->n; i++) {
		if (strcmp(file->keys[i], "server") == 0 && file->items[i]->kind == YAML_TEXT)
			l->p->server = file->items[i]->text;
		else if (strcmp(file->keys[i], "client") != 0 && !read_section(l, file->keys[i], file->items[i]))
			return false;
	}
	for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++)
		if (yaml_get(file, sections[i]) == NULL)
			return bad(l, file->line, "a section is missing", sections[i]);
	if (l->p->ike.aggressive && (l->p->group_name == NULL || l->p->ike.group == 0))
		return bad(l, file->line, "Aggressive Mode without group-name or group", NULL);
	if (l->p->ike.fragment != FRAGMENT_NEVER && l->p->ike.fragment_bytes == 0)
		return bad(l, file->line, "fragment without fragment-bytes", NULL);
	if (l->p->ike.retry.n == 0 || l->p->l2tp.retry.n == 0)
		return bad(l, file->line, "no retry-ms", NULL);
	return name_methods(l, yaml_get(yaml_get(file, "ppp"), "methods"), methods, &l->p->methods) &&
	       name_methods(l, yaml_get(yaml_get(file, "ike"), "auth"), auths, &l->p->auths);
}

static void join(struct profile *p)
{
	p->vpn.ppp = &p->ppp;
	p->ike.auth = p->auths.n > 0 ? p->auths.items[0].type : AUTH_PSK;
	p->lac = (struct lac_conf){.host = "",
	                           .tunnel = (uint16_t)p->tunnel,
	                           .call = (uint16_t)p->call,
	                           .strict = p->strict != 0,
	                           .tunnel_zero = p->tunnel_zero != 0,
	                           .two_calls = p->two_calls != 0,
	                           .script = &p->l2tp};
}

struct profile *profile_read(struct str text, const char *file, struct err *err)
{
	struct arena *arena = arena_new(0);
	struct profile *p = arena != NULL ? arena_calloc(arena, 1, sizeof *p) : NULL;
	if (p == NULL)
		abort();
	p->arena = arena;
	struct loader l = {.p = p, .file = file, .err = err};
	const struct yaml *y = yaml_read(arena, text, file, err);
	if (y == NULL || !read_file(&l, y)) {
		arena_free(arena);
		return NULL;
	}
	join(p);
	return p;
}

struct profile *profile_load(const char *path, struct err *err)
{
	static char text[65536];
	FILE *f = fopen(path, "r");
	if (f == NULL) {
		err_set(err, -errno, "%s: %s", path, strerror(errno));
		return NULL;
	}
	size_t len = fread(text, 1, sizeof text, f);
	fclose(f);
	const char *slash = strrchr(path, '/');
	return profile_read((struct str){text, len}, slash != NULL ? slash + 1 : path, err);
}

void profile_free(struct profile *p)
{
	if (p != NULL)
		arena_free(p->arena);
}
