#include "core/net/logsink.h"

#include <errno.h>
#include <string.h>

#include "core/config/hook.h"
#include "core/config/read.h"

enum { UDP_PORT = 514, TCP_PORT = 1470 };

const char *const logsink_levels[8] = {
        "emergencies", "alerts",        "critical",      "errors",
        "warnings",    "notifications", "informational", "debugging",
};

/* The words of the destinations, as fields of logging-to and in `logging class`. */
static const char *const dest_words[LOG_DESTS] = {
        [LOG_CONSOLE] = "console", [LOG_MONITOR] = "monitor", [LOG_BUFFERED] = "buffered",
        [LOG_TRAP] = "trap",       [LOG_HISTORY] = "history", [LOG_ASDM] = "asdm",
        [LOG_MAIL] = "mail",
};

static int level_word(struct str word)
{
	for (int i = 0; i < 8; i++)
		if (str_eq_cstr(word, logsink_levels[i]))
			return i;
	return -1;
}

static int level_of(const struct centry *e, const char *field)
{
	return conf_is_set(e, field) ? level_word(conf_text(e, field)) : -1;
}

static int class_word(struct str word)
{
	int c = 0;
	while (c < LOG_CLASSES && !str_eq_cstr(word, log_class_word((enum log_class)c)))
		c++;
	return c;
}

/* "udp/514", "17/514", "tcp/1470", "6/1470", empty. */
static bool transport_read(struct str s, uint16_t *port, bool *tcp)
{
	uint32_t value;
	size_t slash = 0;
	while (slash < s.len && s.p[slash] != '/')
		slash++;
	struct str proto = {s.p, slash};
	*tcp = str_caseeq(proto, STR("tcp")) || str_eq(proto, STR("6"));
	value = *tcp ? TCP_PORT : UDP_PORT;
	if (!*tcp && s.len && !str_caseeq(proto, STR("udp")) && !str_eq(proto, STR("17")))
		return false;
	if (slash < s.len &&
	    (!str_to_u32((struct str){s.p + slash + 1, s.len - slash - 1}, 65535, &value) ||
	     !value))
		return false;
	*port = (uint16_t)value;
	return true;
}

/* "713000-713999", "713120". */
static bool ids_read(struct str s, unsigned *from, unsigned *to)
{
	uint32_t a, b;
	size_t dash = 0;
	while (dash < s.len && s.p[dash] != '-')
		dash++;
	if (!str_to_u32((struct str){s.p, dash}, 999999, &a))
		return false;
	b = a;
	if (dash < s.len && !str_to_u32((struct str){s.p + dash + 1, s.len - dash - 1}, 999999, &b))
		return false;
	*from = a;
	*to = b;
	return a >= 100000 && a <= b;
}

/* ------------------------------------------------------------------------------------------ lists */

/* The three nodes that entries of a list stand in. */
static const char *const list_nodes[] = {"logging-list", "logging-list-class",
                                         "logging-list-message"};

static bool list_exists(const struct conf *c, struct str name)
{
	for (size_t i = 0; i < 3; i++)
		if (conf_find(c, list_nodes[i], name))
			return true;
	return false;
}

static struct log_rule rule_of(const struct centry *e, size_t node)
{
	struct log_rule r = {.level = -1, .class = LOG_CLASSES};
	if (node == 2)
		ids_read(conf_text(e, "ids"), &r.from, &r.to);
	else
		r.level = level_word(conf_text(e, "level"));
	if (node == 1)
		r.class = (enum log_class)class_word(conf_text(e, "class"));
	return r;
}

/* The entries of a list; counts them when rules is NULL. */
static size_t list_rules(const struct conf *c, struct str name, struct log_rule *rules)
{
	size_t n = 0;
	for (size_t i = 0; i < 3; i++)
		for (const struct centry *e = conf_first(c, list_nodes[i]); e; e = conf_next(c, e))
			if (str_eq(conf_text(e, "name"), name)) {
				if (rules)
					rules[n] = rule_of(e, i);
				n++;
			}
	return n;
}

