/* Access lists outside the packet path: what nftables refused or was to tell of comes back through NFLOG, and IKE is judged
 * here before it is looked at. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"
#include "core/filters.h"
#include "core/gateway.h"
#include "core/net/nflog.h"

enum { TELL_MS = 1000, TELL_MOST = 100 /* so many messages in a second */ };

const char *filters_where(const struct filters *f, uint32_t ip)
{
	struct ppp_session_info s;
	if (ppp_find_ip(f->gw->ppp, ip, &s))
		return s.link->ifname;
	for (size_t i = 0; i < ifaces_count(f->gw->ifaces); i++) {
		const struct iface *is = ifaces_at(f->gw->ifaces, i);
		if (is->conf.nameif[0] != '\0' && is->ip == ip)
			return is->conf.nameif;
	}
	uint8_t at = f->policy != NULL ? filter_where(f->policy, ip) : FILTER_NO_IFACE;
	return at < FILTER_IFACES_MAX && f->iface[at][0] != '\0' ? f->iface[at] : NULL;
}

static const struct iface *iface_at(const struct filters *f, int ifindex)
{
	for (size_t i = 0; i < ifaces_count(f->gw->ifaces); i++) {
		const struct iface *is = ifaces_at(f->gw->ifaces, i);
		if (ifindex != 0 && is->ifindex == ifindex && is->conf.nameif[0] != '\0')
			return is;
	}
	return NULL;
}

static uint8_t iface_of(const struct filters *f, int ifindex)
{
	const struct iface *is = iface_at(f, ifindex);
	return is != NULL ? filters_iface(f, is->conf.nameif) : FILTER_NO_IFACE;
}

/* The list of that number. */
static const struct filter *list_of(const struct filters *f, unsigned long number)
{
	struct str rest = str_of(f->host_lists != NULL ? f->host_lists : "");
	for (; rest.len > 0; number--) {
		const char *end = memchr(rest.p, '\n', rest.len);
		size_t len = end != NULL ? (size_t)(end - rest.p) : rest.len;
		if (number == 0)
			return filters_find(f, (struct str){rest.p, len});
		rest.p += len + (end != NULL);
		rest.len -= len + (end != NULL);
	}
	return NULL;
}

static const struct filter_ace *ace_of(const struct filter *list, uint32_t element)
{
	for (size_t i = 0; list != NULL && element != 0 && i < list->n; i++)
		if (list->ace[i].hash == element)
			return &list->ace[i];
	return NULL;
}

static bool too_many(struct filters *f)
{
	uint64_t now = clock_now(&f->gw->clock);
	if (now - f->host_told_ms >= TELL_MS) {
		f->host_told_ms = now;
		f->host_told = 0;
	}
	return f->host_told++ >= TELL_MOST;
}

/* "acl NUMBER ELEMENT p|d", "cp NUMBER ELEMENT p|d", "level 0", "rpf 0", "icmp 0" */
static void on_logged(void *arg, const struct nflog_event *n)
{
	struct filters *f = arg;
	struct worker_filtered e = {.by = WORKER_BY_GROUP};
	char kind[8] = "", verdict[4] = "d";
	unsigned long number = 0;
	unsigned element = 0;
	if (too_many(f) || !filter_key_read(n->packet, &e.key) ||
	    sscanf(n->prefix, "%7s %lu %x %3s", kind, &number, &element, verdict) < 2)
		return;
	e.in_if = iface_of(f, n->in);
	e.out_if = iface_of(f, n->out);
	e.pass = verdict[0] == 'p';
	if (strcmp(kind, "rpf") == 0) {
		e.by = WORKER_BY_NAT;
	} else if (strcmp(kind, "icmp") == 0) {
		e.by = WORKER_BY_ICMP;
	} else if (strcmp(kind, "level") == 0) {
		e.by = WORKER_BY_LEVEL;
	} else {
		e.filter = list_of(f, number);
		e.ace = ace_of(e.filter, element);
		if (e.filter == NULL)
			return;
	}
	if (strcmp(kind, "cp") == 0) {
		e.by = WORKER_BY_CONTROL;
		e.out_if = FILTER_SELF;
	}
	filters_event(f, &e);
}

static void on_readable(uv_poll_t *p, int status, int events)
{
	struct filters *f = p->data;
	(void)status, (void)events;
	nflog_read(f->host_log, on_logged, f);
}

void filters_host_start(struct filters *f)
{
	struct err err = {0};
	if (!f->gw->hw.manage)
		return;
	if (nflog_open(&f->host_log, NAT_LOG_GROUP, &err) != 0) {
		log_msg(MSG_713904, "", err.text);
		return;
	}
	uv_poll_init(&f->gw->loop, &f->host_poll, nflog_fd(f->host_log));
	f->host_poll.data = f;
	uv_poll_start(&f->host_poll, UV_READABLE, on_readable);
}

void filters_host_stop(struct filters *f)
{
	nflog_close(f->host_log); /* its poll was closed with the loop */
	free(f->host_lists);
}

void filters_host_lists(struct filters *f, struct str names)
{
	free(f->host_lists);
	f->host_lists = names.len > 0 ? strndup(names.p, names.len) : NULL;
}

/* ------------------------------------------------------------------ for the appliance itself */

bool filters_control(struct filters *f, uint8_t proto, struct ip4_end local, struct ip4_end remote)
{
	struct worker_filtered e = {.by = WORKER_BY_CONTROL, .out_if = FILTER_SELF};
	if (!f->has_control)
		return true;
	e.in_if = FILTER_NO_IFACE;
	for (size_t i = 0; i < ifaces_count(f->gw->ifaces); i++)
		if (ifaces_at(f->gw->ifaces, i)->ip == local.ip)
			e.in_if = filters_iface(f, ifaces_at(f->gw->ifaces, i)->conf.nameif);
	if (e.in_if >= FILTER_IFACES_MAX || f->control[e.in_if] == NULL)
		return true;
	e.key = (struct filter_key){.src = remote.ip,
	                            .dst = local.ip,
	                            .sport = remote.port,
	                            .dport = local.port,
	                            .proto = proto,
	                            .icmp_type = -1,
	                            .icmp_code = -1};
	e.filter = f->control[e.in_if];
	e.ace = filter_match(e.filter, &e.key, false);
	e.pass = e.ace == NULL || e.ace->permit; /* there is no deny behind the last entry */
	if (e.ace != NULL)
		filters_host_hit(f, e.ace->hash);
	if (!e.pass)
		drop_count(&f->drops, DROP_ACL_CONTROL);
	bool told = e.ace != NULL && e.ace->log != FILTER_LOG_NONE &&
	            (!e.pass || e.ace->log == FILTER_LOG_FLOW);
	if (told && !too_many(f))
		filters_event(f, &e);
	return e.pass;
}
