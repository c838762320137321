/* debug: categories that a console switches on for itself, with a level. Nothing is formatted while nobody
 * listens. Secrets never go in here.
 *
 * A line may be about somebody (debug_for): consoles with conditions (`debug crypto condition ...`) see only the
 * lines about the clients they named, of every layer. */
#ifndef CORE_BASE_DEBUG_H
#define CORE_BASE_DEBUG_H

#include <stdbool.h>
#include <stdint.h>

struct out;

enum debug_style {
	DEBUG_QUIET, /* says nothing when switched on */
	DEBUG_ECHO,  /* "debug aaa authentication enabled at level 1" */
	DEBUG_WIDE,  /* "debug l2tp event  enabled at level 1" */
	DEBUG_BARE,  /* "debug radius  session": no level */
};

/* name, words of the command behind `debug`, highest level (1 = the command takes no level), style.
 * In the order of `show debug`. */
#define DEBUG_LIST(X)                                                  \
	X(IKEV1, "crypto ikev1", 255, DEBUG_QUIET)                     \
	X(IKEV1_TIMERS, "crypto ikev1 timers", 255, DEBUG_QUIET)       \
	X(IKE_COMMON, "crypto ike-common", 255, DEBUG_QUIET)           \
	X(IPSEC, "crypto ipsec", 255, DEBUG_QUIET)                     \
	X(ENGINE, "crypto engine", 255, DEBUG_QUIET)                   \
	X(CA, "crypto ca", 255, DEBUG_QUIET)                           \
	X(CA_MESSAGES, "crypto ca messages", 255, DEBUG_QUIET)         \
	X(CA_TRANSACTIONS, "crypto ca transactions", 255, DEBUG_QUIET) \
	X(CA_CLUSTER, "crypto ca cluster", 255, DEBUG_QUIET)           \
	X(CA_PERIODIC, "crypto ca periodic-authentication", 255, DEBUG_QUIET) \
	X(L2TP_DATA, "l2tp data", 255, DEBUG_WIDE)                     \
	X(L2TP_ERROR, "l2tp error", 255, DEBUG_WIDE)                   \
	X(L2TP_EVENT, "l2tp event", 255, DEBUG_WIDE)                   \
	X(L2TP_PACKET, "l2tp packet", 255, DEBUG_WIDE)                 \
	X(PPP_ERROR, "ppp error", 1, DEBUG_WIDE)                       \
	X(PPP_IO, "ppp io", 1, DEBUG_WIDE)                             \
	X(PPP_NEGOTIATION, "ppp negotiation", 1, DEBUG_WIDE)           \
	X(PPP_UAUTH, "ppp uauth", 1, DEBUG_WIDE)                       \
	X(PPP_UPAP, "ppp upap", 1, DEBUG_WIDE)                         \
	X(PPP_CHAP, "ppp chap", 1, DEBUG_WIDE)                         \
	X(PPP_EVENT, "ppp event", 1, DEBUG_WIDE)                       \
	X(AAA_ACCOUNTING, "aaa accounting", 1, DEBUG_ECHO)             \
	X(AAA_AUTHENTICATION, "aaa authentication", 1, DEBUG_ECHO)     \
	X(AAA_AUTHORIZATION, "aaa authorization", 1, DEBUG_ECHO)       \
	X(AAA, "aaa common", 255, DEBUG_ECHO)                          \
	X(AAA_INTERNAL, "aaa internal", 1, DEBUG_ECHO)                 \
	X(AAA_VPN, "aaa vpn", 1, DEBUG_ECHO)                           \
	X(RADIUS_DECODE, "radius decode", 1, DEBUG_BARE)               \
	X(RADIUS_SESSION, "radius session", 1, DEBUG_BARE)             \
	X(TACACS, "tacacs session", 1, DEBUG_BARE)                     \
	X(LDAP, "ldap", 255, DEBUG_WIDE)                               \
	X(KERBEROS, "kerberos", 255, DEBUG_WIDE)                       \
	X(NTDOMAIN, "ntdomain", 255, DEBUG_WIDE)                       \
	X(SDI, "sdi", 255, DEBUG_WIDE)                                 \
	X(SESSIONDB, "vpn-sessiondb", 255, DEBUG_WIDE)                 \
	X(DAP_ERRORS, "dap errors", 1, DEBUG_ECHO)                     \
	X(DAP_TRACE, "dap trace", 1, DEBUG_ECHO)

enum debug_cat {
#define X(name, words, max, style) DEBUG_##name,
	DEBUG_LIST(X)
#undef X
	        DEBUG_N
};

