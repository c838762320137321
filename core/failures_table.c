/* What each cause means, what the user of the client sees, and what helps: one row a cause. Error numbers are those of
 * Windows, which its users quote; the others' words are few. */
#include <stdio.h>
#include <string.h>

#include "core/failures_priv.h"

/* What the user sees. */
enum seen { SEEN_809, SEEN_789, SEEN_787, SEEN_691, SEEN_646, SEEN_649, SEEN_628, SEEN_718, SEEN_720, SEEN_734 };

static const struct {
	const char *number, *windows, *apple, *android, *other;
} seen[] = {
#define NO_ANSWER "\"The L2TP-VPN server did not respond\""
#define LOGIN     "\"Authentication failed\""
#define DROPPED   "\"The connection has failed\""
#define S(n, apple) [SEEN_##n] = {#n, "error " #n, apple, "\"Unsuccessful\"", "error " #n " on Windows"}
        S(809, NO_ANSWER), S(789, NO_ANSWER), S(787, NO_ANSWER), S(691, LOGIN), S(646, LOGIN),
        S(649, LOGIN),     S(628, DROPPED),   S(718, DROPPED),   S(720, DROPPED), S(734, DROPPED),
#undef S
};

/* fix: lines of configuration, or one command. {group} {user} {policy} {interface} {object} stand for what the row says,
 * {fix} for what the engine says; words in capitals for what only the administrator knows. local: only where the local
 * database is asked. */
