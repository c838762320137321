/* Commands about the configuration and the console, against a real configuration in a state directory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/exec/debug.h"
#include "cli/config/hooks.h"
#include "core/base/zone.h"
#include "exec_lab.h"

static const char config[] = "hostname gw\n"
                             "interface GigabitEthernet0/0\n"
                             " nameif outside\n"
                             " ip address 192.0.2.1 255.255.255.0\n"
                             "ip local pool p 10.4.5.10-10.4.5.20 mask 255.255.255.0\n"
                             "tunnel-group DefaultRAGroup general-attributes\n"
                             " address-pool p\n"
                             "tunnel-group DefaultRAGroup ipsec-attributes\n"
                             " ikev1 pre-shared-key s3cret-of-the-lab-0001\n";

static int run(const char *name)
{
	return exec_host_run(&lab.host, name, NULL, 0, false);
}

static int run_arg(const char *name, const char *arg, const char *text)
{
	struct cmd_arg a = {.name = arg, .text = str_of(text)};
	return exec_host_run(&lab.host, name, &a, 1, false);
}

static void assert_has(const char *part)
{
	if (!lab.host.text.text || !strstr(lab.host.text.text, part))
		fail_msg("no \"%s\" in:\n%s", part, lab.host.text.text ? lab.host.text.text : "");
}

static void assert_not(const char *part)
{
	if (lab.host.text.text && strstr(lab.host.text.text, part))
		fail_msg("\"%s\" in:\n%s", part, lab.host.text.text);
}

static void test_show(void **state)
{
	(void)state;
	exec_lab_load(config, LOAD_REPLACE);
	assert_int_equal(run("show_running_config"), CMD_OK);
	assert_int_equal(strncmp(lab.host.text.text, ": Saved\n:\nASA Version 9.1(7) \n!\n", 32),
	                 0);
	assert_has("\nhostname gw\n");
	assert_has("\n ikev1 pre-shared-key *****\n");
	assert_not("s3cret");
	const char *sum = strstr(lab.host.text.text, "\nCryptochecksum:");
	assert_non_null(sum);
	char *masked = strdup(sum);
	assert_string_equal(lab.host.text.text + lab.host.text.len - 6, ": end\n");
	assert_int_equal(run_arg("show_running_config", "section", "tunnel-group"), CMD_OK);
	assert_string_equal(lab.host.text.text, "tunnel-group DefaultRAGroup general-attributes\n"
	                                        " address-pool p\n"
	                                        "tunnel-group DefaultRAGroup ipsec-attributes\n"
	                                        " ikev1 pre-shared-key *****\n");
	exec_lab_load("dns-guard\nno dns-guard\n", 0);
	assert_int_equal(run_arg("show_running_config", "section", "inert"), CMD_OK);
	assert_string_equal(lab.host.text.text, "no dns-guard  ! DNS is not inspected\n");
	exec_lab_load("dns-guard\n", 0);
	assert_int_equal(run("more_file"), CMD_OK);
	assert_has("\n ikev1 pre-shared-key s3cret-of-the-lab-0001\n");
	assert_has(masked); /* the checksum is that of the configuration, however it is shown */
	free(masked);
}

/* What `more` shows loads into an empty configuration and gives itself, byte for byte. */
static void test_more_round_trip(void **state)
{
	(void)state;
	exec_lab_load(config, LOAD_REPLACE);
	run("more_file");
	char *first = strdup(lab.host.text.text);
	exec_lab_load("!\n", LOAD_REPLACE);
	run("more_file");
	assert_string_not_equal(first, lab.host.text.text);
	exec_lab_load(first, LOAD_REPLACE);
	run("more_file");
	assert_string_equal(first, lab.host.text.text);
	free(first);
}