static bool filter_compile(const struct conf *c, struct arena *a, enum log_dest d,
                           struct log_filter *f)
{
	const struct centry *e = conf_container(c, "logging-to");
	char field[24];
	snprintf(field, sizeof(field), "%s-list", dest_words[d]);
	f->level = level_of(e, dest_words[d]);
	if (!conf_is_set(e, field))
		return true;
	struct str name = conf_text(e, field);
	f->nrules = list_rules(c, name, NULL);
	struct log_rule *rules = arena_calloc(a, f->nrules + 1, sizeof(*rules));
	f->list = arena_str(a, name);
	f->rule = rules;
	if (!rules || !f->list)
		return false;
	list_rules(c, name, rules);
	return true;
}

static bool filters_compile(const struct conf *c, struct arena *a, struct logsink_conf *n)
{
	for (int d = 0; d < LOG_DESTS; d++)
		if (!filter_compile(c, a, (enum log_dest)d, &n->to[d]))
			return false;
	for (const struct centry *e = conf_first(c, "logging-class"); e; e = conf_next(c, e))
		for (int d = 0; d < LOG_DESTS; d++) {
			int class = class_word(conf_text(e, "class"));
			if (class < LOG_CLASSES && str_eq_cstr(conf_text(e, "to"), dest_words[d]))
				n->to[d].class_level[class] = (int8_t)level_of(e, "level");
		}
	return true;
}

/* ---------------------------------------------------------------------------------------- compile */

static void hosts_compile(const struct conf *c, struct logsink_conf *n, struct out *notes)
{
	for (const struct centry *e = conf_first(c, "logging-host"); e; e = conf_next(c, e)) {
		struct logsink_host *h = &n->host[n->nhosts];
		if (n->nhosts == LOGSINK_HOSTS_MAX) {
			if (notes)
				out_printf(notes, "WARNING: only %d syslog servers are used\n",
				           LOGSINK_HOSTS_MAX);
			return;
		}
		if (!transport_read(conf_text(e, "transport"), &h->port, &h->tcp))
			continue; /* logging_host_check refuses it */
		str_copy(h->nameif, sizeof(h->nameif), conf_text(e, "ifname"));
		h->ip = conf_ip(e, "host");
		h->emblem = conf_is_set(e, "format");
		n->nhosts++;
	}
}

static void device_compile(const struct conf *c, const struct centry *e, struct logsink_conf *n)
{
	char *id = n->style.device_id;
	size_t cap = sizeof(n->style.device_id);
	if (conf_is_set(e, "device-ifname")) {
		n->device = LOGSINK_ID_ADDRESS;
		str_copy(n->device_text, sizeof(n->device_text), conf_text(e, "device-ifname"));
	} else if (conf_is_set(e, "device-string")) {
		n->device = LOGSINK_ID_STRING;
		str_copy(id, cap, conf_text(e, "device-string"));
	} else if (conf_is_set(e, "device-word")) {
		bool host = str_eq_cstr(conf_text(e, "device-word"), "hostname");
		n->device = host ? LOGSINK_ID_HOSTNAME : LOGSINK_ID_CONTEXT;
		str_copy(id, cap,
		         host ? conf_text(conf_container(c, "system"), "hostname") : STR("system"));
	}
}

static void limits_compile(const struct conf *c, const struct centry *e, struct logsink_conf *n)
{
	for (const struct centry *l = conf_first(c, "logging-rate-message");
	     l && n->nlimits < LOG_LIMITS_MAX; l = conf_next(c, l))
		n->limit[n->nlimits++] = (struct log_limit){
		        conf_u32(l, "id"), -1, conf_u32(l, "num"), conf_u32(l, "interval")};
	for (const struct centry *l = conf_first(c, "logging-rate-level");
	     l && n->nlimits < LOG_LIMITS_MAX; l = conf_next(c, l))
		n->limit[n->nlimits++] =
		        (struct log_limit){0, level_word(conf_text(l, "level")), conf_u32(l, "num"),
		                           conf_u32(l, "interval")};
	if (conf_is_set(e, "rate") && n->nlimits < LOG_LIMITS_MAX)
		n->limit[n->nlimits++] = (struct log_limit){0, -1, conf_u32(e, "rate"),
		                                            conf_u32(e, "rate-interval")};
}

void logsink_conf_init(struct logsink_conf *n)
{
	*n = (struct logsink_conf){.hide_username = true,
	                           .buffer_bytes = 4096,
	                           .asdm_lines = 100,
	                           .queue = 512,
	                           .facility = 20};
	for (int d = 0; d < LOG_DESTS; d++) {
		n->to[d].level = -1;
		memset(n->to[d].class_level, -1, sizeof(n->to[d].class_level));
	}
}

