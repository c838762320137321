/* Objects and object groups: members in the form that is stored, and what may not go because it is used. */
#include <errno.h>
#include <string.h>

#include "cli/config/hooks_acl.h"
#include "core/config/hook.h"
#include "core/config/objects.h"

/* The rule of a network object's translation goes with it. */
static int edit_object(struct conf_typed *t, struct err *err)
{
	struct str name = conf_typed_text(t, "name");
	bool network = conf_typed_has(t, "network");
	const struct conf *c = t->conf;
	if (!t->no)
		return conf_find(c, network ? "object-service" : "object-network", name) == NULL
		               ? 0
		               : err_set(err, -EEXIST,
		                         "An object with the same name but different type exists");
	if (conf_find(c, network ? "object-network" : "object-service", name) == NULL)
		return err_set(err, -ENOENT, "object (%.*s) does not exist", STR_ARG(name));
	if (objects_in_use(c, false, name))
		return err_set(err, -EBUSY, "unable to delete object (%.*s). object is being used.",
		               STR_ARG(name));
	if (network && conf_find(c, "object-nat", name) != NULL)
		out_printf(t->lines, "object network %.*s\nno = nat\nno object network %.*s\n",
		           STR_ARG(name), STR_ARG(name));
	return 0;
}

static int edit_object_group(struct conf_typed *t, struct err *err)
{
	struct str name = conf_typed_text(t, "name");
	const struct centry *e = conf_find(t->conf, "object-group", name);
	static const char *const kinds[] = {"network", "service", "protocol", "icmp-type"};
	if (t->no && e == NULL)
		return err_plain(err, -ENOENT,
		                 "Removing object-group (%.*s) failed; it does not exist",
		                 STR_ARG(name));
	if (t->no)
		return !objects_in_use(t->conf, true, name)
		               ? 0
		               : err_plain(err, -EBUSY,
		                           "Removing object-group (%.*s) not allowed, it is being "
		                           "used.",
		                           STR_ARG(name));
	for (size_t i = 0; e != NULL && i < 4; i++)
		if (conf_typed_has(t, kinds[i]) && !str_eq_cstr(conf_text(e, "kind"), kinds[i]))
			return err_plain(
			        err, -EEXIST,
			        "An object-group with the same id but different type (%.*s) exists",
			        STR_ARG(conf_text(e, "kind")));
	return 0;
}

static int edit_object_address(struct conf_typed *t, struct err *err)
{
	uint32_t a, b;
	if (t->no)
		return 0;
	if (ip4_parse(conf_typed_text(t, "net"), &a) && ip4_parse(conf_typed_text(t, "mask"), &b) &&
	    (ip4_mask_bits(b) < 0 || (a & ~b) != 0))
		return err_set(err, -EINVAL, "IP address,mask <%s,%s> doesn't pair", ip4_text(a).s,
		               ip4_text(b).s);
	if (ip4_parse(conf_typed_text(t, "first"), &a) &&
	    ip4_parse(conf_typed_text(t, "last"), &b) && a > b)
		return err_set(err, -EINVAL, "Invalid range: %s is above %s", ip4_text(a).s,
		               ip4_text(b).s);
	return 0;
}

static int edit_object_service(struct conf_typed *t, struct err *err)
{
	struct acl_service s;
	struct out text;
	if (!acl_service_parse(conf_typed_text(t, "text"), &s, err))
		return -EINVAL;
	out_init(&text);
	acl_service_print(&s, &text);
	out_printf(t->lines, "%s= service %s\n", t->no ? "no " : "", text.text);
	out_free(&text);
	return 0;
}

/* ------------------------------------------------------------------ members of groups */

/* Does `group` hold `inner`, itself or through groups in it? */
static bool holds(const struct conf *c, struct str group, struct str inner, unsigned depth)
{
	const struct centry *e = conf_find(c, "object-group", group);
	if (str_eq(group, inner))
		return true;
	for (e = e && depth < 16 ? conf_first_child(c, e, "member") : NULL; e;
	     e = conf_next(c, e)) {
		struct str text = conf_text(e, "member"), word = str_word(&text);
		if (str_eq(word, STR("group-object")) &&
		    holds(c, str_word(&text), inner, depth + 1))
			return true;
	}
	return false;
}

static int refused(struct err *err, struct str member, struct str group, const char *why)
{
	return err_plain(err, -EINVAL, "Adding obj (%.*s) to grp (%.*s) failed; %s",
	                 STR_ARG(member), STR_ARG(group), why);
}

static int write_network(const struct conf_typed *t, struct out *out, struct err *err)
{
	uint32_t ip, mask;
	if (conf_typed_has(t, "object")) {
		out_printf(out, "network-object object %.*s",
		           STR_ARG(conf_typed_text(t, "object")));
		return t->no || conf_find(t->conf, "object-network", conf_typed_text(t, "object"))
		               ? 0
		               : refused(err, out_text(out), conf_typed_text(t, "name"),
		                         "object does not exist");
	}
	if (conf_typed_has(t, "host")) {
		out_printf(out, "network-object host %.*s", STR_ARG(conf_typed_text(t, "host")));
		return 0;
	}
	if (!ip4_parse(conf_typed_text(t, "net"), &ip) ||
	    !ip4_parse(conf_typed_text(t, "mask"), &mask))
		return err_set(err, -EINVAL, "%% Incomplete command");
	if (ip4_mask_bits(mask) < 0 || (ip & ~mask) != 0)
		return err_set(err, -EINVAL, "IP address,mask <%s,%s> doesn't pair", ip4_text(ip).s,
		               ip4_text(mask).s);
	if (mask == UINT32_MAX)
		out_printf(out, "network-object host %s", ip4_text(ip).s);
	else
		out_printf(out, "network-object %s %s", ip4_text(ip).s, ip4_text(mask).s);
	return 0;
}

