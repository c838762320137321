/* disk0:, copies between all places, replacing a configuration as a whole, a reload that is put off. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/config/hooks.h"
#include "cli/exec/place.h"
#include "exec_lab.h"

static unsigned commits;

/* A network that answers when the test says so. */
static struct {
	exec_transfer_fn *done;
	void *arg;
	char url[256], put[65536];
	unsigned started, cancelled;
} net;

static void *net_start(void *ctx, const char *url, const struct str *put, exec_transfer_fn *done,
                       void *arg, struct err *err)
{
	(void)ctx, (void)err;
	net.done = done;
	net.arg = arg;
	net.started++;
	snprintf(net.url, sizeof net.url, "%s", url);
	snprintf(net.put, sizeof net.put, "%.*s", put ? (int)put->len : 0, put ? put->p : "");
	return &net;
}

static void net_cancel(void *ctx, void *job)
{
	(void)ctx, (void)job;
	net.cancelled++;
}

static void on_apply(void *ctx, const struct conf *old, const struct conf *next, void *a, void *b)
{
	(void)ctx, (void)old, (void)next, (void)a, (void)b;
	commits++;
}

static const struct conf_hooks hooks = {.apply = on_apply};

static int setup(void **state)
{
	(void)state;
	lab.x.net = (struct exec_net){NULL, net_start, net_cancel};
	exec_lab_open(&hooks);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return exec_lab_close();
}

static void load(const char *text)
{
	exec_lab_load(text, LOAD_REPLACE);
}

/* Words of the form name=text. */
static int run(const char *command, const char *words)
{
	struct cmd_arg args[6];
	char names[6][32];
	size_t n = 0;
	struct str rest = str_of(words), w;
	while ((w = str_word(&rest)).len > 0 && n < 6) {
		const char *eq = memchr(w.p, '=', w.len);
		size_t len = eq ? (size_t)(eq - w.p) : w.len;
		snprintf(names[n], sizeof names[n], "%.*s", (int)len, w.p);
		args[n] = (struct cmd_arg){.name = names[n],
		                           .text = eq ? (struct str){eq + 1, w.len - len - 1} : w};
		str_to_u32(args[n].text, UINT32_MAX, &args[n].u32);
		n++;
	}
	return exec_host_run(&lab.host, command, args, n, false);
}

static void has(const char *part)
{
	if (!lab.host.text.text || !strstr(lab.host.text.text, part))
		fail_msg("no \"%s\" in:\n%s", part, lab.host.text.text ? lab.host.text.text : "");
}

static const char *shown(const char *section)
{
	struct cmd_arg a = {.name = "section", .text = str_of(section)};
	exec_host_run(&lab.host, "show_running_config", &a, 1, false);
	return lab.host.text.len ? lab.host.text.text : "";
}

static void write_file(const char *name, const char *text)
{
	struct err err = {0};
	if (flash_write(&lab.x.flash, str_of(name), str_of(text), &err))
		fail_msg("%s", err.text);
}

/* ------------------------------------------------------------------ the file system */

static void names(void **state)
{
	static const char *const good[] = {"a", "a.cfg", "A-b_c.9"};
	static const char *const wrong[] = {
	        "",    ".",
	        "..",  ".new",
	        "a/b", "../a",
	        "a b", "a\nb",
	        "a:b", "0123456789012345678901234567890123456789012345678901234567890123"};
	struct err err = {0};
	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_true(flash_name_ok(str_of(good[i])));
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		assert_false(flash_name_ok(str_of(wrong[i])));
		assert_true(flash_write(&lab.x.flash, str_of(wrong[i]), STR("x"), &err) < 0);
	}
}

