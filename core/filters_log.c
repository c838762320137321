/* What access lists say in the log: 106023 and its like for what was refused, 106100 for entries with `log`. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"
#include "core/filters.h"
#include "core/gateway.h"

enum { FLOW_TICK_MS = 1000, FLOWS_MAX = 4096 };

/* One cached flow of an entry with `log`: told at once, then once an interval with its count. */
struct log_flow {
	struct log_flow_key {
		uint32_t ace;
		uint32_t src, dst;
		uint16_t sport, dport;
		uint8_t proto, pass, vpn, level;
	} key;
	char list[FILTER_NAME_MAX], user[AAA_USER_MAX + 1];
	char in[49], out[49];
	uint16_t interval;
	uint32_t hits;
	uint64_t since_ms;
};

static const char *iface_name(const struct filters *f, uint8_t i)
{
	return i < FILTER_IFACES_MAX && f->iface[i][0] != '\0' ? f->iface[i]
	       : i == FILTER_SELF                              ? "identity"
	                                                       : "outside";
}

static const char *proto_name(uint8_t proto, char *text, size_t cap)
{
	const char *name = acl_protocol_name(proto);
	if (name != NULL && proto != 0)
		return name;
	snprintf(text, cap, "%u", proto);
	return text;
}

static bool has_ports(uint8_t proto)
{
	return proto == 6 || proto == 17;
}

static const char *flags_text(uint8_t flags, char *text)
{
	static const char *const names[] = {"FIN", "SYN", "RST", "PSH", "ACK", "URG"};
	text[0] = '\0';
	for (size_t i = 0; i < 6; i++)
		if (flags >> i & 1) {
			strcat(text, text[0] != '\0' ? " " : "");
			strcat(text, names[i]);
		}
	return text;
}

/* ------------------------------------------------------------------ refused */

static void by_list(const struct filters *f, const struct worker_filtered *e)
{
	const struct filter_key *k = &e->key;
	const char *in = iface_name(f, e->in_if), *out = iface_name(f, e->out_if);
	const char *list = e->filter != NULL ? e->filter->name : "";
	struct ip4_text src = ip4_text(k->src), dst = ip4_text(k->dst);
	uint32_t hash = e->ace != NULL ? e->ace->hash : 0;
	char proto[8];
	if (has_ports(k->proto))
		log_msg(MSG_106023_PORT, proto_name(k->proto, proto, sizeof proto), in, src.s,
		        k->sport, out, dst.s, k->dport, list, hash);
	else if (k->proto == 1)
		log_msg(MSG_106023_ICMP, in, src.s, out, dst.s, k->icmp_type, k->icmp_code, list,
		        hash);
	else
		log_msg(MSG_106023_OTHER, k->proto, in, src.s, out, dst.s, list, hash);
}

static void by_level(const struct filters *f, const struct worker_filtered *e)
{
	const struct filter_key *k = &e->key;
	const char *in = iface_name(f, e->in_if), *out = iface_name(f, e->out_if);
	struct ip4_text src = ip4_text(k->src), dst = ip4_text(k->dst);
	char flags[40];
	if (k->proto == 6)
		log_msg(MSG_106001, src.s, k->sport, dst.s, k->dport,
		        flags_text(k->tcp_flags, flags), in);
	else if (k->proto == 17)
		log_msg(MSG_106006, src.s, k->sport, dst.s, k->dport, in);
	else if (k->proto == 1)
		log_msg(MSG_106014, in, src.s, out, dst.s, k->icmp_type, k->icmp_code);
	else
		log_msg(MSG_106010, k->proto, in, src.s, out, dst.s);
}

/* For the appliance itself. */
static void by_control(const struct filters *f, const struct worker_filtered *e)
{
	const struct filter_key *k = &e->key;
	const char *in = iface_name(f, e->in_if);
	struct ip4_text src = ip4_text(k->src), dst = ip4_text(k->dst);
	char proto[8], number[8], sport[8], upper[16];
	const char *port = acl_port_name(k->proto, k->dport);
	snprintf(number, sizeof number, "%u", k->dport);
	snprintf(sport, sizeof sport, "%u", k->sport);
	snprintf(upper, sizeof upper, "%s", proto_name(k->proto, proto, sizeof proto));
	for (char *c = upper; *c != '\0'; c++)
		*c = (char)toupper((unsigned char)*c);
	if (has_ports(k->proto))
		log_msg(MSG_710003, upper, src.s, sport, in, dst.s, port != NULL ? port : number);
	else
		log_msg(MSG_710003_OTHER, upper, src.s, in, dst.s);
}

static void by_nat(const struct filters *f, const struct worker_filtered *e)
{
	const struct filter_key *k = &e->key;
	struct ip4_text src = ip4_text(k->src), dst = ip4_text(k->dst);
	char proto[8], sport[8] = "", dport[8] = "", icmp[32] = "";
	if (has_ports(k->proto)) {
		snprintf(sport, sizeof sport, "/%u", k->sport);
		snprintf(dport, sizeof dport, "/%u", k->dport);
	} else if (k->proto == 1) {
		snprintf(icmp, sizeof icmp, " (type %d, code %d)", k->icmp_type, k->icmp_code);
	}
	log_msg(MSG_305013, proto_name(k->proto, proto, sizeof proto), iface_name(f, e->in_if), src.s,
	        sport, iface_name(f, e->out_if), dst.s, icmp[0] != '\0' ? icmp : dport);
}

