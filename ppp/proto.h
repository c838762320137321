/* PPP numbers: protocols and packet codes, and their names for debug. */
#ifndef PPP_PROTO_H
#define PPP_PROTO_H

#include <stdbool.h>
#include <stdint.h>

/* name, number (IANA), name for people */
#define PPP_PROTO_LIST(X)           \
	X(IP, 0x0021, "IP")         \
	X(IPV6, 0x0057, "IPV6")     \
	X(MP, 0x003d, "MP")         \
	X(COMP, 0x00fd, "COMP")     \
	X(IPCP, 0x8021, "IPCP")     \
	X(IPV6CP, 0x8057, "IPV6CP") \
	X(ECP, 0x8053, "ECP")       \
	X(BCP, 0x8031, "BCP")       \
	X(MPLSCP, 0x8281, "MPLSCP") \
	X(CCP, 0x80fd, "CCP")       \
	X(ACSCP, 0x8235, "ACSCP")   \
	X(LCP, 0xc021, "LCP")       \
	X(PAP, 0xc023, "PAP")       \
	X(LQR, 0xc025, "LQR")       \
	X(CBCP, 0xc029, "CBCP")     \
	X(BACP, 0xc02b, "BACP")     \
	X(CHAP, 0xc223, "CHAP")     \
	X(EAP, 0xc227, "EAP")

enum ppp_proto {
#define X(name, value, text) PPP_##name = value,
	PPP_PROTO_LIST(X)
#undef X
};

/* RFC 1661 §5, RFC 1570. 1 to 7 are common to all control protocols. */
#define PPP_CODE_LIST(X)           \
	X(CONF_REQ, 1, "ConfReq")  \
	X(CONF_ACK, 2, "ConfAck")  \
	X(CONF_NAK, 3, "ConfNak")  \
	X(CONF_REJ, 4, "ConfRej")  \
	X(TERM_REQ, 5, "TermReq")  \
	X(TERM_ACK, 6, "TermAck")  \
	X(CODE_REJ, 7, "CodeRej")  \
	X(PROTO_REJ, 8, "ProtRej") \
	X(ECHO_REQ, 9, "EchoReq")  \
	X(ECHO_REP, 10, "EchoRep") \
	X(DISCARD, 11, "DiscReq")  \
	X(IDENT, 12, "Ident")      \
	X(TIME_LEFT, 13, "TimeRem")

enum ppp_code {
#define X(name, value, text) PPP_CODE_##name = value,
	PPP_CODE_LIST(X)
#undef X
};

/* "IPCP", or "unknown". */
const char *ppp_proto_name(uint16_t proto);
const char *ppp_code_name(uint8_t code);

#endif