static void test_save(void **state)
{
	(void)state;
	exec_lab_load(config, LOAD_REPLACE);
	assert_int_equal(run("show_startup_config"), CMD_OK);
	assert_string_equal(lab.host.text.text, "No Configuration\n");
	assert_int_equal(run("write_memory"), CMD_OK);
	assert_has("\nBuilding configuration...\nCryptochecksum: ");
	assert_has(" bytes copied in 0.");
	assert_has("\n[OK]\n");
	assert_int_equal(run("show_startup_config"), CMD_OK);
	assert_has(": Saved\n: Written by enable_15 at 12:00:00.250 UTC Thu Oct 19 2017\n!\nASA "
	           "Version");
	assert_has("\n ikev1 pre-shared-key *****\n");
	assert_not("s3cret");
	/* the saved file boots into the same configuration */
	run("more_file");
	char *before = strdup(lab.host.text.text);
	exec_lab_load("!\n", LOAD_REPLACE);
	assert_int_equal(exec_config_boot(&lab.x, NULL), 0);
	run("more_file");
	assert_string_equal(before, lab.host.text.text);
	free(before);
	assert_int_equal(run_arg("show_startup_config", "errors", "errors"), CMD_OK);
	assert_string_equal(lab.host.text.text, "Reading from flash...\n");
}

static void test_boot_errors(void **state)
{
	(void)state;
	struct err err = {0};
	exec_config_free(&lab.x);
	assert_int_equal(
	        startup_write(&lab.x.startup,
	                      STR("ASA Version 9.1(7)\nhostname gw2\nconferencing mode unlimited\n"
	                          "isakmpp key hush1\ntunnel-group DefaultRAGroup "
	                          "ipsec-attributes\n"
	                          " pre-shared-key hush2 x\n"),
	                      NULL, &err),
	        0);
	assert_int_equal(exec_config_boot(&lab.x, &err), 0);
	run_arg("show_startup_config", "errors", "errors");
	assert_has("Reading from flash...\n");
	assert_has("ERROR: ");
	assert_has("*** Output from config line 3, \"conferencing mode unlimi...\"\n");
	/* No secret, also of a line that is wrong. */
	assert_has("*** Output from config line 4, \"isakmpp key *****\"\n");
	assert_has("*** Output from config line 6, \"pre-shared-key *****\"\n");
	assert_null(strstr(lab.host.text.text, "hush"));
	run_arg("show_running_config", "section", "hostname");
	assert_string_equal(lab.host.text.text, "hostname gw2\n");
}

static int copy_running(bool ask)
{
	const struct cmd_arg args[] = {{.name = "running-config", .text = STR("running-config")},
	                               {.name = "startup-config", .text = STR("startup-config")},
	                               {.name = "/noconfirm", .text = STR("/noconfirm")}};
	return exec_host_run(&lab.host, "copy", args, ask ? 2 : 3, false);
}

static void test_erase_and_copy(void **state)
{
	(void)state;
	static const char *const enter[] = {"", NULL}, *const no[] = {"n", NULL},
	                         *const other[] = {"x", NULL};
	exec_lab_load(config, LOAD_REPLACE);
	lab.host.answers = enter;
	assert_int_equal(copy_running(true), CMD_OK);
	assert_has("Source filename [running-config]? \n\nCryptochecksum: ");
	assert_not("[OK]");
	lab.host.answers = other;
	assert_int_equal(copy_running(true), CMD_ERROR);
	assert_has("%Error opening system:/x (No such file or directory)\n");
	lab.host.answers = no;
	assert_int_equal(run("write_erase"), CMD_OK);
	assert_string_equal(lab.host.text.text,
	                    "Erase configuration in flash memory? [confirm]n\n");
	lab.host.answers = NULL; /* the console closes while it is asked */
	assert_int_equal(run("write_erase"), -1);
	assert_int_equal(lab.host.cancelled, 1);
	run("show_startup_config");
	assert_has("hostname gw\n");
	lab.host.answers = enter;
	assert_int_equal(run("write_erase"), CMD_OK);
	assert_string_equal(lab.host.text.text,
	                    "Erase configuration in flash memory? [confirm]\n[OK]\n");
	run("show_startup_config");
	assert_string_equal(lab.host.text.text, "No Configuration\n");
	assert_int_equal(copy_running(false), CMD_OK);
	assert_has(" bytes copied in ");
}

