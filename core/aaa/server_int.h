/* What the files of server groups share. */
#ifndef CORE_AAA_SERVER_INT_H
#define CORE_AAA_SERVER_INT_H

#include "core/aaa/server.h"

enum { AAA_HOSTS_MAX = 16 }; /* of a group, as on the appliance */

struct aaa_sgroup {
	struct aaa_servers *servers;
	const struct aaa_sgroup_conf *conf; /* in force */
	const struct aaa_proto *proto;      /* NULL = none of this version */
	struct aaa_host *hosts[AAA_HOSTS_MAX];
	size_t nhosts;
	uint64_t slots; /* taken by hosts */
	struct timer back;
	struct aaa_sgroup *next;
};

struct aaa_servers {
	struct clock *clock;
	const struct aaa_io *io; /* NULL = nobody can be asked */
	void *io_ctx;
	const struct aaa_conf *conf;
	struct aaa_sgroup *groups; /* in the order of the configuration */
};

struct clock *aaa_servers_clock(const struct aaa_servers *s);

#endif
