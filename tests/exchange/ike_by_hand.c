#include "tests/exchange/ike_by_hand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct hand_sent hand_sent;
uint32_t hand_spi = 0xabcd0000;

int hand_setup(void **state)
{
	memset(&hand_sent, 0, sizeof hand_sent);
	return net_setup(state);
}

bool hand_catch(struct net *net, struct net_packet *p)
{
	if (p->from != &net->server)
		return true;
	hand_sent.n++;
	hand_sent.len = p->len;
	if (p->len > hand_sent.most)
		hand_sent.most = p->len;
	memcpy(hand_sent.data, p->data, p->len);
	return false;
}

bool hand_as_windows(struct net *net, struct net_packet *p)
{
	static const uint8_t draft_02[] = {0xcd, 0x60, 0x46, 0x43, 0x35, 0xdf, 0x21, 0xf8,
	                                   0x7c, 0xfd, 0xb2, 0xfc, 0x68, 0xb6, 0xa4, 0x48};
	static const uint8_t microsoft[] = {0x1e, 0x2b, 0x51, 0x69, 0x05, 0x99, 0x1c, 0x7d,
	                                    0x7c, 0x96, 0xfc, 0xbf, 0xb5, 0x87, 0xe4, 0x61};
	for (size_t at = IKE_HDR_LEN; p->from == &net->client && at + 16 <= p->len; at++)
		if (memcmp(p->data + at, draft_02, 16) == 0)
			memcpy(p->data + at, microsoft, 16);
	return true;
}

static void input(struct net *net, struct ip4_end local, struct ip4_end remote, const struct ike_out *o)
{
	struct bytes all = ike_out_all(o);
	uint8_t *exact = malloc(all.len);
	memcpy(exact, all.p, all.len);
	ike_input(net->server.ike, local, remote, exact, all.len);
	free(exact);
}

void hand_to_server(struct net *net, uint32_t ip, uint16_t port, const struct ike_out *o)
{
	input(net, (struct ip4_end){net->server.ip, port}, (struct ip4_end){ip, port}, o);
}

static struct ike_sa *sa_of(struct node *c, const struct hand_request *rq)
{
	return rq->sa != NULL ? rq->sa : c->ike->sas;
}

struct ike_out *hand_begin(struct node *c, struct hand_request *rq, size_t *at)
{
	struct ike_sa *sa = sa_of(c, rq);
	struct ike_hdr hdr = {.exch = rq->exch,
	                      .flags = (uint8_t)(IKE_FLAG_ENCRYPTED | rq->flags),
	                      .msgid = rq->msgid};
	memcpy(hdr.icookie, sa->icookie, 8);
	memcpy(hdr.rcookie, sa->rcookie, 8);
	ike_out_begin(&rq->out, &hdr);
	*at = ike_hash_open(&rq->out, &sa->keys);
	return &rq->out;
}

void hand_send(struct net *net, struct node *c, struct hand_request *rq, size_t at)
{
	struct ike_sa *sa = sa_of(c, rq);
	ike_hash_close(&rq->out, &sa->keys, at, rq->msgid, (struct bytes){0});
	ike_keys_iv2(&sa->keys, sa->mm.iv, rq->msgid, rq->iv);
	assert_true(ike_seal(&rq->out, &sa->keys, rq->iv));
	input(net, (struct ip4_end){net->server.ip, sa->local.port},
	      (struct ip4_end){c->public_ip, (uint16_t)(sa->local.port + c->port_offset)}, &rq->out);
}

void hand_proposal(struct wr *w, bool more, uint8_t number, uint8_t protocol, uint8_t transform, const char *attrs,
                   size_t n)
{
	wr_u8(w, more ? 2 : 0);
	wr_u8(w, 0);
	wr_u16(w, (uint16_t)(20 + n));
	wr_u8(w, number);
	wr_u8(w, protocol);
	wr_u8(w, 4);
	wr_u8(w, 1);
	wr_u32(w, hand_spi + number);
	wr_u16(w, 0);
	wr_u16(w, (uint16_t)(8 + n));
	wr_u8(w, 1);
	wr_u8(w, transform);
	wr_u16(w, 0);
	wr_bytes(w, attrs, n);
}

void hand_quick(struct net *net, struct node *c, struct hand_request *rq, const struct hand_quick *q)
{
	static const uint8_t nonce[20] = {1};
	size_t at;
	struct ike_out *o = hand_begin(c, rq, &at);
	ike_out_payload(o, PAY_SA);
	wr_u32(&o->w, 1);
	wr_u32(&o->w, 1);
	q->sa(&o->w);
	ike_out_bytes(o, PAY_NONCE, (struct bytes){nonce, sizeof nonce});
	if (q->ke.len > 0)
		ike_out_bytes(o, PAY_KE, q->ke);
	if (q->idci != NULL) {
		ike_out_bytes(o, PAY_ID,
		              (struct bytes){(const uint8_t *)q->idci,
		                             q->idci_len != 0 ? q->idci_len : 8});
		ike_out_bytes(o, PAY_ID, (struct bytes){(const uint8_t *)q->idcr, 8});
	}
	const uint32_t original[] = {c->ip, SERVER_IP};
	for (size_t i = 0; i < 2 && q->natoa != 0; i++) {
		ike_out_payload(o, q->natoa);
		wr_u32(&o->w, (uint32_t)ID_IPV4_ADDR << 24 | q->natoa_reserved);
		wr_u32(&o->w, original[i]);
	}
	hand_sent.n = 0;
	hand_send(net, c, rq, at);
}

void hand_answer(struct node *c, const struct hand_request *rq, struct ike_msg *m)
{
	static uint8_t clear[2048];
	struct ike_sa *sa = sa_of(c, rq);
	struct rd r = rd_of(hand_sent.data, hand_sent.len);
	struct ike_hdr hdr;
	assert_true(hand_sent.n > 0 && ike_hdr_read(&r, &hdr));
	assert_int_equal(hdr.exch, EXCH_QUICK);
	assert_int_equal(hdr.msgid, rq->msgid);
	struct bytes body = rd_rest(&r);
	assert_int_equal(prim_cbc_decrypt(sa->keys.cipher,
	                                  (struct bytes){sa->keys.key, sa->keys.key_len}, rq->iv,
	                                  body.p, clear, body.len),
	                 0);
	assert_true(ike_msg_parse(m, &hdr, (struct bytes){clear, body.len}, 255, NULL));
}

void hand_check_choice(struct node *c, const struct hand_request *rq, uint8_t number, uint8_t id, const char *attrs,
                       size_t n)
{
	struct ike_msg m;
	hand_answer(c, rq, &m);
	struct bytes sa = ike_msg_find(&m, PAY_SA, NULL)->body;
	struct rd r = rd_of(sa.p, sa.len);
	rd_skip(&r, 8 + 4);
	assert_int_equal(rd_u8(&r), number);
	assert_int_equal(rd_u8(&r), ESP);
	rd_skip(&r, 2 + 4 + 4);
	assert_int_equal(rd_u8(&r), 1);
	assert_int_equal(rd_u8(&r), id);
	rd_skip(&r, 2);
	struct bytes rest = rd_rest(&r);
	assert_int_equal(rest.len, n);
	assert_memory_equal(rest.p, attrs, n);
	const struct ike_payload *i = ike_msg_find(&m, PAY_ID, NULL);
	assert_non_null(i);
	assert_non_null(ike_msg_find(&m, PAY_ID, i));
}
