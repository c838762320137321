#include "core/base/zone.h"
#include "core/sessiondb_text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

void sessiondb_duration(char *text, size_t cap, uint64_t ms)
{
	uint64_t s = ms / 1000;
	unsigned days = (unsigned)(s / 86400), h = (unsigned)(s / 3600 % 24),
	         m = (unsigned)(s / 60 % 60);
	if (days > 0)
		snprintf(text, cap, "%ud %uh:%02um:%02us", days, h, m, (unsigned)(s % 60));
	else
		snprintf(text, cap, "%uh:%02um:%02us", h, m, (unsigned)(s % 60));
}

const char *sessiondb_l2tp_word(bool udp_encap)
{
	return udp_encap ? "L2TPOverIPsecOverNatT" : "L2TPOverIPsec";
}

static const char *ipsec_word(bool udp_encap)
{
	return udp_encap ? "IPsecOverNatT" : "IPsec";
}

static const char *cipher_word(struct esp_alg a)
{
	switch (a.cipher) {
	case ESP_CIPHER_NULL:
		return "none";
	case ESP_CIPHER_DES:
		return "DES";
	case ESP_CIPHER_3DES:
		return "3DES";
	case ESP_CIPHER_AES:
		return a.key_len == 32 ? "AES256" : a.key_len == 24 ? "AES192" : "AES128";
	}
	return "none";
}

static const char *mac_word(enum esp_mac m)
{
	static const char *const words[] = {"none", "MD5", "SHA1", "SHA256"};
	return (unsigned)m < 4 ? words[m] : "none";
}

/* One field of the two-column grid: label of 13, value, second column at 38. indent: of the tunnel blocks. */
static void left(struct out *o, const char *indent, const char *label, const char *fmt, ...)
        __attribute__((format(printf, 4, 5)));
static void left(struct out *o, const char *indent, const char *label, const char *fmt, ...)
{
	char value[300];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(value, sizeof value, fmt, ap);
	va_end(ap);
	out_printf(o, "%s%-*s: %s", indent, indent[0] != '\0' ? 11 : 13, label, value);
	out_col(o, 38);
}

static void right(struct out *o, const char *label, const char *fmt, ...)
        __attribute__((format(printf, 3, 4)));
static void right(struct out *o, const char *label, const char *fmt, ...)
{
	char value[300];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(value, sizeof value, fmt, ap);
	va_end(ap);
	out_printf(o, "%-13s: %s\n", label, value);
}

static void only(struct out *o, const char *indent, const char *label, const char *fmt, ...)
        __attribute__((format(printf, 4, 5)));
static void only(struct out *o, const char *indent, const char *label, const char *fmt, ...)
{
	char value[300];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(value, sizeof value, fmt, ap);
	va_end(ap);
	out_printf(o, "%s%-*s: %s\n", indent, indent[0] != '\0' ? 11 : 13, label, value);
}

static void when_text(char *text, size_t cap, time_t when)
{
	if (zone_format(text, cap, "%H:%M:%S %Z %a %b %-d %Y", when) == 0)
		text[0] = '\0';
}

/* Idle time as far as the data path knows it. */
static uint64_t idle_ms(const struct session_facts *f)
{
	return f->has_stats && f->sa.last_in_ms != 0 && f->now_ms > f->sa.last_in_ms
	               ? f->now_ms - f->sa.last_in_ms
	               : 0;
}

