/* The configuration compiled as a whole: what every module works with until the next commit. */
#ifndef CORE_SNAPSHOT_H
#define CORE_SNAPSHOT_H

#include "core/aaa/aaa.h"
#include "core/config/read.h"
#include "core/net/ifaces.h"
#include "core/net/logsink.h"
#include "crypto/ike/ike.h"
#include "crypto/ipsec/conf.h"
#include "crypto/pki/conf.h"
#include "l2tp/l2tp.h"
#include "ppp/ppp.h"

enum { SNAPSHOT_PARTS_MAX = 16 };

struct snapshot {
	struct arena *arena; /* holds what is not in a part, wiped when freed */
	const struct conf *conf;
	/* What one module compiled, with its own memory; versions that do not differ in it share it. */
	struct snapshot_part *part[SNAPSHOT_PARTS_MAX];
	const char *hostname;
	struct ifaces_conf *ifaces;
	struct logsink_conf *log;
	const struct ipsec_conf *ipsec;
	const struct ike_conf *ike;
	const struct pki_conf *pki;
	const struct aaa_conf *aaa;
	const struct ppp_conf *ppp;
	struct l2tp_conf l2tp;
	uint16_t tcpmss;
	uint16_t over_tcp[10]; /* ports of ipsec-over-tcp */
	size_t nover_tcp;
	bool reload_wait; /* crypto isakmp reload-wait */
};

/* old: the one in force, or NULL; only what differs from it is compiled. 0 or -errno with err. */
int snapshot_compile(const struct conf *c, const struct snapshot *old, struct snapshot **s,
                     struct out *notes, struct err *err);
void snapshot_free(struct snapshot *s);

#endif
