/* The option engine of the configuration protocols (RFC 1661 §5.1-5.4, §6): a protocol is a table of its
 * options, one row each; the engine walks it in both directions. What is not in the table is rejected. */
#ifndef PPP_OPT_H
#define PPP_OPT_H

#include "core/base/buf.h"

enum opt_verdict { OPT_ACK, OPT_NAK, OPT_REJ };

struct opt_row {
	uint8_t type;
	uint8_t len; /* total length on the wire; 0 = the judge looks */
	const char *name;
	/* Ours: writes the value we ask for; false = we do not ask for it (now). NULL = never. */
	bool (*ask)(void *obj, struct wr *value);
	/* The peer's: OPT_NAK with the value we would take in nak. NULL = rejected. */
	enum opt_verdict (*judge)(void *obj, struct rd value, struct wr *nak);
	/* The peer left it out and we need it: writes the value and returns true. NULL = fine. */
	bool (*absent)(void *obj, struct wr *nak);
	/* The peer wants another value of ours; the peer does not take the option at all. */
	void (*nak)(void *obj, struct rd value);
	void (*rej)(void *obj);
};

struct opt_table {
	const struct opt_row *rows;
	size_t n;
};

/* Writes the options of our next Configure-Request. */
void opt_ask(const struct opt_table *t, void *obj, struct wr *out);

/* Judges a Configure-Request. Fills reply with the options of the answer and code with Ack, Nak or Rej.
 * no_nak: refuse instead of negotiating on (RFC 1661 §4.6 Max-Failure).
 * false: the list is malformed or the answer has no room; the packet is to be discarded. */
bool opt_judge(const struct opt_table *t, void *obj, struct bytes in, bool no_nak, struct wr *reply,
               uint8_t *code);

/* Well-formed: every length is at least 2 and inside. */
bool opt_list_ok(struct bytes in);

/* Hands a Configure-Nak to the rows. false: malformed, nothing done. */
bool opt_take_nak(const struct opt_table *t, void *obj, struct bytes in);
/* Hands a Configure-Reject to the rows. It may hold only what we sent, unchanged and in order (§5.4);
 * false: it does not, nothing done. */
bool opt_take_rej(const struct opt_table *t, void *obj, struct bytes in, struct bytes sent);

/* "<mru 0578> <auth c22381>" for debug. */
const char *opt_text(const struct opt_table *t, struct bytes in, char *text, size_t cap);

#endif
