#include "crypto/ipsec/acl.h"

#include <errno.h>

#include "core/config/objects.h"

enum { PROTO_TCP = 6, PROTO_UDP = 17 };

struct compile {
	struct ipsec_ace *aces; /* NULL: only counted */
	size_t n;
};

static void ports(const struct acl_ports *p, uint16_t *lo, uint16_t *hi)
{
	*lo = p->op == ACL_OP_GT ? (uint16_t)(p->a + 1) : p->op == ACL_OP_LT ? 0 : p->a;
	*hi = p->op == ACL_OP_LT      ? (uint16_t)(p->a - 1)
	      : p->op == ACL_OP_GT    ? UINT16_MAX
	      : p->op == ACL_OP_RANGE ? p->b
	                              : p->a;
	if (p->op == ACL_OP_NONE || p->op == ACL_OP_NEQ) {
		*lo = 0;
		*hi = UINT16_MAX;
	}
}

/* Proxies are networks: a range of addresses cannot be one, and is passed over. */
static bool put(void *arg, const struct acl_rule *r)
{
	struct compile *c = arg;

	if (r->inactive || r->src.kind == ACL_RANGE || r->dst.kind == ACL_RANGE)
		return true;
	if (c->aces) {
		struct ipsec_ace *a = &c->aces[c->n];

		*a = (struct ipsec_ace){.permit = r->permit,
		                        .proto = r->proto,
		                        .src = r->src.ip,
		                        .src_mask = r->src.mask,
		                        .dst = r->dst.ip,
		                        .dst_mask = r->dst.mask};
		ports(&r->sport, &a->sport_lo, &a->sport_hi);
		ports(&r->dport, &a->dport_lo, &a->dport_hi);
	}
	c->n++;
	return true;
}

static bool each_ace(const struct conf *c, const struct centry *list, struct compile *x, struct err *err)
{
	struct acl_names names = objects_names(c);

	for (const struct centry *e = conf_first_child(c, list, "entry"); e; e = conf_next(c, e)) {
		struct acl_rule r;

		if (str_eq_cstr(conf_text(e, "kind"), "remark"))
			continue;
		if (!acl_rule_parse(conf_text(e, "rule"), str_eq_cstr(conf_text(e, "kind"), "standard"),
		                    &names, &r, err)) {
			err_prefix(err, "access-list %.*s: ", STR_ARG(conf_text(list, "name")));
			return false;
		}
		acl_rule_expand(c, &r, put, x);
	}
	return true;
}

const struct ipsec_acl *ipsec_acl_compile(const struct conf *c, struct arena *a, struct str name,
                                          struct err *err)
{
	struct ipsec_acl *acl = arena_alloc(a, sizeof(*acl));
	const struct centry *list = conf_find(c, "access-list", name);
	struct compile x = {0};

	if (acl && list && !each_ace(c, list, &x, err))
		return NULL;
	x.aces = arena_calloc(a, x.n ? x.n : 1, sizeof(*x.aces));
	x.n = 0;
	if (!acl || !x.aces) {
		err_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	if (list && !each_ace(c, list, &x, err))
		return NULL;
	acl->name = arena_str(a, name);
	acl->aces = x.aces;
	acl->n = x.n;
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
