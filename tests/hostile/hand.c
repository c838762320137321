#include "tests/hostile/hand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct hand_heard hand_heard;

static bool hear(struct net *net, struct net_packet *p)
{
	if (p->from != &net->server)
		return true;
	hand_heard.n++;
	hand_heard.out += p->len;
	hand_heard.len = p->len;
	memcpy(hand_heard.data, p->data, p->len);
	return false;
}

void hand_forget(void)
{
	hand_heard = (struct hand_heard){0};
}

int hand_setup(void **state)
{
	net_setup(state);
	struct net *net = *state;
	net_client(net, &net->client, CLIENT_IP, CLIENT_IP, "3des", "sha", 2);
	net->filter = hear;
	hand_forget();
	return 0;
}

int hand_teardown(void **state)
{
	return net_teardown(state);
}

void hand_octets(struct net *net, uint32_t ip, uint16_t port, const void *p, size_t len)
{
	uint8_t *exact = malloc(len != 0 ? len : 1);
	assert_non_null(exact);
	memcpy(exact, p, len);
	hand_heard.in += len;
	ike_input(net->server.ike, (struct ip4_end){SERVER_IP, port}, (struct ip4_end){ip, port}, exact, len);
	free(exact);
}

void hand_send(struct net *net, uint32_t ip, const struct ike_out *o)
{
	struct bytes all = ike_out_all(o);
	hand_octets(net, ip, IKE_PORT, all.p, all.len);
}

void hand_first(struct net *net, struct ike_out *o, uint32_t number)
{
	struct ike_hdr hdr = {.exch = EXCH_MAIN};
	memset(hdr.icookie, 0x22, 4);
	memcpy(hdr.icookie + 4, &number, 4);
	ike_out_begin(o, &hdr);
	ike_out_payload(o, PAY_SA);
	p1_write_offer(&o->w, &net->server.offer.policy[0]);
}

struct ike_sa *hand_half_open(struct net *net, uint32_t ip, uint32_t number)
{
	struct ike_out o;
	hand_first(net, &o, number);
	assert_true(ike_out_end(&o));
	hand_send(net, ip, &o);
	struct ike_sa *sa = net->server.ike->sas_last;
	assert_non_null(sa);
	assert_int_equal(sa->mm.state, ST_MM_WAIT3);
	return sa;
}

void hand_begin(struct ike_out *o, const struct ike_sa *sa, uint8_t exch, uint8_t flags, uint32_t msgid)
{
	struct ike_hdr hdr = {.exch = exch, .flags = flags, .msgid = msgid};
	memcpy(hdr.icookie, sa->icookie, IKE_COOKIE_LEN);
	memcpy(hdr.rcookie, sa->rcookie, IKE_COOKIE_LEN);
	ike_out_begin(o, &hdr);
}

struct ike_sa *hand_connected(struct net *net, uint32_t ip)
{
	struct node *c = ip == CLIENT_IP ? &net->client : &net->other;
	if (c == &net->other)
		net_client(net, c, ip, ip, "3des", "sha", 2);
	net->filter = NULL;
	client_connect(c);
	assert_non_null(node_sa(c));
	net->filter = hear;
	hand_forget();
	return c->ike->sas;
}

size_t hand_open(struct ike_out *o, const struct ike_sa *sa, uint8_t exch, uint32_t msgid)
{
	hand_begin(o, sa, exch, IKE_FLAG_ENCRYPTED, msgid);
	return ike_hash_open(o, &sa->keys);
}

void hand_seal(struct ike_out *o, const struct ike_sa *sa)
{
	uint8_t iv[PRIM_IV_MAX];
	ike_keys_iv2(&sa->keys, sa->mm.iv, o->hdr.msgid, iv);
	assert_true(ike_seal(o, &sa->keys, iv));
}

void hand_close(struct ike_out *o, const struct ike_sa *sa, size_t hash_at)
{
	ike_hash_close(o, &sa->keys, hash_at, o->hdr.msgid, (struct bytes){0});
	hand_seal(o, sa);
}

void hand_delete_self(struct ike_out *o, const struct ike_sa *sa)
{
	ike_out_payload(o, PAY_DELETE);
	wr_u32(&o->w, 1);
	wr_u32(&o->w, 0x01100001); /* ISAKMP, 16 bytes, one */
	wr_bytes(&o->w, sa->icookie, IKE_COOKIE_LEN);
	wr_bytes(&o->w, sa->rcookie, IKE_COOKIE_LEN);
}