static void messages_compile(const struct conf *c, struct logsink_conf *n)
{
	for (const struct centry *m = conf_first(c, "logging-message"); m; m = conf_next(c, m)) {
		int level = conf_is_set(m, "level") ? level_of(m, "level") : -2;
		n->msg[n->nmsgs++] =
		        (struct logsink_msg){conf_u32(m, "id"), conf_bool(m, "shown") ? level : -1};
	}
}

int logsink_compile(const struct conf *c, struct arena *a, struct logsink_conf **conf,
                    struct out *notes, struct err *err)
{
	const struct centry *e = conf_container(c, "logging"),
	                    *to = conf_container(c, "logging-to");
	struct logsink_conf *n = arena_alloc(a, sizeof(*n));
	size_t count = 0;
	for (const struct centry *m = conf_first(c, "logging-message"); m; m = conf_next(c, m))
		count++;
	if (n)
		logsink_conf_init(n);
	if (!n || !(n->msg = arena_calloc(a, count + 1, sizeof(*n->msg))) ||
	    !(n->limit = arena_calloc(a, LOG_LIMITS_MAX, sizeof(*n->limit))) ||
	    !filters_compile(c, a, n))
		return err_set(err, -ENOMEM, "out of memory");
	n->enabled = conf_bool(e, "enable");
	n->standby = conf_bool(e, "standby");
	n->hide_username = conf_bool(e, "hide-username");
	n->style = (struct log_style){.timestamp = conf_bool(e, "timestamp"),
	                              .rfc5424 = conf_is_set(e, "timestamp-form"),
	                              .emblem = conf_bool(e, "emblem")};
	n->debug_trace = conf_bool(to, "debug-trace");
	n->permit_hostdown = conf_bool(to, "permit-hostdown");
	n->buffer_bytes = conf_u32(to, "buffer-size");
	n->asdm_lines = conf_u32(to, "asdm-buffer-size");
	n->queue = conf_u32(to, "queue");
	n->facility = (uint8_t)conf_u32(to, "facility");
	hosts_compile(c, n, notes);
	device_compile(c, to, n);
	limits_compile(c, to, n);
	messages_compile(c, n);
	*conf = n;
	return 0;
}

/* ----------------------------------------------------------------------------- what is typed, rules */

/* `logging trap 4`: the level by number. */
static int edit_number(struct conf_typed *t, struct err *err)
{
	(void)err;
	for (int d = 0; d < LOG_DESTS; d++) {
		char field[24];
		uint32_t level;
		snprintf(field, sizeof(field), "%s-number", dest_words[d]);
		if (str_to_u32(conf_typed_text(t, field), 7, &level))
			out_printf(t->lines, "%slogging %s %s\n", t->no ? "no " : "", dest_words[d],
			           logsink_levels[level]);
	}
	return 0;
}

/* The transport in the appliance's form: 6/1470, 17/5514, nothing for UDP 514. */
static int edit_host(struct conf_typed *t, struct err *err)
{
	struct str transport = conf_typed_text(t, "transport");
	struct str format = conf_typed_text(t, "format");
	uint16_t port;
	bool tcp;
	char form[16] = "";
	if (!transport.len)
		return 0;
	if (!transport_read(transport, &port, &tcp))
		return err_set(err, -EINVAL, "%.*s is not a transport: udp/PORT or tcp/PORT",
		               STR_ARG(transport));
	if (tcp || port != UDP_PORT)
		snprintf(form, sizeof(form), " %s/%u", tcp ? "6" : "17", port);
	if (str_eq(transport, str_of(form[0] ? form + 1 : form)))
		return 0;
	out_printf(t->lines, "%slogging host %.*s %.*s%s%s\n", t->no ? "no " : "",
	           STR_ARG(conf_typed_text(t, "ifname")), STR_ARG(conf_typed_text(t, "host")), form,
	           str_eq_cstr(format, "emblem") ? " format emblem" : "");
	return 0;
}

/* `logging class vpn buffered debugging trap errors`: one line a destination. */
static int edit_class(struct conf_typed *t, struct err *err)
{
	static const char *const args[][2] = {
	        {"to", "level"}, {"to2", "level2"}, {"to3", "level3"}, {"to4", "level4"}};
	struct str class = conf_typed_text(t, "class");
	(void)err;
	for (size_t i = 0; i < 4; i++)
		if (conf_typed_has(t, args[i][0]))
			out_printf(t->lines, "%slogging class %.*s %.*s %.*s\n", t->no ? "no " : "",
			           STR_ARG(class), STR_ARG(conf_typed_text(t, args[i][0])),
			           STR_ARG(conf_typed_text(t, args[i][1])));
	return 0;
}