static void head(struct out *o, const struct session_facts *f, bool detail)
{
	const struct ppp_session_info *s = f->ppp;
	bool nat = s->link->udp_encap;
	const char *ipsec = ipsec_word(nat), *l2tp = sessiondb_l2tp_word(nat);
	const char *ike_enc = f->has_ike && f->ike.has_sa ? f->ike.encrypt : "none";
	const char *ike_hash = f->has_ike && f->ike.has_sa ? f->ike.hash : "none";
	const char *esp_enc = f->has_child ? cipher_word(f->child.pair.alg) : "none";
	const char *esp_hash = f->has_child ? mac_word(f->child.pair.alg.mac) : "none";
	char login[64], duration[40], idle[40];
	when_text(login, sizeof login, s->login_wall);
	sessiondb_duration(duration, sizeof duration, f->now_ms - s->login_ms);
	sessiondb_duration(idle, sizeof idle, idle_ms(f));
	out_str(o, "\n");
	left(o, "", "Username", "%s", s->user);
	right(o, "Index", "%" PRIu32, f->index);
	left(o, "", "Assigned IP", "%s", ip4_text(s->ip).s);
	right(o, "Public IP", "%s", ip4_text(s->link->remote.ip).s);
	only(o, "", "Protocol", "IKEv1 %s %s", ipsec, l2tp);
	only(o, "", "License", "Other VPN");
	only(o, "", "Encryption", "IKEv1: (1)%s  %s: (1)%s  %s: (1)none", ike_enc, ipsec, esp_enc,
	     l2tp);
	only(o, "", "Hashing", "IKEv1: (1)%s  %s: (1)%s  %s: (1)none", ike_hash, ipsec, esp_hash,
	     l2tp);
	left(o, "", "Bytes Tx", "%" PRIu64, f->esp.bytes_out);
	right(o, "Bytes Rx", "%" PRIu64, f->esp.bytes_in);
	if (detail) {
		left(o, "", "Pkts Tx", "%" PRIu64, f->esp.pkts_out);
		right(o, "Pkts Rx", "%" PRIu64, f->esp.pkts_in);
		left(o, "", "Pkts Tx Drop", "%" PRIu64, f->esp.errs_out);
		right(o, "Pkts Rx Drop", "%" PRIu64, f->esp.errs_in);
	}
	left(o, "", "Group Policy", "%s", s->group_policy);
	right(o, "Tunnel Group", "%s", s->link->tunnel_group);
	only(o, "", "Login Time", "%s", login);
	only(o, "", "Duration", "%s", duration);
	only(o, "", "Inactivity", "%s", idle);
	left(o, "", "VLAN Mapping", "N/A");
	right(o, "VLAN", "none");
}

static void ike_block(struct out *o, const struct session_facts *f)
{
	const struct ike_peer_info *i = &f->ike;
	out_str(o, "\nIKEv1:\n");
	only(o, "  ", "Tunnel ID", "%" PRIu32 ".1", f->index);
	left(o, "  ", "UDP Src Port", "%u", i->remote.port);
	right(o, "UDP Dst Port", "%u", i->local.port);
	left(o, "  ", "IKE Neg Mode", "Main");
	right(o, "Auth Mode", "%s", i->auth);
	left(o, "  ", "Encryption", "%s", i->encrypt);
	right(o, "Hashing", "%s", i->hash);
	left(o, "  ", "Rekey Int (T)", "%" PRIu32 " Seconds", i->life_s);
	right(o, "Rekey Left(T)", "%" PRIu32 " Seconds", i->remaining_s);
	only(o, "  ", "D/H Group", "%u", i->dh_group);
	only(o, "  ", "Filter Name", "%s", "");
}

static void idle_lines(struct out *o, const struct session_facts *f)
{
	uint32_t limit = f->ppp->idle_s;
	if (limit == 0)
		return;
	uint64_t idle = idle_ms(f) / 1000;
	left(o, "  ", "Idle Time Out", "%" PRIu32 " Minutes", limit / 60);
	right(o, "Idle TO Left", "%" PRIu64 " Minutes",
	      idle < limit ? (limit - idle + 59) / 60 : 0);
}

static void ipsec_block(struct out *o, const struct session_facts *f)
{
	const struct sa_pair *p = &f->child.pair;
	char text[64];
	out_printf(o, "\n%s:\n", ipsec_word(p->udp_encap));
	only(o, "  ", "Tunnel ID", "%" PRIu32 ".2", f->index);
	snprintf(text, sizeof text, "%s", ip4_text(p->local_proxy.mask).s);
	only(o, "  ", "Local Addr", "%s/%s/%u/%u", ip4_text(p->local_proxy.ip).s, text,
	     p->local_proxy.proto, p->local_proxy.port);
	snprintf(text, sizeof text, "%s", ip4_text(p->remote_proxy.mask).s);
	only(o, "  ", "Remote Addr", "%s/%s/%u/%u", ip4_text(p->remote_proxy.ip).s, text,
	     p->remote_proxy.proto, p->remote_proxy.port);
	left(o, "  ", "Encryption", "%s", cipher_word(p->alg));
	right(o, "Hashing", "%s", mac_word(p->alg.mac));
	only(o, "  ", "Encapsulation", "%s", p->mode == ESP_TRANSPORT ? "Transport" : "Tunnel");
	if (p->udp_encap) {
		left(o, "  ", "UDP Src Port", "%u", p->remote.port);
		right(o, "UDP Dst Port", "%u", p->local.port);
	}
	left(o, "  ", "Rekey Int (T)", "%" PRIu32 " Seconds", f->child.life_s);
	right(o, "Rekey Left(T)", "%" PRIu32 " Seconds", f->child.remaining_s);
	if (p->life_kb != 0) {
		left(o, "  ", "Rekey Int (D)", "%" PRIu32 " K-Bytes", p->life_kb);
		right(o, "Rekey Left(D)", "%" PRIu32 " K-Bytes", f->sa.kb_left);
	}
	idle_lines(o, f);
	left(o, "  ", "Bytes Tx", "%" PRIu64, f->esp.bytes_out);
	right(o, "Bytes Rx", "%" PRIu64, f->esp.bytes_in);
	left(o, "  ", "Pkts Tx", "%" PRIu64, f->esp.pkts_out);
	right(o, "Pkts Rx", "%" PRIu64, f->esp.pkts_in);
}

