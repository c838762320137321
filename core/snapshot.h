/* The configuration compiled as a whole: what every module works with until the next commit. */
#ifndef CORE_SNAPSHOT_H
#define CORE_SNAPSHOT_H

#include "core/aaa/aaa.h"
#include "core/config/read.h"
#include "core/net/ifaces.h"
#include "core/net/logsink.h"
#include "crypto/ike/ike.h"
#include "crypto/ipsec/conf.h"
#include "l2tp/l2tp.h"
#include "ppp/ppp.h"

struct snapshot {
	struct arena *arena; /* holds all of it, wiped when freed */
	const char *hostname;
	const char *enable_hash; /* of `enable password`, "" = none */
	struct ifaces_conf *ifaces;
	struct logsink_conf *log;
	const struct ipsec_conf *ipsec;
	const struct ike_conf *ike;
	const struct aaa_conf *aaa;
	const struct ppp_conf *ppp;
	struct l2tp_conf l2tp;
	uint16_t tcpmss;
};

/* 0 or -errno with err. */
int snapshot_compile(const struct conf *c, struct snapshot **s, struct out *notes, struct err *err);
void snapshot_free(struct snapshot *s);

#endif
