/* Packets inside the tunnels, and what carrying them cost. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/load/load.h"

enum { UDP = 17, TCP = 6, IP_LEN = 20, UDP_LEN = 8, TCP_LEN = 20, PORT = 4000 };

void traffic_parse(struct traffic *t, char *text)
{
	const struct {
		const char *word;
		unsigned *n;
	} words[] = {{"size", &t->size}, {"tunnels", &t->tunnels}, {"burst", &t->burst}, {"flows", &t->flows},
	             {"rate", &t->rate}, {"dial", &t->dial}};
	for (char *save = NULL, *word = strtok_r(text, ",", &save); word != NULL; word = strtok_r(NULL, ",", &save)) {
		char *value = strchr(word, '=');
		bool known = strcmp(word, "tcp") == 0;
		t->tcp = t->tcp || known;
		if (value != NULL)
			*value++ = '\0';
		for (size_t i = 0; value != NULL && i < sizeof words / sizeof words[0]; i++)
			if (strcmp(word, words[i].word) == 0) {
				*words[i].n = (unsigned)atoi(value);
				known = true;
			}
		if (value != NULL && strcmp(word, "seconds") == 0) {
			t->seconds = atof(value);
			known = true;
		}
		if (!known)
			die(word);
	}
	if (t->size < TRAFFIC_SIZE_MIN || t->size > TRAFFIC_SIZE_MAX || t->tunnels == 0 || t->burst == 0 || t->rate == 0 ||
	    t->flows == 0 || t->seconds <= 0)
		die("traffic out of range");
}

struct client *traffic_next(struct load *l, const struct traffic *t)
{
	unsigned n = t->tunnels < l->conf.n ? t->tunnels : l->conf.n;
	for (unsigned i = 0; i < n; i++) {
		struct client *c = &l->clients[l->next++ % n];
		if (c->stage == STAGE_UP && c->vpn.out != NULL)
			return c;
	}
	return NULL;
}

unsigned traffic_header_len(const struct traffic *t)
{
	return IP_LEN + (t->tcp ? TCP_LEN : UDP_LEN);
}

static uint16_t fold(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

static uint32_t sum_of(const uint8_t *p, size_t len)
{
	struct rd r = rd_of(p, len);
	uint32_t sum = 0;
	while (rd_left(&r) > 1)
		sum += rd_u16(&r);
	return sum;
}

static void put_udp(struct wr *w, const struct traffic *t, uint16_t flow, uint32_t len)
{
	(void)t;
	wr_u16(w, (uint16_t)(PORT + flow));
	wr_u16(w, PORT);
	wr_u16(w, (uint16_t)len);
	wr_u16(w, 0);
}

static void put_tcp(struct wr *w, struct client *c, uint16_t flow, uint32_t len)
{
	wr_u16(w, (uint16_t)(PORT + flow));
	wr_u16(w, PORT);
	wr_u32(w, c->tcp_seq);
	wr_u32(w, 1);
	wr_u16(w, TCP_LEN / 4 << 12 | 0x10); /* ACK */
	wr_u16(w, 0xffff);
	wr_u32(w, 0);
	c->tcp_seq += len - TCP_LEN;
}

/* An IP header of len bytes in all. */
static void put_ip(struct wr *w, struct client *c, uint8_t proto, uint32_t src, uint32_t dst, uint32_t len)
{
	size_t at = wr_len(w);
	wr_u16(w, 0x4500);
	wr_u16(w, (uint16_t)len);
	wr_u16(w, c->ip_id++);
	wr_u16(w, 0x4000);
	wr_u8(w, 64);
	wr_u8(w, proto);
	wr_u16(w, 0);
	wr_u32(w, src);
	wr_u32(w, dst);
	wr_patch_u16(w, at + 10, ip4_checksum(w->p - IP_LEN, IP_LEN, 0));
}

void traffic_headers(struct client *c, const struct traffic *t, bool to_client, bool partial, uint32_t len,
                     uint8_t *ip)
{
	uint32_t own = c->vpn.ppp.ip, src = to_client ? TRAFFIC_HOST : own, dst = to_client ? own : TRAFFIC_HOST;
	uint16_t flow = (uint16_t)(t->flows > 1 ? c->ip_id % t->flows : 0);
	struct wr w = wr_of(ip, traffic_header_len(t));
	put_ip(&w, c, t->tcp ? TCP : UDP, src, dst, len);
	len -= IP_LEN;
	if (t->tcp)
		put_tcp(&w, c, flow, len);
	else
		put_udp(&w, t, flow, len);
	uint32_t sum = sum_of(ip + 12, 8) + (t->tcp ? TCP : UDP) + len;
	if (!partial)
		sum += sum_of(ip + IP_LEN, traffic_header_len(t) - IP_LEN);
	uint16_t check = fold(sum);
	wr_patch_u16(&w, IP_LEN + (t->tcp ? 16 : 6), partial ? check : (uint16_t)~check);
}

void traffic_print(const char *phase, const struct traffic *t, uint64_t sent, uint64_t arrived,
                   const struct meter *from, const struct meter *to)
{
	double cpu = meter_cpu(from, to, NULL), n = (double)arrived, bits = n * t->size * 8 / 1e9;
	meter_print(phase, from, to);
	figure(phase, "sent", (double)sent, "packets");
	figure(phase, "pkts", n, "packets");
	figure(phase, "loss", sent > 0 ? 100 * (1 - n / (double)sent) : 0, "%");
	figure(phase, "gbit", bits / t->seconds, "Gbit/s");
	if (arrived == 0)
		return;
	figure(phase, "gbit_cpu", bits / cpu, "Gbit/CPU-s");
	figure(phase, "pkts_cpu", n / cpu, "1/CPU-s");
	figure(phase, "ns_each", cpu / n * 1e9, "ns");
}