/* Who a line is about; unknown = 0 or NULL. The texts need to live during the call only. */
struct debug_who {
	uint32_t ip; /* outer address of the client */
	const char *group, *user;
	uint32_t spi, spi_out;
	bool error; /* the line tells of a failure */
};

/* `debug crypto condition`: a line passes when one of these fits. */
enum { DEBUG_COND_PEERS = 16, DEBUG_COND_NAMES = 8, DEBUG_COND_NAME_MAX = 128 };
struct debug_cond {
	struct {
		uint32_t ip, mask;
	} peer[DEBUG_COND_PEERS];
	char group[DEBUG_COND_NAMES][DEBUG_COND_NAME_MAX];
	char user[DEBUG_COND_NAMES][DEBUG_COND_NAME_MAX];
	uint32_t spi[DEBUG_COND_PEERS];
	unsigned npeers, ngroups, nusers, nspis;
	/* lines about nobody, lines that tell of a failure: pass all the same. By IKE and by IPsec. */
	bool unmatched[2], error[2];
};

/* Servers whose debug may be for one user alone. */
enum debug_server { DEBUG_SERVER_RADIUS, DEBUG_SERVER_TACACS, DEBUG_SERVERS };

struct debug_sink {
	uint8_t level[DEBUG_N]; /* 0 = off */
	struct debug_cond cond;
	char of_user[DEBUG_SERVERS][65]; /* `debug radius user U`: of nobody else; "" = of everybody */
	bool pix; /* gets the texts of debug_pix instead; changed by debug_form */
	char open[96];       /* a line of debug_pix that another may finish */
	enum debug_cat open_cat;
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
/* What an administrator says to every console, debugging or not; but: one that is told otherwise, may be NULL. */
void debug_tell(const struct debug_sink *but, const char *line);
void debug_set(struct debug_sink *s, enum debug_cat cat, uint8_t level); /* 0 = off */
void debug_form(struct debug_sink *s, bool pix); /* which texts it gets from now on */
const char *debug_words(enum debug_cat cat);
uint8_t debug_max_level(enum debug_cat cat);
/* The server a category is about; DEBUG_SERVERS = none of those. */
enum debug_server debug_server_of(enum debug_cat cat);
enum debug_style debug_style(enum debug_cat cat);
/* `logging debug-trace`: lines go to the log as 711001 in place of the consoles, and what a console asked for
 * stays in force when it goes. Off forgets what consoles that are gone asked for. */
void debug_trace(bool on);
/* Switches off what consoles that are gone have left (debug_trace): one category, or DEBUG_N for all. */
void debug_trace_clear(enum debug_cat cat);
/* Call through the macros, which evaluate their arguments only while somebody listens. */
void debug_emit(const struct debug_who *who, enum debug_cat cat, uint8_t level, const char *fmt,
                ...) __attribute__((format(printf, 4, 5)));
#define debug_for(who, cat, level, ...)                                 \
	do {                                                            \
		if (debug_on(cat, level))                               \
			debug_emit((who), (cat), (level), __VA_ARGS__); \
	} while (0)
#define debug(cat, level, ...) debug_for(NULL, cat, level, __VA_ARGS__)
/* The texts of PIX 6, which has no levels: for consoles in that dialect only, which get no other texts of IKEV1, IPSEC,
 * PPP_UAUTH and CA (those of the remaining categories are the same in all dialects). Conditions hold. fmt may hold several
 * lines. One that ends with DEBUG_PIX_OPEN is finished by the next line of another category, as on the device,
 * whose parts share a console and not each other's line ends; or by a line of its own category, which begins anew. */
#define DEBUG_PIX_OPEN "\001"
void debug_pix_emit(const struct debug_who *who, enum debug_cat cat, const char *fmt, ...)
        __attribute__((format(printf, 3, 4)));
#define debug_pix_for(who, cat, ...)                             \
	do {                                                     \
		if (debug_pix_on(cat))                           \
			debug_pix_emit((who), cat, __VA_ARGS__); \
	} while (0)
#define debug_pix(cat, ...) debug_pix_for(NULL, cat, __VA_ARGS__)
/* Hex dump, 16 bytes a line; at most 512 bytes are shown. */
void debug_hex(const struct debug_who *who, enum debug_cat cat, uint8_t level, const char *title,
               const void *data, unsigned long len);

/* Is any condition set? */
bool debug_cond_on(const struct debug_cond *c);
/* Whether a line passes. cat tells IKE from IPsec. */
bool debug_cond_pass(const struct debug_cond *c, const struct debug_who *who, enum debug_cat cat);
/* The block of `show debug` (brief) and of `show crypto debug-condition`. */
void debug_cond_print(const struct debug_cond *c, bool brief, struct out *out);

#endif
