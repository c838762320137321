/* L2TP data messages on the packet path (RFC 2661 §3.1); runs on the workers. */
#ifndef L2TP_DATA_H
#define L2TP_DATA_H

#include "core/base/dataplane.h"

enum {
	L2TP_DATA_HEADROOM = 10, /* most that l2tp_data_out puts in front */
};

/* p: view at the L2TP header (UDP payload) of a packet that came in on this flow. find gives the session of our
 * tunnel and call number, NULL when there is none.
 *   DATA_FORWARD  p->sess is set, the header (and padding behind the message) is gone: view is the PPP frame
 *   DATA_PUNT     a control message, or a session the worker does not know (yet): view unchanged, the whole
 *                 message is for l2tp_input()
 *   DATA_DROP     p->drop says why: L2TP_HEADER, L2TP_VERSION, L2TP_WRONG_SA */
enum data_verdict l2tp_data_in(struct pkt *p, uint32_t flow,
                               struct dsess *(*find)(void *ctx, uint16_t tunnel, uint16_t call),
                               void *ctx);

/* p: view at the PPP frame. Puts the data header of the session in front. false: p->drop says why. */
bool l2tp_data_out(struct pkt *p, struct dsess *s);

/* A data message made on the control thread (l2tp_ops.send) is about to leave through the worker of session s:
 * when it carries sequence numbers, gives it the session's next one. false when the message is no data message
 * of this session (control message, other call) or carries none: nothing was done. */
bool l2tp_data_stamp(struct dsess *s, uint8_t *msg, size_t len);

/* The header itself, for both threads. Fields of one data message. */
struct l2tp_data_head {
	uint16_t tunnel, call, ns, nr;
	bool sequenced;
	size_t head_len, frame_len; /* of header and frame inside the message */
};
/* DROP_NONE and head, or why not. The caller has seen that the T bit is 0. */
enum drop_reason l2tp_data_parse(struct rd r, struct l2tp_data_head *head);
/* Writes a header of 6 or (sequenced) 10 bytes; no length field: UDP gives the length. */
void l2tp_data_write(struct wr *w, const struct l2tp_data_head *head);

#endif