static void l2tp_block(struct out *o, const struct session_facts *f)
{
	const struct ppp_session_info *s = f->ppp;
	out_printf(o, "\n%s:\n", sessiondb_l2tp_word(s->link->udp_encap));
	only(o, "  ", "Tunnel ID", "%" PRIu32 ".3", f->index);
	only(o, "  ", "Username", "%s", s->user);
	only(o, "  ", "Assigned IP", "%s", ip4_text(s->ip).s);
	only(o, "  ", "Public IP", "%s", ip4_text(s->link->remote.ip).s);
	left(o, "  ", "Encryption", "none");
	right(o, "Hashing", "none");
	only(o, "  ", "Auth Mode", "%s", aaa_method_shown(s->method));
	idle_lines(o, f);
	if (f->has_ike && f->ike.microsoft)
		only(o, "  ", "Client OS", "Microsoft");
	left(o, "  ", "Bytes Tx", "%" PRIu64, s->counters.bytes_out);
	right(o, "Bytes Rx", "%" PRIu64, s->counters.bytes_in);
	left(o, "  ", "Pkts Tx", "%" PRIu64, s->counters.pkts_out);
	right(o, "Pkts Rx", "%" PRIu64, s->counters.pkts_in);
}

void sessiondb_session(struct out *o, const struct session_facts *f, bool detail)
{
	bool nat = f->ppp->link->udp_encap, ike = f->has_ike && f->ike.has_sa;
	head(o, f, detail);
	if (!detail)
		return;
	out_printf(o, "\nIKEv1 Tunnels: %d\n%s Tunnels: %d\n%s Tunnels: 1\n", ike, ipsec_word(nat),
	           f->has_child, sessiondb_l2tp_word(nat));
	if (ike)
		ike_block(o, f);
	if (f->has_child)
		ipsec_block(o, f);
	l2tp_block(o, f);
}

static void line(struct out *o)
{
	out_str(o, "---------------------------------------------------------------------------\n");
}

void sessiondb_summary(struct out *o, uint64_t now, uint64_t total, uint64_t peak,
                       unsigned capacity, const struct tunnel_row *rows, size_t n)
{
	uint64_t rows_now = 0, rows_total = 0;
	line(o);
	out_printf(o, "%-75s\n", "VPN Session Summary");
	line(o);
	out_printf(o, "%31s%s\n", "", "Active : Cumulative : Peak Concur : Inactive");
	out_printf(o, "%29s%s\n", "", "----------------------------------------------");
	out_printf(o, "%-29s: %6" PRIu64 " : %10" PRIu64 " : %11" PRIu64 "\n",
	           "IKEv1 IPsec/L2TP IPsec", now, total, peak);
	line(o);
	out_printf(o, "%-29s: %6" PRIu64 "             Total Cumulative : %6" PRIu64 "\n",
	           "Total Active and Inactive", now, total);
	out_printf(o, "%-29s: %6u\n", "Device Total VPN Capacity", capacity);
	out_printf(o, "%-29s: %5" PRIu64 "%%\n", "Device Load",
	           capacity > 0 ? now * 100 / capacity : 0);
	line(o);
	out_str(o, "\n");
	line(o);
	out_printf(o, "%-75s\n", "Tunnels Summary");
	line(o);
	out_printf(o, "%31s%s\n", "", "Active : Cumulative : Peak Concurrent   ");
	out_printf(o, "%29s%s\n", "", "----------------------------------------------");
	for (size_t i = 0; i < n; i++) {
		out_printf(o, "%-29s: %6" PRIu64 " : %10" PRIu64 " : %15" PRIu64 "\n", rows[i].name,
		           rows[i].now, rows[i].total, rows[i].peak);
		rows_now += rows[i].now;
		rows_total += rows[i].total;
	}
	line(o);
	out_printf(o, "%-29s: %6" PRIu64 " : %10" PRIu64 "\n", "Totals", rows_now, rows_total);
	line(o);
}
