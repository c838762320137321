/* Connections through the appliance: show conn, show local-host, clear conn. Those the packet path remembers, which it does
 * where filters are in force; what has begun before is not among them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/base/rec.h"
#include "core/filters.h"
#include "core/gateway.h"

enum { ICMP = 1, TCP = 6, UDP = 17 };

struct conn {
	struct worker_conn_info c;
	const char *src_if, *dst_if;
	uint8_t src_level, dst_level;
};

struct conns {
	struct gateway *gw;
	struct conn *conn;
	size_t n, cap;
};

static uint8_t level_of(const struct gateway *gw, const char *nameif)
{
	for (size_t i = 0; nameif != NULL && i < ifaces_count(gw->ifaces); i++)
		if (strcmp(ifaces_at(gw->ifaces, i)->conf.nameif, nameif) == 0)
			return ifaces_at(gw->ifaces, i)->conf.security;
	return 0;
}

static void collect(void *arg, const struct worker_conn_info *c)
{
	struct conns *l = arg;
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 64;
		struct conn *grown = realloc(l->conn, cap * sizeof *grown);
		if (grown == NULL)
			return;
		l->conn = grown;
		l->cap = cap;
	}
	struct conn *to = &l->conn[l->n++];
	*to = (struct conn){.c = *c};
	to->src_if = filters_where(l->gw->filters, c->key.src);
	to->dst_if = filters_where(l->gw->filters, c->key.dst);
	to->src_level = level_of(l->gw, to->src_if);
	to->dst_level = level_of(l->gw, to->dst_if);
}

static struct conns conns_of(struct gateway *gw)
{
	struct conns l = {.gw = gw};
	workers_conns(gw->workers, collect, &l);
	return l;
}

/* U up, I and O data towards and from the higher level, B begun by the lower one; a, A: an ACK is waited for. */
static void flags_text(const struct conn *c, char *text)
{
	bool from_low = c->src_level <= c->dst_level;
	text[0] = '\0';
	if (c->c.key.proto != TCP) {
		strcpy(text, "-");
		return;
	}
	if (!c->c.back || !c->c.forth)
		strcat(text, !c->c.back ? (from_low ? "SaAB" : "saA") : (from_low ? "aB" : "A"));
	else
		strcat(strcat(text, "UIO"), from_low ? "B" : "");
}

static void put_end(struct out *o, const char *key, const char *ifname, uint32_t ip, uint16_t port)
{
	char keys[64];
	snprintf(keys, sizeof keys, "%s_interface %s %s_port", key, key, key);
	rec(o, keys, " %s %s:%u", ifname != NULL ? ifname : "outside", ip4_text(ip).s, port);
}

/* The end of the lower level stands first. */
static void put_conn(struct out *o, const struct conn *c, const char *indent)
{
	const struct filter_key *k = &c->c.key;
	bool src_first = c->src_level <= c->dst_level;
	char flags[16], idle[32], proto[16];
	uint64_t s = c->c.idle_ms / 1000;
	flags_text(c, flags);
	snprintf(idle, sizeof idle, "%u:%02u:%02u", (unsigned)(s / 3600), (unsigned)(s / 60 % 60),
	         (unsigned)(s % 60));
	snprintf(proto, sizeof proto, "%u", k->proto);
	out_str(o, indent);
	rec_open(o, NULL);
	rec(o, "protocol", "%s",
	    k->proto == TCP    ? "TCP"
	    : k->proto == UDP  ? "UDP"
	    : k->proto == ICMP ? "ICMP"
	                       : proto);
	for (int end = 0; end < 2; end++) {
		bool src = (end == 0) == src_first;
		put_end(o, src ? "source" : "destination", src ? c->src_if : c->dst_if,
		        src ? k->src : k->dst,
		        src                ? k->sport
		        : k->proto == ICMP ? 0
		                           : k->dport);
	}
	rec(o, "idle bytes flags", ", idle %s, bytes %" PRIu64 ", flags %s\n", idle, c->c.bytes,
	    flags);
	rec_close(o);
}

size_t connections_count(struct gateway *gw)
{
	struct conns l = conns_of(gw);
	free(l.conn);
	return l.n;
}

void connections_put(struct gateway *gw, struct out *o)
{
	struct conns l = conns_of(gw);
	for (size_t i = 0; i < l.n; i++)
		put_conn(o, &l.conn[i], "");
	free(l.conn);
}

/* ------------------------------------------------------------------ show local-host */

enum { NO_END = -1 };

/* The ends of connection i are 2i and 2i + 1; those of one host are a chain. */
struct host {
	const char *ifname;
	uint32_t ip;
	unsigned tcp, udp, embryonic;
	long first, last;
};

struct hosts {
	struct host *host;
	size_t n;
	long *next; /* end -> the next of the same host */
	struct hash *by_ip;
};

