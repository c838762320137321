/* IKE as a client does it: the product's engine with what a client offers, made to begin. */
#ifndef TESTS_CLIENT_IKE_CLIENT_H
#define TESTS_CLIENT_IKE_CLIENT_H

#include "crypto/ike/engine.h"

enum { SERVER_IP = 0xcb007101 }; /* whom every client calls: 203.0.113.1 */

/* An engine's configuration and what it consists of; not to be moved. */
struct ike_offer {
	struct ike_policy policy[4];
	const char *enabled[1];
	struct ike_group groups[4]; /* by name; the first one is DefaultRAGroup */
	struct ike_conf conf;
	struct ipsec_transform_set sets[4];
	const struct ipsec_transform_set *setp[4];
	struct ipsec_entry entry;
	struct ipsec_map map;
};

/* On the interface outside, with the tests' own pre-shared key; without policies and transform sets. */
void ike_offer_init(struct ike_offer *o);
/* One more, less preferred than those before. */
void ike_offer_policy(struct ike_offer *o, const char *cipher, const char *hash, uint16_t group, uint32_t life_s);
void ike_offer_set(struct ike_offer *o, const char *name, struct esp_alg alg);
/* The only policy, and the sets it accepts when the server begins. */
void ike_offer_client(struct ike_offer *o, const char *cipher, const char *hash, uint16_t group);
/* All policies so far want RSA signatures; the engine is given a struct pki that has this trustpoint (ike_set_pki). */
void ike_offer_certificate(struct ike_offer *o, const char *trust_point);
/* The engine's, on its one interface. offer stays the caller's, outlives the engine. */
void ike_offer_use(struct ike *ike, const struct ike_offer *o, uint32_t own_ip);

/* A peer for the server (server_id: body of the ID payload it will show, empty = its address), and a flow with these identities (17/port). Whether the client tells of its address behind a NAT
 * (natoa) is left to the caller. */
struct ike_peer *client_peer_of(struct ike *ike, uint32_t own_ip, struct bytes server_id);
struct ike_flow *client_flow_of(struct ike_peer *peer, uint32_t own_ip, uint16_t own_port, struct esp_alg alg,
                                uint16_t encap);

/* The same for a client that dialled another address than the server's own, and with identities in words of its own
 * (bodies of ID payloads). */
struct ike_peer *client_peer_at(struct ike *ike, uint32_t own_ip, uint32_t server_ip, struct bytes server_id);
struct ike_flow *client_flow_at(struct ike_peer *peer, uint32_t own_ip, uint32_t server_ip, struct bytes own_id,
                                struct bytes other_id, struct esp_alg alg, uint16_t encap);

#endif
