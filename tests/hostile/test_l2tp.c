/* Classes of faults of L2TP daemons: AVPs and data messages whose lengths are not theirs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "l2tp/avp.h"
#include "l2tp/data.h"

/* An AVP of length 0 to 5 at the very end: not even its header is there. */
static void avp_of_length_0_at_the_end(void **state)
{
	(void)state;
	for (unsigned len = 0; len < 6; len++)
		for (unsigned m = 0; m < 2; m++) {
			const uint8_t body[] = {0x80, 8, 0, 0, 0, 0, 0, 1, (uint8_t)(m << 7), (uint8_t)len, 0, 0, 0, 7};
			struct avp_set set;
			assert_false(avp_decode(rd_of(body, sizeof body), &set));
		}
}

/* A Message Type with a reserved bit is none, whatever follows. */
static void message_type_that_is_none(void **state)
{
	(void)state;
	for (unsigned bit = 0x04; bit <= 0x40; bit <<= 1) {
		const uint8_t body[] = {(uint8_t)(0x80 | bit), 8, 0, 0, 0, 0, 0, 1, 0x80, 8, 0, 0, 0, 9, 0, 5};
		struct avp_set set;
		assert_false(avp_decode(rd_of(body, sizeof body), &set));
	}
}

/* Every length and every offset against datagrams of 0 to 40 octets: the frame lies inside, or there is none. */
static void data_lengths_and_offsets(void **state)
{
	(void)state;
	for (size_t all = 0; all <= 40; all++) {
		uint8_t *exact = malloc(all + (all == 0));
		memset(exact, 0, all + (all == 0));
		for (unsigned flags = 0; flags < 8; flags++)
			for (unsigned v = 0; v < 300; v++) {
				uint8_t head[16] = {0};
				struct wr w = wr_of(head, sizeof head);
				uint16_t value = v < 100 ? (uint16_t)v : (uint16_t)(65536 - v);
				wr_u16(&w, (uint16_t)((flags & 1 ? 0x4000 : 0) | (flags & 2 ? 0x0800 : 0) |
				                      (flags & 4 ? 0x0200 : 0) | 2));
				if (flags & 1)
					wr_u16(&w, flags & 4 && v % 2 ? (uint16_t)all : value);
				wr_u32(&w, 0x00040005);
				if (flags & 2)
					wr_u32(&w, 0);
				if (flags & 4)
					wr_u16(&w, value);
				memcpy(exact, head, wr_len(&w) < all ? wr_len(&w) : all);
				struct l2tp_data_head h;
				if (l2tp_data_parse(rd_of(exact, all), &h) != DROP_NONE)
					continue;
				assert_true(h.head_len <= all && h.frame_len >= 1 && h.frame_len <= all - h.head_len);
			}
		free(exact);
	}
}

int main(void)
{
#define T(name) cmocka_unit_test(name)
	const struct CMUnitTest tests[] = {
	        T(avp_of_length_0_at_the_end), T(message_type_that_is_none), T(data_lengths_and_offsets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