static struct host *host_of(struct hosts *h, const char *ifname, uint32_t ip)
{
	struct host *x = hash_get(h->by_ip, &ip, sizeof ip);
	if (x != NULL)
		return x;
	x = &h->host[h->n];
	*x = (struct host){.ifname = ifname != NULL ? ifname : "outside",
	                   .ip = ip,
	                   .first = NO_END,
	                   .last = NO_END};
	if (!hash_put(h->by_ip, &ip, sizeof ip, x))
		return NULL;
	h->n++;
	return x;
}

static void count_host(struct hosts *h, struct host *x, const struct conn *c, long end)
{
	if (x == NULL)
		return;
	x->tcp += c->c.key.proto == TCP;
	x->udp += c->c.key.proto == UDP;
	x->embryonic += c->c.key.proto == TCP && !(c->c.forth && c->c.back);
	h->next[end] = NO_END;
	*(x->last == NO_END ? &x->first : &h->next[x->last]) = end;
	x->last = end;
}

static struct hosts hosts_of(const struct conns *l)
{
	struct hosts h = {.host = calloc(l->n * 2 + 1, sizeof *h.host),
	                  .next = calloc(l->n * 2 + 1, sizeof *h.next),
	                  .by_ip = hash_new(0)};
	bool room = h.host != NULL && h.next != NULL && h.by_ip != NULL;
	for (size_t i = 0; room && i < l->n; i++) {
		const struct conn *c = &l->conn[i];
		count_host(&h, host_of(&h, c->src_if, c->c.key.src), c, (long)(2 * i));
		if (c->c.key.dst != c->c.key.src)
			count_host(&h, host_of(&h, c->dst_if, c->c.key.dst), c, (long)(2 * i + 1));
	}
	return h;
}

static void put_host(struct out *o, const struct conns *l, const struct hosts *all,
                     const struct host *h)
{
	rec_open(o, NULL);
	rec(o, "host", "local host: <%s>,\n", ip4_text(h->ip).s);
	rec(o, "tcp_flows tcp_embryonic udp_flows",
	    "    TCP flow count/limit = %u/unlimited\n    TCP embryonic count to host = %u\n"
	    "    TCP intercept watermark = unlimited\n    UDP flow count/limit = %u/unlimited\n\n  "
	    "Conn:\n",
	    h->tcp, h->embryonic, h->udp);
	rec_list(o, "connections");
	for (long end = h->first; end != NO_END; end = all->next[end])
		put_conn(o, &l->conn[end / 2], "    ");
	rec_close(o);
	rec_close(o);
}

static void put_interface(struct out *o, const struct conns *l, const struct hosts *h,
                          const char *ifname, uint32_t only)
{
	unsigned n = 0;
	for (size_t i = 0; i < h->n; i++)
		n += strcmp(h->host[i].ifname, ifname) == 0 && (only == 0 || h->host[i].ip == only);
	rec_open(o, NULL);
	rec(o, "interface active", "Interface %s: %u active\n", ifname, n);
	rec_list(o, "hosts");
	for (size_t i = 0; i < h->n; i++)
		if (strcmp(h->host[i].ifname, ifname) == 0 && (only == 0 || h->host[i].ip == only))
			put_host(o, l, h, &h->host[i]);
	rec_close(o);
	rec_close(o);
}

static int show_local_host(struct cmd *c)
{
	struct gateway *gw = c->ctx;
	struct conns l = conns_of(gw);
	struct hosts h = hosts_of(&l);
	uint32_t only = 0;
	ip4_parse(cmd_text(c, "address"), &only);
	rec_list(c->out, "interfaces");
	for (size_t i = 0; i < ifaces_count(gw->ifaces); i++)
		if (ifaces_at(gw->ifaces, i)->conf.nameif[0] != '\0')
			put_interface(c->out, &l, &h, ifaces_at(gw->ifaces, i)->conf.nameif, only);
	rec_close(c->out);
	free(h.host);
	free(h.next);
	hash_free(h.by_ip);
	free(l.conn);
	return CMD_OK;
}

/* ------------------------------------------------------------------ clear conn */

static int clear_conn(struct cmd *c)
{
	struct gateway *gw = c->ctx;
	struct str text = cmd_text(c, "address");
	uint32_t ip = 0;
	if (text.len > 0 && (!ip4_parse(text, &ip) || ip == 0))
		return cmd_fail(c, "%% Invalid address");
	struct conns l = conns_of(gw);
	unsigned n = 0;
	for (size_t i = 0; i < l.n; i++)
		n += ip == 0 || l.conn[i].c.key.src == ip || l.conn[i].c.key.dst == ip;
	free(l.conn);
	workers_conns_forget(gw->workers, ip);
	rec(c->out, "deleted", "%u connection(s) deleted.\n", n);
	return CMD_OK;
}

void connections_register(struct gateway *gw)
{
	static const struct cmd_entry table[] = {
	        {"show_local_host", show_local_host},
	        {"clear_conn", clear_conn},
	};
	cmd_register(table, sizeof table / sizeof table[0], gw);
}