/* No limit is what there is without one. */
static int edit_unlimited(struct conf_typed *t, struct err *err)
{
	(void)err;
	struct str level = conf_typed_text(t, "level"), id = conf_typed_text(t, "id");
	const char *node = id.len ? "logging-rate-message" : "logging-rate-level";
	const struct centry *e = conf_find(t->conf, node, id.len ? id : level);
	if (e)
		out_printf(t->lines, "no logging rate-limit %u %u %s %.*s\n", conf_u32(e, "num"),
		           conf_u32(e, "interval"), id.len ? "message" : "level",
		           STR_ARG(id.len ? id : level));
	else
		out_str(t->lines, "!\n");
	return 0;
}

struct range {
	const struct conf_typed *t;
	unsigned from, to, n;
};

static void write_message(void *arg, unsigned id)
{
	struct range *r = arg;
	struct str level = conf_typed_text(r->t, "level");
	if (id < r->from || id > r->to)
		return;
	r->n++;
	out_printf(r->t->lines, "%slogging message %u%s%.*s\n", r->t->no ? "no " : "", id,
	           level.len ? " level " : "", STR_ARG(level));
}

/* `no logging message 113003-113011`: a line for each message there is. */
static int edit_range(struct conf_typed *t, struct err *err)
{
	struct str ids = conf_typed_text(t, "ids");
	struct range r = {.t = t};
	if (!ids_read(ids, &r.from, &r.to))
		return err_set(err, -EINVAL,
		               "%.*s is neither a message number nor a range of them",
		               STR_ARG(ids));
	log_each_message(write_message, &r);
	if (r.n == 0)
		return err_set(err, -ENOENT, "there is no syslog message in %.*s", STR_ARG(ids));
	return 0;
}

static int check_to(const struct conf *c, const struct centry *e, const struct centry *was,
                    struct conf_notes *notes, struct err *err)
{
	(void)notes;
	for (int d = 0; d < LOG_DESTS; d++) {
		char field[24];
		snprintf(field, sizeof(field), "%s-list", dest_words[d]);
		if (conf_is_set(e, field) && conf_changed(e, was, field) &&
		    !list_exists(c, conf_text(e, field)))
			return err_set(err, -ENOENT, "logging list %.*s does not exist",
			               STR_ARG(conf_text(e, field)));
	}
	return 0;
}

static int check_host(const struct conf *c, const struct centry *e, const struct centry *was,
                      struct conf_notes *notes, struct err *err)
{
	uint16_t port;
	bool tcp;
	(void)c, (void)was, (void)notes;
	if (!transport_read(conf_text(e, "transport"), &port, &tcp))
		return err_set(err, -EINVAL, "%.*s is not a transport: udp/PORT or tcp/PORT",
		               STR_ARG(conf_text(e, "transport")));
	if (tcp && conf_is_set(e, "format"))
		return err_set(err, -EINVAL, "EMBLEM format is for syslog servers over UDP");
	return 0;
}

static int check_list(const struct conf *c, const struct centry *e, const struct centry *was,
                      struct conf_notes *notes, struct err *err)
{
	unsigned from, to;
	(void)c, (void)was, (void)notes;
	if (!ids_read(conf_text(e, "ids"), &from, &to))
		return err_set(err, -EINVAL, "%.*s is neither a message number nor a range of them",
		               STR_ARG(conf_text(e, "ids")));
	return 0;
}

void logsink_conf_register(void)
{
	static const struct conf_edit_hook edits[] = {
	        {"logging_number", edit_number},
	        {"logging_host", edit_host},
	        {"logging_class", edit_class},
	        {"logging_unlimited", edit_unlimited},
	        {"logging_range", edit_range},
	};
	static const struct conf_check checks[] = {
	        {"logging_check", check_to},
	        {"logging_host_check", check_host},
	        {"logging_list_check", check_list},
	};
	conf_edit_register(edits, sizeof(edits) / sizeof(edits[0]));
	conf_check_register(checks, sizeof(checks) / sizeof(checks[0]));
}
