/* IKE fragmentation ([MS-IKEE] 2.2.1 and the same in other stacks): a message cut into payloads of type 132, for paths
 * that lose fragments of IP. */
#include "crypto/ike/engine.h"
#include "crypto/ike/info.h"

#include <stdlib.h>

enum {
	FRAG_BYTES_MAX = IKE_MSG_MAX,
	FRAG_ALL_MAX = 8 << 20, /* bytes of all SAs together */
	FRAG_SHARE = 1 << 20, /* of one address: of some hundred clients behind a NAT that send certificates at once */
	FRAG_AGE_MS = 90000,
	FRAG_HDR_LEN = 8,
	FRAG_LAST = 1,
	/* Ours: packets of 576 bytes, which every path takes; a message that has no room in 16 of them, the most that
	 * some take, gets longer ones. */
	FRAG_PACKET = 576,
	FRAG_SENT_MOST = 16,
	FRAG_AROUND = 20 + 8 + 4, /* IP, UDP, non-ESP marker */
};
#define FRAG_PARTS_MAX \
	(sizeof((struct ike_frag_set *)0)->part / sizeof((struct ike_frag_set *)0)->part[0])

void frag_clear(struct ike_sa *sa)
{
	struct ike *ike = sa->ike;
	if (sa->frag == NULL)
		return;
	timer_stop(ike->clock, &sa->frag->age);
	countmap_take(&ike->frag_bytes_by_ip, sa->frag->ip, sa->frag->bytes);
	ike->frag_bytes -= sa->frag->bytes;
	arena_free(sa->frag->a);
	free(sa->frag);
	sa->frag = NULL;
}

static void on_age(struct timer *t, void *arg)
{
	struct ike_sa *sa = arg;
	(void)t;
	if (sa->frag->last != 0)
		ike_dbg(sa, IKE_DETAIL,
		        "Error assembling fragments! Fragment numbers are non-continuous.");
	frag_clear(sa);
}

static void dropped(struct ike_sa *sa, enum ike_drop what, const char *why)
{
	ike_drop(sa->ike, what);
	ike_dbg(sa, IKE_DETAIL, "Dropped received IKE fragment. Reason: %s", why);
}

static bool complete(const struct ike_frag_set *set)
{
	if (set->last == 0)
		return false;
	for (unsigned i = 0; i < set->last; i++)
		if (set->part[i].p == NULL)
			return false;
	return true;
}

static void assemble(struct ike_sa *sa, struct ip4_end local, struct ip4_end remote)
{
	struct ike_frag_set *set = sa->frag;
	uint8_t whole[FRAG_BYTES_MAX];
	struct wr w = wr_of(whole, sizeof whole);
	struct ike_hdr hdr;

	for (unsigned i = 0; i < set->last; i++)
		wr_bytes(&w, set->part[i].p, set->part[i].len);
	frag_clear(sa);
	struct rd r = rd_of(whole, wr_len(&w));
	/* A fragment inside a fragment would never end. */
	if (!wr_ok(&w) || !ike_hdr_read(&r, &hdr) || hdr.next == PAYLOAD_FRAGMENT) {
		dropped(sa, IKE_DROP_FRAGMENT, "reassembled message is not one");
		return;
	}
	ike_dbg(sa, IKE_DETAIL, "Successfully assembled an encrypted pkt from rcv'd fragments!");
	ike_dispatch(sa->ike, local, remote, (struct bytes){whole, wr_len(&w)});
}

/* The set that is being put together, else a new one; NULL when memory is short. */
static struct ike_frag_set *set_of(struct ike_sa *sa, uint16_t id)
{
	if (sa->frag != NULL)
		return sa->frag;
	struct ike_frag_set *set = calloc(1, sizeof *set);
	if (set == NULL)
		return NULL;
	set->a = arena_new(2 * FRAG_BYTES_MAX);
	set->ip = sa->first_remote.ip;
	set->id = id;
	timer_start(sa->ike->clock, &set->age, FRAG_AGE_MS, on_age, sa);
	sa->frag = set;
	return set;
}

/* Keeps a part that is not there yet; false when there is no room for it, which is counted. */
static bool keep(struct ike_sa *sa, struct ike_frag_set *set, uint8_t number, struct bytes data)
{
	struct ike *ike = sa->ike;
	if (countmap_of(&ike->frag_bytes_by_ip, set->ip) + data.len > FRAG_SHARE) {
		dropped(sa, IKE_DROP_FRAGMENTS_SHARE, "too many of this address");
		return false;
	}
	void *copy = set->a != NULL && set->bytes + data.len <= FRAG_BYTES_MAX &&
	                             ike->frag_bytes + data.len <= FRAG_ALL_MAX
	                     ? arena_copy(set->a, data.p, data.len)
	                     : NULL;
	if (copy == NULL || !countmap_add(&ike->frag_bytes_by_ip, set->ip, data.len)) {
		dropped(sa, IKE_DROP_FRAGMENTS, "too long");
		return false;
	}
	ike->frag_bytes += data.len;
	set->bytes += data.len;
	set->part[number - 1] = (struct bytes){copy, data.len};
	return true;
}

/* Not of the message whose parts are there. Some give all of their messages the same number (strongSwan). */
static bool of_another(const struct ike_frag_set *set, uint16_t id, uint8_t number, struct bytes data)
{
	const struct bytes *have = &set->part[number - 1];
	return set->id != id || (have->p != NULL && !bytes_eq(*have, data));
}

