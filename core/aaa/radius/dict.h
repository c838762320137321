/* The attributes of RADIUS that this product sends or understands: one table, from which packets are written, read and
 * shown. RFC 2865, 2866, 2867, 2868, 2869, 3162, 3576/5176, 2548 (vendor 311), vendors 9 and 3076. */
#ifndef CORE_AAA_RADIUS_DICT_H
#define CORE_AAA_RADIUS_DICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum radius_vendor { RADIUS_IETF = 0, RADIUS_CISCO = 9, RADIUS_MICROSOFT = 311, RADIUS_ASA = 3076 };

/* What a value is. */
enum radius_kind {
	RADIUS_TEXT,
	RADIUS_OCTETS,
	RADIUS_SECRET, /* octets that no debug line shows */
	RADIUS_NUMBER, /* 4 octets */
	RADIUS_IP,     /* 4 octets */
	RADIUS_TIME,   /* 4 octets, seconds since 1970 */
	RADIUS_TAGGED_TEXT,   /* tag, text (RFC 2868 §3) */
	RADIUS_TAGGED_NUMBER, /* tag, 3 octets */
};

/* name, vendor, type, kind, name in debug lines; by vendor and type */
#define RADIUS_ATTRIBUTES(X)                                                                   \
	X(USER_NAME,              IETF,      1,   TEXT,          "User-Name")                  \
	X(USER_PASSWORD,          IETF,      2,   SECRET,        "User-Password")              \
	X(CHAP_PASSWORD,          IETF,      3,   SECRET,        "CHAP-Password")              \
	X(NAS_IP_ADDRESS,         IETF,      4,   IP,            "NAS-IP-Address")             \
	X(NAS_PORT,               IETF,      5,   NUMBER,        "NAS-Port")                   \
	X(SERVICE_TYPE,           IETF,      6,   NUMBER,        "Service-Type")               \
	X(FRAMED_PROTOCOL,        IETF,      7,   NUMBER,        "Framed-Protocol")            \
	X(FRAMED_IP_ADDRESS,      IETF,      8,   IP,            "Framed-IP-Address")          \
	X(FRAMED_IP_NETMASK,      IETF,      9,   IP,            "Framed-IP-Netmask")          \
	X(FRAMED_ROUTING,         IETF,      10,  NUMBER,        "Framed-Routing")             \
	X(FILTER_ID,              IETF,      11,  TEXT,          "Filter-Id")                  \
	X(FRAMED_MTU,             IETF,      12,  NUMBER,        "Framed-MTU")                 \
	X(FRAMED_COMPRESSION,     IETF,      13,  NUMBER,        "Framed-Compression")         \
	X(LOGIN_IP_HOST,          IETF,      14,  IP,            "Login-IP-Host")              \
	X(LOGIN_SERVICE,          IETF,      15,  NUMBER,        "Login-Service")              \
	X(LOGIN_TCP_PORT,         IETF,      16,  NUMBER,        "Login-TCP-Port")             \
	X(REPLY_MESSAGE,          IETF,      18,  TEXT,          "Reply-Message")              \
	X(CALLBACK_NUMBER,        IETF,      19,  TEXT,          "Callback-Number")            \
	X(CALLBACK_ID,            IETF,      20,  TEXT,          "Callback-Id")                \
	X(FRAMED_ROUTE,           IETF,      22,  TEXT,          "Framed-Route")               \
	X(FRAMED_IPX_NETWORK,     IETF,      23,  NUMBER,        "Framed-IPX-Network")         \
	X(STATE,                  IETF,      24,  OCTETS,        "State")                      \
	X(CLASS,                  IETF,      25,  OCTETS,        "Class")                      \
	X(VENDOR_SPECIFIC,        IETF,      26,  OCTETS,        "Vendor-Specific")            \
	X(SESSION_TIMEOUT,        IETF,      27,  NUMBER,        "Session-Timeout")            \
	X(IDLE_TIMEOUT,           IETF,      28,  NUMBER,        "Idle-Timeout")               \
	X(TERMINATION_ACTION,     IETF,      29,  NUMBER,        "Termination-Action")         \
	X(CALLED_STATION_ID,      IETF,      30,  TEXT,          "Called-Station-Id")          \
	X(CALLING_STATION_ID,     IETF,      31,  TEXT,          "Calling-Station-Id")         \
	X(NAS_IDENTIFIER,         IETF,      32,  TEXT,          "NAS-Identifier")             \
	X(PROXY_STATE,            IETF,      33,  OCTETS,        "Proxy-State")                \
	X(ACCT_STATUS_TYPE,       IETF,      40,  NUMBER,        "Acct-Status-Type")           \
	X(ACCT_DELAY_TIME,        IETF,      41,  NUMBER,        "Acct-Delay-Time")            \
	X(ACCT_INPUT_OCTETS,      IETF,      42,  NUMBER,        "Acct-Input-Octets")          \
	X(ACCT_OUTPUT_OCTETS,     IETF,      43,  NUMBER,        "Acct-Output-Octets")         \
	X(ACCT_SESSION_ID,        IETF,      44,  TEXT,          "Acct-Session-Id")            \
	X(ACCT_AUTHENTIC,         IETF,      45,  NUMBER,        "Acct-Authentic")             \
	X(ACCT_SESSION_TIME,      IETF,      46,  NUMBER,        "Acct-Session-Time")          \
	X(ACCT_INPUT_PACKETS,     IETF,      47,  NUMBER,        "Acct-Input-Packets")         \
	X(ACCT_OUTPUT_PACKETS,    IETF,      48,  NUMBER,        "Acct-Output-Packets")        \
	X(ACCT_TERMINATE_CAUSE,   IETF,      49,  NUMBER,        "Acct-Terminate-Cause")       \
	X(ACCT_MULTI_SESSION_ID,  IETF,      50,  TEXT,          "Acct-Multi-Session-Id")      \
	X(ACCT_LINK_COUNT,        IETF,      51,  NUMBER,        "Acct-Link-Count")            \
	X(ACCT_INPUT_GIGAWORDS,   IETF,      52,  NUMBER,        "Acct-Input-Gigawords")       \
	X(ACCT_OUTPUT_GIGAWORDS,  IETF,      53,  NUMBER,        "Acct-Output-Gigawords")      \
	X(EVENT_TIMESTAMP,        IETF,      55,  TIME,          "Event-Timestamp")            \
	X(CHAP_CHALLENGE,         IETF,      60,  OCTETS,        "CHAP-Challenge")             \
	X(NAS_PORT_TYPE,          IETF,      61,  NUMBER,        "NAS-Port-Type")              \
	X(PORT_LIMIT,             IETF,      62,  NUMBER,        "Port-Limit")                 \
	X(TUNNEL_TYPE,            IETF,      64,  TAGGED_NUMBER, "Tunnel-Type")                \
	X(TUNNEL_MEDIUM_TYPE,     IETF,      65,  TAGGED_NUMBER, "Tunnel-Medium-Type")         \
	X(TUNNEL_CLIENT_ENDPOINT, IETF,      66,  TAGGED_TEXT,   "Tunnel-Client-Endpoint")     \
	X(TUNNEL_SERVER_ENDPOINT, IETF,      67,  TAGGED_TEXT,   "Tunnel-Server-Endpoint")     \
	X(ACCT_TUNNEL_CONNECTION, IETF,      68,  TEXT,          "Acct-Tunnel-Connection")     \
	X(TUNNEL_PASSWORD,        IETF,      69,  SECRET,        "Tunnel-Password")            \
	X(PASSWORD_RETRY,         IETF,      75,  NUMBER,        "Password-Retry")             \
	X(PROMPT,                 IETF,      76,  NUMBER,        "Prompt")                     \
	X(CONNECT_INFO,           IETF,      77,  TEXT,          "Connect-Info")               \
	X(EAP_MESSAGE,            IETF,      79,  SECRET,        "EAP-Message")                \
	X(MESSAGE_AUTHENTICATOR,  IETF,      80,  OCTETS,        "Message-Authenticator")      \
	X(TUNNEL_PRIVATE_GROUP,   IETF,      81,  TAGGED_TEXT,   "Tunnel-Private-Group-ID")    \
	X(ACCT_INTERIM_INTERVAL,  IETF,      85,  NUMBER,        "Acct-Interim-Interval")      \
	X(NAS_PORT_ID,            IETF,      87,  TEXT,          "NAS-Port-Id")                \
	X(FRAMED_POOL,            IETF,      88,  TEXT,          "Framed-Pool")                \
	X(ERROR_CAUSE,            IETF,      101, NUMBER,        "Error-Cause")                \
	X(AV_PAIR,                CISCO,     1,   TEXT,          "Cisco-AV-pair")              \
	X(MSCHAP_RESPONSE,        MICROSOFT, 1,   SECRET,        "MS-CHAP-Response")           \
	X(MSCHAP_ERROR,           MICROSOFT, 2,   TEXT,          "MS-CHAP-Error")              \
	X(MSCHAP_NT_ENC_PW,       MICROSOFT, 6,   SECRET,        "MS-CHAP-NT-Enc-PW")          \
	X(MPPE_POLICY,            MICROSOFT, 7,   NUMBER,        "MS-MPPE-Encryption-Policy")  \
	X(MPPE_TYPES,             MICROSOFT, 8,   NUMBER,        "MS-MPPE-Encryption-Types")   \
	X(MSCHAP_DOMAIN,          MICROSOFT, 10,  TEXT,          "MS-CHAP-Domain")             \
	X(MSCHAP_CHALLENGE,       MICROSOFT, 11,  OCTETS,        "MS-CHAP-Challenge")          \
	X(MSCHAP_MPPE_KEYS,       MICROSOFT, 12,  SECRET,        "MS-CHAP-MPPE-Keys")          \
	X(MPPE_SEND_KEY,          MICROSOFT, 16,  SECRET,        "MS-MPPE-Send-Key")           \
	X(MPPE_RECV_KEY,          MICROSOFT, 17,  SECRET,        "MS-MPPE-Recv-Key")           \
	X(MSCHAP2_RESPONSE,       MICROSOFT, 25,  SECRET,        "MS-CHAP2-Response")          \
	X(MSCHAP2_SUCCESS,        MICROSOFT, 26,  OCTETS,        "MS-CHAP2-Success")           \
	X(MSCHAP2_CPW,            MICROSOFT, 27,  SECRET,        "MS-CHAP2-CPW")               \
	X(PRIMARY_DNS,            MICROSOFT, 28,  IP,            "MS-Primary-DNS-Server")      \
	X(SECONDARY_DNS,          MICROSOFT, 29,  IP,            "MS-Secondary-DNS-Server")    \
	X(PRIMARY_NBNS,           MICROSOFT, 30,  IP,            "MS-Primary-NBNS-Server")     \
	X(SECONDARY_NBNS,         MICROSOFT, 31,  IP,            "MS-Secondary-NBNS-Server")   \
	X(ASA_ACCESS_HOURS,       ASA,       1,   TEXT,          "Access-Hours")               \
	X(ASA_LOGINS,             ASA,       2,   NUMBER,        "Simultaneous-Logins")        \
	X(ASA_PRIMARY_DNS,        ASA,       5,   IP,            "Primary-DNS")                \
	X(ASA_SECONDARY_DNS,      ASA,       6,   IP,            "Secondary-DNS")              \
	X(ASA_PRIMARY_WINS,       ASA,       7,   IP,            "Primary-WINS")               \
	X(ASA_SECONDARY_WINS,     ASA,       8,   IP,            "Secondary-WINS")             \
	X(ASA_PROTOCOLS,          ASA,       11,  NUMBER,        "Tunneling-Protocols")        \
	X(ASA_BANNER1,            ASA,       15,  TEXT,          "Banner1")                    \
	X(ASA_L2TP_ENCRYPTION,    ASA,       21,  NUMBER,        "L2TP-Encryption")            \
	X(ASA_GROUP_POLICY,       ASA,       25,  TEXT,          "Group-Policy")               \
	X(ASA_SPLIT_LIST,         ASA,       27,  TEXT,          "Split-Tunnel-List")          \
	X(ASA_DOMAIN,             ASA,       28,  TEXT,          "Default-Domain")             \
	X(ASA_BANNER2,            ASA,       36,  TEXT,          "Banner2")                    \
	X(ASA_L2TP_COMPRESSION,   ASA,       38,  NUMBER,        "L2TP-MPPC-Compression")      \
	X(ASA_SPLIT_POLICY,       ASA,       55,  NUMBER,        "Split-Tunneling-Policy")     \
	X(ASA_DHCP_SCOPE,         ASA,       61,  IP,            "DHCP-Network-Scope")         \
	X(ASA_INTERCEPT,          ASA,       62,  NUMBER,        "Intercept-DHCP-Configure-Msg") \
	X(ASA_INTERCEPT_MASK,     ASA,       63,  IP,            "MS-Client-Subnet-Mask")      \
	X(ASA_GROUP_LOCK,         ASA,       85,  TEXT,          "Tunnel-Group-Lock")          \
	X(ASA_INBOUND,            ASA,       86,  TEXT,          "Access-List-Inbound")        \
	X(ASA_OUTBOUND,           ASA,       87,  TEXT,          "Access-List-Outbound")       \
	X(ASA_PFS,                ASA,       88,  NUMBER,        "Perfect-Forward-Secrecy")    \
	X(ASA_TUNNEL_GROUP,       ASA,       146, TEXT,          "Tunnel-Group-Name")          \
	X(ASA_CLIENT_TYPE,        ASA,       150, NUMBER,        "Client-Type")                \
	X(ASA_SESSION_TYPE,       ASA,       151, NUMBER,        "Session-Type")               \
	X(ASA_SESSION_SUBTYPE,    ASA,       152, NUMBER,        "Session-Subtype")            \
	X(ASA_PRIVILEGE,          ASA,       220, NUMBER,        "Privilege-Level")

enum radius_attr {
#define X(name, vendor, type, kind, shown) RADIUS_A_##name,
	RADIUS_ATTRIBUTES(X)
#undef X
	        RADIUS_A_N /* none of them */
};

struct radius_dict {
	uint32_t vendor; /* 0 = the standard's */
	uint8_t type;
	enum radius_kind kind;
	const char *name;
};
extern const struct radius_dict radius_dict[RADIUS_A_N];

/* RADIUS_A_N when it is not known. */
enum radius_attr radius_dict_find(uint32_t vendor, uint8_t type);
/* Whether attributes of this vendor are built as RFC 2865 §5.26 recommends. */
bool radius_dict_vendor(uint32_t vendor);
/* Whether a value of this kind may have this length, octets. */
bool radius_dict_length_ok(enum radius_kind kind, size_t len);
/* "Vendor-Specific" parts of vendors that are not known, and types that are not known: "Unknown". */
const char *radius_dict_name(enum radius_attr a);

#endif