static void files(void **state)
{
	struct err err = {0};
	struct flash_file file, *all;
	struct out text;
	char path[400], outside[400];
	size_t n;
	(void)state;
	out_init(&text);
	assert_int_equal(flash_read(&lab.x.flash, STR("a"), &text, &err), -ENOENT);
	assert_string_equal(err.text, "%Error opening disk0:/a (No such file or directory)");
	write_file("b", "two");
	write_file("a", "first");
	write_file("a", "one");
	assert_int_equal(flash_list(&lab.x.flash, &all, &n, &err), 0);
	assert_int_equal(n, 2);
	assert_string_equal(all[0].name, "a");
	assert_int_equal(all[0].bytes, 3);
	free(all);
	/* Neither a link nor a folder is a file, wherever it leads. */
	snprintf(path, sizeof path, "%s/link", lab.x.flash.dir);
	snprintf(outside, sizeof outside, "%s/outside", lab.dir);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_true(flash_read(&lab.x.flash, STR("link"), &text, &err) < 0);
	assert_true(flash_stat(&lab.x.flash, STR("link"), &file, &err) < 0);
	assert_true(flash_delete(&lab.x.flash, STR("link"), &err) < 0);
	assert_int_equal(text.len, 0);
	write_file("link", "replaced, not followed");
	assert_int_equal(flash_read(&lab.x.flash, STR("link"), &text, &err), 0);
	assert_int_equal(flash_delete(&lab.x.flash, STR("link"), &err), 0);
	assert_int_equal(flash_rename(&lab.x.flash, STR("b"), STR("../outside"), &err), -EINVAL);
	assert_int_equal(access(outside, F_OK), -1);
	assert_int_equal(flash_rename(&lab.x.flash, STR("b"), STR("c"), &err), 0);
	assert_int_equal(flash_rename(&lab.x.flash, STR("b"), STR("d"), &err), -ENOENT);
	assert_int_equal(flash_delete(&lab.x.flash, STR("c"), &err), 0);
	assert_int_equal(flash_delete(&lab.x.flash, STR("a"), &err), 0);
	out_free(&text);
}

static void ceiling(void **state)
{
	struct err err = {0};
	char path[400];
	(void)state;
	write_file("small", "x");
	/* Holes are enough: what counts is how long the files say they are. */
	snprintf(path, sizeof path, "%s/huge", lab.x.flash.dir);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(ftruncate(fileno(f), FLASH_BYTES - 10), 0);
	fclose(f);
	assert_int_equal(flash_write(&lab.x.flash, STR("more"), STR("more than ten bytes"), &err),
	                 -ENOSPC);
	assert_string_equal(err.text, "%Error writing disk0:/more (No space left on device)");
	assert_int_equal(flash_write(&lab.x.flash, STR("more"), STR("few"), &err), 0);
	assert_int_equal(run("dir", ""), CMD_OK);
	has("268435456 bytes total (6 bytes free)\n");
	struct out text;
	out_init(&text);
	assert_int_equal(flash_read(&lab.x.flash, STR("huge"), &text, &err), -EFBIG);
	out_free(&text);
	flash_delete(&lab.x.flash, STR("huge"), &err);
	flash_delete(&lab.x.flash, STR("more"), &err);
	flash_delete(&lab.x.flash, STR("small"), &err);
}

