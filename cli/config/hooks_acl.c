/* What is typed about access lists, objects and groups, put into the form that is stored. */
#include "cli/config/hooks_acl.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>

#include "cli/config/hooks.h"
#include "core/config/hook.h"
#include "core/config/icmp_rule.h"
#include "core/config/objects.h"
#include "core/config/tree.h"

/* ------------------------------------------------------------------ access lists */

struct ace {
	struct str name, kind;
	bool standard, remark;
	struct out rule; /* as stored */
};

static void write_entry(const struct conf_typed *t, const struct ace *a, bool no, uint32_t copy,
                        struct str rule, struct out *out)
{
	(void)t;
	out_printf(out, "%saccess-list %.*s = %.*s %u %.*s\n", no ? "no " : "", STR_ARG(a->name),
	           STR_ARG(a->kind), copy, STR_ARG(rule));
}

static const struct centry *list_of(const struct conf_typed *t, struct str name)
{
	return conf_find(t->conf, "access-list", name);
}

/* The entry of the list that says this; the last copy of it. */
static const struct centry *entry_of(const struct conf_typed *t, const struct ace *a,
                                     uint32_t *copies)
{
	const struct centry *list = list_of(t, a->name), *found = NULL;
	const struct node *n = list ? node_child(list->node, STR("entry")) : NULL;
	struct value keys[3] = {{0}, {.kind = V_TEXT}, {.kind = V_U32}};
	*copies = 0;
	if (n == NULL || !value_parse(&n->fields[n->nup], a->kind, &keys[0], NULL))
		return NULL;
	keys[1].text = out_text(&a->rule);
	for (const struct centry *e; (e = list_find(list, n, keys)) != NULL; keys[2].u32++) {
		found = e;
		++*copies;
	}
	return found;
}

/* Standard and extended entries do not stand in one list. */
static bool mixes(const struct conf_typed *t, const struct ace *a)
{
	const struct centry *list = list_of(t, a->name);
	const struct centry *e = list ? conf_first_child(t->conf, list, "entry") : NULL;
	while (e != NULL && str_eq_cstr(conf_text(e, "kind"), "remark"))
		e = conf_next(t->conf, e);
	return e != NULL && !a->remark && !str_eq(conf_text(e, "kind"), a->kind);
}

/* The entries from `position` on are taken out and come back behind the new one. */
static void insert_at(struct conf_typed *t, const struct ace *a, uint32_t position, uint32_t copy)
{
	const struct centry *list = list_of(t, a->name);
	struct out behind;
	uint32_t n = 0;
	out_init(&behind);
	for (const struct centry *e = list ? conf_first_child(t->conf, list, "entry") : NULL; e;
	     e = conf_next(t->conf, e)) {
		struct ace other = {.name = a->name, .kind = conf_text(e, "kind")};
		if (++n < position)
			continue;
		write_entry(t, &other, true, conf_u32(e, "copy"), conf_text(e, "rule"), t->lines);
		write_entry(t, &other, false, conf_u32(e, "copy"), conf_text(e, "rule"), &behind);
	}
	write_entry(t, a, false, copy, out_text(&a->rule), t->lines);
	if (behind.len > 0)
		out_put(t->lines, out_text(&behind));
	out_free(&behind);
}

/* With its last entry the list goes, and with the list what is bound to it. */
static void unbind_empty(struct conf_typed *t, const struct ace *a)
{
	const struct centry *list = list_of(t, a->name);
	const struct centry *first = conf_first_child(t->conf, list, "entry");
	if (conf_next(t->conf, first) != NULL)
		return;
	for (const struct centry *e = conf_first(t->conf, "access-group"); e;
	     e = conf_next(t->conf, e))
		if (str_eq(conf_text(e, "acl"), a->name))
			out_printf(t->lines, "no access-group %.*s %.*s interface %.*s\n",
			           STR_ARG(a->name), STR_ARG(conf_text(e, "dir")),
			           STR_ARG(conf_text(e, "ifname")));
	if (str_eq(conf_text(conf_container(t->conf, "access-group-global"), "acl"), a->name))
		out_printf(t->lines, "no access-group %.*s global\n", STR_ARG(a->name));
}

