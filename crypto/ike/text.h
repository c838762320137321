/* Words of the engine: prefixes of messages, lines of log and debug, names of states. Inside the engine only. */
#ifndef CRYPTO_IKE_TEXT_H
#define CRYPTO_IKE_TEXT_H

#include "core/base/buf.h"
#include "core/base/debug.h"
#include "core/base/log.h"
#include "core/base/sa.h"

struct ike;
struct ike_sa;
struct ike_peer;

struct ike_prefix {
	char s[224];
	struct debug_who who; /* its texts are the SA's, the peer's */
};
/* "Group = G, Username = U, IP = A, " as far as known. The next line is about them, for conditions of debug. */
struct ike_prefix ike_prefix(const struct ike_sa *sa);
struct ike_prefix ike_prefix_peer(const struct ike_peer *peer);
struct ike_prefix ike_prefix_ip(uint32_t ip);
const char *ike_prefix_again(const struct ike_prefix *p); /* for any but the line behind it */
/* The same for conditions of debug. */
struct debug_who ike_who(const struct ike_sa *sa);
enum { IKE_EVENT = 1, IKE_DETAIL = 7, IKE_DECODE = 9, IKE_DUMP = 254 };
/* Classes of the appliance: 713xxx are events, 714xxx and 715xxx details. */
static inline bool ike_log_on(unsigned id, int level)
{
	return log_wanted(id, level) || debug_on(DEBUG_IKEV1, id < 714000 ? IKE_EVENT : IKE_DETAIL);
}
void ike_log_line(struct ike *ike, unsigned id, int level, const char *fmt, ...)
        __attribute__((format(printf, 4, 5)));
#define ike_log_if(ike, id, level, ...)                            \
	do {                                                       \
		if (ike_log_on(id, level))                         \
			ike_log_line(ike, id, level, __VA_ARGS__); \
	} while (0)
/* A message to the log and, as an event line, to debug: ike, MSG_n, prefix.s, ... Nothing is made while nobody
 * listens. */
#define ike_log(ike, ...) ike_log_if(ike, __VA_ARGS__)
/* A step that is told: a debug line of the class [IKEv1], [IKEv1 DEBUG] or [IKEv1 DECODE], and the message of level 7
 * whose number goes with the text. */
void ike_debug(struct ike *ike, uint8_t level, const char *prefix, const char *fmt, ...)
        __attribute__((format(printf, 4, 5)));
#define ike_dbg(sa, level, ...)                                                     \
	do {                                                                        \
		if (debug_on(DEBUG_IKEV1, level) || log_on(LOGL_DEBUGGING))         \
			ike_debug((sa)->ike, level, ike_prefix(sa).s, __VA_ARGS__); \
	} while (0)
/* Lines of the other commands about an SA: debug crypto engine, ikev1 timers, ike-common, ca. */
#define ike_dbg_of(sa, cat, level, ...)                               \
	do {                                                          \
		if (debug_on(cat, level)) {                           \
			const struct debug_who who_ = ike_who(sa);    \
			debug_emit(&who_, (cat), (level), __VA_ARGS__); \
		}                                                     \
	} while (0)
#define ike_engine_dbg(sa, level, ...) \
	ike_dbg_of(sa, DEBUG_ENGINE, level, "CryptoEngine0: " __VA_ARGS__)
#define ike_timer_dbg(sa, fmt, ...)                                                \
	ike_dbg_of(sa, DEBUG_IKEV1_TIMERS, 1, "IKEv1 TIMER: SA %s:%08x, " fmt,     \
	           sa_mode(sa), (sa)->number __VA_OPT__(, ) __VA_ARGS__)
#define ike_common_dbg(sa, ...) \
	ike_dbg_of(sa, DEBUG_IKE_COMMON, 1, "[IKE COMMON DEBUG]" __VA_ARGS__)
const char *ike_state_text(uint8_t state);
struct ike_xchg;
/* The same of an exchange: what Main Mode and Aggressive Mode have in common is named by which of them it is. */
const char *ike_xchg_text(const struct ike_xchg *x);
const char *ike_past_text(const struct ike_xchg *x, uint8_t state); /* ... in a state it was in */
const char *ike_notify_text(uint16_t type);
/* "DER_ASN1_DN"; "Unknown" for others. */
const char *ike_id_text(uint8_t type);
struct ike_proxy_text {
	char s[64];
};
/* "198.51.100.7/255.255.255.255/17/1701" */
struct ike_proxy_text ike_proxy_text(const struct sa_proxy *p);
/* The text of a message's payloads for 713236; empty while nobody listens. */
struct ike_chain {
	char s[512];
};
struct ike_chain ike_chain(uint8_t first, struct bytes body);

#endif
