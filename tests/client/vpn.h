/* A whole client, for whoever has a wire: IKE that begins (ike_client), ESP with the keys it got, an L2TP access
 * concentrator (lac) and a PPP peer (ppp_peer). Once told to dial it goes on by itself until IP is up. Its user carries its
 * datagrams, runs its clock, and hears what comes of it. */
#ifndef TESTS_CLIENT_VPN_H
#define TESTS_CLIENT_VPN_H

#include <sys/uio.h>

#include "crypto/ipsec/esp.h"
#include "tests/client/ike_client.h"
#include "tests/client/lac.h"
#include "tests/client/ppp_peer.h"

enum { BEHIND_IP = 0xc6120165 }; /* 198.18.1.101: an address behind a NAT */

struct vpn;

/* SPIs and SAs of the clients of one thread. */
struct vpn_sas {
	struct esp_spis *spis;
	struct esp_table *table;
	struct vpn **owner; /* by the slot of an SPI */
	unsigned drops;     /* packets that came to nothing, in or out */
};

/* Room for so many SAs; aborts when memory is short. */
void vpn_sas_open(struct vpn_sas *s, unsigned slots);
void vpn_sas_close(struct vpn_sas *s);

/* How it is, and what it has to say. Texts are the caller's, outlive the client. */
struct client_habits {
	const char *cipher, *hash; /* phase 1 */
	uint16_t group;
	struct esp_alg esp;
	uint32_t private_ip; /* behind the NAT of its address; 0 = has its address itself */
	const struct lac_conf *lac;
	enum peer_profile ppp;
	const char *user, *password;
	unsigned methods;
	const char *psk;   /* NULL = the tests' own */
	const char *group_name; /* Aggressive Mode with this identity; NULL = Main Mode */
	struct pki *pki;   /* has trustpoint HIS, by whose certificate it comes; NULL = with the key */
	struct bytes server_id; /* body of the ID payload that the server will show; empty = its address */
	bool passive;      /* never renews keys by itself */
	bool ike_only;     /* no L2TP follows */
	bool endless_keys; /* no lifetime by kilobytes */
	bool cheap_dh;     /* tiny exponents: what it costs the server is the same */
	/* what follows is of clients that are data (tests/clients) */
	const struct vpn_script *script; /* may be NULL */
	uint32_t server_ip; /* dialled; 0 = SERVER_IP */
};

/* Its identities in Quick Mode (one item each: the body), where its L2TP comes from, which habits it has. */
struct vpn_script {
	struct script_list id, other_id;
	uint32_t l2tp_port, natoa, pfs_group;
	uint32_t dpd;         /* asks by itself */
	uint32_t keepalive_s; /* for NATs */
	const struct ppp_script *ppp;
};

extern const struct client_habits client_windows, client_apple, client_android;

struct vpn_ops {
	/* A datagram for the server: from UDP port 500 or 4500, or ESP without UDP (port 0). IKE is two parts: the marker,
	 * which is empty on port 500, and the message; everything else is one. */
	void (*send)(void *arg, uint16_t port, struct ip4_end to, const struct iovec *parts, size_t n);
	/* The following may be NULL. Called inside the engine: nothing may be ended there. */
	void (*flow_up)(void *arg);
	void (*ip)(void *arg, struct bytes packet); /* came through the tunnel */
	/* L2TP messages go another way than through ESP here, as do SAs (sa_ops). */
	void (*l2tp)(void *arg, const uint8_t *msg, size_t len);
	const struct sa_ops *sa; /* ctx is arg */
};

struct vpn {
	struct client_habits habits;
	struct clock *clock;
	const struct vpn_ops *ops;
	void *arg;
	uint32_t ip;          /* its own idea of its address */
	struct vpn_sas *sas;
	struct ike_offer offer;
	struct ike_ops ike_ops;
	struct ike *ike; /* NULL = is off */
	struct ike_peer *peer;
	struct ike_flow *flow;
	struct esp_sa *out; /* what it sends on */
	struct lac lac;
	struct ppp_peer ppp;
	bool ppp_started;
	unsigned flow_ups, flow_downs, peer_downs;
};

/* Whom it dials. */
static inline uint32_t vpn_server(const struct vpn *v)
{
	return v->habits.server_ip != 0 ? v->habits.server_ip : SERVER_IP;
}

/* Switched on, silent yet. public_ip: its address unless habits have a private one. clock, sas, ops, arg stay the caller's;
 * not to be moved until vpn_off. Aborts when memory is short. */
void vpn_on(struct vpn *v, const struct client_habits *habits, uint32_t public_ip, struct clock *clock,
            struct vpn_sas *sas, const struct vpn_ops *ops, void *arg);
/* No goodbye: everything it has here goes. May be off already. */
void vpn_off(struct vpn *v);
/* Begins; L2TP and PPP follow by themselves. */
void vpn_dial(struct vpn *v);
/* L2TP and PPP from the beginning, on the SAs it has. */
void vpn_redial_l2tp(struct vpn *v);
/* A datagram from the server. local and remote as the client sees them; udp: else it is ESP by itself. */
void vpn_input(struct vpn *v, struct ip4_end local, struct ip4_end remote, bool udp, const uint8_t *data, size_t len);
/* An IKE or L2TP message, a PPP frame that came another way. */
void vpn_ike(struct vpn *v, struct ip4_end local, struct ip4_end remote, const uint8_t *msg, size_t len);
void vpn_l2tp(struct vpn *v, const uint8_t *msg, size_t len);
void vpn_frame(struct vpn *v, const uint8_t *frame, size_t len);
/* New keys, begun by the client. false: it has none to renew. */
bool vpn_rekey(struct vpn *v, bool ike);
/* IKE and its SAs end; the server is told. L2TP and PPP say their own goodbye: ppp_peer_hangup, lac_hang_up. */
void vpn_end_ike(struct vpn *v);

#endif
