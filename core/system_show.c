/* show version, show asp drop, clear asp drop. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "core/filters.h"
#include "core/base/zone.h"
#include "core/gateway.h"
#include "core/system_show.h"

/* What `clear asp drop` subtracts: the counters themselves have one writer, the worker. */
static uint64_t cleared[DROP_N];
static time_t cleared_at; /* 0 = never */

static void last_clearing(struct out *o, const char *keys)
{
	char when[64] = "Never";
	if (cleared_at != 0)
		zone_format(when, sizeof when, "%H:%M:%S %Z %b %-d %Y", cleared_at);
	rec(o, keys, "\nLast clearing: %s\n", when);
}

static int show_asp_drop(struct cmd *c)
{
	struct gateway *gw = c->ctx;
	out_str(c->out, "\nFrame drop:\n");
	rec_list(c->out, "frame_drop");
	for (int r = 1; r < DROP_N; r++) {
		uint64_t n = gateway_drops(gw, r) - cleared[r];
		char name[96];
		if (n == 0)
			continue;
		snprintf(name, sizeof name, "%s (%s)", drop_text(r), drop_name(r));
		rec_open(c->out, NULL);
		rec_text(c->out, "name", drop_name(r));
		rec(c->out, "- count", "  %-64s %12" PRIu64 "\n", name, n);
		rec_close(c->out);
	}
	rec_close(c->out);
	last_clearing(c->out, "last_clearing");
	/* flows are not dropped here: a session ends with a reason (show vpn-sessiondb, the log) */
	out_str(c->out, "\nFlow drop:\n");
	rec_list(c->out, "flow_drop");
	rec_close(c->out);
	last_clearing(c->out, "-");
	return CMD_OK;
}

static int clear_asp_drop(struct cmd *c)
{
	const struct gateway *gw = c->ctx;
	cleared_at = clock_wall(&gw->clock);
	for (int r = 0; r < DROP_N; r++)
		cleared[r] = gateway_drops(c->ctx, r);
	return CMD_OK;
}

static void uptime_text(char *text, size_t cap, uint64_t ms)
{
	unsigned long s = (unsigned long)(ms / 1000), days = s / 86400, hours = s / 3600 % 24,
	              mins = s / 60 % 60;
	if (days > 0)
		snprintf(text, cap, "%lu day%s %lu hour%s", days, days == 1 ? "" : "s", hours,
		         hours == 1 ? "" : "s");
	else if (hours > 0)
		snprintf(text, cap, "%lu hour%s %lu min%s", hours, hours == 1 ? "" : "s", mins,
		         mins == 1 ? "" : "s");
	else if (mins > 0)
		snprintf(text, cap, "%lu min%s %lu sec%s", mins, mins == 1 ? "" : "s", s % 60,
		         s % 60 == 1 ? "" : "s");
	else
		snprintf(text, cap, "%lu sec%s", s, s == 1 ? "" : "s");
}

static void interface_lines(struct gateway *gw, struct out *o)
{
	rec_list(o, "interfaces");
	for (unsigned i = 0; i < gw->hw.n; i++) {
		struct netlink_link l;
		char mac[16];
		if (netlink_link_get(gw->nl, gw->hw.dev[i].dev, 0, &l) != 0)
			continue;
		snprintf(mac, sizeof mac, "%02x%02x.%02x%02x.%02x%02x", l.mac[0], l.mac[1],
		         l.mac[2], l.mac[3], l.mac[4], l.mac[5]);
		rec_open(o, NULL);
		rec(o, "number interface mac device", "%2u: Ext: %-20s: address is %s, device %s\n",
		    i, gw->hw.dev[i].hw, mac, gw->hw.dev[i].dev);
		rec_close(o);
	}
	rec_close(o);
}

/* The value behind "name : " in a text of /proc; empty when it is not there. */
static struct str proc_value(const char *text, const char *name)
{
	const char *at = strstr(text, name), *end;
	if (at == NULL || (at = strchr(at, ':')) == NULL)
		return STR("");
	end = strchr(at, '\n');
	return str_trim(
	        (struct str){at + 1, (size_t)((end != NULL ? end : at + strlen(at)) - at - 1)});
}

static void read_proc(const char *path, char *text, size_t cap)
{
	FILE *f = fopen(path, "re");
	size_t n = f != NULL ? fread(text, 1, cap - 1, f) : 0;
	text[n] = '\0';
	if (f != NULL)
		fclose(f);
}

static void offload_line(const struct gateway *gw, struct out *o)
{
	char text[160] = "";
	size_t at = 0;
	for (unsigned i = 0; i < OFFLOAD_BITS; i++)
		if (gw->offload & 1u << i)
			at += (size_t)snprintf(text + at, sizeof text - at, "%s%s", at > 0 ? " " : "", offload_name(i));
	rec(o, "offload", "Offload:    %s\n\n\n", at > 0 ? text : "none");
}

