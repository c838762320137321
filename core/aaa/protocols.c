/* The protocols of server groups. */
#include "core/aaa/helped.h"
#include "core/aaa/radius/radius.h"
#include "core/aaa/tacacs/tacacs.h"

const struct aaa_proto *const aaa_protos[AAA_PROTOCOL_N] = {
        [AAA_P_RADIUS] = &aaa_radius,
        [AAA_P_TACACS] = &aaa_tacacs,
        [AAA_P_SDI] = &aaa_sdi,
        [AAA_P_LDAP] = &aaa_ldap,
        [AAA_P_KERBEROS] = &aaa_kerberos,
        [AAA_P_NT] = &aaa_nt,
};

unsigned aaa_protocol_methods(enum aaa_protocol p)
{
	return aaa_protos[p] ? aaa_protos[p]->methods : 0;
}