static int store_ace(struct conf_typed *t, const struct ace *a, struct err *err)
{
	uint32_t copies, position = 0;
	const struct centry *there = entry_of(t, a, &copies);
	bool at = str_to_u32(conf_typed_text(t, "position"), UINT32_MAX, &position);
	if (t->no && there == NULL)
		return err_plain(err, -ENOENT, "Specified %s does not exist",
		                 a->remark ? "remark" : "access-list");
	if (t->no) {
		unbind_empty(t, a);
		write_entry(t, a, true, copies - 1, out_text(&a->rule), t->lines);
		return 0;
	}
	if (mixes(t, a))
		return err_set(err, -EINVAL, "Cannot mix different types of access lists");
	if (there != NULL && !a->remark) {
		if (t->line == 0)
			out_printf(t->notes, "WARNING: <%.*s> found duplicate element\n",
			           STR_ARG(a->name));
		out_str(t->lines, "!\n");
		return 0;
	}
	if (!a->remark)
		hooks_note_split_growth(t, a->name, out_text(&a->rule), a->standard);
	if (at)
		insert_at(t, a, position, copies);
	else
		write_entry(t, a, false, copies, out_text(&a->rule), t->lines);
	return 0;
}

static int edit_access_list(struct conf_typed *t, struct err *err)
{
	bool bare = conf_typed_has(t, "permit") || conf_typed_has(t, "deny");
	struct ace a = {.name = conf_typed_text(t, "name"),
	                .standard = conf_typed_has(t, "standard"),
	                .remark = conf_typed_has(t, "remark")};
	struct acl_names names = objects_names(t->conf);
	struct acl_rule r;
	struct out full;
	int rc = 0;
	a.kind = a.standard ? STR("standard") : a.remark ? STR("remark") : STR("extended");
	out_init(&full);
	out_init(&a.rule);
	if (bare)
		out_str(&full, conf_typed_has(t, "permit") ? "permit " : "deny ");
	out_put(&full, conf_typed_text(t, "ace"));
	if (a.remark)
		out_put(&a.rule, out_text(&full));
	else if (acl_rule_parse(out_text(&full), a.standard, &names, &r, err))
		acl_rule_print(&r, a.standard, &a.rule);
	else
		rc = -EINVAL;
	if (rc == 0)
		rc = store_ace(t, &a, err);
	out_free(&full);
	out_free(&a.rule);
	return rc;
}

static int edit_access_list_whole(struct conf_typed *t, struct err *err)
{
	return t->no ? 0 : err_set(err, -EINVAL, "%% Incomplete command");
}

static int edit_access_list_log(struct conf_typed *t, struct err *err)
{
	struct str setting = conf_typed_text(t, "setting"), n = conf_typed_text(t, "number");
	if (!str_eq_cstr(setting, "deny-flow-max") && !str_eq_cstr(setting, "alert-interval"))
		return err_set(err, -EINVAL, "%% Invalid input detected at '^' marker.");
	out_printf(t->lines, "%saccess-list = %.*s %.*s\n", t->no ? "no " : "", STR_ARG(setting),
	           STR_ARG(n));
	return 0;
}

static int edit_icmp_rule(struct conf_typed *t, struct err *err)
{
	struct icmp_rule r;
	struct out shown;
	if (!icmp_rule_parse(conf_typed_text(t, "text"), &r, err))
		return -EINVAL;
	out_init(&shown);
	icmp_rule_print(&r, &shown);
	out_printf(t->lines, "%sicmp = %.*s %s\n", t->no ? "no " : "", STR_ARG(conf_typed_text(t, "icmp-action")),
	           shown.text);
	out_free(&shown);
	return 0;
}

static int check_access_group(const struct conf *c, const struct centry *e,
                              const struct centry *was, struct conf_notes *notes, struct err *err)
{
	(void)was, (void)err;
	struct str ifname = conf_text(e, "ifname");
	for (const struct centry *i = conf_first(c, "interface"); i; i = conf_next(c, i))
		if (str_eq(conf_text(i, "nameif"), ifname))
			return 0;
	if (was == NULL)
		conf_note(notes, e, NULL, "WARNING: no interface is named %.*s", STR_ARG(ifname));
	return 0;
}

