/* An L2TP client (LAC) for tests with the habits of real ones. Its control channel is its own, simpler than the one it is
 * to test. */
#ifndef TESTS_CLIENT_LAC_H
#define TESTS_CLIENT_LAC_H

#include "core/base/clock.h"
#include "l2tp/msg.h"
#include "tests/client/script.h"

enum lac_state {
	LAC_OFF,
	LAC_WAIT_SCCRP,
	LAC_WAIT_ICRP,
	LAC_UP,
	LAC_CLOSING,
	LAC_CLOSED,
	LAC_FAILED
};

/* Habits. */
struct lac_conf {
	const char *host;
	size_t host_len;       /* may count a NUL */
	uint16_t tunnel, call; /* its numbers */
	uint16_t window;       /* announced; 0 = says nothing */
	bool back_to_back;     /* SCCCN and ICRQ without waiting */
	bool strict; /* takes only c8 02 and the Ns it expects, waits for every acknowledgement */
	bool tunnel_zero; /* never writes our tunnel number */
	bool two_calls;   /* opens a second one when the first is up */
	bool no_tx_speed;
	bool swapped_result; /* little-endian, over-long Result Code */
	bool sequencing;
	bool challenge; /* wants the LNS to prove that it knows the secret of the tunnel */
	const char *vendor; /* Vendor Name and Firmware Revision; NULL = says neither */
	uint16_t firmware;
	const uint32_t *retry_ms; /* before each repetition, the last one for all further; ends with 0. NULL = 1, 1, 2, 2 ... s */
	const struct lac_script *script; /* its messages word for word; NULL = those of a plain client */
};

extern const struct lac_conf lac_windows, lac_apple, lac_android, lac_mikrotik, lac_dlink,
        lac_huawei, lac_xp;

enum { LAC_QUEUE = 16, LAC_TRIES = 12 };

struct lac {
	struct lac_conf conf;
	struct clock *clock;
	void (*send)(void *arg, const uint8_t *msg, size_t len);
	void (*frame)(void *arg, const uint8_t *frame, size_t len); /* PPP frames; may be NULL */
	void *arg;
	enum lac_state state;
	uint16_t remote_tunnel, remote_call, ns, nr;
	struct {
		uint8_t bytes[256];
		size_t len;
		uint16_t ns;
	} queue[LAC_QUEUE];
	unsigned queued, tries, sent; /* sent: of the queue, on the wire already */
	struct timer timer;
	unsigned second_refused;                      /* CDN for the second call */
	uint16_t stop_result, stop_error, cdn_result; /* what the LNS gave as reason */
	unsigned frames, hellos;
	uint16_t data_ns;
};

void lac_init(struct lac *c, struct clock *clock, const struct lac_conf *conf,
              void (*send)(void *arg, const uint8_t *msg, size_t len), void *arg);
void lac_connect(struct lac *c);
void lac_input(struct lac *c, const uint8_t *msg, size_t len);
void lac_send_frame(struct lac *c, const uint8_t *frame, size_t len);
/* CDN, then StopCCN. */
void lac_hang_up(struct lac *c);
/* No goodbye: it forgets everything. */
void lac_power_off(struct lac *c);

#endif
