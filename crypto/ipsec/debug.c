/* `debug crypto ipsec`: SAs that come and go, each with its context and the rules that lead to it. */
#include "core/base/debug.h"
#include "crypto/ipsec/sadb.h"

enum { ESP = 50, UDP = 17 };

#define say(...) debug_emit(who, DEBUG_IPSEC, 1, __VA_ARGS__)

static void give(struct ipsec_sadb *db, struct sadb_side *side, const struct sa_pair *pair,
                 uint32_t way)
{
	side->id = ++db->ids;
	side->scb = ++db->ids;
	side->context = ++db->ids;
	for (int i = 0; i < RULE_N; i++)
		side->rule[i] = ++db->ids;
	side->flags = CONTEXT_ESP | CONTEXT_RA | way | (pair->udp_encap ? CONTEXT_UDP : 0);
}

void sadb_give_ids(struct ipsec_sadb *db, struct sadb_sa *sa)
{
	give(db, &sa->side_in, &sa->pair, CONTEXT_IN);
	give(db, &sa->side_out, &sa->pair, CONTEXT_OUT);
}

/* The user of a flow is the one who logged in over it. */
static struct debug_who who_of(const struct ipsec_sadb *db, const struct sadb_sa *sa)
{
	return (struct debug_who){.ip = sa->pair.remote.ip,
	                          .user = sa->flow->peer->username,
	                          .group = sadb_group_of(db, sa->pair.peer),
	                          .spi = sa->pair.spi_in,
	                          .spi_out = sa->pair.spi_out};
}

static void embryonic(const struct debug_who *who, const struct sadb_sa *sa, bool in)
{
	const struct sadb_side *side = in ? &sa->side_in : &sa->side_out;
	say("IPSEC: New embryonic SA created @ 0x%08x, ", side->id);
	say("    SCB: 0x%08X, ", side->scb);
	say("    Direction: %s", in ? "inbound" : "outbound");
	say("    SPI      : 0x%08X", in ? sa->pair.spi_in : sa->pair.spi_out);
	say("    Session ID: 0x%08X", sa->pair.peer);
	say("    VPIF num  : 0x%08X", sa->pair.ifindex);
	say("    Tunnel type: ra");
	say("    Protocol   : esp");
	say("    Lifetime   : %u seconds", sa->pair.life_s);
}

static void context(const struct debug_who *who, const struct sadb_sa *sa, bool in, bool update,
                    unsigned mtu)
{
	const struct sadb_side *side = in ? &sa->side_in : &sa->side_out;
	const char *way = in ? "inbound" : "outbound";
	uint32_t spi = in ? sa->pair.spi_in : sa->pair.spi_out;
	/* The first one is made while the other is not there. */
	uint32_t other = in ? sa->side_out.context : update ? sa->side_in.context : 0;

	if (update)
		say("IPSEC: Updating %s VPN context 0x%08X, SPI 0x%08X", way, side->context, spi);
	else
		say("IPSEC: Creating %s VPN context, SPI 0x%08X", way, spi);
	say("    Flags: 0x%08x", side->flags);
	say("    SA   : 0x%08x", side->id);
	say("    SPI  : 0x%08X", spi);
	say("    MTU  : %u bytes", mtu);
	say("    VCID : 0x00000000");
	say("    Peer : 0x%08X", other);
	say("    SCB  : 0x%08X", side->scb);
	say("    Channel: 0x%08x", sa->pair.flow);
	say("IPSEC: Completed %s VPN context, SPI 0x%08X", way, spi);
	say("    VPN handle: 0x%08x", side->context);
}

static void ports(const struct debug_who *who, const char *side, uint16_t port)
{
	say("    %s ports", side);
	say("      Upper: %u", port);
	say("      Lower: %u", port);
	say("      Op   : %s", port != 0 ? "equal" : "ignore");
}

struct rule {
	const char *name;
	uint32_t spi, id;
	struct sa_proxy src, dst;
	bool by_spi;
};

static void rule(const struct debug_who *who, const struct rule *r)
{
	say("IPSEC: New %s rule, SPI 0x%08X", r->name, r->spi);
	say("    Src addr: %s", ip4_text(r->src.ip).s);
	say("    Src mask: %s", ip4_text(r->src.mask).s);
	say("    Dst addr: %s", ip4_text(r->dst.ip).s);
	say("    Dst mask: %s", ip4_text(r->dst.mask).s);
	ports(who, "Src", r->src.port);
	ports(who, "Dst", r->dst.port);
	say("    Protocol: %u", r->src.proto);
	say("    Use protocol: %s", r->src.proto != 0 ? "true" : "false");
	say("    SPI: 0x%08X", r->by_spi ? r->spi : 0);
	say("    Use SPI: %s", r->by_spi ? "true" : "false");
	say("IPSEC: Completed %s rule, SPI 0x%08X", r->name, r->spi);
	say("    Rule ID: 0x%08x", r->id);
}

/* An end as the packets of the SA have it outside. */
static struct sa_proxy outer(const struct sa_pair *p, const struct ip4_end *end)
{
	return (struct sa_proxy){.ip = end->ip,
	                         .mask = UINT32_MAX,
	                         .proto = p->udp_encap ? UDP : ESP,
	                         .port = p->udp_encap ? end->port : 0};
}