/* ------------------------------------------------------------------ time ranges */

/* "8:05" as "08:05" (absolute) or "8:05" (periodic, as the appliance shows it) */
static bool clock_of(struct str word, bool wide, struct out *out)
{
	unsigned h, m;
	char text[8], tail;
	if (!str_copy(text, sizeof text, word) || sscanf(text, "%2u:%2u%c", &h, &m, &tail) != 2 ||
	    h > 23 || m > 59)
		return false;
	out_printf(out, wide ? "%02u:%02u" : "%u:%02u", h, m);
	return true;
}

static int edit_time_range_absolute(struct conf_typed *t, struct err *err)
{
	struct out text;
	int rc = 0;
	out_init(&text);
	static const char *const ends[] = {"start", "end"};
	for (size_t i = 0; i < 2 && rc == 0; i++) {
		char field[4][16];
		static const char *const parts[] = {"time", "day", "month", "year"};
		for (size_t k = 0; k < 4; k++)
			snprintf(field[k], sizeof field[k], "%s-%s", ends[i], parts[k]);
		if (!conf_typed_has(t, field[0]))
			continue;
		out_printf(&text, " %s ", ends[i]);
		if (!clock_of(conf_typed_text(t, field[0]), true, &text))
			rc = err_set(err, -EINVAL, "%% Invalid time: hh:mm");
		for (size_t k = 1; k < 4; k++)
			out_printf(&text, " %.*s", STR_ARG(conf_typed_text(t, field[k])));
	}
	if (rc == 0 && text.len == 0 && !t->no)
		rc = err_set(err, -EINVAL, "%% Incomplete command");
	if (rc == 0)
		out_printf(t->lines, "%s= absolute%s\n", t->no ? "no " : "",
		           text.len ? text.text : "");
	out_free(&text);
	return rc;
}

static const char *const day_words[] = {"Friday",  "Monday",    "Saturday", "Sunday",   "Thursday",
                                        "Tuesday", "Wednesday", "daily",    "weekdays", "weekend"};

static const char *day_word(struct str word, size_t *common)
{
	const char *found = NULL;
	for (size_t i = 0; i < 10; i++) {
		size_t n = 0;
		while (n < word.len && day_words[i][n] != '\0' &&
		       tolower((unsigned char)word.p[n]) == tolower((unsigned char)day_words[i][n]))
			n++;
		*common = n > *common ? n : *common;
		if (n == word.len && word.len > 0) {
			if (found != NULL && day_words[i][n] != '\0')
				return NULL;
			found = day_words[i];
		}
	}
	return found;
}

/* DAYS hh:mm to [DAY] hh:mm; out (may be NULL) gets the text in full words. */
static enum conf_text_status periodic(struct str text, size_t *at,
                                      void (*add)(void *arg, const char *word, const char *help),
                                      void *arg, struct out *out)
{
	enum { DAYS, TIME, TO, END_DAY, DONE } state = DAYS;
	struct str rest = text, word;
	struct out sink;
	bool any = false;
	out_init(&sink);
	while ((word = str_word(&rest)).len > 0) {
		size_t common = 0;
		const char *day = day_word(word, &common);
		bool clock = isdigit((unsigned char)word.p[0]) && clock_of(word, false, &sink);
		*at = (size_t)(word.p - text.p) + (common < word.len ? common : 0);
		if (state == DAYS && day != NULL) {
			any = true;
			if (out)
				out_printf(out, "%s ", day);
		} else if (state == DAYS && any && clock) {
			state = TO;
			if (out)
				clock_of(word, false, out);
		} else if (state == TO && str_caseeq(word, STR("to"))) {
			state = END_DAY;
			if (out)
				out_str(out, " to ");
		} else if (state == END_DAY && day != NULL) {
			state = TIME;
			if (out)
				out_printf(out, "%s ", day);
		} else if ((state == END_DAY || state == TIME) && clock) {
			state = DONE;
			if (out)
				clock_of(word, false, out);
		} else {
			out_free(&sink);
			return CONF_TEXT_INVALID;
		}
	}
	out_free(&sink);
	*at = text.len;
	for (size_t i = 0; add && i < 10 && (state == DAYS || state == END_DAY); i++)
		if (i < 7 || state == DAYS)
			add(arg, day_words[i],
			    i == 7   ? "Every day of the week"
			    : i == 8 ? "Monday thru Friday"
			    : i == 9 ? "Saturday and Sunday"
			             : "Day of the week");
	if (add && (state == TIME || state == END_DAY || (state == DAYS && any)))
		add(arg, "hh:mm", "Time");
	if (add && state == TO)
		add(arg, "to", "Ending time");
	if (add && state == DONE)
		add(arg, "<cr>", "");
	return state == DONE ? CONF_TEXT_OK : CONF_TEXT_INCOMPLETE;
}