static void places(void **state)
{
	static const struct {
		const char *text, *shown;
		enum place_kind kind;
	} good[] = {
	        {"running-config", "system:/running-config", PLACE_RUNNING},
	        {"nvram:startup-config", "nvram:/startup-config", PLACE_STARTUP},
	        {"disk0:/a.cfg", "disk0:/a.cfg", PLACE_FLASH},
	        {"flash:a.cfg", "disk0:/a.cfg", PLACE_FLASH},
	        {"a.cfg", "disk0:/a.cfg", PLACE_FLASH},
	        {"ftp://joe:p@ss@10.0.0.1/dir/a.cfg", "ftp://10.0.0.1/dir/a.cfg", PLACE_URL},
	        {"HTTPS://host:8443/a", "https://host:8443/a", PLACE_URL},
	};
	static const char *const wrong[] = {"disk0:/../a", "disk0:a/b",         "disk9:a",
	                                    "scp://h/a",   "http:///a",         "http://joe:doe@/a",
	                                    "..",          "file:///etc/passwd"};
	struct err err = {0};
	struct place p;
	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		struct out out;
		out_init(&out);
		assert_true(place_parse(&p, str_of(good[i].text), &err));
		assert_int_equal(p.kind, good[i].kind);
		place_print(&p, &out);
		assert_string_equal(out.text, good[i].shown);
		out_free(&out);
		place_clear(&p);
	}
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		assert_false(place_parse(&p, str_of(wrong[i]), &err));
		assert_null(strstr(err.text, "doe"));
		place_clear(&p);
	}
	assert_true(place_parse(&p, STR("ftp://joe:p@ss@10.0.0.1/a"), &err));
	char *url = place_url(&p);
	assert_string_equal(url, "ftp://joe:p@ss@10.0.0.1/a");
	free(url);
	place_clear(&p);
}

/* ------------------------------------------------------------------ copies */

static void between_files(void **state)
{
	static const char *const enter[] = {"", "", "", NULL}, *const no[] = {"", "", "n", NULL};
	(void)state;
	load("hostname one\n");
	lab.host.answers = enter;
	assert_int_equal(run("copy", "running-config target=disk0:one.cfg"), CMD_OK);
	has("Source filename [running-config]? \n\nDestination filename [one.cfg]? \n\n"
	    "Cryptochecksum: ");
	has(" bytes copied in ");
	load("hostname two\n");
	lab.host.answers = no;
	assert_int_equal(run("copy", "running-config target=disk0:one.cfg"), CMD_OK);
	has("%Warning:There is a file already existing with this name\n"
	    "Do you want to over write? [confirm]n\n");
	lab.host.answers = enter;
	assert_int_equal(run("copy", "source=one.cfg running-config"), CMD_OK);
	has("Source filename [one.cfg]? \n\nDestination filename [running-config]? \n\n");
	assert_string_equal(shown("hostname"), "hostname one\n");
	assert_int_equal(run("copy", "/noconfirm source=disk0:/one.cfg target=disk0:"), CMD_OK);
	assert_int_equal(run("copy", "/noconfirm source=disk0:/one.cfg target=two.cfg"), CMD_OK);
	has("Copy in progress...C\n\n");
	assert_int_equal(run("copy", "/noconfirm source=two.cfg startup-config"), CMD_OK);
	assert_int_equal(run("copy", "/noconfirm source=nothing running-config"), CMD_ERROR);
	has("%Error opening disk0:/nothing (No such file or directory)\n");
	load("hostname three\n");
	assert_int_equal(run("configure_memory", ""), CMD_OK);
	assert_string_equal(shown("hostname"), "hostname one\n");
	assert_int_equal(run("more_file", "file=two.cfg"), CMD_OK);
	has("\nhostname one\n");
	lab.host.answers = enter;
	assert_int_equal(run("delete_file", "file=two.cfg"), CMD_OK);
	has("\nDelete filename [two.cfg]? \n\nDelete disk0:/two.cfg? [confirm]\n");
	assert_int_equal(run("delete_file", "/noconfirm file=two.cfg"), CMD_ERROR);
	lab.host.answers = enter;
	assert_int_equal(run("rename", "from=one.cfg to=flash:uno.cfg"), CMD_OK);
	assert_int_equal(run("dir", ""), CMD_OK);
	has("\nDirectory of disk0:/\n\n1      -rwx  ");
	has("  uno.cfg\n");
	assert_int_equal(run("delete_file", "/noconfirm file=uno.cfg"), CMD_OK);
	assert_int_equal(run("dir", ""), CMD_OK);
	has("No files in directory\n");
}

