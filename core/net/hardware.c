#include "core/net/hardware.h"

#include <errno.h>
#include <stdio.h>
#include <strings.h>

#include "core/net/netlink.h"
#include "core/net/tun.h"

enum { HARDWARE_FILE_MAX = 65536 };

/* The value of a plain or quoted scalar, without a comment behind it. */
static struct str scalar(struct str s)
{
	s = str_trim(s);
	if (s.len >= 2 && (s.p[0] == '"' || s.p[0] == '\'')) {
		for (size_t i = 1; i < s.len; i++)
			if (s.p[i] == s.p[0])
				return (struct str){s.p + 1, i - 1};
	}
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] == '#' && (i == 0 || s.p[i - 1] == ' ' || s.p[i - 1] == '\t'))
			s.len = i;
	return str_trim(s);
}

static bool is_yes(struct str s)
{
	return str_caseeq(s, STR("yes")) || str_caseeq(s, STR("true"));
}

static bool is_no(struct str s)
{
	return str_caseeq(s, STR("no")) || str_caseeq(s, STR("false")) || !s.len;
}

static const char *mapped(const struct hardware *hw, struct str name)
{
	for (unsigned i = 0; i < hw->n; i++)
		if (str_caseeq(name, str_of(hw->dev[i].hw)))
			return hw->dev[i].dev;
	return NULL;
}

static int device_add(struct hardware *hw, struct str name, struct str dev, struct err *err)
{
	if (hw->n == HARDWARE_MAX)
		return err_set(err, -EINVAL, "more than %d interfaces", HARDWARE_MAX);
	if (mapped(hw, name))
		return err_set(err, -EINVAL, "%.*s is mapped twice", STR_ARG(name));
	struct hardware_dev *d = &hw->dev[hw->n];
	if (!str_copy(d->hw, sizeof(d->hw), name))
		return err_set(err, -EINVAL, "interface name %.*s is too long", STR_ARG(name));
	if (!dev.len || !str_copy(d->dev, sizeof(d->dev), dev))
		return err_set(err, -EINVAL, "%.*s is not a device name", STR_ARG(dev));
	if (hardware_name(hw, d->dev))
		return err_set(err, -EINVAL, "device %s is mapped twice", d->dev);
	hw->n++;
	return 0;
}

static int line_take(struct hardware *hw, struct str line, struct err *err)
{
	size_t colon = 0;
	while (colon < line.len && line.p[colon] != ':')
		colon++;
	if (colon == line.len)
		return err_set(err, -EINVAL, "expected NAME: VALUE");
	struct str name = scalar((struct str){line.p, colon});
	struct str value = scalar((struct str){line.p + colon + 1, line.len - colon - 1});
	if (str_eq(name, STR("manage"))) {
		hw->manage = is_yes(value);
		return is_yes(value) || is_no(value) ? 0
		                                     : err_set(err, -EINVAL, "manage is yes or no");
	}
	if (str_eq(name, STR("nat"))) {
		hw->nat[0] = 0;
		if (is_no(value) || str_copy(hw->nat, sizeof(hw->nat), value))
			return 0;
		return err_set(err, -EINVAL, "interface name %.*s is too long", STR_ARG(value));
	}
	return device_add(hw, name, value, err);
}

int hardware_parse(struct hardware *hw, struct str text, const char *name, struct err *err)
{
	memset(hw, 0, sizeof(*hw));
	for (unsigned number = 1; text.len; number++) {
		size_t n = 0;
		while (n < text.len && text.p[n] != '\n')
			n++;
		struct str line = str_trim((struct str){text.p, n});
		n += n < text.len;
		text = (struct str){text.p + n, text.len - n};
		if (!line.len || line.p[0] == '#' || str_eq(line, STR("---")))
			continue;
		int r = line_take(hw, line, err);
		if (r) {
			err_prefix(err, "%s:%u: ", name, number);
			return r;
		}
	}
	if (hw->nat[0] && !hardware_device(hw, str_of(hw->nat)))
		return err_set(err, -EINVAL, "%s: nat: %s is not one of the interfaces", name,
		               hw->nat);
	return 0;
}

int hardware_load(struct hardware *hw, const char *path, struct err *err)
{
	static char text[HARDWARE_FILE_MAX];
	memset(hw, 0, sizeof(*hw));
	FILE *f = fopen(path, "re");
	if (!f)
		return err_set(err, -errno, "%s: %s", path, strerror(errno));
	size_t n = fread(text, 1, sizeof(text), f);
	bool bad = ferror(f) || n == sizeof(text);
	fclose(f);
	if (bad)
		return err_set(err, -EIO, "%s cannot be read or is too long", path);
	return hardware_parse(hw, (struct str){text, n}, path, err);
}

/* ------------------------------------------------------------------------------- without a file */

struct probe {
	struct hardware *hw;
	int first; /* index of the device of the default route, 0 = none */
	bool want_first;
	struct err *err;
};

static bool link_take(void *arg, const struct netlink_link *l)
{
	struct probe *p = arg;
	char name[HARDWARE_NAME_MAX];
	if (l->loopback || !strcmp(l->name, TUN_NAME) || (l->index == p->first) != p->want_first ||
	    p->hw->n == HARDWARE_MAX)
		return true;
	snprintf(name, sizeof(name), "GigabitEthernet0/%u", p->hw->n);
	return !device_add(p->hw, str_of(name), str_of(l->name), p->err);
}

int hardware_probe(struct hardware *hw, struct err *err)
{
	struct netlink *nl;
	struct netlink_route route;
	struct probe p = {.hw = hw, .err = err};
	memset(hw, 0, sizeof(*hw));
	int r = netlink_open(&nl, err);
	if (r)
		return r;
	if (!netlink_default_route(nl, &route))
		p.first = route.index;
	for (int pass = 0; pass < 2 && !r; pass++) {
		p.want_first = pass == 0;
		r = netlink_links(nl, link_take, &p);
	}
	netlink_close(nl);
	return r ? err_set(err, r, "cannot list the network devices: %s", strerror(-r)) : 0;
}

const char *hardware_device(const struct hardware *hw, struct str hw_name)
{
	static const struct str plain = {"Ethernet", 8};
	const char *dev = mapped(hw, hw_name);
	uint32_t n;
	if (dev)
		return dev;
	/* A PIX numbers its interfaces from ethernet0 on. */
	if (str_has_prefix_nocase(hw_name, plain) &&
	    str_to_u32((struct str){hw_name.p + plain.len, hw_name.len - plain.len}, HARDWARE_MAX,
	               &n) &&
	    n < hw->n)
		return hw->dev[n].dev;
	return NULL;
}

const char *hardware_name(const struct hardware *hw, const char *dev)
{
	for (unsigned i = 0; i < hw->n; i++)
		if (!strcmp(hw->dev[i].dev, dev))
			return hw->dev[i].hw;
	return NULL;
}
