#include "core/config/objects.h"

enum { DEPTH_MAX = 16 }; /* groups in groups */

enum acl_group_kind objects_group_kind(const struct conf *c, struct str name)
{
	const struct centry *e = conf_find(c, "object-group", name);
	struct str kind = e ? conf_text(e, "kind") : (struct str){0};
	return str_eq_cstr(kind, "network")     ? ACL_GROUP_NETWORK
	       : str_eq_cstr(kind, "service")   ? ACL_GROUP_SERVICE
	       : str_eq_cstr(kind, "protocol")  ? ACL_GROUP_PROTOCOL
	       : str_eq_cstr(kind, "icmp-type") ? ACL_GROUP_ICMP
	                                        : ACL_GROUP_NONE;
}

static enum acl_group_kind names_group(void *ctx, struct str name)
{
	return objects_group_kind(ctx, name);
}

static bool names_object(void *ctx, struct str name, bool service)
{
	return conf_find(ctx, service ? "object-service" : "object-network", name) != NULL;
}

static bool names_address(void *ctx, struct str name, uint32_t *ip)
{
	for (const struct centry *e = conf_first(ctx, "name"); e; e = conf_next(ctx, e))
		if (str_eq(conf_text(e, "name"), name)) {
			*ip = conf_ip(e, "address");
			return true;
		}
	return false;
}

static const struct centry *interface_named(const struct conf *c, struct str nameif)
{
	for (const struct centry *e = conf_first(c, "interface"); e; e = conf_next(c, e))
		if (nameif.len > 0 && str_eq(conf_text(e, "nameif"), nameif))
			return e;
	return NULL;
}

static bool names_interface(void *ctx, struct str name)
{
	return interface_named(ctx, name) != NULL;
}

static bool names_time_range(void *ctx, struct str name)
{
	return conf_find(ctx, "time-range", name) != NULL;
}

struct acl_names objects_names(const struct conf *c)
{
	return (struct acl_names){(void *)c,     names_group,     names_object,
	                          names_address, names_interface, names_time_range};
}

/* ------------------------------------------------------------------ addresses */

bool object_network(const struct conf *c, struct str name, struct acl_addr *a)
{
	const struct centry *e = conf_find(c, "object-network", name);
	*a = (struct acl_addr){.kind = ACL_NET};
	if (e == NULL)
		return false;
	if (conf_is_set(e, "host")) {
		a->ip = conf_ip(e, "host");
		a->mask = UINT32_MAX;
	} else if (conf_is_set(e, "net")) {
		a->ip = conf_ip(e, "net");
		a->mask = conf_ip(e, "mask");
		a->kind = a->mask == 0 ? ACL_ANY : ACL_NET;
	} else if (conf_is_set(e, "first")) {
		a->kind = ACL_RANGE;
		a->ip = conf_ip(e, "first");
		a->mask = conf_ip(e, "last");
	} else {
		return false; /* empty, or a name of the DNS */
	}
	return true;
}

struct addresses {
	const struct conf *c;
	bool (*fn)(void *arg, const struct acl_addr *a);
	void *arg;
};

static bool each_address(const struct addresses *x, const struct acl_addr *a, unsigned depth);

static bool member_address(const struct addresses *x, struct str text, unsigned depth)
{
	struct acl_addr a = {.kind = ACL_NET, .mask = UINT32_MAX};
	struct str word = str_word(&text), first = str_word(&text), second = str_word(&text);
	if (str_eq(word, STR("group-object"))) {
		a = (struct acl_addr){.kind = ACL_GROUP, .name = first};
	} else if (!str_eq(word, STR("network-object"))) {
		return true;
	} else if (str_eq(first, STR("object"))) {
		a = (struct acl_addr){.kind = ACL_OBJECT, .name = second};
	} else if (str_eq(first, STR("host"))) {
		if (!ip4_parse(second, &a.ip))
			return true;
	} else if (!ip4_parse(first, &a.ip) || !ip4_parse(second, &a.mask)) {
		return true;
	} else if (a.mask == 0) {
		a.kind = ACL_ANY;
	}
	return each_address(x, &a, depth + 1);
}

static bool each_address(const struct addresses *x, const struct acl_addr *a, unsigned depth)
{
	struct acl_addr one;
	const struct centry *e;
	if (depth > DEPTH_MAX)
		return true;
	switch (a->kind) {
	case ACL_OBJECT:
		return !object_network(x->c, a->name, &one) || x->fn(x->arg, &one);
	case ACL_IFACE:
		e = interface_named(x->c, a->name);
		one = (struct acl_addr){.kind = ACL_NET, .mask = UINT32_MAX};
		if (e == NULL || !conf_is_set(e, "ip"))
			return true;
		one.ip = conf_ip(e, "ip");
		return x->fn(x->arg, &one);
	case ACL_GROUP:
		e = conf_find(x->c, "object-group", a->name);
		for (e = e ? conf_first_child(x->c, e, "member") : NULL; e; e = conf_next(x->c, e))
			if (!member_address(x, conf_text(e, "member"), depth))
				return false;
		return true;
	default:
		return x->fn(x->arg, a);
	}
}

void objects_each_address(const struct conf *c, const struct acl_addr *a,
                          bool (*fn)(void *arg, const struct acl_addr *a), void *arg)
{
	each_address(&(struct addresses){c, fn, arg}, a, 0);
}

/* ------------------------------------------------------------------ protocols and ports */

