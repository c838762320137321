/* A capture as a file: pcapng (draft-ietf-opsawg-pcapng), one section, one interface of link type raw IP, one enhanced
 * packet block a packet; what is not a packet of the wire as it is has a comment. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/drop.h"
#include "core/net/capture_int.h"

enum {
	BLOCK_SECTION = 0x0a0d0d0a,
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET = 6,
	OPT_END = 0,
	OPT_COMMENT = 1,
	OPT_IF_NAME = 2,
	LINKTYPE_RAW = 101,
	BYTE_ORDER_MAGIC = 0x1a2b3c4d,
};

struct file {
	int (*sink)(void *arg, const void *data, size_t len);
	void *arg;
};

/* Blocks are written big-endian, which the magic says. */
static int block(const struct file *f, uint32_t type, struct bytes head, struct bytes data,
                 const char *option, uint16_t code)
{
	static const uint8_t zero[4];
	uint8_t before[8], after[128];
	size_t text = option != NULL ? strlen(option) : 0;
	size_t pad = (4 - data.len % 4) % 4;
	struct wr w = wr_of(after, sizeof after);
	if (text > 0 && text < 96) {
		wr_u16(&w, code);
		wr_u16(&w, (uint16_t)text);
		wr_bytes(&w, option, text);
		wr_zero(&w, (4 - text % 4) % 4);
		wr_u32(&w, OPT_END);
	}
	uint32_t total = (uint32_t)(8 + head.len + data.len + pad + wr_len(&w) + 4);
	wr_u32(&w, total);
	struct wr b = wr_of(before, sizeof before);
	wr_u32(&b, type);
	wr_u32(&b, total);
	int rc = f->sink(f->arg, before, sizeof before);
	if (rc == 0)
		rc = f->sink(f->arg, head.p, head.len);
	if (rc == 0 && data.len > 0)
		rc = f->sink(f->arg, data.p, data.len);
	if (rc == 0 && pad > 0)
		rc = f->sink(f->arg, zero, pad);
	return rc == 0 ? f->sink(f->arg, after, wr_len(&w)) : rc;
}

static int packet(const struct file *f, const struct cap_stored *p)
{
	uint8_t head[20];
	char comment[96] = "";
	struct wr w = wr_of(head, sizeof head);
	wr_u32(&w, 0);
	wr_u32(&w, (uint32_t)(p->us >> 32));
	wr_u32(&w, (uint32_t)p->us);
	wr_u32(&w, p->caplen);
	wr_u32(&w, p->len);
	if (p->point == CAP_DROP)
		snprintf(comment, sizeof comment, "dropped: %.70s", drop_text(p->why));
	else if (p->point == CAP_CLEAR)
		snprintf(comment, sizeof comment, "decrypted");
	return block(f, BLOCK_PACKET, (struct bytes){head, sizeof head},
	             (struct bytes){p->data, p->caplen}, comment, OPT_COMMENT);
}

int capture_write_pcapng(const struct captures *c, const char *name,
                         int (*sink)(void *arg, const void *data, size_t len), void *arg)
{
	const struct file f = {sink, arg};
	const struct capture *cap = capture_find(c, str_of(name));
	uint8_t head[16];
	if (cap == NULL)
		return -ENOENT;
	struct wr w = wr_of(head, sizeof head);
	wr_u32(&w, BYTE_ORDER_MAGIC);
	wr_u16(&w, 1);
	wr_u16(&w, 0);
	wr_u32(&w, UINT32_MAX); /* length of the section: not said */
	wr_u32(&w, UINT32_MAX);
	int rc = block(&f, BLOCK_SECTION, (struct bytes){head, 16}, (struct bytes){0}, NULL, 0);
	w = wr_of(head, sizeof head);
	wr_u16(&w, LINKTYPE_RAW);
	wr_u16(&w, 0);
	wr_u32(&w, CAPTURE_SNAP_MAX);
	if (rc == 0)
		rc = block(&f, BLOCK_INTERFACE, (struct bytes){head, 8}, (struct bytes){0},
		           cap->ifname[0] != '\0' ? cap->ifname : "all", OPT_IF_NAME);
	for (const struct cap_stored *p = cap->first; p != NULL && rc == 0; p = p->next)
		rc = packet(&f, p);
	return rc;
}
