/* Which messages a destination gets: by level, by list, by class; and how often one message may come. The filters of
 * all destinations are set together when the configuration changes. Control thread only. */
#ifndef CORE_BASE_LOGFILTER_H
#define CORE_BASE_LOGFILTER_H

#include "core/base/log.h"

enum log_dest {
	LOG_CONSOLE,
	LOG_MONITOR,
	LOG_BUFFERED,
	LOG_TRAP,
	LOG_HISTORY,
	LOG_ASDM,
	LOG_MAIL,
	LOG_DESTS
};

/* The classes of messages, in the order of the alphabet, with the prefixes of their numbers. */
#define LOG_CLASS_LIST(X)                                                                        \
	X(AUTH, "auth", "109 113")                                                               \
	X(BRIDGE, "bridge", "110 220")                                                           \
	X(CA, "ca", "717")                                                                       \
	X(CONFIG, "config", "111 112 208 308")                                                   \
	X(DAP, "dap", "734")                                                                     \
	X(EIGRP, "eigrp", "336")                                                                 \
	X(EMAIL, "email", "719")                                                                 \
	X(HA, "ha", "101 102 103 104 105 210 311 709")                                           \
	X(IDS, "ids", "400 733")                                                                 \
	X(IP, "ip", "209 215 313 317 408")                                                       \
	X(IPAA, "ipaa", "735 737")                                                               \
	X(NP, "np", "319")                                                                       \
	X(OSPF, "ospf", "318 409 503 613")                                                       \
	X(RIP, "rip", "107 312")                                                                 \
	X(SESSION, "session",                                                                    \
	  "106 108 201 202 204 302 303 304 305 314 405 406 407 500 502 607 608 609 616 620 703 " \
	  "710")                                                                                 \
	X(SNMP, "snmp", "212")                                                                   \
	X(SYS, "sys",                                                                            \
	  "199 211 214 216 306 307 315 411 414 604 605 606 610 612 614 615 701 711 741")         \
	X(VPDN, "vpdn", "213 403 603")                                                           \
	X(VPN, "vpn", "316 320 402 404 501 602 702 713 714 715")                                 \
	X(VPNC, "vpnc", "611")                                                                   \
	X(WEBVPN, "webvpn", "716 722 723 724 725")

enum log_class {
#define X(name, word, ids) LOG_CLASS_##name,
	LOG_CLASS_LIST(X)
#undef X
	        LOG_CLASSES
};

const char *log_class_word(enum log_class c); /* "vpn" */
/* LOG_CLASSES when the number is of none. */
enum log_class log_class_of(unsigned id);

/* One entry of a `logging list`. */
struct log_rule {
	int level;            /* this and more severe; -1 = by number */
	enum log_class class; /* LOG_CLASSES = any */
	unsigned from, to;    /* numbers, when level is -1 */
};

struct log_filter {
	int level;                   /* -1 = off */
	const char *list;            /* in place of the level: its name for show, NULL = none */
	const struct log_rule *rule; /* and its entries */
	size_t nrules;
	int8_t class_level[LOG_CLASSES]; /* in place of both: -1 = not set */
};

/* Copied, except rule and list, which stay the caller's. */
void log_filters_set(const struct log_filter filter[LOG_DESTS]);
/* All off. */
void log_filters_reset(void);
const struct log_filter *log_filter_of(enum log_dest d);
/* Can anything pass? */
bool log_filter_on(enum log_dest d);
/* The highest level that may pass: for struct log_sink. -1 = nothing does. */
int log_filter_top(enum log_dest d);
bool log_passes(enum log_dest d, const struct log_line *line);

/* `logging rate-limit`: at most num of each message in interval seconds. */
struct log_limit {
	unsigned id; /* of one message, 0 = of each message of the level */
	int level;   /* -1 = of any level, when id is 0 */
	uint32_t num, interval_s;
};
enum { LOG_LIMITS_MAX = 64, LOG_LIMITED_IDS = 256 };
void log_limits_set(const struct log_limit *limits, size_t n);
/* Counts of what was held back, each message once. */
void log_limits_each(void (*fn)(void *arg, unsigned id, int level, const struct log_limit *limit,
                                uint64_t held),
                     void *arg);
/* Whether a message may pass now; counts it when not. For log_msg. */
bool log_limit_pass(unsigned id, int level, time_t now);

#endif