struct expand {
	const struct conf *c;
	const struct acl_rule *rule;
	struct acl_rule one;
	bool (*fn)(void *arg, const struct acl_rule *element);
	void *arg;
};

static bool with_dst(void *arg, const struct acl_addr *a)
{
	struct expand *x = arg;
	x->one.dst = *a;
	return x->fn(x->arg, &x->one);
}

static bool with_src(void *arg, const struct acl_addr *a)
{
	struct expand *x = arg;
	x->one.src = *a;
	return each_address(&(struct addresses){x->c, with_dst, x}, &x->rule->dst, 0);
}

static bool addresses(struct expand *x)
{
	return each_address(&(struct addresses){x->c, with_src, x}, &x->rule->src, 0);
}

/* Each port-object of a service group, groups in it opened. */
static bool each_port(struct expand *x, struct str group, struct acl_ports *into,
                      bool (*next)(struct expand *x), unsigned depth)
{
	const struct centry *e = conf_find(x->c, "object-group", group);
	if (depth > DEPTH_MAX)
		return true;
	for (e = e ? conf_first_child(x->c, e, "member") : NULL; e; e = conf_next(x->c, e)) {
		struct str text = conf_text(e, "member"), word = str_word(&text);
		if (str_eq(word, STR("group-object"))) {
			if (!each_port(x, str_word(&text), into, next, depth + 1))
				return false;
		} else if (str_eq(word, STR("port-object")) &&
		           acl_port_parse(text, 0, into, NULL)) {
			if (into->a == into->b)
				into->op = ACL_OP_EQ;
			if (!next(x))
				return false;
		}
	}
	return true;
}

static bool with_dport(struct expand *x)
{
	if (x->rule->dport.op == ACL_OP_GROUP)
		return each_port(x, x->rule->dport.group, &x->one.dport, addresses, 0);
	return addresses(x);
}

static bool with_sport(struct expand *x)
{
	if (x->rule->sport.op == ACL_OP_GROUP)
		return each_port(x, x->rule->sport.group, &x->one.sport, with_dport, 0);
	return with_dport(x);
}

static bool each_icmp(struct expand *x, struct str group, unsigned depth)
{
	const struct centry *e = conf_find(x->c, "object-group", group);
	for (e = e && depth <= DEPTH_MAX ? conf_first_child(x->c, e, "member") : NULL; e;
	     e = conf_next(x->c, e)) {
		struct str text = conf_text(e, "member"), word = str_word(&text);
		uint8_t type;
		if (str_eq(word, STR("group-object"))) {
			if (!each_icmp(x, str_word(&text), depth + 1))
				return false;
		} else if (str_eq(word, STR("icmp-object")) &&
		           acl_icmp_number(str_word(&text), &type)) {
			x->one.icmp_type = type;
			if (!addresses(x))
				return false;
		}
	}
	return true;
}

static bool with_service(struct expand *x, const struct acl_service *s)
{
	x->one.proto = s->proto;
	x->one.sport = s->sport;
	x->one.dport = s->dport;
	x->one.icmp_type = s->icmp_type;
	x->one.icmp_code = s->icmp_code;
	if (!s->tcp_udp)
		return addresses(x);
	x->one.proto = 6;
	if (!addresses(x))
		return false;
	x->one.proto = 17;
	return addresses(x);
}

static bool object_service(struct expand *x, struct str name)
{
	const struct centry *e = conf_find(x->c, "object-service", name);
	struct acl_service s;
	if (e == NULL || !acl_service_parse(conf_text(e, "service"), &s, NULL))
		return true;
	return with_service(x, &s);
}

static bool each_service(struct expand *x, struct str group, unsigned depth)
{
	const struct centry *e = conf_find(x->c, "object-group", group);
	struct acl_service s = {.icmp_type = -1, .icmp_code = -1};
	bool go = true;
	for (e = e && depth <= DEPTH_MAX ? conf_first_child(x->c, e, "member") : NULL; e && go;
	     e = conf_next(x->c, e)) {
		struct str text = conf_text(e, "member"), word = str_word(&text), rest = text;
		if (str_eq(word, STR("group-object")))
			go = each_service(x, str_word(&text), depth + 1);
		else if (str_eq(word, STR("protocol-object"))) {
			s = (struct acl_service){.icmp_type = -1, .icmp_code = -1};
			go = !acl_protocol_number(str_word(&text), &s.proto) || with_service(x, &s);
		} else if (str_eq(word, STR("service-object"))) {
			if (str_eq(str_word(&rest), STR("object")))
				go = object_service(x, str_word(&rest));
			else
				go = !acl_service_parse(text, &s, NULL) || with_service(x, &s);
		}
	}
	return go;
}

void acl_rule_expand(const struct conf *c, const struct acl_rule *rule,
                     bool (*fn)(void *arg, const struct acl_rule *element), void *arg)
{
	struct expand x = {.c = c, .rule = rule, .one = *rule, .fn = fn, .arg = arg};
	x.one.proto_kind = ACL_PROTO_NUMBER;
	x.one.service = x.one.icmp_group = (struct str){0};
	if (rule->proto_kind == ACL_PROTO_OBJECT)
		object_service(&x, rule->service);
	else if (rule->proto_kind == ACL_PROTO_GROUP)
		each_service(&x, rule->service, 0);
	else if (rule->icmp_group.len > 0)
		each_icmp(&x, rule->icmp_group, 0);
	else
		with_sport(&x);
}
