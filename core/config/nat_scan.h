/* Going through the words of a translation rule, whether it is parsed or its next word is asked for. Inside core/config. */
#ifndef CORE_CONFIG_NAT_SCAN_H
#define CORE_CONFIG_NAT_SCAN_H

#include "core/config/nat_rule.h"

struct nat_scan {
	const char *what; /* the command, for messages */
	struct str all, rest;
	enum nat_status status;
	size_t at;
	struct err *err;
	void (*add)(void *arg, const char *word, const char *help);
	void *arg;
};

/* The next word, empty at the end. */
struct str nat_scan_peek(const struct nat_scan *s);
/* At the end of the text: this may come. */
void nat_scan_offer(struct nat_scan *s, const char *word, const char *help);
/* The next word does not fit, or is missing. Always false; the first time counts. */
bool nat_scan_wrong(struct nat_scan *s);
/* "(real,mapped)" at the next word: the names of two interfaces. */
bool nat_scan_interfaces(struct nat_scan *s, struct str *real, struct str *mapped);

#endif