static int write_service(const struct conf_typed *t, struct out *out, struct err *err)
{
	struct acl_service s;
	out_str(out, "service-object ");
	if (conf_typed_has(t, "object")) {
		out_printf(out, "object %.*s", STR_ARG(conf_typed_text(t, "object")));
		return t->no || conf_find(t->conf, "object-service", conf_typed_text(t, "object"))
		               ? 0
		               : refused(err, out_text(out), conf_typed_text(t, "name"),
		                         "object does not exist");
	}
	if (!acl_service_parse(conf_typed_text(t, "service"), &s, err))
		return -EINVAL;
	acl_service_print(&s, out);
	return 0;
}

static int write_port(const struct conf_typed *t, const struct centry *group, struct out *out,
                      struct err *err)
{
	struct str kind = group ? conf_text(group, "ports") : (struct str){0};
	uint8_t proto = str_eq_cstr(kind, "tcp") ? 6 : str_eq_cstr(kind, "udp") ? 17 : 0;
	struct acl_ports p;
	if (!acl_port_parse(conf_typed_text(t, "port"), proto, &p, err))
		return -EINVAL;
	out_str(out, "port-object ");
	acl_port_print(&p, proto, out);
	return 0;
}

static int write_group(const struct conf_typed *t, const struct centry *group, struct out *out,
                       struct err *err)
{
	struct str name = conf_typed_text(t, "name"), inner = conf_typed_text(t, "group");
	const struct centry *e = conf_find(t->conf, "object-group", inner);
	out_printf(out, "group-object %.*s", STR_ARG(inner));
	if (t->no)
		return 0;
	if (e == NULL)
		return refused(err, out_text(out), name, "group does not exist");
	if (group == NULL || !str_eq(conf_text(group, "kind"), conf_text(e, "kind")))
		return refused(err, out_text(out), name, "object type mismatch");
	return holds(t->conf, inner, name, 0) ? refused(err, out_text(out), name, "loop detected")
	                                      : 0;
}

static int write_member(const struct conf_typed *t, const struct centry *group, struct out *out,
                        struct err *err)
{
	uint8_t number;
	struct str word;
	if (conf_typed_has(t, "network-object"))
		return write_network(t, out, err);
	if (conf_typed_has(t, "service-object"))
		return write_service(t, out, err);
	if (conf_typed_has(t, "port-object"))
		return write_port(t, group, out, err);
	if (conf_typed_has(t, "group-object"))
		return write_group(t, group, out, err);
	bool icmp = conf_typed_has(t, "icmp-object");
	word = conf_typed_text(t, icmp ? "type" : "protocol");
	if (icmp ? !acl_icmp_number(word, &number) : !acl_protocol_number(word, &number))
		return err_set(err, -EINVAL, "%% Invalid input: %.*s", STR_ARG(word));
	const char *name = icmp ? acl_icmp_name(number) : acl_protocol_name(number);
	out_printf(out, "%s ", icmp ? "icmp-object" : "protocol-object");
	if (name != NULL)
		out_str(out, name);
	else
		out_printf(out, "%u", number);
	return 0;
}

static bool has_member(const struct conf *c, const struct centry *group, struct str member)
{
	const struct centry *e = group ? conf_first_child(c, group, "member") : NULL;
	while (e != NULL && !str_eq(conf_text(e, "member"), member))
		e = conf_next(c, e);
	return e != NULL;
}

static int edit_group_member(struct conf_typed *t, struct err *err)
{
	struct str name = conf_typed_text(t, "name");
	const struct centry *group = conf_find(t->conf, "object-group", name);
	struct out member;
	out_init(&member);
	int rc = write_member(t, group, &member, err);
	bool there = rc == 0 && has_member(t->conf, group, out_text(&member));
	if (rc == 0 && there && !t->no)
		rc = refused(err, out_text(&member), name, "object already exists");
	else if (rc == 0 && !there && t->no)
		rc = err_plain(err, -ENOENT,
		               "Removing obj (%s) from grp (%.*s) failed; it does not exist",
		               member.text, STR_ARG(name));
	if (rc == 0)
		out_printf(t->lines, "%s= %s\n", t->no ? "no " : "", member.text);
	out_free(&member);
	return rc;
}

void hooks_object_register(void)
{
	static const struct conf_edit_hook edits[] = {
	        {"object", edit_object},
	        {"object_group", edit_object_group},
	        {"object_address", edit_object_address},
	        {"object_service", edit_object_service},
	        {"group_member", edit_group_member},
	};
	conf_edit_register(edits, sizeof edits / sizeof edits[0]);
}
