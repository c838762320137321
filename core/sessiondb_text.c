#include "core/base/zone.h"
#include "core/sessiondb_text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* "Rekey Int (T)" -> "rekey_int_t" */
static void key_of(char *key, size_t cap, const char *label)
{
	size_t n = 0;
	for (; *label != '\0' && n + 1 < cap; label++) {
		char c = *label;
		bool word =
		        (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		if (word)
			key[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
		else if (n > 0 && key[n - 1] != '_' && c != ')')
			key[n++] = '_';
	}
	key[n] = '\0';
}

/* In a document: numbers without their unit, which the key gets. */
static void record(struct out *o, const char *label, const char *fmt, const char *value)
{
	static const char *const units[][2] = {
	        {"", ""}, {" Seconds", "_s"}, {" Minutes", "_min"}, {" K-Bytes", "_kb"}};
	char key[48];
	if (!rec_wanted(o))
		return;
	key_of(key, sizeof key - 8, label);
	size_t digits = strspn(value, "0123456789");
	for (size_t i = 0; i < 4 && digits > 0 && strncmp(fmt, "%s", 2) != 0; i++)
		if (strcmp(value + digits, units[i][0]) == 0) {
			strcat(key, units[i][1]);
			rec_num(o, key, strtoull(value, NULL, 10));
			return;
		}
	rec_text(o, key, value);
}

enum place { LEFT, RIGHT, ONLY };

/* One field of the two-column grid: label of 13, value, second column at 38. indent: of the tunnel blocks. */
static void vfield(struct out *o, enum place place, const char *indent, const char *label,
                   const char *fmt, va_list ap) __attribute__((format(printf, 5, 0)));
static void vfield(struct out *o, enum place place, const char *indent, const char *label,
                   const char *fmt, va_list ap)
{
	char value[300];
	vsnprintf(value, sizeof value, fmt, ap);
	out_printf(o, "%s%-13s: %s", indent, label, value);
	if (place == LEFT)
		out_col(o, indent[0] != '\0' ? 40 : 38);
	else
		out_str(o, "\n");
	record(o, label, fmt, value);
}

#define FIELD(name, place)                                                                      \
	static void name(struct out *o, const char *indent, const char *label, const char *fmt, \
	                 ...) __attribute__((format(printf, 4, 5)));                            \
	static void name(struct out *o, const char *indent, const char *label, const char *fmt, \
	                 ...)                                                                   \
	{                                                                                       \
		va_list ap;                                                                     \
		va_start(ap, fmt);                                                              \
		vfield(o, place, indent, label, fmt, ap);                                       \
		va_end(ap);                                                                     \
	}
FIELD(left, LEFT)
FIELD(right_of, RIGHT)
FIELD(only, ONLY)
#define right(o, label, ...) right_of(o, "", label, __VA_ARGS__)

static void when_text(char *text, size_t cap, time_t when)
{
	zone_format(text, cap, "%H:%M:%S %Z %a %b %-d %Y", when);
}

uint64_t sessiondb_idle_ms(const struct session_facts *f)
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
	const char *ike_enc = f->ike->has_sa ? f->ike->encrypt : "none";
	const char *ike_hash = f->ike->has_sa ? f->ike->hash : "none";
	const char *esp_enc = f->has_child ? cipher_word(f->child.pair.alg) : "none";
	const char *esp_hash = f->has_child ? mac_word(f->child.pair.alg.mac) : "none";
	char login[64], duration[40], idle[40];
	when_text(login, sizeof login, s->login_wall);
	sessiondb_duration(duration, sizeof duration, f->now_ms - s->login_ms);
	sessiondb_duration(idle, sizeof idle, sessiondb_idle_ms(f));
	out_str(o, "\n");
	left(o, "", "Username", "%s", s->user);
	right(o, "Index", "%" PRIu32, f->index);
	left(o, "", "Assigned IP", "%s", ip4_text(s->ip).s);
	right(o, "Public IP", "%s", ip4_text(f->ike->remote.ip).s);
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
	rec_num(o, "duration_s", (f->now_ms - s->login_ms) / 1000);
	rec_num(o, "inactivity_s", sessiondb_idle_ms(f) / 1000);
	if (!detail)
		only(o, "", "NAC Result", "Unknown");
	left(o, "", "VLAN Mapping", "N/A");
	right(o, "VLAN", "none");
	if (!detail)
		return;
	only(o, "", "Audt Sess ID", "%08x%08x%08x", s->link->local.ip, f->index << 12,
	     (unsigned)s->login_wall);
	only(o, "", "Security Grp", "none");
}

static void ike_block(struct out *o, const struct session_facts *f)
{
	const struct ike_peer_info *i = f->ike;
	out_str(o, "\nIKEv1:\n");
	rec_open(o, "ikev1_tunnel");
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
	only(o, "  ", "Filter Name", "%s", f->filter);
	rec_close(o);
}

static void idle_lines(struct out *o, const struct session_facts *f)
{
	uint32_t limit = f->ppp->idle_s;
	if (limit == 0)
		return;
	uint64_t idle = sessiondb_idle_ms(f) / 1000;
	left(o, "  ", "Idle Time Out", "%" PRIu32 " Minutes", limit / 60);
	right(o, "Idle TO Left", "%" PRIu64 " Minutes",
	      idle < limit ? (limit - idle + 59) / 60 : 0);
}

static void ipsec_block(struct out *o, const struct session_facts *f)
{
	const struct sa_pair *p = &f->child.pair;
	char text[64];
	out_printf(o, "\n%s:\n", ipsec_word(p->udp_encap));
	rec_open(o, "ipsec_tunnel");
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
	rec_close(o);
}

static void l2tp_block(struct out *o, const struct session_facts *f)
{
	const struct ppp_session_info *s = f->ppp;
	out_printf(o, "\n%s:\n", sessiondb_l2tp_word(s->link->udp_encap));
	rec_open(o, "l2tp_tunnel");
	only(o, "  ", "Tunnel ID", "%" PRIu32 ".3", f->index);
	only(o, "  ", "Username", "%s", s->user);
	only(o, "  ", "Assigned IP", "%s", ip4_text(s->ip).s);
	only(o, "  ", "Public IP", "%s", ip4_text(f->ike->remote.ip).s);
	left(o, "  ", "Encryption", "none");
	right(o, "Hashing", "none");
	only(o, "  ", "Auth Mode", "%s", aaa_method_shown(s->method));
	idle_lines(o, f);
	const char *os = s->link->vendor != NULL ? s->link->vendor : "";
	if (os[0] != '\0')
		only(o, "  ", "Client OS", "%s", os);
	if (s->link->firmware != 0)
		only(o, "  ", "Client OS Ver", "%u.%u", s->link->firmware >> 8,
		     s->link->firmware & 0xffu);
	left(o, "  ", "Bytes Tx", "%" PRIu64, s->counters.bytes_out);
	right(o, "Bytes Rx", "%" PRIu64, s->counters.bytes_in);
	left(o, "  ", "Pkts Tx", "%" PRIu64, s->counters.pkts_out);
	right(o, "Pkts Rx", "%" PRIu64, s->counters.pkts_in);
	rec_close(o);
}

void sessiondb_session(struct out *o, const struct session_facts *f, bool detail)
{
	bool nat = f->ppp->link->udp_encap, ike = f->ike->has_sa;
	rec_open(o, NULL);
	head(o, f, detail);
	if (detail) {
		out_printf(o, "\nIKEv1 Tunnels: %d\n%s Tunnels: %d\n%s Tunnels: 1\n", ike,
		           ipsec_word(nat), f->has_child, sessiondb_l2tp_word(nat));
		if (ike)
			ike_block(o, f);
		if (f->has_child)
			ipsec_block(o, f);
		l2tp_block(o, f);
	}
	rec_close(o);
}

/* What the blocks of the tunnels say beyond the line. */
static void full_detail(struct out *o, const struct session_facts *f)
{
	const struct ppp_session_info *s = f->ppp;
	rec(o, "pkts_tx pkts_rx", " | Pkts Tx: %" PRIu64 " | Pkts Rx: %" PRIu64, f->esp.pkts_out,
	    f->esp.pkts_in);
	rec(o, "pkts_tx_drop pkts_rx_drop", " | Pkts Tx Drop: %" PRIu64 " | Pkts Rx Drop: %" PRIu64,
	    f->esp.errs_out, f->esp.errs_in);
	rec(o, "inactivity_s", " | Inactivity: %" PRIu64 " Seconds", sessiondb_idle_ms(f) / 1000);
	rec(o, "filter_name", " | Filter Name: %s", f->filter);
	if (f->ike->has_sa) {
		rec(o, "udp_src_port ike_encryption ike_hashing",
		    " | UDP Src Port: %u | IKE Encryption: %s | IKE Hashing: %s",
		    f->ike->remote.port, f->ike->encrypt, f->ike->hash);
		rec(o, "dh_group ike_rekey_int_s ike_rekey_left_s",
		    " | D/H Group: %u | IKE Rekey Int (T): %" PRIu32
		    " | IKE Rekey Left(T): %" PRIu32,
		    f->ike->dh_group, f->ike->life_s, f->ike->remaining_s);
	}
	if (f->has_child)
		rec(o, "encapsulation rekey_int_s rekey_left_s",
		    " | Encapsulation: %s | Rekey Int (T): %" PRIu32 " | Rekey Left(T): %" PRIu32,
		    f->child.pair.mode == ESP_TRANSPORT ? "Transport" : "Tunnel", f->child.life_s,
		    f->child.remaining_s);
	rec(o, "auth_mode l2tp_bytes_tx l2tp_bytes_rx",
	    " | Auth Mode: %s | L2TP Bytes Tx: %" PRIu64 " | L2TP Bytes Rx: %" PRIu64,
	    aaa_method_shown(s->method), s->counters.bytes_out, s->counters.bytes_in);
}

void sessiondb_session_full(struct out *o, const struct session_facts *f, bool detail)
{
	const struct ppp_session_info *s = f->ppp;
	bool nat = s->link->udp_encap;
	char login[64], duration[40];
	when_text(login, sizeof login, s->login_wall);
	sessiondb_duration(duration, sizeof duration, f->now_ms - s->login_ms);
	rec_open(o, NULL);
	rec(o, "index username", "Session Type: IKEv1 IPsec | Index: %u | Username: %s", f->index,
	    s->user);
	rec(o, "assigned_ip", " | Assigned IP: %s", ip4_text(s->ip).s);
	rec(o, "public_ip", " | Public IP: %s", ip4_text(f->ike->remote.ip).s);
	rec(o, "ipsec l2tp", " | Protocol: IKEv1 %s %s", ipsec_word(nat), sessiondb_l2tp_word(nat));
	rec(o, "encryption hashing", " | Encryption: %s | Hashing: %s", sessiondb_cipher(f),
	    f->has_child ? mac_word(f->child.pair.alg.mac) : "none");
	rec(o, "bytes_tx bytes_rx", " | Bytes Tx: %" PRIu64 " | Bytes Rx: %" PRIu64,
	    f->esp.bytes_out, f->esp.bytes_in);
	rec(o, "group_policy tunnel_group", " | Group Policy: %s | Tunnel Group: %s",
	    s->group_policy, s->link->tunnel_group);
	rec(o, "login_time duration", " | Login Time: %s | Duration: %s", login, duration);
	if (detail)
		full_detail(o, f);
	out_str(o, " ||\n");
	rec_close(o);
}

const char *sessiondb_cipher(const struct session_facts *f)
{
	return f->has_child ? cipher_word(f->child.pair.alg) : "none";
}

static void line(struct out *o)
{
	out_str(o, "---------------------------------------------------------------------------\n");
}

static void summary_rows(struct out *o, const struct tunnel_row *rows, size_t n)
{
	uint64_t rows_now = 0, rows_total = 0;
	out_printf(o, "%31s%s\n", "", "Active : Cumulative : Peak Concurrent   ");
	out_printf(o, "%29s%s\n", "", "----------------------------------------------");
	rec_list(o, "tunnels");
	for (size_t i = 0; i < n; i++) {
		rec_open(o, NULL);
		rec(o, "protocol active cumulative peak",
		    "%-29s: %6" PRIu64 " : %10" PRIu64 " : %15" PRIu64 "\n", rows[i].name,
		    rows[i].now, rows[i].total, rows[i].peak);
		rec_close(o);
		rows_now += rows[i].now;
		rows_total += rows[i].total;
	}
	rec_close(o);
	line(o);
	rec(o, "- tunnels_active tunnels_cumulative", "%-29s: %6" PRIu64 " : %10" PRIu64 "\n",
	    "Totals", rows_now, rows_total);
	line(o);
}

void sessiondb_summary(struct out *o, uint64_t now, uint64_t total, uint64_t peak,
                       unsigned capacity, const struct tunnel_row *rows, size_t n)
{
	line(o);
	out_printf(o, "%-75s\n", "VPN Session Summary");
	line(o);
	out_printf(o, "%31s%s\n", "", "Active : Cumulative : Peak Concur : Inactive");
	out_printf(o, "%29s%s\n", "", "----------------------------------------------");
	rec(o, "- active cumulative peak", "%-29s: %6" PRIu64 " : %10" PRIu64 " : %11" PRIu64 "\n",
	    "IKEv1 IPsec/L2TP IPsec", now, total, peak);
	line(o);
	rec(o, "- total_active total_cumulative",
	    "%-29s: %6" PRIu64 "             Total Cumulative : %6" PRIu64 "\n",
	    "Total Active and Inactive", now, total);
	rec(o, "- capacity", "%-29s: %6u\n", "Device Total VPN Capacity", capacity);
	rec(o, "- load_percent", "%-29s: %5" PRIu64 "%%\n", "Device Load",
	    capacity > 0 ? now * 100 / capacity : 0);
	line(o);
	out_str(o, "\n");
	line(o);
	out_printf(o, "%-75s\n", "Tunnels Summary");
	line(o);
	summary_rows(o, rows, n);
}

void sessiondb_ratio(struct out *o, const char *title, const char *group, uint64_t active,
                     uint64_t total, const struct tunnel_row *rows, size_t n)
{
	uint64_t all = 0;
	for (size_t i = 0; i < n; i++)
		all += rows[i].now;
	rec(o, "filter_group", "Filter Group         : %s\n", group);
	rec(o, "active cumulative",
	    "Total Active Sessions: %" PRIu64 "\nCumulative Sessions  : %" PRIu64 "\n\n", active,
	    total);
	out_printf(o, "%-21s %11s %13s\n", title, "Sessions", "Percent");
	rec_list(o, "ratio");
	for (size_t i = 0; i < n; i++) {
		rec_open(o, NULL);
		rec(o, "name sessions percent", "%-21s %11" PRIu64 " %12" PRIu64 "%%\n",
		    rows[i].name, rows[i].now, all > 0 ? (rows[i].now * 100 + all / 2) / all : 0);
		rec_close(o);
	}
	rec_close(o);
}

void sessiondb_licenses(struct out *o, uint64_t now, uint64_t peak, unsigned installed,
                        unsigned limit)
{
	char text[16] = "NONE";
	unsigned eff = limit != 0 && limit < installed ? limit : installed;
	if (limit != 0 && limit < installed)
		snprintf(text, sizeof text, "%u", limit);
	line(o);
	out_printf(o, "%-75s\n", "VPN Licenses and Configured Limits Summary");
	line(o);
	out_printf(o, "%37s%s\n%34s%s\n", "", "Status : Capacity : Installed :  Limit", "",
	           "-----------------------------------------");
	rec(o, "- status capacity installed limit", "%-33s: %8s : %8u : %9u : %6s\n",
	    "Other VPN (Available by Default)", "ENABLED", installed, installed, text);
	line(o);
	out_str(o, "\n");
	line(o);
	out_printf(o, "%-75s\n", "VPN Licenses Usage Summary");
	line(o);
	out_printf(o, "%26s%s\n%25s%s\n%25s%s\n", "",
	           "Local : Shared :   All  :   Peak :  Eff.  :        ", "",
	           "In Use : In Use : In Use : In Use :  Limit : Usage  ", "",
	           "----------------------------------------------------");
	rec(o, "- in_use - - peak_in_use effective_limit usage_percent",
	    "%-23s: %6" PRIu64 " : %6s : %6" PRIu64 " : %6" PRIu64 " : %6u : %5" PRIu64 "%%\n",
	    "Other VPN", now, "", now, peak, eff, eff > 0 ? now * 100 / eff : 0);
	line(o);
}