static enum conf_text_status
syntax_periodic(struct str text, size_t *at,
                void (*add)(void *arg, const char *word, const char *help), void *arg)
{
	return periodic(text, at, add, arg, NULL);
}

static int edit_time_range_periodic(struct conf_typed *t, struct err *err)
{
	struct out text;
	size_t at;
	out_init(&text);
	enum conf_text_status s = periodic(conf_typed_text(t, "days"), &at, NULL, NULL, &text);
	if (s == CONF_TEXT_OK)
		out_printf(t->lines, "%s= periodic %s\n", t->no ? "no " : "", text.text);
	out_free(&text);
	return s == CONF_TEXT_OK ? 0 : err_set(err, -EINVAL, "%% Invalid time range");
}

/* ------------------------------------------------------------------ syntax of rules */

static enum conf_text_status text_status(enum acl_status s)
{
	return s == ACL_INVALID      ? CONF_TEXT_INVALID
	       : s == ACL_INCOMPLETE ? CONF_TEXT_INCOMPLETE
	       : s == ACL_AMBIGUOUS
	               ? CONF_TEXT_AMBIGUOUS
	               : CONF_TEXT_OK; /* refused: the words are right, the edit says why not */
}

#define SYNTAX(name, grammar)                                                          \
	static enum conf_text_status name(                                             \
	        struct str text, size_t *at,                                           \
	        void (*add)(void *arg, const char *word, const char *help), void *arg) \
	{                                                                              \
		return text_status(acl_syntax(text, grammar, at, add, arg));           \
	}
SYNTAX(syntax_extended, ACL_EXTENDED)
SYNTAX(syntax_standard, ACL_STANDARD)
SYNTAX(syntax_service, ACL_SERVICE)
SYNTAX(syntax_port, ACL_PORT_BOTH)

static void suggest_lists(const struct conf *c, void (*add)(void *arg, const char *word, const char *help),
                          void *arg)
{
	char name[ACL_NAME_MAX + 1];
	for (const struct centry *e = conf_first(c, "access-list"); e; e = conf_next(c, e)) {
		str_copy(name, sizeof name, conf_text(e, "name"));
		add(arg, name, "Access list");
	}
}

void hooks_acl_register(void)
{
	static const struct conf_edit_hook edits[] = {
	        {"access_list", edit_access_list},
	        {"access_list_whole", edit_access_list_whole},
	        {"access_list_log", edit_access_list_log},
	        {"icmp_rule", edit_icmp_rule},
	        {"time_range_absolute", edit_time_range_absolute},
	        {"time_range_periodic", edit_time_range_periodic},
	};
	static const struct conf_check checks[] = {{"access_group_check", check_access_group}};
	static const struct conf_syntax_hook syntaxes[] = {
	        {"acl_extended", syntax_extended},    {"acl_standard", syntax_standard},
	        {"acl_service", syntax_service},      {"acl_port", syntax_port},
	        {"time_range_days", syntax_periodic},
	};
	conf_edit_register(edits, sizeof edits / sizeof edits[0]);
	conf_check_register(checks, sizeof checks / sizeof checks[0]);
	conf_syntax_register(syntaxes, sizeof syntaxes / sizeof syntaxes[0]);
	static const struct conf_suggest_hook suggests[] = {{"access_lists", suggest_lists}};
	conf_suggest_register(suggests, 1);
	hooks_object_register();
	hooks_nat_register();
}
