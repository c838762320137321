/* The protocols of server groups. */
#include "core/aaa/server.h"
#include "core/aaa/tacacs/tacacs.h"

const struct aaa_proto *const aaa_protos[AAA_PROTOCOL_N] = {
        [AAA_P_TACACS] = &aaa_tacacs,
};

unsigned aaa_protocol_methods(enum aaa_protocol p)
{
	return aaa_protos[p] ? aaa_protos[p]->methods : 0;
}