static void test_reload(void **state)
{
	(void)state;
	static const char *const save[] = {"y", "", NULL},
	                         *const leave[] = {"what", "n", "n", NULL},
	                         *const confirm[] = {"", NULL};
	lab.reloads = 0;
	exec_lab_load(config, LOAD_REPLACE);
	exec_lab_load("hostname changed\n", 0);
	lab.host.answers = leave;
	assert_int_equal(run("reload"), CMD_OK);
	assert_has("System config has been modified. Save? [Y]es/[N]o:  what\nSystem config");
	assert_has("Proceed with reload? [confirm] n\n");
	assert_int_equal(lab.reloads, 0);
	lab.host.answers = save;
	assert_int_equal(run("reload"), CMD_OK);
	assert_has(" bytes copied in ");
	assert_has("Proceed with reload? [confirm] \ngw# \n\n\n\n***\n"
	           "*** --- START GRACEFUL SHUTDOWN ---\n");
	assert_int_equal(lab.reloads, 1);
	lab.host.answers = confirm; /* saved: only one question */
	assert_int_equal(run("reload"), CMD_OK);
	assert_not("modified");
	assert_int_equal(lab.reloads, 2);
	assert_int_equal(run_arg("reload", "noconfirm", "noconfirm"), CMD_OK);
	assert_int_equal(lab.reloads, 3);
}

static void test_clear_configure(void **state)
{
	(void)state;
	exec_lab_load(config, LOAD_REPLACE);
	assert_int_equal(run_arg("clear_configure", "section", "ip"),
	                 CMD_ERROR); /* the pool is used */
	assert_has("ERROR: ");
	assert_int_equal(run_arg("clear_configure", "section", "tunnel-group"), CMD_OK);
	run_arg("show_running_config", "section", "tunnel-group");
	assert_int_equal(lab.host.text.len, 0);
	assert_int_equal(run_arg("clear_configure", "section", "ip"), CMD_OK);
	run_arg("show_running_config", "section", "ip");
	assert_int_equal(lab.host.text.len, 0);
	run("more_file");
	assert_has("nameif outside");
	assert_int_equal(run_arg("clear_configure", "section", "all"), CMD_OK);
	run("more_file");
	assert_not("nameif outside");
}

/* A debug command as it is typed; "no" in front. */
static void run_debug(const char *line)
{
	struct str rest = str_of(line), word;
	struct cmd_arg args[8];
	size_t n = 0;
	bool no = str_has_prefix_nocase(rest, STR("no "));
	const char *name = no || line[0] == 'd' ? "debug_set"
	                   : line[0] == 'u'     ? "debug_clear"
	                                        : "show_debug";
	while ((word = str_word(&rest)).len > 0) {
		uint32_t level;
		args[n] = (struct cmd_arg){.name = "word", .text = word};
		if (str_to_u32(word, 255, &level))
			args[n] = (struct cmd_arg){.name = "level", .text = word, .u32 = level};
		n++;
	}
	lab.host.line = line;
	assert_int_equal(exec_host_run(&lab.host, name, args, n, no), CMD_OK);
	lab.host.line = NULL;
}

static void test_debug(void **state)
{
	(void)state;
	run_debug("debug crypto isakmp 127");
	assert_int_equal(lab.host.text.len, 0);
	run_debug("debug ppp io");
	assert_string_equal(lab.host.text.text, "debug ppp io  enabled at level 1\n");
	run_debug("debug aaa 20");
	assert_string_equal(lab.host.text.text, "debug aaa common enabled at level 20\n");
	run_debug("debug radius session");
	run_debug("show debug");
	assert_string_equal(lab.host.text.text, "debug crypto ikev1 enabled at level 127\n"
	                                        "debug ppp io  enabled at level 1\n"
	                                        "debug aaa common enabled at level 20\n"
	                                        "debug radius  session\n");
	run_debug("show debug crypto");
	assert_string_equal(lab.host.text.text, "debug crypto ikev1 enabled at level 127\n");
	run_debug("no debug crypto ikev1 127");
	run_debug("undebug aaa");
	run_debug("undebug radius all");
	run_debug("show debug");
	assert_string_equal(lab.host.text.text, "debug ppp io  enabled at level 1\n");
	run("undebug_all");
	run_debug("show debug");
	assert_int_equal(lab.host.text.len, 0);
	run("show_clock");
	assert_string_equal(lab.host.text.text, "12:00:00.250 UTC Thu Oct 19 2017\n");
	struct zone zone = {.name = "CET",
	                    .offset_s = 3600,
	                    .summer = ZONE_RECURRING,
	                    .summer_name = "CEST",
	                    .summer_min = 60,
	                    .from = {ZONE_LAST_WEEK, 0, 3, 120},
	                    .to = {ZONE_LAST_WEEK, 0, 10, 180}};
	zone_set(&zone);
	run_arg("show_clock", "detail", "detail");
	assert_string_equal(lab.host.text.text, "14:00:00.250 CEST Thu Oct 19 2017\n"
	                                        "Time source is hardware calendar\n"
	                                        "Summer time starts 02:00:00 CET Sun Mar 26 2017\n"
	                                        "Summer time ends 03:00:00 CEST Sun Oct 29 2017\n");
	zone_init(&zone);
	zone_set(&zone);
}