static const struct cause {
	enum seen seen;
	bool local;
	const char *text, *fix, *advice;
} causes[FAIL_CAUSES] = {
        [FAIL_IKEV2] = {SEEN_809, false, "the client begins with IKEv2, which is not served", "",
                        "set the type of the VPN at the client to L2TP/IPsec"},
        [FAIL_IKE_DISABLED] = {SEEN_809, false, "IKEv1 is not enabled on the interface", "crypto ikev1 enable {interface}", ""},
        [FAIL_AM_DISABLED] = {SEEN_809, false, "Aggressive Mode is disabled; the client has a group name",
                              "no crypto ikev1 am-disable", "without a group name the client would come with Main Mode"},
        [FAIL_NO_MAP] = {SEEN_809, false, "no crypto map is bound to the interface", "crypto map MAP interface {interface}", ""},
        [FAIL_LAN_PEER] = {SEEN_809, false, "an entry of the crypto map names this address as a LAN-to-LAN peer", "",
                           "take its set peer out of the crypto map"},
        [FAIL_LOG_DOWN] = {SEEN_809, false, "the log server over TCP does not answer, and nobody may come in unlogged",
                           "logging permit-hostdown", ""},
        [FAIL_NO_ROOM] = {SEEN_809, false, "too many negotiations are under way", "",
                          "crypto ikev1 limit max-in-negotiation-sa sets their number; they may be a flood"},
        [FAIL_P1_PROPOSAL] = {SEEN_789, false, "no IKE policy takes what the client offers", "{fix}", ""},
        [FAIL_XAUTH] = {SEEN_789, false, "the client wants IPsec with XAUTH, which is not served", "",
                        "set the type of the VPN at the client to L2TP/IPsec"},
        [FAIL_NO_IDENTITY] = {SEEN_789, false, "the client wants certificates, and the appliance has none to show",
                              "tunnel-group {group} ipsec-attributes\n ikev1 trust-point TRUSTPOINT",
                              "the trustpoint needs a certificate: crypto ca enroll TRUSTPOINT"},
        [FAIL_NO_PSK] = {SEEN_789, false, "the tunnel group has no pre-shared key",
                         "tunnel-group {group} ipsec-attributes\n ikev1 pre-shared-key KEY", ""},
        [FAIL_PSK] = {SEEN_789, false, "the client's pre-shared key is another one",
                      "tunnel-group {group} ipsec-attributes\n ikev1 pre-shared-key KEY",
                      "the key at the client may be mistyped"},
        [FAIL_NO_GROUP] = {SEEN_789, false, "the client's group name is no tunnel group for remote access",
                           "tunnel-group {group} type remote-access\n"
                           "tunnel-group {group} ipsec-attributes\n ikev1 pre-shared-key KEY",
                           "the group name at the client may be mistyped"},
        [FAIL_CERT] = {SEEN_787, false, "the client's certificate is not accepted", "",
                       "debug crypto ca 5 tells more"},
        [FAIL_CERT_CA] = {SEEN_787, false, "no trustpoint has the authority of the client's certificate",
                          "crypto ca trustpoint TRUSTPOINT\n enrollment terminal\ncrypto ca authenticate TRUSTPOINT", ""},
        [FAIL_CERT_TIME] = {SEEN_787, false, "the client's certificate is not valid now", "",
                            "show clock tells whether the time is right here; else the client needs a new certificate"},
        [FAIL_CERT_ID] = {SEEN_787, false, "the client's identity is not in its certificate",
                          "tunnel-group {group} ipsec-attributes\n peer-id-validate nocheck",
                          "a certificate with the client's name would do, too"},
        [FAIL_CERT_STATUS] = {SEEN_787, false, "whether the client's certificate is revoked cannot be found out",
                              "crypto ca trustpoint TRUSTPOINT\n revocation-check crl none",
                              "crypto ca crl request TRUSTPOINT tells why there is no CRL"},
        [FAIL_P1_SILENT] = {SEEN_789, false, "the client does not go on: it did not get the answer, or does not believe it", "",
                            "UDP 500 and 4500 must pass both ways; to a server behind a NAT Windows goes with "
                            "AssumeUDPEncapsulationContextOnSendRule = 2 only"},
        [FAIL_P1_BAD] = {SEEN_789, false, "an IKE message of the client's is not in order", "", "debug crypto ikev1 127 tells more"},
        [FAIL_P1_ERROR] = {SEEN_789, false, "an IKE message could not be answered", "", "debug crypto ikev1 127 tells more"},
        [FAIL_P2_PROPOSAL] = {SEEN_789, false, "no transform set takes what the client offers", "{fix}", ""},
        [FAIL_P2_MODE] = {SEEN_789, false, "the transform set is for tunnel mode, and L2TP wants transport mode",
                          "crypto ipsec ikev1 transform-set {object} mode transport", ""},
        [FAIL_P2_PFS] = {SEEN_789, false, "the dynamic map demands PFS, which the client does not do",
                         "no crypto dynamic-map {object} set pfs", ""},
        [FAIL_NATT_OFF] = {SEEN_789, false, "the client is behind a NAT, and NAT traversal is off",
                           "crypto isakmp nat-traversal 20", ""},
        [FAIL_NATT_ENTRY] = {SEEN_789, false, "the client is behind a NAT, and the dynamic map disables NAT traversal",
                             "no crypto dynamic-map {object} set nat-t-disable", ""},
        [FAIL_NATT_NONE] = {SEEN_789, false, "the client is behind a NAT, and knows no NAT traversal that is served", "",
                            "RFC 3947 and drafts 02 to 08 of it are served; 00 and 01 are not"},
        [FAIL_P2_ACL] = {SEEN_789, false, "match address of the dynamic map does not permit L2TP of the client",
                         "no crypto dynamic-map {object} match address", ""},
        [FAIL_NO_ENTRY] = {SEEN_789, false, "no entry of the crypto map is for the client",
                           "crypto map {object} 65535 ipsec-isakmp dynamic DYNAMIC-MAP", ""},
        [FAIL_NO_L2TP] = {SEEN_789, false, "the client wants IPsec without L2TP", "",
                          "set the type of the VPN at the client to L2TP/IPsec"},
        [FAIL_L2TP_DENIED] = {SEEN_789, false, "the group policy does not allow L2TP over IPsec",
                              "group-policy {policy} attributes\n vpn-tunnel-protocol l2tp-ipsec", ""},
        [FAIL_P2_SILENT] = {SEEN_789, false, "the client does not end Quick Mode: it did not get the answer", "",
                            "UDP 4500 must pass both ways, fragments too"},
        [FAIL_P2_BAD] = {SEEN_789, false, "Quick Mode failed", "", "debug crypto ikev1 127 tells more"},
        [FAIL_L2TP_NEVER] = {SEEN_809, false, "IPsec is up, but no L2TP of the client has arrived", "",
                             "ESP, or UDP 4500 behind a NAT, must pass; to a server behind a NAT Windows goes with "
                             "AssumeUDPEncapsulationContextOnSendRule = 2 only"},
        [FAIL_L2TP_SECRET] = {SEEN_628, false, "the client wants L2TP tunnel authentication, which is not served", "",
                              "leave the L2TP secret out at the client (IOS: no l2tp tunnel authentication)"},
        [FAIL_L2TP_LIMIT] = {SEEN_628, false, "there are as many L2TP tunnels as may be", "no l2tp tunnel limit", ""},
        [FAIL_L2TP_BAD] = {SEEN_628, false, "an L2TP message of the client's is not in order", "", "debug l2tp packet 255 tells more"},
        [FAIL_L2TP_SILENT] = {SEEN_809, false, "the client opens an L2TP tunnel and no call in it", "",
                              "it may not get our answers: show asp drop, debug l2tp packet"},
        [FAIL_NO_SESSION] = {SEEN_628, false, "no PPP session is free", "", "show resource usage tells how many there are"},
        [FAIL_METHOD] = {SEEN_691, false, "the client and the tunnel group have no authentication protocol in common", "{fix}",
                         "another protocol may be ticked at the client"},
        [FAIL_NO_METHOD] = {SEEN_628, false, "the tunnel group allows no authentication protocol that its servers can do", "{fix}",
                            ""},
        [FAIL_LCP_SILENT] = {SEEN_718, false, "the client does not answer LCP", "", "debug ppp negotiation tells more"},
        [FAIL_AUTH_SILENT] = {SEEN_718, false, "the client does not answer the authentication protocol", "", "debug ppp uauth tells more"},
        [FAIL_GAVE_UP] = {SEEN_734, false, "the client hung up before it was in", "", "debug ppp negotiation tells more"},
        [FAIL_PASSWORD] = {SEEN_691, true, "the password is wrong", "username {user} password PASSWORD mschap",
                           "the password at the client may be mistyped"},
        [FAIL_NO_USER] = {SEEN_691, true, "there is no such user", "username {user} password PASSWORD mschap",
                          "the name at the client may be mistyped"},
        [FAIL_NO_NT_HASH] = {SEEN_691, true, "the user's password is not stored for MS-CHAP",
                             "username {user} password PASSWORD mschap", ""},
        [FAIL_LOCKED] = {SEEN_691, true, "the user is locked out after too many wrong passwords",
                         "clear aaa local user lockout username {user}", ""},
        [FAIL_EXPIRED] = {SEEN_691, false, "the password or the account has expired", "", "give him a new one at the server {object}"},
        [FAIL_SERVER] = {SEEN_691, false, "the authentication servers cannot be used",
                         "tunnel-group {group} general-attributes\n authentication-server-group {object} LOCAL",
                         "show aaa-server and test aaa-server authentication tell why they cannot"},
        [FAIL_AUTHORIZATION] = {SEEN_649, false, "authorization failed: its server does not know the user", "",
                                "no authorization-required in the tunnel group lets him in all the same"},
        [FAIL_SWITCH_GROUP] = {SEEN_691, false, "the group behind the user's name is no tunnel group", "",
                               "correct the name at the client, or make the tunnel group"},
        [FAIL_LOGIN] = {SEEN_691, false, "the login was refused", "", "debug aaa common tells more"},
        [FAIL_HOURS] = {SEEN_646, false, "it is outside of the user's access hours", "{fix}", ""},
        [FAIL_POLICY_L2TP] = {SEEN_649, false, "the user's group policy does not allow L2TP over IPsec", "{fix}", ""},
        [FAIL_GROUP_LOCK] = {SEEN_649, false, "the user is locked to another tunnel group", "{fix}", ""},
        [FAIL_RELOAD] = {SEEN_649, false, "the appliance is about to reload", "reload cancel", ""},
        [FAIL_ACL] = {SEEN_649, false, "the access list that the server sent for the user has a line that is none", "",
                      "correct it at the server"},
        [FAIL_LOGINS] = {SEEN_649, false, "the user may have no sessions", "{fix}", ""},
        [FAIL_LIMIT] = {SEEN_649, false, "there are as many sessions as may be", "vpn-sessiondb max-other-vpn-limit 16384", ""},
        [FAIL_NO_POOL] = {SEEN_720, false, "there is no address pool for the client",
                          "ip local pool POOL FIRST-LAST mask MASK\n"
                          "tunnel-group {group} general-attributes\n address-pool POOL", ""},
        [FAIL_POOL_OFF] = {SEEN_720, false, "addresses from pools are switched off", "vpn-addr-assign local", ""},
        [FAIL_POOL_FULL] = {SEEN_720, false, "every address of the pools is in use",
                            "ip local pool POOL FIRST-LAST mask MASK\n"
                            "tunnel-group {group} general-attributes\n address-pool {object} POOL",
                            "pools of the group policy go before those of the tunnel group"},
        [FAIL_DHCP] = {SEEN_720, false, "the DHCP servers gave no address", "",
                       "the dhcp-server lines of the tunnel group name them; they must be reached, and have addresses left"},
        [FAIL_FRAMED_IP] = {SEEN_720, false, "the user's own address is somebody else's", "", "give one of the two another address"},
        [FAIL_IPCP] = {SEEN_720, false, "the client does not agree to its address", "", "debug ppp negotiation tells more"},
};