static void servers(void **state)
{
	static const char *const enter[] = {"", "", "", "", NULL};
	(void)state;
	load("hostname one\n");
	lab.host.answers = enter;
	assert_int_equal(run("copy", "source=ftp://joe:doe@10.0.0.1/dir/new.cfg running-config"),
	                 -1);
	has("Address or name of remote host [10.0.0.1]? \n\nSource filename [dir/new.cfg]? \n\n"
	    "Destination filename [running-config]? \n\nAccessing ftp://10.0.0.1/dir/new.cfg...");
	assert_string_equal(net.url, "ftp://joe:doe@10.0.0.1/dir/new.cfg");
	net.done(net.arg, 0, STR("hostname from-afar\nnonsense here\n"), "");
	assert_true(lab.host.done);
	assert_int_equal(lab.host.status, CMD_OK);
	has("...!\nftp://10.0.0.1/dir/new.cfg:2: ERROR: % Invalid input detected");
	has("33 bytes copied in ");
	assert_null(strstr(lab.host.text.text, "doe"));
	assert_string_equal(shown("hostname"), "hostname from-afar\n");
	assert_int_equal(run("write_net", "url=10.0.0.2:saved.cfg"), -1);
	assert_string_equal(net.url, "tftp://10.0.0.2/saved.cfg");
	assert_non_null(strstr(net.put, "\nhostname from-afar\n"));
	net.done(net.arg, -ETIMEDOUT, STR(""), "Timed out");
	assert_int_equal(lab.host.status, CMD_ERROR);
	has("%Error writing tftp://10.0.0.2/saved.cfg (Timed out)\n");
	/* The console goes while a transfer is under way. */
	assert_int_equal(run("configure_net", "url=http://10.0.0.1/x"), -1);
	lab.host.cancel(lab.host.cancel_arg);
	assert_int_equal(net.cancelled, 1);
	assert_int_equal(run("copy", "/noconfirm source=http://10.0.0.1/a/b.bin target=disk0:"),
	                 -1);
	net.done(net.arg, 0, STR("1234"), "");
	has("Writing file disk0:/b.bin...\n!\n4 bytes copied");
	assert_int_equal(run("delete_file", "/noconfirm file=b.bin"), CMD_OK);
}

/* ------------------------------------------------------------------ as a whole */

static void replacing(void **state)
{
	unsigned before;
	(void)state;
	load("hostname one\nip local pool p 10.0.0.1-10.0.0.9\n");
	write_file("good", "hostname two\nip local pool p 10.0.0.1-10.0.0.9\n");
	write_file("typo", "hostname three\nnonsense\n");
	write_file("dangling", "hostname three\ntunnel-group DefaultRAGroup general-attributes\n"
	                       " address-pool nosuch\n");
	before = commits;
	assert_int_equal(run("configure_replace", "file=disk0:typo"), CMD_ERROR);
	has(":2: ERROR: % Invalid input");
	has("ERROR: the running configuration was not replaced: ");
	assert_int_equal(run("configure_replace", "file=disk0:dangling"), CMD_ERROR);
	has("nosuch does not exist");
	assert_int_equal(commits, before);
	assert_string_equal(shown("hostname"), "hostname one\n");
	assert_int_equal(run("configure_rollback", ""), CMD_ERROR);
	const struct conf *was = confsys_running(lab.x.sys);
	struct conf *kept = conf_hold((struct conf *)was);
	assert_int_equal(run("configure_replace", "file=disk0:good"), CMD_OK);
	assert_string_equal(shown("hostname"), "hostname two\n");
	assert_true(conf_node_same(kept, confsys_running(lab.x.sys), "ip-pool"));
	conf_drop(kept);
	assert_int_equal(run("configure_rollback", ""), CMD_OK);
	assert_string_equal(shown("hostname"), "hostname one\n");
	/* And back again. */
	assert_int_equal(run("configure_rollback", ""), CMD_OK);
	assert_string_equal(shown("hostname"), "hostname two\n");
	if (run("configure_factory_default", "address=10.1.1.1") != CMD_OK)
		fail_msg("%s", lab.host.text.text);
	has("Begin to apply factory-default configuration:\nClear all configuration\n"
	    "Executing command: interface Management0/0\n");
	has("Executing command: ip address 10.1.1.1 255.255.255.0\n");
	has("Factory-default configuration is completed\n");
	assert_string_equal(shown("ip"), "");
	assert_int_equal(run("configure_rollback", ""), CMD_OK);
	assert_string_equal(shown("ip"), "ip local pool p 10.0.0.1-10.0.0.9\n");
	flash_delete(&lab.x.flash, STR("good"), NULL);
	flash_delete(&lab.x.flash, STR("typo"), NULL);
	flash_delete(&lab.x.flash, STR("dangling"), NULL);
}