static void hardware_lines(struct out *o)
{
	char cpu[8192], mem[1024];
	struct utsname uts;
	uname(&uts);
	read_proc("/proc/cpuinfo", cpu, sizeof cpu);
	read_proc("/proc/meminfo", mem, sizeof mem);
	struct str model = proc_value(cpu, "model name"), mhz = proc_value(cpu, "cpu MHz");
	if (model.len == 0)
		model = str_of(uts.machine);
	rec(o, "hardware ram_mb cpu cpu_mhz", "Hardware:   %s, %lu MB RAM, CPU %.*s %lu MHz,\n",
	    "POSTERN", strtoul(proc_value(mem, "MemTotal").p, NULL, 10) / 1024, STR_ARG(model),
	    strtoul(mhz.len > 0 ? mhz.p : "0", NULL, 10));
	rec(o, "system", "Model Id:   %s\n", uts.machine);
	rec(o, "kernel -", "Host:       %s %s\n", uts.release, uts.sysname);
}

static void licence(struct out *o, const char *key, const char *label, const char *value)
{
	out_printf(o, "%-34s: %-15s\n", label, value);
	rec_text(o, key, value);
}

static void licence_lines(struct gateway *gw, struct out *o)
{
	char peers[16], serial[16];
	snprintf(peers, sizeof peers, "%d", PPP_SESSIONS_MAX);
	system_serial(gw, serial);
	out_str(o, "\nLicensed features for this platform:\n");
	rec_open(o, "licensed_features");
	licence(o, "maximum_physical_interfaces", "Maximum Physical Interfaces", "Unlimited");
	licence(o, "inside_hosts", "Inside Hosts", "Unlimited");
	licence(o, "failover", "Failover", "Disabled");
	licence(o, "encryption_des", "Encryption-DES", "Enabled");
	licence(o, "encryption_3des_aes", "Encryption-3DES-AES", "Enabled");
	licence(o, "security_contexts", "Security Contexts", "0");
	licence(o, "anyconnect_premium_peers", "AnyConnect Premium Peers", "0");
	licence(o, "anyconnect_essentials", "AnyConnect Essentials", "Disabled");
	licence(o, "other_vpn_peers", "Other VPN Peers", peers);
	licence(o, "total_vpn_peers", "Total VPN Peers", peers);
	rec_close(o);
	rec(o, "serial_number", "\nSerial Number: %s\n", serial);
	rec(o, "image_type", "\nImage type          : %s\n", "Release");
	rec(o, "key_version", "Key version         : %s\n\n", "A");
}

static void modified_line(const struct gateway *gw, struct out *o)
{
	char when[64] = "", format[48];
	rec_bool(o, "modified", gw->changes > 1);
	if (gw->changes <= 1) {
		out_str(o, "Configuration has not been modified since last system restart.\n");
		return;
	}
	int64_t wall = (int64_t)gw->changed_ms + gw->clock.wall_offset_ms;
	snprintf(format, sizeof format, "%%H:%%M:%%S.%03d %%Z %%a %%b %%-d %%Y",
	         (int)((wall % 1000 + 1000) % 1000));
	zone_format(when, sizeof when, format, gw->changed_at);
	rec(o, "modified_by modified_at", "Configuration last modified by %s at %s\n",
	    gw->changed_by[0] != '\0' ? gw->changed_by : "unknown", when);
}

static int show_version(struct cmd *c)
{
	struct gateway *gw = c->ctx;
	struct out *o = c->out;
	char up[80], image[512];
	uint64_t ms = clock_now(&gw->clock) - gw->started_ms;
	ssize_t n = readlink("/proc/self/exe", image, sizeof image - 1);
	image[n > 0 ? n : 0] = '\0';
	uptime_text(up, sizeof up, ms);
	if (cmd_pix(c)) {
		system_show_version_pix(gw, up, c->out);
		modified_line(gw, c->out);
		return CMD_OK;
	}
	rec(o, "version", "\nPostern Adaptive Security Appliance Software Version %s \n",
	    POSTERN_VERSION);
	rec(o, "system_image", "\nSystem image file is \"%s\"\n", image);
	rec(o, "config_file", "Config file at boot was \"%s\"\n\n",
	    gw->opt.config != NULL ? gw->opt.config : "startup-config");
	rec(o, "hostname uptime", "%s up %s\n\n",
	    gw->snap != NULL ? gw->snap->hostname : "ciscoasa", up);
	rec_num(o, "uptime_s", ms / 1000);
	hardware_lines(o);
	offload_line(gw, o);
	interface_lines(gw, o);
	licence_lines(gw, o);
	modified_line(gw, o);
	return CMD_OK;
}

void gateway_show_register(struct gateway *gw)
{
	static const struct cmd_entry table[] = {
	        {"show_version", show_version},
	        {"show_asp_drop", show_asp_drop},
	        {"clear_asp_drop", clear_asp_drop},
	};
	cmd_register(table, sizeof table / sizeof table[0], gw);
	system_load_register(gw);
	system_unit_register(gw);
	system_counters_register(gw);
	system_tech_register(gw);
	system_load_start(gw);
}