const char *failure_cause_text(const struct fail_row *r)
{
	return causes[r->cause].text;
}

const char *failure_advice(const struct fail_row *r)
{
	const struct cause *c = &causes[r->cause];
	if (c->local && r->object[0] != '\0' && strcmp(r->object, "LOCAL") != 0)
		return "the servers of authentication-server-group say so";
	return c->advice;
}

const char *failure_error(const struct fail_row *r)
{
	return seen[causes[r->cause].seen].number;
}

const char *failure_user_sees(const struct fail_row *r)
{
	const enum seen s = causes[r->cause].seen;
	switch (client_kind_family(r->client)) {
	case CLIENT_MICROSOFT:
		return seen[s].windows;
	case CLIENT_OF_APPLE:
		return seen[s].apple;
	case CLIENT_OF_ANDROID:
		return seen[s].android;
	default:
		return seen[s].other;
	}
}

/* What stands for a name in braces; words that came from the client must stay one word of the command. */
static size_t put_value(const struct fail_row *r, struct str name, char *to, size_t cap)
{
	const struct {
		const char *name, *value, *unknown;
		bool word;
	} values[] = {
	        {"group", r->group, "DefaultRAGroup", true}, {"user", r->user, "USER", true},
	        {"policy", r->policy, "POLICY", true},       {"interface", r->ifname, "INTERFACE", true},
	        {"object", r->object, "NAME", false},        {"fix", r->fix, "", false},
	};
	size_t used = 0;
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
		if (!str_eq_cstr(name, values[i].name))
			continue;
		bool known = values[i].value[0] != '\0' && strcmp(values[i].value, "*****") != 0;
		for (const char *p = known ? values[i].value : values[i].unknown; *p != '\0' && used + 1 < cap; p++)
			to[used++] = values[i].word && (*p == ' ' || *p == '?') ? '_' : *p;
	}
	return used;
}

const char *failure_fix(const struct fail_row *r, char text[FAIL_FIX_MAX])
{
	const struct cause *c = &causes[r->cause];
	size_t used = 0;
	bool elsewhere = c->local && r->object[0] != '\0' && strcmp(r->object, "LOCAL") != 0;
	for (const char *p = elsewhere ? "" : c->fix; *p != '\0' && used + 1 < FAIL_FIX_MAX; p++) {
		const char *end = *p == '{' ? strchr(p, '}') : NULL;
		if (end == NULL) {
			text[used++] = *p;
			continue;
		}
		used += put_value(r, (struct str){p + 1, (size_t)(end - p - 1)}, text + used, FAIL_FIX_MAX - used);
		p = end;
	}
	text[used] = '\0';
	return text;
}
