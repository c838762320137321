/* Between the files that read an Access-Accept. */
#ifndef CORE_AAA_RADIUS_ACCEPT_INT_H
#define CORE_AAA_RADIUS_ACCEPT_INT_H

#include "core/aaa/radius/accept.h"

enum {
	ACES_MAX = 256,       /* a packet holds no more */
	RADIUS_ACE_CAP = 512, /* twice what a value holds: masks become longer */
};

/* Lines of a downloaded access list, as they are numbered. */
struct aces {
	struct {
		uint32_t number;
		struct str line;
	} row[ACES_MAX];
	size_t n;
};

struct take {
	struct aaa_reply *r;
	bool own_policy; /* 3076/25 goes before Class */
	bool refused;
	struct aces in, out;
	struct str banner[2];
};

/* 109038 */
void radius_no_good(const char *name, struct str value, const char *type);
/* Not empty, and no control characters. */
bool radius_plain(struct str s);
/* A name, all of it; one that is cut off would be another's. */
bool radius_take_name(const char *attr, struct str s, char *to, size_t cap);
/* "10.1.0.0/16 ..." or "10.1.0.0 255.255.0.0 ..." */
void radius_add_route(struct take *t, const char *attr, struct str s);
/* A Cisco-AV-pair. */
void radius_take_pair(struct take *t, const struct radius_value *v);
/* The entry with netmasks as they are written here; line: RADIUS_ACE_CAP, may hold the result. */
struct str radius_ace_masks(struct str ace, enum aaa_masks masks, char *line);

#endif
