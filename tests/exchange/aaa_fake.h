/* Servers for the tests of PPP: in place of aaa_start() and its kin (wrapped by the linker), what they are asked is
 * kept, and the test answers. */
#ifndef TESTS_EXCHANGE_AAA_FAKE_H
#define TESTS_EXCHANGE_AAA_FAKE_H

#include "core/aaa/reply.h"

struct aaa_fake {
	unsigned starts, continues, cancels;
	struct aaa_request asked; /* the last question, as it came */
	uint8_t eap[1600];        /* its EAP packet */
	size_t eap_len;
	const struct aaa_group *group;
	uint32_t delay_ms; /* of answers */
	/* Fills in what is said. NULL: nothing is said at all. */
	void (*answer)(struct aaa_result *result, struct aaa_reply *reply);
	struct clock *clock;
	unsigned methods; /* of every server that is not LOCAL */
};
extern struct aaa_fake aaa_fake;

/* Anew: accepts at once, can do everything. */
void aaa_fake_init(struct clock *clock);
/* An answer with this EAP packet, which is copied: id at its second byte, the length filled in. */
void aaa_fake_eap(struct aaa_reply *reply, uint8_t code, uint8_t id, const void *data, size_t len);

#endif
