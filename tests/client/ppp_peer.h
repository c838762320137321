/* A PPP client for tests: its own small LCP, PAP, CHAP, MS-CHAP, EAP (MD5) and IPCP, sharing nothing with the engine
 * under test but the MS-CHAP arithmetic (which has published vectors). */
#ifndef TESTS_CLIENT_PPP_PEER_H
#define TESTS_CLIENT_PPP_PEER_H

#include "core/aaa/aaa.h"
#include "core/base/buf.h"
#include "core/base/clock.h"
#include "tests/client/script.h"

enum peer_profile { PEER_PLAIN, PEER_WINDOWS, PEER_APPLE, PEER_ANDROID };

struct ppp_peer {
	/* set before ppp_peer_start */
	struct clock *clock;
	void (*send)(void *arg, const uint8_t *frame, size_t len);
	void *arg;
	enum peer_profile profile;
	const struct ppp_script *script; /* what it says, in place of a profile; may be NULL */
	const char *user, *password;
	const char *second; /* the password for when it may try again; NULL = it does not */
	unsigned methods; /* AAA_BIT: what it is willing to do, best first as in enum aaa_method */
	bool silent;      /* hears and says nothing: powered off */
	bool no_address;  /* leaves the IP-Address option out, always */
	uint16_t mru;     /* asks for this one, plain profile only */
	bool eap_hold;    /* hears EAP Requests and leaves the answers to the test */
	bool eap_echo;    /* gives back what it does not know */
	/* what came of it */
	bool lcp_up, authenticated, refused, ip_up, closed;
	bool success_verified; /* MS-CHAPv2: the server proved itself */
	enum aaa_method method;
	uint32_t ip, server_ip, dns[2], nbns[2];
	uint16_t server_mru;
	char message[256]; /* of Success, Failure, Ack, Nak */
	unsigned protocol_rejects, code_rejects, frames_in;
	uint16_t rejected[8];
	uint8_t eap[1600]; /* the last EAP packet */
	size_t eap_len;
	unsigned eap_requests; /* repeated ones, too */
	uint64_t eap_ms;
	/* private */
	uint8_t id, lcp_req_id, ipcp_req_id, auth_id;
	uint8_t lcp_req[128], ipcp_req[128];
	size_t lcp_req_len, ipcp_req_len;
	bool lcp_acked, lcp_ack_sent, ipcp_acked, ipcp_ack_sent;
	uint32_t off; /* options of ours that were rejected, a bit by type modulo 32 */
	bool ip_off[256];
	uint8_t auth_packet[300];
	size_t auth_len;
	char want[43];
	struct timer timer;
	unsigned tries;
	struct timer inform_timer, echo_timer;
	unsigned echoes, echoes_missed; /* its own: sent, without an answer */
	unsigned informs, inform_acks; /* DHCPINFORMs sent, answered */
};

void ppp_peer_start(struct ppp_peer *p);
void ppp_peer_input(struct ppp_peer *p, const uint8_t *frame, size_t len);
/* Asks, and again until there is an answer (inform_timer; arg is the peer). */
void ppp_peer_inform(struct timer *t, void *arg);
/* Asks whether the other end is there; hangs up when it is not (echo_timer; arg is the peer). */
void ppp_peer_echo(struct timer *t, void *arg);
/* An IP packet for it: an answer to DHCPINFORM is. */
void ppp_peer_ip(struct ppp_peer *p, struct bytes ip);
/* LCP Terminate-Request. */
void ppp_peer_hangup(struct ppp_peer *p);
/* Starts LCP anew on an open link. */
void ppp_peer_renegotiate(struct ppp_peer *p);
void ppp_peer_stop(struct ppp_peer *p);
/* One frame: protocol and packet. */
void ppp_peer_frame(struct ppp_peer *p, uint16_t proto, const void *packet, size_t len);

#endif
