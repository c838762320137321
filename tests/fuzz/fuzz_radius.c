/* RADIUS packets as a server, or who claims to be one, may send them: first octet = what is asked of the reader, then
 * the packet. It is taken apart, walked over, checked, shown and understood; what is read stays inside of it. */
#include <stdlib.h>
#include <string.h>

#include "core/aaa/radius/accept.h"
#include "core/aaa/radius/text.h"
#include "crypto/prim/prim.h"

static const struct bytes secret = {(const uint8_t *)"xyzzy5461", 9};
static const uint8_t request_auth[RADIUS_AUTH] = {1, 2,  3,  4,  5,  6,  7,  8,
                                                  9, 10, 11, 12, 13, 14, 15, 16};

static void inside(const struct radius_packet *p, struct bytes v)
{
	if (v.len > 0 && (v.p < p->attrs.p || v.p + v.len > p->attrs.p + p->attrs.len))
		abort();
}

/* What is read is written the same. */
static void walk_over(const struct radius_packet *p)
{
	struct radius_walk walk = radius_walk(p);
	struct radius_value v;
	unsigned n = 0;
	while (radius_next(&walk, &v)) {
		inside(p, v.v);
		if (v.attr < RADIUS_A_N &&
		    (radius_dict[v.attr].vendor != v.vendor || radius_dict[v.attr].type != v.type))
			abort();
		if (++n > RADIUS_MAX)
			abort();
	}
}

/* What a believed one would say. */
static void understand(const struct radius_packet *p)
{
	struct aaa_reply *r = aaa_reply_new();
	if (!r)
		abort();
	radius_take_accept(r, p, (enum aaa_masks)(p->id % 3));
	radius_take_messages(r, p);
	radius_take_challenge(r, p);
	if (radius_take_eap(r, p) && p->eap && (!r->eap || r->eap_len < 4))
		abort();
	if (strlen(r->policy) > AAA_NAME_MAX || strlen(r->filter) > AAA_ACL_MAX ||
	    strlen(r->message) > AAA_MESSAGE_MAX || strlen(r->banner) > AAA_BANNER_MAX ||
	    (r->inacl && strlen(r->inacl) > AAA_INACL_MAX))
		abort();
	aaa_reply_free(r);
}

static void on_line(void *arg, const char *line)
{
	(void)arg;
	if (strlen(line) > 300)
		abort();
}

static void start(void)
{
	static struct debug_sink sink = {.write = on_line};
	if (sink.level[DEBUG_RADIUS_DECODE])
		return;
	if (prim_init(NULL) != 0)
		abort();
	debug_sink_add(&sink);
	debug_set(&sink, DEBUG_RADIUS_DECODE, 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct radius_packet p;
	if (size == 0)
		return 0;
	start();
	radius_show(NULL, "response", data + 1, size - 1);
	if (!radius_parse(&p, data + 1, size - 1))
		return 0;
	walk_over(&p);
	understand(&p);
	bool needs = data[0] & 1;
	enum radius_check c = radius_check_reply(&p, secret, request_auth, needs);
	if (c == RADIUS_BELIEVED && p.mac.len == 0 && (needs || p.eap))
		abort();
	if (!radius_check_text(c) || !radius_check_text(radius_check_request(&p, secret)))
		abort();
	return 0;
}
