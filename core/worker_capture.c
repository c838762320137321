/* Packets of the packet path on their way into captures. Called only while there is a capture at the point. */
#include "core/worker_int.h"

static void see(struct worker *w, enum cap_point point, struct ip4_end src, struct ip4_end dst,
                uint8_t proto, const struct pkt *p)
{
	const struct capture_packet c = {.point = point,
	                                 .src = src,
	                                 .dst = dst,
	                                 .proto = proto,
	                                 .why = p->drop,
	                                 .data = {pkt_data(p), p->len}};
	if (capture_push(w->capture, &c))
		w->told = true;
}

void worker_capture_wire(struct worker *w, struct pkt *const *pkts, unsigned n, bool in)
{
	for (unsigned i = 0; i < n; i++) {
		const struct pkt *p = pkts[i];
		if (p->drop == DROP_NONE)
			see(w, CAP_OUTSIDE, in ? p->peer : p->local, in ? p->local : p->peer,
			    p->udp_encap ? 17 : 50, p);
	}
}

void worker_capture_inner(struct worker *w, struct pkt *const *pkts, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		see(w, CAP_INSIDE, (struct ip4_end){0}, (struct ip4_end){0}, 0, pkts[i]);
}

/* A dropped packet with as much of it as is no secret: a packet of the wire that was not decrypted, an IP packet of a
 * client or for one. What else was inside ESP may be a frame with a password: only its ends are kept. */
void worker_capture_drop(struct worker *w, const struct pkt *p)
{
	struct capture_packet c = {.point = CAP_DROP,
	                           .src = p->peer,
	                           .dst = p->local,
	                           .proto = p->udp_encap ? 17 : 50,
	                           .why = p->drop,
	                           .data = {pkt_data(p), 0}};
	switch (p->drop) {
	case DROP_RUNT:
	case DROP_ESP_NO_SA:
	case DROP_ESP_LEN:
	case DROP_ESP_REPLAY:
	case DROP_ESP_AUTH:
	case DROP_ESP_EXPIRED:
		c.data.len = p->len;
		break;
	case DROP_SOURCE:
	case DROP_TUN_WRITE:
	case DROP_NO_ROUTE:
	case DROP_NO_SA_OUT:
	case DROP_MTU:
	case DROP_ACL_DROP:
		c.proto = 0;
		c.data.len = p->len;
		break;
	default:
		break;
	}
	if (capture_push(w->capture, &c))
		w->told = true;
}