/* ------------------------------------------------------------------ entries with `log` */

static void flow_tell(const struct log_flow *l, const char *when)
{
	const char *verb = l->key.pass ? "permitted" : "denied";
	char proto[8], user[AAA_USER_MAX + 16] = "";
	if (l->key.vpn)
		snprintf(user, sizeof user, " for user '%s'", l->user);
	log_msg(l->key.vpn ? l->key.pass ? 106102 : 106103 : 106100, l->key.level,
	        "access-list %s %s %s%s %s/%s(%u) -> %s/%s(%u) hit-cnt %u %s [0x%x, 0x0]", l->list,
	        verb, proto_name(l->key.proto, proto, sizeof proto), user, l->in,
	        ip4_text(l->key.src).s, l->key.sport, l->out, ip4_text(l->key.dst).s, l->key.dport,
	        l->hits, when, l->key.ace);
}

struct sweep {
	struct filters *f;
	uint64_t now;
};

static void flow_forget(struct filters *f, struct log_flow *l)
{
	hash_del(f->flows, &l->key, sizeof l->key);
	f->denied_flows -= !l->key.pass;
	free(l);
}

static void flow_sweep(void *arg, void *value)
{
	struct sweep *s = arg;
	struct log_flow *l = value;
	char when[40];
	if (s->now - l->since_ms < l->interval * 1000ull)
		return;
	if (l->hits == 0) {
		flow_forget(s->f, l);
		return;
	}
	snprintf(when, sizeof when, "%u-second interval", l->interval);
	flow_tell(l, when);
	l->hits = 0;
	l->since_ms = s->now;
}

static void flow_tick(struct timer *t, void *arg)
{
	struct sweep s = {arg, clock_now(&((struct filters *)arg)->gw->clock)};
	hash_each(s.f->flows, flow_sweep, &s);
	if (hash_count(s.f->flows) > 0)
		timer_start(&s.f->gw->clock, t, FLOW_TICK_MS, flow_tick, s.f);
}

static struct log_flow_key key_of(const struct worker_filtered *e)
{
	struct log_flow_key k;
	memset(&k, 0, sizeof k); /* compared as bytes */
	k.ace = e->ace->hash;
	k.src = e->key.src;
	k.dst = e->key.dst;
	k.proto = e->key.proto;
	k.pass = e->pass;
	k.vpn = e->by == WORKER_BY_VPN_FILTER;
	k.level = e->ace->level;
	if (has_ports(k.proto)) {
		k.sport = e->key.sport;
		k.dport = e->key.dport;
	} else if (k.proto == 1) {
		k.sport = (uint16_t)e->key.icmp_type;
		k.dport = (uint16_t)e->key.icmp_code;
	}
	return k;
}

static void flow_event(struct filters *f, const struct worker_filtered *e)
{
	struct log_flow_key k = key_of(e);
	struct log_flow *l = hash_get(f->flows, &k, sizeof k);
	struct ppp_session_info s;
	uint32_t most = conf_u32(conf_container(f->conf, "access-list-log"), "deny-flow-max");
	if (l != NULL) {
		l->hits++;
		return;
	}
	if (!e->pass && f->denied_flows >= most) {
		log_msg(MSG_106101, most);
		return;
	}
	l = calloc(1, sizeof *l);
	if (l == NULL || !hash_put(f->flows, &k, sizeof k, l)) {
		free(l);
		return;
	}
	l->key = k;
	l->interval = e->ace->interval;
	l->hits = 1;
	l->since_ms = clock_now(&f->gw->clock);
	f->denied_flows += !e->pass;
	str_copy(l->list, sizeof l->list, str_of(e->filter->name));
	str_copy(l->in, sizeof l->in, str_of(iface_name(f, e->in_if)));
	str_copy(l->out, sizeof l->out, str_of(iface_name(f, e->out_if)));
	if (ppp_find_call(f->gw->ppp, e->tunnel, e->call, &s))
		str_copy(l->user, sizeof l->user, str_of(s.user));
	flow_tell(l, "first hit");
	l->hits = 0;
	if (!timer_running(&f->flow_time))
		timer_start(&f->gw->clock, &f->flow_time, FLOW_TICK_MS, flow_tick, f);
}

void filters_event(struct filters *f, const struct worker_filtered *e)
{
	if (e->ace != NULL && e->ace->log == FILTER_LOG_FLOW)
		flow_event(f, e);
	else if (!e->pass && (e->by == WORKER_BY_GROUP || e->by == WORKER_BY_VPN_FILTER))
		by_list(f, e);
	else if (!e->pass && e->by == WORKER_BY_CONTROL)
		by_control(f, e);
	else if (!e->pass && e->by == WORKER_BY_ICMP)
		log_msg(MSG_313001, e->key.icmp_type, e->key.icmp_code, ip4_text(e->key.src).s, iface_name(f, e->in_if));
	else if (!e->pass && e->by == WORKER_BY_NAT)
		by_nat(f, e);
	else if (!e->pass)
		by_level(f, e);
}

unsigned filters_log_flows(const struct filters *f, unsigned *denied)
{
	*denied = f->denied_flows;
	return (unsigned)hash_count(f->flows);
}

static void free_one(void *arg, void *flow)
{
	(void)arg;
	free(flow);
}

void filters_log_free(struct filters *f)
{
	timer_stop(&f->gw->clock, &f->flow_time);
	hash_each(f->flows, free_one, NULL);
}
