/* The protocols of server groups. */
#include "core/aaa/server.h"

const struct aaa_proto *const aaa_protos[AAA_PROTOCOL_N] = {0};

unsigned aaa_protocol_methods(enum aaa_protocol p)
{
	return aaa_protos[p] ? aaa_protos[p]->methods : 0;
}