static char told[512];

static void other_console(void *arg, const char *line)
{
	(void)arg;
	strncat(told, line, sizeof told - strlen(told) - 2);
	strcat(told, "\n");
}

static void put_off(void **state)
{
	struct debug_sink other = {.write = other_console};
	static const char *const enter[] = {"n", "", NULL};
	(void)state;
	lab.reloads = 0;
	load("hostname not-saved\n");
	debug_sink_add(&lab.host.debug);
	debug_sink_add(&other);
	lab.host.debug.write = other_console; /* not told twice */
	assert_int_equal(run("show_reload", ""), CMD_OK);
	has("No reload is scheduled.\n");
	lab.host.answers = enter;
	assert_int_equal(run("reload", "delay=1:30 reason=weekend"), CMD_OK);
	has("Proceed with reload? [confirm] \n\n***\n*** --- SHUTDOWN in 1:30:00 ---\n***\n");
	run("show_reload", "");
	has("Reload scheduled for 13:30:00 UTC Thu October 19 (in 1 hour and 30 minutes)\n"
	    "Reload reason: weekend\n");
	assert_string_equal(told, "\n***\n*** --- SHUTDOWN in 1:30:00 ---\n***\n"
	                          "*** Message to all terminals:\n***\n***   weekend\n***\n");
	told[0] = '\0';
	run("reload_cancel", "");
	has("\n***\n*** --- SHUTDOWN ABORTED ---\n***\n");
	assert_string_equal(told, "\n***\n*** --- SHUTDOWN ABORTED ---\n***\n");
	debug_sink_remove(&lab.host.debug);
	debug_sink_remove(&other);
	clock_run(&lab.now, clock_now(&lab.now) + 6 * 3600 * 1000);
	assert_int_equal(lab.reloads, 0);
	run("reload", "options=quick delay=10 options=noconfirm hold=1:30");
	clock_run(&lab.now, clock_now(&lab.now) + 599 * 1000);
	assert_int_equal(lab.reloads, 0);
	clock_run(&lab.now, clock_now(&lab.now) + 1000);
	assert_int_equal(lab.reloads, 1);
	assert_true(lab.ending.quick);
	assert_int_equal(lab.ending.hold_s, 90 * 60);
	assert_int_equal(run("reload", "noconfirm hold=x"), CMD_ERROR);
	run("show_reload", "");
	has("No reload is scheduled.\n");
	/* At noon, which is over today. */
	run("reload", "time=720 noconfirm");
	run("show_reload", "");
	has("Reload scheduled for 12:00:00 UTC Fri October 20 (in 17 hours and 50 minutes)\n");
	assert_int_equal(run("reload", "delay=0 noconfirm"), CMD_ERROR);
	run("reload_cancel", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(names),         cmocka_unit_test(files),
	        cmocka_unit_test(ceiling),       cmocka_unit_test(places),
	        cmocka_unit_test(between_files), cmocka_unit_test(servers),
	        cmocka_unit_test(replacing),     cmocka_unit_test(put_off),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
