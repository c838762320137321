/* What an exchange has been through, told when it fails. */
#ifndef CRYPTO_IKE_HISTORY_H
#define CRYPTO_IKE_HISTORY_H

#include <stdint.h>

struct ike_xchg;

/* What happens to an exchange, as its history tells it. From BLD_MSG on: while the next message is built. */
#define IKE_EVENT_LIST(X) \
	X(START_MM)       \
	X(START_AM)       \
	X(START_QM)       \
	X(RCV_MSG)        \
	X(PROCESS_MSG)    \
	X(TIMEOUT)        \
	X(SND_MSG)        \
	X(START_TMR)      \
	X(RESEND_MSG)     \
	X(BLD_MSG)        \
	X(GEN_DH_KEY)     \
	X(GEN_SKEY)       \
	X(CONFIRM_SA)     \
	X(IS_REKEY)       \
	X(NEGO_SA)        \
	X(REQUEST_SPI)    \
	X(INSTALL_SA)

enum ike_event {
#define X(name) EV_##name,
	IKE_EVENT_LIST(X)
#undef X
};

struct ike_past {
	uint8_t event, state;
	uint8_t sends, builds; /* the number of the message that is sent or built, 0 = none */
};
enum { IKE_PAST_MAX = 8 };

void ike_event(struct ike_xchg *x, enum ike_event event);
/* 715065 */
void ike_say_history(struct ike_xchg *x);

#endif
