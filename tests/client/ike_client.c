#include "tests/client/ike_client.h"

#include "crypto/ike/auth.h"

static const char PSK[] = "a-shared-key-for-tests-only";

/* ------------------------------------------------------------------ what it offers */

void ike_offer_init(struct ike_offer *o)
{
	*o = (struct ike_offer){
	        .enabled = {"outside"},
	        .groups = {{.name = "DefaultRAGroup",
	                    .psk = PSK,
	                    .psk_len = sizeof PSK - 1,
	                    .dpd = true,
	                    .dpd_threshold_s = 300,
	                    .dpd_retry_s = 2,
	                    .l2tp_allowed = true}},
	        .conf = {.policies = o->policy,
	                 .enabled = o->enabled,
	                 .nenabled = 1,
	                 .natt_s = 20,
	                 .identity_text = "",
	                 .groups = o->groups,
	                 .ngroups = 1,
	                 .ra = &o->groups[0],
	                 .map = {.fallback = &o->groups[0]},
	                 .max_half_open = 100},
	        .entry = {.map = "outside_map",
	                  .map_seq = 20,
	                  .dynamic = "dyno",
	                  .seq = 10,
	                  .sets = o->setp,
	                  .life_s = 28800,
	                  .life_kb = 4608000,
	                  .replay_window = 64,
	                  .nat_t = true},
	        .map = {.name = "outside_map", .entries = &o->entry, .n = 1},
	};
	for (size_t i = 0; i < sizeof o->setp / sizeof o->setp[0]; i++)
		o->setp[i] = &o->sets[i];
}

void ike_offer_policy(struct ike_offer *o, const char *cipher, const char *hash, uint16_t group, uint32_t life_s)
{
	size_t n = o->conf.npolicies++;
	o->policy[n] = (struct ike_policy){.priority = 10 * ((uint32_t)n + 1),
	                                   .auth = AUTH_PSK,
	                                   .cipher = ike_cipher_by_word(str_of(cipher)),
	                                   .hash = ike_hash_by_word(str_of(hash)),
	                                   .group = group,
	                                   .life_s = life_s};
}

void ike_offer_certificate(struct ike_offer *o, const char *trust_point)
{
	for (size_t i = 0; i < o->conf.npolicies; i++)
		o->policy[i].auth = AUTH_RSA_SIG;
	o->groups[0].trust_point = trust_point;
}

void ike_offer_set(struct ike_offer *o, const char *name, struct esp_alg alg)
{
	o->sets[o->entry.nsets++] = (struct ipsec_transform_set){name, alg, ESP_TRANSPORT};
}

void ike_offer_client(struct ike_offer *o, const char *cipher, const char *hash, uint16_t group)
{
	ike_offer_policy(o, cipher, hash, group, 28800);
	ike_offer_set(o, "T", (struct esp_alg){ESP_CIPHER_3DES, 24, ESP_MAC_SHA1});
	ike_offer_set(o, "T", (struct esp_alg){ESP_CIPHER_AES, 32, ESP_MAC_SHA1});
}

void ike_offer_use(struct ike *ike, const struct ike_offer *o, uint32_t own_ip)
{
	struct ike_iface iface = {.ifname = "outside", .ip = own_ip, .ifindex = 2};
	ike_set_interfaces(ike, &iface, 1);
	ike_set_conf(ike, &o->conf, NULL);
}

/* ------------------------------------------------------------------ how it begins */

struct ike_peer *client_peer_of(struct ike *ike, uint32_t own_ip, struct bytes server_id)
{
	return client_peer_at(ike, own_ip, SERVER_IP, server_id);
}

struct ike_peer *client_peer_at(struct ike *ike, uint32_t own_ip, uint32_t server_ip, struct bytes server_id)
{
	uint8_t id[8];
	struct wr w = wr_of(id, sizeof id);

	/* A shell of an SA gives peer_for() what it needs; the peer then begins by itself. */
	struct ike_sa shell = {.ike = ike,
	                       .local = {own_ip, IKE_PORT},
	                       .remote = {server_ip, IKE_PORT},
	                       .ifname = "outside",
	                       .group_name = ike->conf->ra->name,
	                       .auth = ike_auth_find(ike->conf->policies[0].auth)};
	wr_u32(&w, (uint32_t)ID_IPV4_ADDR << 24);
	wr_u32(&w, SERVER_IP);
	return peer_for(&shell, server_id.len > 0 ? server_id : (struct bytes){id, sizeof id});
}

struct ike_flow *client_flow_of(struct ike_peer *peer, uint32_t own_ip, uint16_t own_port, struct esp_alg alg,
                                uint16_t encap)
{
	uint8_t own[8], other[8];
	struct wr a = wr_of(own, sizeof own), b = wr_of(other, sizeof other);

	wr_u32(&a, (uint32_t)ID_IPV4_ADDR << 24 | 17u << 16 | own_port);
	wr_u32(&a, own_ip);
	wr_u32(&b, (uint32_t)ID_IPV4_ADDR << 24 | 17u << 16 | 1701);
	wr_u32(&b, SERVER_IP);
	return client_flow_at(peer, own_ip, SERVER_IP, (struct bytes){own, sizeof own}, (struct bytes){other, sizeof other},
	                      alg, encap);
}

struct ike_flow *client_flow_at(struct ike_peer *peer, uint32_t own_ip, uint32_t server_ip, struct bytes own_id,
                                struct bytes other_id, struct esp_alg alg, uint16_t encap)
{
	struct ike_qm qm = {.mode = encap == ENCAP_TUNNEL || encap == ENCAP_UDP_TUNNEL ? ESP_TUNNEL : ESP_TRANSPORT,
	                    .id_local = own_id,
	                    .id_remote = other_id};
	struct ike_flow *flow = flow_new(peer, &qm);
	flow->alg = alg;
	flow->encap = encap;
	flow->life_s = 3600;
	flow->life_kb = 250000;
	flow->oa_local = own_ip;
	flow->oa_remote = server_ip;
	flow->want_rekey = true;
	return flow;
}
