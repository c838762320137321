/* The body of a control message, and a data message, on their own and on the data path. */
#include <stdlib.h>
#include <string.h>

#include "l2tp/data.h"
#include "l2tp/msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static struct dsess *find(void *ctx, uint16_t tunnel, uint16_t call)
{
	return tunnel == 1 && call == 1 ? ctx : NULL;
}

/* In, and its frame out again behind a header of ours, which is right and is stamped where it is to be. */
static void data_path(const uint8_t *data, uint32_t len)
{
	struct dsess sess = {.flow = 1, .remote_tunnel = 1, .remote_call = 1, .sequencing = len & 1};
	struct pkt p = {.buf = malloc(len + 1), .cap = len, .len = len};
	struct l2tp_data_head head;
	if (p.buf == NULL)
		abort();
	memcpy(p.buf, data, len);
	l2tp_data_stamp(&sess, p.buf, len);
	if (l2tp_data_in(&p, len % 16 == 15 ? 2 : 1, find, &sess) == DATA_FORWARD) {
		uint32_t frame = p.len;
		if (p.sess != &sess || frame == 0 || p.off + frame > len)
			abort();
		if (l2tp_data_out(&p, &sess) &&
		    (l2tp_data_parse(rd_of(pkt_data(&p), p.len), &head) != DROP_NONE || head.frame_len != frame ||
		     l2tp_data_stamp(&sess, pkt_data(&p), p.len) != sess.sequencing))
			abort();
	}
	free(p.buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct avp_set set;
	struct msg_head head;
	enum avp_type missing;
	char text[100];
	if (avp_decode(rd_of(data, len), &set)) {
		for (unsigned i = 0; i < AVP_N; i++) {
			if (set.has[i])
				avp_describe(&set, (enum avp_type)i, text, sizeof text);
		}
		avp_result(&set);
		msg_missing(&set, &missing);
		avp_text(&set, AVP_HOST_NAME, text, sizeof text);
	}
	msg_parse(rd_of(data, len), &head);
	data_path(data, (uint32_t)len);
	return 0;
}
