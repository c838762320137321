/* debug: categories that a console switches on for itself, with a level. Nothing is formatted while nobody
 * listens. Secrets never go in here. */
#ifndef CORE_BASE_DEBUG_H
#define CORE_BASE_DEBUG_H

#include <stdbool.h>
#include <stdint.h>

/* name, words of the command behind `debug`, highest level (1 = the command takes no level) */
#define DEBUG_LIST(X)                                                                              \
	X(IKEV1, "crypto ikev1", 255)                                                              \
	X(IPSEC, "crypto ipsec", 255)                                                              \
	X(ENGINE, "crypto engine", 255)                                                            \
	X(L2TP_EVENT, "l2tp event", 255)                                                           \
	X(L2TP_PACKET, "l2tp packet", 255)                                                         \
	X(L2TP_ERROR, "l2tp error", 255)                                                           \
	X(L2TP_DATA, "l2tp data", 255)                                                             \
	X(PPP_NEGOTIATION, "ppp negotiation", 1)                                                   \
	X(PPP_IO, "ppp io", 1)                                                                     \
	X(PPP_ERROR, "ppp error", 1)                                                               \
	X(PPP_UAUTH, "ppp uauth", 1)                                                               \
	X(AAA, "aaa", 255)

enum debug_cat {
#define X(name, words, max) DEBUG_##name,
	DEBUG_LIST(X)
#undef X
		DEBUG_N
};

struct debug_sink {
	uint8_t level[DEBUG_N]; /* 0 = off */
	bool pix;               /* gets the texts of debug_pix instead; changed by debug_form */
	void (*write)(void *arg, const char *line); /* one line, no newline at its end */
	void *arg;
	struct debug_sink *next;
};

/* highest level anyone asked for, in this form; read by debug_on and debug_pix_on only */
extern uint8_t debug_max[DEBUG_N], debug_pix_max[DEBUG_N];

static inline bool debug_on(enum debug_cat cat, uint8_t level)
{
	return debug_max[cat] >= level;
}
static inline bool debug_pix_on(enum debug_cat cat)
{
	return debug_pix_max[cat] > 0;
}
void debug_sink_add(struct debug_sink *s);
void debug_sink_remove(struct debug_sink *s);
void debug_set(struct debug_sink *s, enum debug_cat cat, uint8_t level); /* 0 = off */
void debug_form(struct debug_sink *s, bool pix); /* which texts it gets from now on */
const char *debug_words(enum debug_cat cat);
uint8_t debug_max_level(enum debug_cat cat);
/* Call through the macro, which evaluates its arguments only while somebody listens. */
void debug_emit(enum debug_cat cat, uint8_t level, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
#define debug(cat, level, ...)                                                                     \
	do {                                                                                       \
		if (debug_on(cat, level))                                                          \
			debug_emit(cat, level, __VA_ARGS__);                                       \
	} while (0)
/* The texts of PIX 6, which has no levels: for consoles in that dialect only. fmt may hold several lines. */
void debug_pix_emit(enum debug_cat cat, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
#define debug_pix(cat, ...)                                                                        \
	do {                                                                                       \
		if (debug_pix_on(cat))                                                             \
			debug_pix_emit(cat, __VA_ARGS__);                                          \
	} while (0)
/* Hex dump, 16 bytes a line; at most 512 bytes are shown. */
void debug_hex(enum debug_cat cat, uint8_t level, const char *title, const void *data, unsigned long len);

#endif