static void rules_out(const struct debug_who *who, const struct sadb_sa *sa)
{
	const struct sa_pair *p = &sa->pair;
	rule(who, &(struct rule){"outbound encrypt", p->spi_out, sa->side_out.rule[RULE_CRYPT],
	                         p->local_proxy, p->remote_proxy, false});
	rule(who, &(struct rule){"outbound permit", p->spi_out, sa->side_out.rule[RULE_PERMIT],
	                         outer(p, &p->local), outer(p, &p->remote), !p->udp_encap});
}

static void rules_in(const struct debug_who *who, const struct sadb_sa *sa)
{
	const struct sa_pair *p = &sa->pair;
	const struct sa_proxy src = outer(p, &p->remote), dst = outer(p, &p->local);
	rule(who, &(struct rule){"inbound tunnel flow", p->spi_in, sa->side_in.rule[RULE_FLOW],
	                         p->remote_proxy, p->local_proxy, false});
	rule(who, &(struct rule){"inbound decrypt", p->spi_in, sa->side_in.rule[RULE_CRYPT], src,
	                         dst, !p->udp_encap});
	rule(who, &(struct rule){"inbound permit", p->spi_in, sa->side_in.rule[RULE_PERMIT], src,
	                         dst, !p->udp_encap});
}

static void engine(const struct ipsec_sadb *db, const struct sadb_sa *sa, const char *what)
{
	if (!debug_on(DEBUG_ENGINE, 1))
		return;
	const struct debug_who about = who_of(db, sa);
	debug_emit(&about, DEBUG_ENGINE, 1, "CryptoEngine0: %s, conn_id %u, SPI 0x%08X", what,
	           sa->conn_id, sa->pair.spi_in);
}

void sadb_debug_in(const struct ipsec_sadb *db, const struct sadb_sa *sa)
{
	engine(db, sa, "IPSec SA created");
	if (!debug_on(DEBUG_IPSEC, 1))
		return;
	const struct debug_who about = who_of(db, sa);
	embryonic(&about, sa, true);
}

void sadb_debug_up(const struct ipsec_sadb *db, const struct sadb_sa *sa)
{
	const struct sa_pair *p = &sa->pair;
	engine(db, sa, "IPSec SA active");
	if (!debug_on(DEBUG_IPSEC, 1))
		return;
	const struct debug_who about = who_of(db, sa), *who = &about;
	unsigned mtu = db->hooks.mtu ? db->hooks.mtu(db->hooks.ctx, p->ifname) : 1500;

	embryonic(who, sa, false);
	say("IPSEC: Completed host OBSA update, SPI 0x%08X", p->spi_out);
	context(who, sa, false, false, mtu);
	rules_out(who, sa);
	say("IPSEC: Completed host IBSA update, SPI 0x%08X", p->spi_in);
	context(who, sa, true, false, 0);
	context(who, sa, false, true, mtu);
	say("IPSEC: Completed outbound inner rule, SPI 0x%08X", p->spi_out);
	say("    Rule ID: 0x%08x", sa->side_out.rule[RULE_CRYPT]);
	say("IPSEC: Completed outbound outer SPD rule, SPI 0x%08X", p->spi_out);
	say("    Rule ID: 0x%08x", sa->side_out.rule[RULE_SPD]);
	rules_in(who, sa);
}

static void rule_gone(const struct debug_who *who, const char *name, uint32_t spi, uint32_t id)
{
	say("IPSEC: Deleted %s rule, SPI 0x%08X", name, spi);
	say("    Rule ID: 0x%08x", id);
}

static void context_gone(const struct debug_who *who, const char *way, uint32_t spi, uint32_t id)
{
	say("IPSEC: Deleted %s VPN context, SPI 0x%08X", way, spi);
	say("    VPN handle: 0x%08x", id);
}

void sadb_debug_gone(const struct ipsec_sadb *db, const struct sadb_sa *sa)
{
	uint32_t in = sa->pair.spi_in, out = sa->pair.spi_out;
	engine(db, sa, "IPSec SA deleted");
	if (!debug_on(DEBUG_IPSEC, 1))
		return;
	const struct debug_who about = who_of(db, sa), *who = &about;
	if (sa->out) {
		say("IPSEC: Destroy current outbound SPI: 0x%08X", out);
		rule_gone(who, "outbound encrypt", out, sa->side_out.rule[RULE_CRYPT]);
		rule_gone(who, "outbound permit", out, sa->side_out.rule[RULE_PERMIT]);
		context_gone(who, "outbound", out, sa->side_out.context);
	}
	say("IPSEC: Destroy current inbound SPI: 0x%08X", in);
	if (!sa->out)
		return;
	rule_gone(who, "inbound decrypt", in, sa->side_in.rule[RULE_CRYPT]);
	rule_gone(who, "inbound permit", in, sa->side_in.rule[RULE_PERMIT]);
	rule_gone(who, "inbound tunnel flow", in, sa->side_in.rule[RULE_FLOW]);
	context_gone(who, "inbound", in, sa->side_in.context);
}