static int condition(const char *name, const char *text, uint32_t value, bool no)
{
	struct cmd_arg arg = {.name = name, .text = str_of(text), .u32 = value};
	return exec_host_run(&lab.host, "debug_condition", &arg, 1, no);
}

static void test_debug_condition(void **state)
{
	(void)state;
	struct debug_who him = {.ip = 0xc000020a, .group = "DefaultRAGroup"},
	                 other = {.ip = 0xc000020b};
	run("show_debug_condition");
	assert_has("Crypto conditional debug is turned OFF\n");
	assert_true(debug_cond_pass(&lab.host.debug.cond, NULL, DEBUG_IKEV1));
	assert_int_equal(condition("peer-ip", "192.0.2.10", 0xc000020a, false), CMD_OK);
	assert_int_equal(condition("peer-ip", "192.0.2.10", 0xc000020a, false), CMD_OK);
	assert_true(debug_cond_pass(&lab.host.debug.cond, &him, DEBUG_PPP_IO));
	assert_false(debug_cond_pass(&lab.host.debug.cond, &other, DEBUG_PPP_IO));
	assert_false(debug_cond_pass(&lab.host.debug.cond, NULL, DEBUG_IKEV1));
	run_debug("debug crypto ipsec 127");
	run_debug("show debug");
	assert_string_equal(lab.host.text.text, "Crypto conditional debug is turned ON\n"
	                                        "IKE peer IP address filters:\n192.0.2.10/32\n"
	                                        "debug crypto ipsec enabled at level 127\n");
	run("undebug_all");
	condition("user-name", "jdoe", 0, false);
	condition("unmatched", "unmatched", 0, false);
	condition("peer-ip", "192.0.2.10", 0xc000020a, true);
	other.user = "jdoe";
	assert_false(debug_cond_pass(&lab.host.debug.cond, &him, DEBUG_L2TP_EVENT));
	assert_true(debug_cond_pass(&lab.host.debug.cond, &other, DEBUG_L2TP_EVENT));
	assert_true(debug_cond_pass(&lab.host.debug.cond, NULL, DEBUG_IKEV1));
	condition("spi-number", "0x1d67616f", 0, false);
	him.spi_out = 0x1d67616f;
	assert_true(debug_cond_pass(&lab.host.debug.cond, &him, DEBUG_IPSEC));
	condition("group-name", "DefaultRAGroup", 0, false);
	run("show_debug_condition");
	assert_has("IKE group name filters:\nDefaultRAGroup\nIKE user name filters:\njdoe\n"
	           "IPSec SPI filters:\n0x1D67616F\n");
	condition("reset", "reset", 0, false);
	assert_false(debug_cond_on(&lab.host.debug.cond));
}

static int setup(void **state)
{
	(void)state;
	debug_sink_add(&lab.host.debug);
	exec_lab_open(NULL);
	exec_debug_register();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	debug_sink_remove(&lab.host.debug);
	return exec_lab_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_show),
	        cmocka_unit_test(test_more_round_trip),
	        cmocka_unit_test(test_save),
	        cmocka_unit_test(test_boot_errors),
	        cmocka_unit_test(test_erase_and_copy),
	        cmocka_unit_test(test_reload),
	        cmocka_unit_test(test_clear_configure),
	        cmocka_unit_test(test_debug),
	        cmocka_unit_test(test_debug_condition),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