void frag_input(struct ike_sa *sa, struct ip4_end local, struct ip4_end remote,
                const struct ike_hdr *hdr, struct bytes raw)
{
	struct rd r = rd_of(raw.p, raw.len);
	(void)hdr;

	rd_skip(&r, IKE_HDR_LEN + 2);
	uint16_t len = rd_u16(&r);
	uint16_t id = rd_u16(&r);
	uint8_t number = rd_u8(&r);
	uint8_t flags = rd_u8(&r);
	struct bytes data =
	        rd_bytes(&r, len >= FRAG_HDR_LEN ? (size_t)len - FRAG_HDR_LEN : SIZE_MAX);
	if (!rd_ok(&r) || data.len == 0 || number == 0 || number > FRAG_PARTS_MAX) {
		dropped(sa, IKE_DROP_FRAGMENT, "malformed");
		return;
	}
	if (sa->frag != NULL && of_another(sa->frag, id, number, data)) {
		ike_dbg(sa, IKE_DETAIL,
		        "Rcv'd fragment from a new fragmentation set. Deleting any old fragments.");
		frag_clear(sa);
	}
	struct ike_frag_set *set = set_of(sa, id);
	if (set == NULL) {
		dropped(sa, IKE_DROP_FRAGMENTS, "out of memory");
		return;
	}
	if (set->part[number - 1].p != NULL)
		return; /* once is enough */
	if (!keep(sa, set, number, data)) {
		frag_clear(sa);
		return;
	}
	if (flags & FRAG_LAST)
		set->last = number;
	if (complete(set))
		assemble(sa, local, remote);
}

/* ------------------------------------------------------------------ sending */

static bool send_part(struct ike_sa *sa, struct ip4_end local, struct ip4_end remote, const struct ike_hdr *of,
                      struct bytes data, uint8_t number, bool last)
{
	struct ike *ike = sa->ike;
	uint8_t packet[IKE_HDR_LEN + FRAG_HDR_LEN + IKE_MSG_MAX / FRAG_SENT_MOST + FRAG_PACKET];
	struct wr w = wr_of(packet, sizeof packet);

	wr_bytes(&w, of->icookie, IKE_COOKIE_LEN);
	wr_bytes(&w, of->rcookie, IKE_COOKIE_LEN);
	wr_u8(&w, PAYLOAD_FRAGMENT);
	wr_u8(&w, of->version);
	wr_u8(&w, of->exch);
	wr_u8(&w, of->flags & ~IKE_FLAG_ENCRYPTED); /* the fragment itself is in clear */
	wr_u32(&w, of->msgid);
	wr_u32(&w, (uint32_t)(IKE_HDR_LEN + FRAG_HDR_LEN + data.len));
	wr_u16(&w, 0);
	wr_u16(&w, (uint16_t)(FRAG_HDR_LEN + data.len));
	wr_u16(&w, sa->frag_id);
	wr_u8(&w, number);
	wr_u8(&w, last ? FRAG_LAST : 0);
	wr_bytes(&w, data.p, data.len);
	return wr_ok(&w) && ike->ops->send(ike->ctx, local, remote, packet, wr_len(&w));
}

/* How much of it goes into each fragment; 0 = it is sent as it is. */
static size_t part_of(const struct ike_sa *sa, struct bytes msg, struct ike_hdr *hdr)
{
	struct rd r = rd_of(msg.p, msg.len);
	size_t room = FRAG_PACKET - FRAG_AROUND - IKE_HDR_LEN - FRAG_HDR_LEN;

	if (!sa->fragmentation || msg.len <= FRAG_PACKET - FRAG_AROUND || !ike_hdr_read(&r, hdr) ||
	    (hdr->exch != EXCH_MAIN && hdr->exch != EXCH_AGGRESSIVE))
		return 0;
	return msg.len > room * FRAG_SENT_MOST ? (msg.len + FRAG_SENT_MOST - 1) / FRAG_SENT_MOST : room;
}

size_t frag_octets(const struct ike_sa *sa, struct bytes msg)
{
	struct ike_hdr hdr;
	size_t room = part_of(sa, msg, &hdr);
	return msg.len + (room != 0 ? (msg.len + room - 1) / room * (IKE_HDR_LEN + FRAG_HDR_LEN) : 0);
}

bool frag_send(struct ike_sa *sa, struct ip4_end local, struct ip4_end remote, struct bytes msg)
{
	struct ike *ike = sa->ike;
	struct rd r;
	struct ike_hdr hdr;
	bool ok = true;
	size_t room = part_of(sa, msg, &hdr);

	if (room == 0)
		return ike->ops->send(ike->ctx, local, remote, msg.p, msg.len);
	ike_dbg(sa, IKE_DETAIL, "sending %zu bytes in %zu fragments", msg.len, (msg.len + room - 1) / room);
	r = rd_of(msg.p, msg.len);
	for (uint8_t number = 1; rd_left(&r) > 0; number++) {
		size_t len = rd_left(&r) < room ? rd_left(&r) : room;
		struct bytes data = rd_bytes(&r, len);
		ike->stat[STAT_OUT_PACKETS] += number > 1;
		ok = send_part(sa, local, remote, &hdr, data, number, rd_left(&r) == 0) && ok;
	}
	return ok;
}
