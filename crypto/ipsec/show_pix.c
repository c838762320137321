/* show crypto ipsec sa in the form of PIX 6. */
#include "crypto/ipsec/alg.h"
#include "crypto/ipsec/conf.h"
#include "crypto/ipsec/sadb.h"

static void show_ident(struct out *o, const char *which, const struct sa_proxy *p)
{
	out_printf(o, "   %-6s ident (addr/mask/prot/port): (%s/%s/%u/%u)\n", which,
	           ip4_text(p->ip).s, ip4_text(p->mask).s, p->proto, p->port);
}

static void show_counters(struct out *o, const struct sa_stats *s)
{
	unsigned long long in = s->pkts_in, out = s->pkts_out;

	out_printf(o, "    #pkts encaps: %llu, #pkts encrypt: %llu, #pkts digest %llu\n", out, out,
	           out);
	out_printf(o, "    #pkts decaps: %llu, #pkts decrypt: %llu, #pkts verify %llu\n", in, in,
	           in);
	/* compression is never agreed on */
	out_str(o, "    #pkts compressed: 0, #pkts decompressed: 0\n"
	           "    #pkts not compressed: 0, #pkts compr. failed: 0, #pkts decompress failed: "
	           "0\n");
	out_printf(o, "    #send errors %llu, #recv errors %llu\n\n",
	           (unsigned long long)s->errs_out, (unsigned long long)s->errs_in);
}

static void show_timing(struct out *o, const struct ipsec_sadb *db, const struct sadb_sa *sa,
                        uint64_t bytes)
{
	uint32_t kb = sa->pair.life_kb, left = sadb_life_left_s(db, sa);
	uint32_t left_kb = bytes / 1024 >= kb ? 0 : kb - (uint32_t)(bytes / 1024);

	if (kb)
		out_printf(o, "        sa timing: remaining key lifetime (k/sec): (%u/%u)\n",
		           left_kb, left);
	else
		out_printf(o, "        sa timing: remaining key lifetime (sec): %u\n", left);
}

static void show_sa(struct out *o, const struct ipsec_sadb *db, const struct sadb_sa *sa,
                    const char *map, bool inbound)
{
	const struct sa_pair *p = &sa->pair;
	uint32_t spi = inbound ? p->spi_in : p->spi_out;
	const struct esp_cipher_info *cipher = esp_cipher_info(p->alg);
	struct sa_stats s;

	sadb_sa_stats(db, sa, &s);
	out_printf(o, "      spi: 0x%x(%u)\n", spi, spi);
	out_printf(o, "        transform: %s %s ,\n", esp_cipher_name(p->alg),
	           esp_mac_name(p->alg.mac));
	out_printf(o, "        in use settings ={%s, %s}\n",
	           p->mode == ESP_TRANSPORT ? "Transport" : "Tunnel",
	           p->udp_encap ? "UDP-Encaps, " : "");
	out_printf(o, "        slot: 0, conn id: %u, crypto map: %s\n", sadb_pix_conn(sa, inbound),
	           map);
	show_timing(o, db, sa, inbound ? s.bytes_in : s.bytes_out);
	out_printf(o, "        IV size: %u bytes\n",
	           cipher ? (unsigned)prim_cipher_block(cipher->prim) : 0);
	out_printf(o, "        replay detection support: %s\n", p->replay_window ? "Y" : "N");
}

static void show_sas(struct out *o, const struct ipsec_sadb *db, const struct sadb_flow *f,
                     const char *map, bool inbound)
{
	const char *way = inbound ? "inbound" : "outbound";

	out_printf(o, "     %s esp sas:\n", way);
	for (const struct sadb_sa *sa = f->sas; sa; sa = sa->next_of_flow) {
		if (inbound || sa->out)
			show_sa(o, db, sa, map, inbound);
	}
	out_printf(o, "\n\n     %s ah sas:\n\n\n     %s pcp sas:\n\n\n", way, way);
}

void ipsec_show_pix_flow(struct out *o, const struct ipsec_sadb *db, const struct sadb_flow *f,
                         const struct sa_stats *sum)
{
	const struct sadb_sa *last = f->sas, *sending = NULL;
	const struct sa_pair *p;
	const char *map = NULL;
	unsigned mtu;

	for (const struct sadb_sa *sa = f->sas; sa; sa = sa->next_of_flow) {
		last = sa;
		sending = sa->out ? sa : sending;
	}
	p = &last->pair;
	mtu = db->hooks.mtu ? db->hooks.mtu(db->hooks.ctx, p->ifname) : 1500;
	if (db->hooks.map)
		map = db->hooks.map(db->hooks.ctx, p->ifname);
	if (!map)
		map = p->map_name;
	out_printf(o, "    Crypto map tag: %s, local addr. %s\n\n", map, ip4_text(p->local.ip).s);
	show_ident(o, "local", &p->local_proxy);
	show_ident(o, "remote", &p->remote_proxy);
	out_printf(o, "   current_peer: %s\n", ip4_text(p->remote.ip).s);
	/* An address of mode config; L2TP gives its own inside the tunnel. */
	out_str(o, "   dynamic allocated peer ip: 0.0.0.0\n\n");
	out_printf(o, "     PERMIT, flags={%s}\n",
	           p->mode == ESP_TRANSPORT ? "reassembly_needed,transport_parent," : "");
	show_counters(o, sum);
	out_printf(o, "     local crypto endpt.: %s, ", ip4_text(p->local.ip).s);
	out_printf(o, "remote crypto endpt.: %s\n", ip4_text(p->remote.ip).s);
	out_printf(o, "     path mtu %u, ipsec overhead %u, media mtu %u\n",
	           sadb_path(db, sending, mtu).mtu,
	           esp_overhead(p->alg, p->mode, p->udp_encap, NULL), mtu);
	out_printf(o, "     current outbound spi: %x\n\n", sending ? sending->pair.spi_out : 0);
	show_sas(o, db, f, map, true);
	show_sas(o, db, f, map, false);
}
