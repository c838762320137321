#include <errno.h>

#include "core/net/logsink.h"

const char *const logsink_levels[8] = {
        "emergencies", "alerts",        "critical",      "errors",
        "warnings",    "notifications", "informational", "debugging",
};

static int level_of(const struct centry *e, const char *field)
{
	struct str word = conf_text(e, field);
	for (int i = 0; i < 8; i++)
		if (conf_is_set(e, field) && str_eq_cstr(word, logsink_levels[i]))
			return i;
	return -1;
}

/* "udp/514", "17/514", empty. */
static bool transport_port(struct str s, uint16_t *port)
{
	uint32_t value = 514;
	for (size_t i = 0; i < s.len; i++) {
		struct str proto = {s.p, i};
		if (s.p[i] != '/')
			continue;
		if ((!str_caseeq(proto, STR("udp")) && !str_eq(proto, STR("17"))) ||
		    !str_to_u32((struct str){s.p + i + 1, s.len - i - 1}, 65535, &value) || !value)
			return false;
		*port = (uint16_t)value;
		return true;
	}
	*port = (uint16_t)value;
	return !s.len || str_caseeq(s, STR("udp"));
}

static void hosts_compile(const struct conf *c, struct logsink_conf *n, struct out *notes)
{
	for (const struct centry *e = conf_first(c, "logging-host"); e; e = conf_next(c, e)) {
		struct logsink_host *h = &n->host[n->nhosts];
		uint32_t ip = conf_ip(e, "host");
		if (n->nhosts == LOGSINK_HOSTS_MAX) {
			if (notes)
				out_printf(notes, "WARNING: only %d syslog servers are used\n",
				           LOGSINK_HOSTS_MAX);
			return;
		}
		if (!transport_port(conf_text(e, "transport"), &h->port)) {
			if (notes)
				out_printf(notes,
				           "WARNING: syslog server %s is not used: only udp/PORT "
				           "is known\n",
				           ip4_text(ip).s);
			continue;
		}
		str_copy(h->nameif, sizeof(h->nameif), conf_text(e, "ifname"));
		h->ip = ip;
		n->nhosts++;
	}
}

int logsink_compile(const struct conf *c, struct arena *a, struct logsink_conf **conf,
                    struct out *notes, struct err *err)
{
	const struct centry *e = conf_container(c, "logging");
	struct logsink_conf *n = arena_alloc(a, sizeof(*n));
	size_t count = 0;
	for (const struct centry *m = conf_first(c, "logging-message"); m; m = conf_next(c, m))
		count++;
	if (n)
		n->msg = arena_calloc(a, count + 1, sizeof(*n->msg));
	if (!n || !n->msg)
		return err_set(err, -ENOMEM, "out of memory");
	n->enabled = conf_bool(e, "enable");
	n->timestamp = conf_bool(e, "timestamp");
	n->hide_username = conf_bool(e, "hide-username");
	n->buffered = level_of(e, "buffered");
	n->trap = level_of(e, "trap");
	n->console = level_of(e, "console");
	n->monitor = level_of(e, "monitor");
	n->buffer_bytes = conf_u32(e, "buffer-size");
	n->facility = (uint8_t)conf_u32(e, "facility");
	hosts_compile(c, n, notes);
	for (const struct centry *m = conf_first(c, "logging-message"); m; m = conf_next(c, m))
		n->msg[n->nmsgs++] = (struct logsink_msg){
		        conf_u32(m, "id"), conf_bool(m, "shown") ? level_of(m, "level") : -1};
	*conf = n;
	return 0;
}
