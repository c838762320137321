#include "crypto/ipsec/acl.h"

#include <errno.h>

#include "core/config/acl.h"

enum { PROTO_TCP = 6, PROTO_UDP = 17 };

static bool is_rule(const struct centry *e, struct str name)
{
	return str_eq(conf_text(e, "name"), name) && !str_eq_cstr(conf_text(e, "kind"), "remark");
}

static bool ace_compile(const struct centry *e, struct ipsec_ace *ace, bool *inactive,
                        struct err *err)
{
	struct acl_rule r;

	if (!acl_rule_parse(conf_text(e, "rule"), str_eq_cstr(conf_text(e, "kind"), "standard"), &r,
	                    err))
		return false;
	*inactive = r.inactive;
	*ace = (struct ipsec_ace){r.permit,   r.proto,    r.src,      r.src_mask, r.dst,
	                          r.dst_mask, r.sport_lo, r.sport_hi, r.dport_lo, r.dport_hi};
	return true;
}

const struct ipsec_acl *ipsec_acl_compile(const struct conf *c, struct arena *a, struct str name,
                                          struct err *err)
{
	struct ipsec_acl *acl = arena_alloc(a, sizeof(*acl));
	struct ipsec_ace *aces;
	size_t n = 0;

	for (const struct centry *e = conf_first(c, "access-list"); e; e = conf_next(c, e))
		n += is_rule(e, name);
	aces = arena_calloc(a, n ? n : 1, sizeof(*aces));
	if (!acl || !aces) {
		err_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	acl->name = arena_str(a, name);
	acl->aces = aces;
	for (const struct centry *e = conf_first(c, "access-list"); e; e = conf_next(c, e)) {
		bool inactive = false;

		if (!is_rule(e, name))
			continue;
		if (!ace_compile(e, &aces[acl->n], &inactive, err)) {
			err_prefix(err, "access-list %.*s: ", STR_ARG(name));
			return NULL;
		}
		if (!inactive)
			acl->n++;
	}
	return acl;
}

enum overlap { APART, TOUCHES, HOLDS };

static enum overlap less(enum overlap a, enum overlap b)
{
	return a < b ? a : b;
}

/* Does net hold all of, or any of, the addresses of a proxy? */
static enum overlap over_net(uint32_t net, uint32_t mask, const struct sa_proxy *p)
{
	if (!(mask & ~p->mask) && !((p->ip ^ net) & mask))
		return HOLDS;
	return (p->ip ^ net) & mask & p->mask ? APART : TOUCHES;
}

static enum overlap over_ports(uint16_t lo, uint16_t hi, uint16_t port)
{
	if (lo == 0 && hi == UINT16_MAX)
		return HOLDS;
	if (!port) /* the proxy means all of them */
		return TOUCHES;
	return port >= lo && port <= hi ? HOLDS : APART;
}

static enum overlap over_ace(const struct ipsec_ace *a, const struct sa_proxy *local,
                             const struct sa_proxy *remote)
{
	enum overlap o =
	        less(over_net(a->src, a->src_mask, local), over_net(a->dst, a->dst_mask, remote));

	if (a->proto && a->proto != remote->proto)
		o = remote->proto ? APART : less(o, TOUCHES);
	if (a->proto == PROTO_TCP || a->proto == PROTO_UDP) {
		o = less(o, over_ports(a->sport_lo, a->sport_hi, local->port));
		o = less(o, over_ports(a->dport_lo, a->dport_hi, remote->port));
	}
	return o;
}

bool ipsec_acl_permits(const struct ipsec_acl *acl, const struct sa_proxy *local,
                       const struct sa_proxy *remote)
{
	if (!acl)
		return true;
	for (size_t i = 0; i < acl->n; i++) {
		enum overlap o = over_ace(&acl->aces[i], local, remote);

		if (o == HOLDS)
			return acl->aces[i].permit;
		if (o == TOUCHES && !acl->aces[i].permit)
			return false;
		/* a permit that holds only a part leaves the rest to the lines below: none of them may deny it,
		 * and one must hold the whole pair */
	}
	return false;
}
